"""Sending the activities of the outbox to Eloqua, each exactly once.

An activity can be neither updated nor deleted, and a request whose answer is lost may have been carried out.
So activities travel in batches, and a batch's state in the ledger is written before the step it names is
taken: definition, staging, sync. What a crash or a lost answer leaves is looked up by the batch's name:

* Without a sync nothing is imported. Such a batch is abandoned with its definition, never staged on top.
* Before a batch is abandoned that may have a sync, its staged rows are deleted: a sync that was on its way
  and arrives late has nothing to import then.
* A sync that exists is awaited, never created again.
* What Eloqua cannot answer is in doubt and stays unsent (docs/decisions/0017-activities-once.md).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.clients.eloqua import EloquaClient
from certain_eloqua.clients.eloqua.activities import ROWS_AT_MOST, ActivityResult, FoundBy
from certain_eloqua.clients.eloqua.codes import NO_CONTACT
from certain_eloqua.clients.errors import InDoubt, NotFound, ServerError, Transient
from certain_eloqua.ledger import AlreadyRunning, Batch, Filter, Ledger, Refused
from certain_eloqua.ledger.batches import BY_EMAIL, BY_ID, CREATED, STAGING, SYNCED, SYNCING
from certain_eloqua.ledger.outbox import PENDING

Registration = tuple[str, str]
"""Event and registration code."""

ATTEMPTS = 5
"""Batches in a row that came to nothing, before the run gives up."""

SYNCS_ARE_LISTED = timedelta(days=7)
"""How far back Eloqua's list of syncs is trusted to be complete. The real limit is not published."""

LOCK_PATIENCE = 900.0
"""Seconds to wait for another run that sends the same connector's activities."""

NO_ADDRESS = "no_address"
UNKNOWN_CONTACT = "no_contact"
NOT_KNOWN = Refused(UNKNOWN_CONTACT, "Eloqua has no such contact; upsert_contacts creates it, then retry")


@dataclass
class Sending:
    """What one run has sent."""

    sent: int = 0
    rejected: int = 0
    skipped: int = 0
    in_doubt: int = 0
    syncs: list[str] = field(default_factory=list)
    recovered: list[str] = field(default_factory=list)


