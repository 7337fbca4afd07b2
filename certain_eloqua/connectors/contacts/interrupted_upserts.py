"""Upserts that were interrupted and not resumed, because the whole connector was run again.

The new run finds their contacts in Eloqua as if they had always been there. So before it plans, the outcome
of the interrupted rows is looked up in the working list and recorded; its delivery reports it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from certain_eloqua.connectors.contacts.columns import CONTACT_ID
from certain_eloqua.connectors.contract.actions import DELIVERED, SETTLED, Action, Outcome
from certain_eloqua.connectors.contract.columns import texts
from certain_eloqua.connectors.contract.kind import Job, Platforms
from certain_eloqua.connectors.delivery.definitions import batch_of
from certain_eloqua.ledger import DeliveredRow, Delivery, Upload, person_key

if TYPE_CHECKING:
    from certain_eloqua.clients.eloqua import OrphanedDefinition
    from certain_eloqua.connectors.delivery.engine import Work

CLOCKS_APART = timedelta(minutes=5)
"""As much may Eloqua's clock be behind ours."""


def made_since(created: str, began: datetime) -> bool:
    """Whether a contact was made after a delivery began. By Eloqua's time of creation and our clock."""
    if not created:
        return False
    when = datetime.fromisoformat(created)
    return (when if when.tzinfo else when.replace(tzinfo=UTC)) >= began - CLOCKS_APART


class Interrupted:
    """The interrupted deliveries of a connector and event; none of them in the normal case."""

    def __init__(
        self, job: Job, platforms: Platforms, orphaned_definitions: Sequence[OrphanedDefinition] = ()
    ) -> None:
        """`orphaned_definitions`: the definitions they left in Eloqua, finished by now."""
        self._job = job
        self._platforms = platforms
        self._event = job.event.code if job.event else None
        self._open: list[Delivery] = []
        self._sent: dict[str, list[tuple[Delivery, Upload]]] = defaultdict(list)
        self._found: dict[str, list[DeliveredRow]] = defaultdict(list)
        if not platforms.ledger.interrupted(job.connector, self._event):
            return
        with platforms.ledger.run_lock(job.connector, self._event, job.run_id):  # none of them is alive
            self._open = platforms.ledger.interrupted(job.connector, self._event)
            for delivery in self._open:
                if self._never_merged(delivery, orphaned_definitions):
                    delivery.forget_uploads()
                for upload in delivery.uploads():
                    self._sent[upload.person].append((delivery, upload))

    @property
    def sought(self) -> bool:
        """Whether there are rows to look for."""
        return bool(self._sent)

    def find_in(self, members: Iterable[tuple[str, str, str]]) -> None:
        """Look for the interrupted rows among members of the working list: id, address, time of creation."""
        for contact, email, created in members:
            for delivery, upload in self._sent.get(person_key(self._job.account, email), ()):
                new = upload.action == Action.CREATE or (
                    not upload.contact_id and made_since(created, delivery.record.started_at)
                )
                outcome = Outcome.CREATED if new else Outcome.UPDATED
                row = DeliveredRow(upload.key, outcome.value, code=SETTLED, ids={CONTACT_ID: contact})
                self._found[delivery.record.plan_id].append(row)

    def settle(self) -> str | None:
        """Record the outcome of the rows; in words, None if nothing was interrupted."""
        if not self._open:
            return None
        with self._platforms.ledger.run_lock(self._job.connector, self._event, self._job.run_id):
            for delivery in self._open:
                delivery.checkpoint(self._found[delivery.record.plan_id])
                counts = Counter(row.outcome for row in _own_rows(delivery))
                delivery.settle(counts, f"interrupted; settled by run {self._job.run_id}")
        summary = in_words(self._platforms.ledger.settled(self._job.connector, self._event))
        self._platforms.progress(summary)
        return summary

    @staticmethod
    def _never_merged(delivery: Delivery, orphaned_definitions: Sequence[OrphanedDefinition]) -> bool:
        """Whether the import is there as it was staged, and no sync has ever taken it up."""
        batch = f"{batch_of(delivery.record.plan_id)} "
        imports = [
            one for one in orphaned_definitions if one.rest.startswith(batch) and "/imports/" in one.uri
        ]
        return delivery.record.attempts == 1 and bool(imports) and not any(one.synced for one in imports)


def in_words(settled: Sequence[Delivery]) -> str:
    """`an interrupted delivery of run 1234 was settled: 56 created, 34 updated`."""
    parts = []
    for delivery in settled:
        counts = Counter(row.outcome for row in _own_rows(delivery))
        counted = (
            ", ".join(f"{n} {outcome}" for outcome, n in sorted(counts.items())) or "nothing was written"
        )
        parts.append(f"an interrupted delivery of run {delivery.record.run_id} was settled: {counted}")
    return "; ".join(parts)


def report_settled(work: Work) -> list[str]:
    """Report what settled deliveries did, in the rows of this one; the ids of their plans.

    A row that this delivery left as it is, or only linked, has the interrupted one's outcome; one that it had
    to update counts as created if the interrupted one created it.
    """
    job, ledger = work.job, work.platforms.ledger
    settled = ledger.settled(job.connector, job.event.code if job.event else None)
    if not settled:
        return []
    work.facts["settled"] = in_words(settled)
    actions = dict(zip(texts(work.plan, "key"), texts(work.plan, "action"), strict=True))
    keys = {
        contact: key
        for key, contact in zip(actions, texts(work.plan, CONTACT_ID), strict=True)
        if contact and actions[key] != Action.SKIP
    }
    rows: dict[str, DeliveredRow] = {}
    for delivery in settled:
        for before in _own_rows(delivery):
            key = before.key
            if actions.get(key, Action.SKIP) == Action.SKIP:  # another registration stands for the person now
                key = keys.get(before.ids.get(CONTACT_ID, ""), "")
            if not key or (key in rows and rows[key].outcome == Outcome.CREATED):
                continue
            own = work.results.get(key)
            row = _reported(Action(actions[key]), before, own, delivery.record.run_id)
            if row is not None:
                rows[key] = replace(row, key=key)
    work.record_many(rows.values())
    return [delivery.record.plan_id for delivery in settled]


def _reported(
    action: Action, before: DeliveredRow, own: DeliveredRow | None, run_id: str
) -> DeliveredRow | None:
    """The row as reported; None if the interrupted delivery has nothing to add to our own outcome."""
    by = f"by the interrupted run {run_id}"
    if action is Action.UNCHANGED:
        return replace(before, step="row", code=SETTLED, cause=f"{before.outcome} {by}", sync=None)
    if (
        own is None
        or own.outcome not in DELIVERED
        or before.outcome not in (Outcome.CREATED, Outcome.UPDATED)
    ):
        return None
    if action is Action.LINK:
        cause = f"{before.outcome} {by}, linked by this one"
    elif action is Action.UPDATE and before.outcome == Outcome.CREATED:
        cause = f"{before.outcome} {by}, updated by this one"
    else:
        return None
    cause = f"{cause}; {own.cause}" if own.cause else cause
    ids = {**before.ids, **own.ids}
    return replace(own, outcome=before.outcome, code=own.code or SETTLED, cause=cause, ids=ids)


def _own_rows(delivery: Delivery) -> Iterator[DeliveredRow]:
    """What a delivery did to its own rows."""
    return (row for row in delivery.recorded_rows() if row.step == "row" and row.outcome in DELIVERED)
