"""What all deliveries share: a plan is applied once, may be interrupted, and every row is accounted for."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
import pandas as pd
import pyarrow as pa

from certain_eloqua.clients.certain import Write, WriteResult
from certain_eloqua.clients.errors import AuthError, BudgetReached, ClientError, InDoubt, Permanent, Transient
from certain_eloqua.connectors.contract.actions import WRITES, Action, Outcome
from certain_eloqua.connectors.contract.columns import Columns, chunks, iter_texts, texts
from certain_eloqua.connectors.contract.kind import Delivered, Job, Platforms
from certain_eloqua.connectors.contract.schemas import DELIVERY_SCHEMA
from certain_eloqua.connectors.delivery import interrupted
from certain_eloqua.ledger import DeliveredRow, Delivery

ROW = "row"
"""The step that decides what became of a row; other steps only add to it."""

CHECKPOINT_EVERY = 25
"""Results held back before they are written down: so many rows at most are posted again after a kill."""

GIVE_UP_AFTER = 20
"""Writes in a row that a busy or lost platform did not take, before the run stops."""

OUTCOMES = {
    Action.CREATE: Outcome.CREATED,
    Action.UPDATE: Outcome.UPDATED,
    Action.LINK: Outcome.LINKED,
    Action.ADD: Outcome.ADDED,
}


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One row of a plan that something is to be written for."""

    key: str
    action: Action
    email: str
    contact_id: str
    profile_pin: str
    registration_code: str
    write: dict[str, dict[str, str]] = field(repr=False)
    changes: str = field(repr=False, default="")

    def old(self, on: str, name: str) -> str | None:
        """The old value of a field that changes, None if it is not known."""
        for change in orjson.loads(self.changes) if self.changes else ():
            if change["on"] == on and change["field"] == name:
                old: str | None = change.get("old")
                return old
        return None