class ActivitySender:
    """Sends the pending activities of one connector.

    Args:
        eloqua: the client.
        ledger: where outbox and batches are.
        connector: whose activities.
        run_id: the run that sends.
        addresses: e-mail addresses by event and registration, for contacts that are found by e-mail.
        progress: hears what is being done, for the run's log.
        at_most: activities in one import.
        step: called around every step, so that tests can stop there.
        sleep: for waiting for another run.
        clock: the current time.
    """

    def __init__(
        self,
        eloqua: EloquaClient,
        ledger: Ledger,
        connector: str,
        run_id: str,
        *,
        addresses: Mapping[Registration, str] | None = None,
        progress: Callable[[str], None] = lambda message: None,
        at_most: int = ROWS_AT_MOST,
        step: Callable[[str], None] = lambda name: None,
        sleep: Callable[[float], object] = time.sleep,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._eloqua = eloqua.activities
        self._ledger = ledger
        self._batches = ledger.batches
        self._connector = connector
        self._run_id = run_id
        self._addresses = addresses or {}
        self._progress = progress
        self._at_most = min(at_most, ROWS_AT_MOST)
        self._step = step
        self._sleep = sleep
        self._clock = clock
        self.done = Sending()

    def send(self, events: Sequence[str] | None = None) -> Sending:
        """Finish what earlier runs have left, then send what is pending; of some events, or of all.

        Raises:
            AlreadyRunning: another run was sending the connector's activities all the time.
            ClientError: not everything could be sent; the rest is pending or can be looked up.
        """
        with self._alone():
            self.recover()
            self._send_all(BY_ID, events)
            self._skip_without_address(events)
            self._send_all(BY_EMAIL, events)
        return self.done

    @contextmanager
    def _alone(self) -> Iterator[None]:
        until = time.monotonic() + LOCK_PATIENCE
        while True:
            lock = self._ledger.run_lock(f"{self._connector} sending", None, self._run_id)
            try:
                lock.__enter__()
            except AlreadyRunning:
                if time.monotonic() > until:
                    raise
                self._sleep(0.2)
            else:
                break
        try:
            yield
        finally:
            lock.__exit__(None, None, None)

    # -- what earlier runs have left

    def recover(self) -> None:
        """Finish or abandon every unfinished batch of the connector, and delete definitions left behind."""
        for batch in self._batches.unfinished(self._connector):
            self.done.recovered.append(batch.batch)
            self._progress(f"Batch {batch.batch} of run {batch.run_id} was left {batch.state}; looking it up")
            if batch.state == CREATED:
                self._abandon(batch, "stopped before anything was uploaded", by_name=True)
            elif batch.state == STAGING:
                self._abandon(batch, "stopped before its sync was created")
            elif batch.state == SYNCING:
                self._look_up(batch)
            else:
                self._finish(batch)
        for batch in self._batches.with_definition(self._connector):
            self._delete_definition(batch)

    def _look_up(self, batch: Batch) -> None:
        """A batch that may have a sync: finish it if it has, abandon it when it surely never will."""
        definition = str(batch.definition)
        sync = self._eloqua.find_sync(definition)
        if sync is None:
            self._step("before discarding")
            discarded = self._eloqua.discard_staged(definition)
            self._step("after discarding")
            sync = self._eloqua.find_sync(definition)
            if sync is None and not discarded:
                raise Transient(
                    f"Eloqua: Looking up batch {batch.batch}", "a sync of it is running and not listed yet"
                )
        if sync is not None:
            self._finish(self._batches.move(batch, SYNCED, sync=sync))
        elif self._clock() - batch.changed_at > SYNCS_ARE_LISTED:
            cause = f"its sync is not listed, and {SYNCS_ARE_LISTED.days} days have passed"
            self._batches.doubt(batch, "not_listed", cause)
            self.done.in_doubt += batch.changes
            self._delete_definition(batch)
        else:
            self._abandon(batch, "its sync was never created")

    def _abandon(self, batch: Batch, cause: str, *, by_name: bool = False) -> None:
        left = self._eloqua.find_definitions(batch.batch) if by_name else []
        self._step("before abandoning")
        self._batches.abandon(batch, cause)
        self._step("after abandoning")
        for definition in left:
            self._eloqua.delete_definition(definition)
        self._delete_definition(batch)

    def _delete_definition(self, batch: Batch) -> None:
        if batch.definition and self._eloqua.delete_definition(batch.definition):
            self._batches.definition_is_deleted(batch.batch)

    # -- sending

    def _send_all(self, found_by: str, events: Sequence[str] | None) -> None:
        failed = 0
        while failed < ATTEMPTS:
            self._step("before the batch")
            batch = self._batches.begin(self._connector, self._run_id, found_by, self._at_most, events)
            if batch is None:
                return
            self._step("after the batch")
            failed = 0 if self._import(batch) else failed + 1
        raise Transient(
            f"Eloqua: Sending the activities of {self._connector}",
            f"{ATTEMPTS} imports in a row came to nothing",
            advice="Nothing was sent twice; what is pending is sent by the next run.",
        )

    def _import(self, batch: Batch) -> bool:
        """Whether the batch came to a result."""
        rows = self._with_contacts(batch)
        found_by = cast("FoundBy", batch.found_by)
        campaigns = bool(pc.any(pc.not_equal(rows["campaign"], "")).as_py())
        definition = self._eloqua.define(batch.batch, found_by, campaigns=campaigns)
        self._step("after the definition")
        batch = self._batches.move(batch, STAGING, definition=definition)
        self._step("before staging")
        try:
            self._eloqua.stage(definition, rows, found_by, campaigns=campaigns)
        except (InDoubt, ServerError) as error:
            self._progress(
                f"An upload of batch {batch.batch} got lost ({error.came_back}); a new batch is made"
            )
            self._abandon(batch, "an upload got lost")
            return False
        self._step("after staging")
        batch = self._batches.move(batch, SYNCING)
        self._step("before the sync")
        try:
            sync = self._eloqua.create_sync(definition)
        except (InDoubt, ServerError) as error:
            self._progress(
                f"The answer to batch {batch.batch}'s sync got lost ({error.came_back}); looking it up"
            )
            self._look_up(batch)
            return self._batches.get(batch.batch).state == "done"
        self._step("after the sync")
        batch = self._batches.move(batch, SYNCED, sync=sync)
        self._step("before the result")
        return self._finish(batch)

    def _finish(self, batch: Batch) -> bool:
        """Await the sync of a batch and record its result. False if it imported nothing."""
        try:
            result = self._eloqua.await_result(str(batch.sync), batch.changes)
        except NotFound:
            result = ActivityResult(
                str(batch.sync), batch.changes, doubt="Eloqua does not know its sync any more"
            )
        self._step("after the result")
        if result.nothing:
            self._abandon(batch, "its sync found nothing to import")
            return False
        if result.doubt is not None:
            self._batches.doubt(batch, "in_doubt", result.doubt)
            self.done.in_doubt += batch.changes
        else:
            self._record(batch, result)
        self.done.syncs.append(result.sync)
        self._step("before deleting the definition")
        self._delete_definition(batch)
        return True

    def _record(self, batch: Batch, result: ActivityResult) -> None:
        numbers = self._batches.rows(batch.batch)["number"] if result.refused else pa.chunked_array([[0]])
        unknown = [numbers[one.row].as_py() for one in result.refused if one.code == NO_CONTACT]
        refused = {
            numbers[one.row].as_py(): Refused(one.code, one.cause)
            for one in result.refused
            if one.code != NO_CONTACT
        }
        by_id = batch.found_by == BY_ID
        again = unknown if by_id else []
        skipped = {} if by_id else dict.fromkeys(unknown, NOT_KNOWN)
        self._batches.finish(batch, refused, again, skipped)
        self._step("after recording")
        self.done.rejected += len(refused)
        self.done.skipped += len(skipped)
        self.done.sent += batch.changes - len(refused) - len(unknown)

    # -- how contacts are found

    def _with_contacts(self, batch: Batch) -> pa.Table:
        rows = self._batches.rows(batch.batch)
        if batch.found_by == BY_ID:
            contacts: Any = rows["contact_id"]
        else:
            people = zip(rows["event"].to_pylist(), rows["registration"].to_pylist(), strict=True)
            contacts = pa.array([self._addresses[one] for one in people], pa.large_string())
        return rows.append_column("contact", contacts)

    def _skip_without_address(self, events: Sequence[str] | None) -> None:
        """Leave out changes whose contact has no id in Eloqua and whose address is not known to this run."""
        wanted = Filter(self._connector, events=events, states=[PENDING])
        rows = self._ledger.outbox.table(wanted, ["number", "contact_id", "event", "registration"])
        rows = rows.filter(pc.equal(rows["contact_id"], ""))
        people = zip(rows["event"].to_pylist(), rows["registration"].to_pylist(), strict=True)
        lost = [
            number
            for number, one in zip(rows["number"].to_pylist(), people, strict=True)
            if one not in self._addresses
        ]
        if lost:
            cause = "the registration has no Eloqua contact id and no valid e-mail address"
            self.done.skipped += self._ledger.outbox.skip(lost, NO_ADDRESS, cause)
