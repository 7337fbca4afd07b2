"""What all deliveries share: a plan is applied once, may be interrupted, and every row is accounted for.

Kinds hand :func:`deliver` a function that applies the plan and records each row's outcome. The engine holds
the run lock, resumes, checkpoints, and makes the delivery's frame.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.clients.errors import AuthError, BudgetReached, ClientError, InDoubt, Permanent, Transient
from certain_eloqua.connectors.contract.actions import WRITES, Action, Outcome
from certain_eloqua.connectors.contract.columns import Columns, chunks, iter_texts, strings, texts
from certain_eloqua.connectors.contract.kind import Delivered, Job, Platforms
from certain_eloqua.connectors.contract.schemas import CORE, KeyColumn, delivery_schema
from certain_eloqua.connectors.delivery.stopping import Stop
from certain_eloqua.ledger import DeliveredRow, Delivery
from certain_eloqua.memory import return_memory

ROW = "row"
"""The step that decides a row's outcome; other steps only add to it."""

CHECKPOINT_EVERY = 25
"""Outcomes held back before a checkpoint: so many rows at most are posted again after a kill."""

GIVE_UP_AFTER = 20
"""Writes in a row that a busy or lost platform did not take, before the run stops."""

_ROWS_OF_FRAME = 50_000

OUTCOMES = {
    Action.CREATE: Outcome.CREATED,
    Action.UPDATE: Outcome.UPDATED,
    Action.LINK: Outcome.LINKED,
    Action.ADD: Outcome.ADDED,
    Action.REMOVE: Outcome.REMOVED,
    Action.DELETE: Outcome.DELETED,
}


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One row of a plan that has something to write. `ids` are its values of the kind's key columns."""

    key: str
    action: Action
    record: str
    ids: dict[str, str]
    write: dict[str, dict[str, str]] = field(repr=False)
    changes: str = field(repr=False, default="")

    def old(self, on: str, name: str) -> str | None:
        """The old value of a field that changes, None if it is not known."""
        for change in orjson.loads(self.changes) if self.changes else ():
            if change["on"] == on and change["field"] == name:
                old: str | None = change.get("old")
                return old
        return None


class Answer(Protocol):
    """The result of one write: an error, or whatever the platform answered."""

    @property
    def error(self) -> ClientError | None: ...


A = TypeVar("A", bound=Answer)