class Work:
    """A plan being delivered: its rows, what became of them so far, and where that is written down."""

    def __init__(self, job: Job, plan: pd.DataFrame, platforms: Platforms, delivery: Delivery) -> None:
        self.job = job
        self.plan = plan
        self.platforms = platforms
        self.delivery = delivery
        self.facts: dict[str, Any] = {}
        self.results: dict[str, DeliveredRow] = {}
        self.steps: dict[str, dict[str, DeliveredRow]] = {}
        for row in delivery.recorded_rows() if delivery.resumed or delivery.finished else ():
            self._keep(row)
        self._waiting: list[DeliveredRow] = []
        self._columns = Columns(
            plan,
            ["key", "action", "email", "contact_id", "profile_pin", "registration_code", "write", "changes"],
        )

    @property
    def resumed(self) -> bool:
        return self.delivery.resumed

    def rows(self, wanted: Callable[[str, Action], bool]) -> Iterator[PlanRow]:
        """The rows with something to write that are wanted by key and action, in the plan's order."""
        for piece in chunks(self._columns.rows):
            known = self._columns.at(piece, ("key", "action"))
            some = [
                i
                for i, key, action in zip(piece, known["key"], known["action"], strict=True)
                if action in WRITES and wanted(key, Action(action))
            ]
            columns = self._columns.at(some)
            for values in zip(*(columns[name] for name in columns), strict=True):
                key, action, email, contact, pin, code, write, changes = values
                yield PlanRow(
                    key,
                    Action(action),
                    email,
                    contact,
                    pin,
                    code,
                    orjson.loads(write) if write else {},
                    changes,
                )

    def record(self, row: DeliveredRow) -> None:
        """Keep what became of a row; it is written down with the next few."""
        self._keep(row)
        self._waiting.append(row)
        if len(self._waiting) >= CHECKPOINT_EVERY:
            self.checkpoint()

    def record_many(self, rows: Iterable[DeliveredRow]) -> None:
        """Keep and write down what became of many rows, in one transaction."""
        for row in rows:
            self._keep(row)
            self._waiting.append(row)
        self.checkpoint()

    def checkpoint(self) -> None:
        """Write down what is held back."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            self.delivery.checkpoint(waiting)

    def _keep(self, row: DeliveredRow) -> None:
        if row.step == ROW:
            self.results[row.key] = row
        else:
            self.steps.setdefault(row.step, {})[row.key] = row

    def write_many(self, writes: Iterable[Write], settle: Callable[[WriteResult], DeliveredRow]) -> None:
        """Do the writes, a few at a time. A refused record is settled, a lost one is left for later.

        Raises:
            AuthError, BudgetReached: nothing further can succeed.
            Transient: some records were not taken because the platform was busy or could not be reached.
        """
        lost, in_a_row = 0, 0
        last: ClientError | None = None
        for result in self.platforms.certain.write_many(writes):
            if isinstance(result.error, Transient | InDoubt):
                lost, in_a_row, last = lost + 1, in_a_row + 1, result.error
                if in_a_row >= GIVE_UP_AFTER:
                    break
                continue
            in_a_row = 0
            self.record(settle(result))
        self.checkpoint()
        if last is not None:
            raise Transient(
                f"Delivering {self.job.connector}",
                f"{lost} records were not taken, the last because: {last.came_back or last.doing}",
                advice="What was delivered is remembered; run again to deliver the rest.",
            )


def deliver(job: Job, plan: pd.DataFrame, platforms: Platforms, apply: Callable[[Work], None]) -> Delivered:
    """Apply a plan under the run lock of its connector and event, and account for each of its rows.

    `apply` writes, and tells each row's outcome with `Work.record`.
    """
    event = job.event.code if job.event else None
    with platforms.ledger.run_lock(job.connector, event, job.run_id):
        delivery = platforms.ledger.delivery(plan_id(job, plan), job.connector, event, job.run_id)
        work = Work(job, plan, platforms, delivery)
        if delivery.finished:
            work.facts["already_delivered"] = (
                f"this plan was delivered by run {delivery.record.run_id}; nothing was written by this run"
            )
            return Delivered(_frame(work), work.facts)
        if delivery.resumed:
            work.facts["resumed"] = (
                f"attempt {delivery.record.attempts}; {len(work.results)} rows were delivered before"
            )
            platforms.progress(work.facts["resumed"])
        try:
            apply(work)
        except Exception as error:
            work.checkpoint()
            delivery.fail(str(error))
            raise
        except BaseException:
            work.checkpoint()
            raise
        told = interrupted.tell(work)
        frame = _frame(work)
        _remember_profiles(work, frame)
        delivery.finish(Counter(iter_texts(frame, "outcome")), told)
    return Delivered(frame, work.facts)


def plan_id(job: Job, plan: pd.DataFrame) -> str:
    """The same for the same plan, whoever delivers it; another for each plan that is made."""
    event = job.event.code if job.event else ""
    digest = hashlib.blake2b(digest_size=16)
    made_by = texts(plan, "plan")[:1] if "plan" in plan.columns else []
    digest.update("\x1e".join([job.connector, job.account, event, *(made_by or [job.run_id])]).encode())
    for name in ("key", "action", "write"):
        for value in iter_texts(plan, name):
            digest.update(value.encode())
            digest.update(b"\x1f")
    return digest.hexdigest()


def refused(
    key: str, error: ClientError, *, pin: str = "", contact_id: str = "", code: str = ""
) -> DeliveredRow:
    """A row that the platform read and would not take."""
    return DeliveredRow(
        key,
        Outcome.REJECTED.value,
        code=str(error.status or type(error).__name__),
        cause=error.came_back or error.doing,
        contact_id=contact_id or None,
        profile_pin=pin or None,
        registration_code=code or None,
    )


def is_fatal(error: BaseException) -> bool:
    """Whether an error concerns the whole run and not one record."""
    return isinstance(error, AuthError | BudgetReached) or not isinstance(error, Permanent)


def _frame(work: Work) -> pd.DataFrame:
    """Every row of the plan with its outcome, in the plan's order."""
    batches: list[pa.RecordBatch] = []
    names = ["key", "action", "reason", "detail", "email", "contact_id", "profile_pin", "registration_code"]
    columns = Columns(work.plan, names)
    missing = 0
    for piece in chunks(columns.rows):
        out: dict[str, list[str | None]] = {name: [] for name in DELIVERY_SCHEMA.names}
        values = columns.at(piece)
        for key, action, reason, detail, email, contact, pin, code in zip(*values.values(), strict=True):
            done = work.results.get(key)
            if action in WRITES and done is None:
                missing += 1
                continue
            if done is None:
                done = _not_written(key, action, reason, detail)
            done = replace(
                done,
                contact_id=done.contact_id or contact or None,
                profile_pin=done.profile_pin or pin or None,
                registration_code=done.registration_code or code or None,
            )
            for name in (
                "key",
                "outcome",
                "code",
                "cause",
                "contact_id",
                "profile_pin",
                "registration_code",
                "sync",
            ):
                out[name].append(getattr(done, name))
            out["action"].append(action)
            out["email"].append(email or None)
        batches.append(pa.RecordBatch.from_pydict(out, schema=DELIVERY_SCHEMA))
    if missing:
        raise Transient(
            f"Delivering {work.job.connector}",
            f"{missing} rows have no outcome",
            advice="What was delivered is remembered; run again to deliver the rest.",
        )
    table = pa.Table.from_batches(batches, schema=DELIVERY_SCHEMA)
    del batches
    frame: pd.DataFrame = table.to_pandas(self_destruct=True, split_blocks=True)
    return frame


def _not_written(key: str, action: str, reason: str, detail: str) -> DeliveredRow:
    if action == Action.SKIP:
        return DeliveredRow(key, Outcome.SKIPPED.value, code=reason or None, cause=detail or None)
    return DeliveredRow(key, Outcome.UNCHANGED.value, cause=detail or None)


def _remember_profiles(work: Work, frame: pd.DataFrame) -> None:
    """Remember whose profile is whose, so that an anonymised person is recognised and not made anew."""
    pins = {
        contact: pin
        for contact, pin, outcome in zip(
            iter_texts(frame, "contact_id"),
            iter_texts(frame, "profile_pin"),
            iter_texts(frame, "outcome"),
            strict=True,
        )
        if contact and pin and outcome not in (Outcome.SKIPPED, Outcome.REJECTED)
    }
    work.platforms.ledger.remember_profiles(work.job.account, pins)