class Work:
    """A plan being delivered: its rows, their outcomes so far, and the checkpoints in the ledger."""

    def __init__(self, job: Job, plan: pd.DataFrame, platforms: Platforms, delivery: Delivery) -> None:
        self.job = job
        self.plan = plan
        self.platforms = platforms
        self.delivery = delivery
        self.facts: dict[str, Any] = {}
        self.results: dict[str, DeliveredRow] = {}
        self.steps: dict[str, dict[str, DeliveredRow]] = {}
        self.tables: list[pa.Table] = []
        for row in delivery.recorded_rows() if delivery.resumed or delivery.finished else ():
            self._note(row)
        self._waiting: list[DeliveredRow] = []
        self.stop = Stop()
        self.key_columns = [str(name) for name in plan.columns if name not in CORE]
        self._columns = Columns(plan, ["key", "action", "record", "write", "changes", *self.key_columns])

    @property
    def resumed(self) -> bool:
        """Whether an earlier attempt at this plan began."""
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
            found = self._columns.at(some)
            ids = [found[name] for name in self.key_columns]
            for number, key in enumerate(found["key"]):
                write = found["write"][number]
                yield PlanRow(
                    key,
                    Action(found["action"][number]),
                    found["record"][number],
                    {name: column[number] for name, column in zip(self.key_columns, ids, strict=True)},
                    orjson.loads(write) if write else {},
                    found["changes"][number],
                )

    def record(self, row: DeliveredRow) -> None:
        """Record a row's outcome; it is checkpointed with the next few."""
        self._note(row)
        self._waiting.append(row)
        if len(self._waiting) >= CHECKPOINT_EVERY:
            self.checkpoint()

    def record_many(self, rows: Iterable[DeliveredRow]) -> None:
        """Record and checkpoint many outcomes, in one transaction."""
        for row in rows:
            self._note(row)
            self._waiting.append(row)
        self.checkpoint()

    def record_table(self, outcomes: pa.Table) -> None:
        """Record many outcomes as columns: `key`, `outcome`, and any other column of the delivery.

        They are not checkpointed, so this is for kinds that may send a row again without harm.
        """
        self.tables.append(outcomes)

    def checkpoint(self) -> None:
        """Write the outcomes held back to the ledger."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            self.delivery.checkpoint(waiting)

    def _note(self, row: DeliveredRow) -> None:
        if row.step == ROW:
            self.results[row.key] = row
        else:
            self.steps.setdefault(row.step, {})[row.key] = row

    def record_answers(self, answers: Iterable[A], outcome_of: Callable[[A], DeliveredRow]) -> None:
        """Record the answers to single writes. A refused record has an outcome, a lost one is left for later.

        If the run is terminated meanwhile, what is under way is recorded before the exception comes; give the
        writes through `Work.stop.until_wanted`, so that no new one is begun.

        Raises:
            AuthError, BudgetReached: nothing further can succeed.
            Transient: some records were not taken because the platform was busy or could not be reached.
        """
        lost, in_a_row = 0, 0
        last: ClientError | None = None
        with self.stop.deferred():
            for answer in answers:
                if isinstance(answer.error, Transient | InDoubt):
                    lost, in_a_row, last = lost + 1, in_a_row + 1, answer.error
                    if in_a_row >= GIVE_UP_AFTER:
                        break
                    continue
                in_a_row = 0
                self.record(outcome_of(answer))
            self.checkpoint()
        if last is not None:
            raise Transient(
                f"Delivering {self.job.connector}",
                f"{lost} records were not taken, the last because: {last.came_back or last.doing}",
                advice="What was delivered is recorded; run again to deliver the rest.",
            )


def deliver(
    job: Job,
    plan: pd.DataFrame,
    platforms: Platforms,
    apply: Callable[[Work], None],
    *,
    report_settled: Callable[[Work], Sequence[str]] = lambda work: (),
    remember: Callable[[Work, pd.DataFrame], None] = lambda work, frame: None,
    recorded_as: str | None = None,
) -> Delivered:
    """Apply a plan under the run lock of its connector and event, and account for each of its rows.

    Args:
        job: the connector's run.
        plan: what to apply; its columns beside the core are the kind's key columns.
        platforms: clients and ledger.
        apply: writes, and records each row's outcome with `Work.record`.
        report_settled: adds what interrupted deliveries had done; the ids of the plans it reported.
        remember: called with the delivery's frame before it is finished, for what later runs must know.
        recorded_as: the name under which the ledger records the delivery; the connector's if left out.

    Raises:
        AlreadyRunning: another run delivers this connector and event.
        ClientError: the delivery could not be completed; what was delivered is recorded.
    """
    event = job.event_code
    with platforms.ledger.run_lock(job.connector, event, job.run_id):
        name = recorded_as or job.connector
        delivery = platforms.ledger.delivery(plan_id(job, plan), name, event, job.run_id)
        work = Work(job, plan, platforms, delivery)
        if delivery.finished:
            work.facts["already_delivered"] = (
                f"this plan was delivered by run {delivery.record.run_id}; nothing was written by this run"
            )
            return Delivered(delivery_frame(work), work.facts)
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
        except BaseException as stop:  # the run was terminated, in the UI or with Ctrl-C
            work.checkpoint()
            words = stopped_in_words(work)
            delivery.fail(words)
            stop.add_note(words)
            raise
        reported = report_settled(work)
        if len(plan) >= _ROWS_OF_FRAME:
            return_memory()  # what was sent would else stay beside the frame
        frame = delivery_frame(work)
        work.tables.clear()  # they are in the frame now, and of a large upload they are large
        remember(work, frame)
        delivery.finish(Counter(iter_texts(frame, "outcome")), reported)
    return Delivered(frame, work.facts)


def stopped_in_words(work: Work) -> str:
    """What a delivery that was terminated has done, and what it has not."""
    wanted = sum(action in WRITES for action in iter_texts(work.plan, "action"))
    done = Counter(row.outcome for row in work.results.values())
    for table in work.tables:
        done.update(table["outcome"].to_pylist())
    counts = ", ".join(f"{number} {outcome}" for outcome, number in sorted(done.items())) or "none"
    return (
        f"The run was terminated. Of {wanted} records to write, {sum(done.values())} have a recorded outcome "
        f"({counts}) and {max(0, wanted - sum(done.values()))} have none. Nothing further is sent; the next "
        "run looks up what was in flight and delivers the rest."
    )


def plan_id(job: Job, plan: pd.DataFrame) -> str:
    """The same for the same plan, whoever delivers it; another for each plan that is made."""
    digest = hashlib.blake2b(digest_size=16)
    made_by = texts(plan.iloc[:1], "plan") if "plan" in plan.columns else []
    digest.update(
        "\x1e".join([job.connector, job.account, job.event_code or "", *(made_by or [job.run_id])]).encode()
    )
    for name in ("key", "action", "write"):
        for value in iter_texts(plan, name):
            digest.update(value.encode())
            digest.update(b"\x1f")
    return digest.hexdigest()


def rejected(key: str, error: ClientError, ids: dict[str, str] | None = None) -> DeliveredRow:
    """The outcome of a row that the platform read and would not take."""
    return DeliveredRow(
        key,
        Outcome.REJECTED.value,
        code=str(error.status or type(error).__name__),
        cause=error.came_back or error.doing,
        ids=ids or {},
    )


def is_fatal(error: BaseException) -> bool:
    """Whether an error concerns the whole run and not one record."""
    return isinstance(error, AuthError | BudgetReached) or not isinstance(error, Permanent)


def delivery_frame(work: Work) -> pd.DataFrame:
    """Every row of the plan with its outcome, in the plan's order.

    Raises:
        Transient: rows that should be written have no outcome.
    """
    plan = work.plan
    recorded = _recorded(work)
    keys, actions = strings(plan, "key"), strings(plan, "action")
    to_write = pc.is_in(actions, value_set=pa.array([str(one) for one in WRITES], actions.type))
    skipped = pc.equal(actions, Action.SKIP.value)
    position = pc.index_in(keys.cast(pa.large_string()), value_set=recorded["key"].combine_chunks())
    found = pc.is_valid(position)
    missing = pc.sum(pc.and_not(to_write, found)).as_py() or 0
    if missing:
        raise Transient(
            f"Delivering {work.job.connector}",
            f"{missing} rows have no outcome",
            advice="What was delivered is recorded; run again to deliver the rest.",
        )

    schema = delivery_schema([KeyColumn(name, "") for name in work.key_columns])
    wide = pa.schema([pa.field(column.name, pa.large_string()) for column in schema])
    known = {name: _known(plan, name) for name in ("reason", "detail", *work.key_columns)}
    known |= {"key": keys, "action": actions, "record": strings(plan, "record")}
    batches = []
    # Some thousand rows at a time: the columns of a large plan are never there twice.
    for start in range(0, len(plan), _ROWS_OF_FRAME):
        some = {name: column.slice(start, _ROWS_OF_FRAME) for name, column in known.items()}
        at = position.slice(start, _ROWS_OF_FRAME)
        columns = _outcomes(recorded, at, some, skipped.slice(start, _ROWS_OF_FRAME))
        for name in work.key_columns:
            columns[name] = _without_blanks(some[name])
            if recorded[name].null_count < len(recorded):
                columns[name] = pc.coalesce(_taken(recorded, name, at), columns[name])
        batches.append(
            pa.RecordBatch.from_arrays([columns[one.name].cast(one.type) for one in wide], schema=wide)
        )
    frame: pd.DataFrame = pa.Table.from_batches(batches, wide).to_pandas(
        self_destruct=True, split_blocks=True
    )
    return frame


def _outcomes(
    recorded: pa.Table, position: pa.Array, plan: dict[str, pa.Array], skipped: pa.Array
) -> dict[str, pa.Array]:
    """What the delivery adds to some rows of a plan; `position` is null where nothing was recorded."""
    found = pc.is_valid(position)
    nothing = pa.nulls(len(position), pa.large_string())
    otherwise = {
        "outcome": pc.if_else(skipped, Outcome.SKIPPED.value, Outcome.UNCHANGED.value).cast(nothing.type),
        "code": pc.if_else(skipped, _without_blanks(plan["reason"]), nothing),
        "cause": _without_blanks(plan["detail"]),
        "sync": nothing,
    }
    results = {
        name: pc.if_else(found, _taken(recorded, name, position), other) for name, other in otherwise.items()
    }
    return {name: plan[name] for name in ("key", "action", "record")} | results


def _taken(recorded: pa.Table, name: str, position: pa.Array) -> pa.Array:
    return recorded[name].combine_chunks().take(position).dictionary_decode()


def _recorded(work: Work) -> pa.Table:
    """The outcomes recorded so far, one by one or as tables, with the key columns that were learned."""
    rows = list(work.results.values())
    columns: dict[str, list[str | None]] = {
        "key": [row.key for row in rows],
        "outcome": [row.outcome for row in rows],
        "code": [row.code for row in rows],
        "cause": [row.cause for row in rows],
        "sync": [row.sync for row in rows],
        **{name: [row.ids.get(name) or None for row in rows] for name in work.key_columns},
    }
    schema = pa.schema([(name, pa.large_string()) for name in columns])
    tables = [_compact(pa.Table.from_pydict(columns, schema=schema), schema)]
    tables += [_compact(table, schema) for table in work.tables]
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()


def _compact(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The columns of a schema; all but the key are few different texts, and kept as numbers of these."""
    arrays = []
    for one in schema:
        if one.name in table.column_names:
            column = table[one.name].combine_chunks()
        else:
            column = pa.nulls(table.num_rows, one.type)
        if one.name == "key":
            column = column.cast(one.type)
        elif not pa.types.is_dictionary(column.type):
            column = column.cast(one.type).dictionary_encode()
        else:
            column = pa.DictionaryArray.from_arrays(column.indices, column.dictionary.cast(one.type))
        arrays.append(column)
    return pa.Table.from_arrays(arrays, names=schema.names)


def _known(plan: pd.DataFrame, name: str) -> pa.Array:
    return strings(plan, name).cast(pa.large_string())


def _without_blanks(column: pa.Array) -> pa.Array:
    """Blanks as missing."""
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, column.type), column)
