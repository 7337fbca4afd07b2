"""Deliveries: which plan was begun, how far it got, how it ended.

Rows are checkpointed soon after a platform has taken them, so a delivery that was killed resumes where it
stopped. A finished plan is never delivered again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from certain_eloqua.ledger.tables import delivered_rows, deliveries, uploads

STARTED, FINISHED, FAILED = "started", "finished", "failed"
SETTLED = "settled"
"""Ended early; a later run has looked up what it did and recorded it, and will report it."""
REPORTED = "reported"
"""Settled, and the delivery of a later run has reported what it did. (The value is that of older ledgers.)"""
_ROWS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class DeliveredRow:
    """The outcome of one row of a plan, or of one step of it. Without personal data.

    Attributes:
        key: the row's key in the plan.
        outcome: an outcome of the delivery contract, as text.
        step: `row` for the row itself; another name for a part of its work.
        code: the platform's code of a rejection or remark.
        cause: the same in plain words.
        ids: values of the kind's key columns that the delivery learned; they win over the plan's.
        sync: the Bulk sync it went through, such as `/syncs/17`.
    """

    key: str
    outcome: str
    step: str = "row"
    code: str | None = None
    cause: str | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    sync: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A row on its way to a platform. Its person is a digest."""

    key: str
    person: str
    action: str
    contact_id: str


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """One delivery as the ledger remembers it."""

    plan_id: str
    connector: str
    event: str | None
    run_id: str
    state: str
    attempts: int
    started_at: datetime
    ended_at: datetime | None
    counts: Mapping[str, int] = field(default_factory=dict)
    cause: str | None = None


class Delivery:
    """A plan being delivered. Made by :meth:`Ledger.delivery`."""

    def __init__(self, engine: Engine, record: DeliveryRecord, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock
        self.record = record

    @property
    def resumed(self) -> bool:
        """Whether an earlier attempt at this plan began, so that something may be written already."""
        return self.record.attempts > 1

    @property
    def finished(self) -> bool:
        return self.record.state == FINISHED

    def recorded_rows(self) -> Iterator[DeliveredRow]:
        """Rows that earlier attempts recorded."""
        wanted = [c for c in delivered_rows.c if c.name != "plan_id"]
        query = select(*wanted).where(delivered_rows.c.plan_id == self.record.plan_id)
        with self._engine.connect() as connection:
            for row in connection.execution_options(yield_per=5_000).execute(query):
                yield DeliveredRow(**{**row._mapping, "ids": json.loads(row.ids)})

    def checkpoint(self, rows: Iterable[DeliveredRow]) -> None:
        """Write the outcomes of rows, in one transaction. A row written again replaces the first."""
        values = (_values(self.record.plan_id, row) for row in rows)
        statement = upsert(self._engine, delivered_rows)
        with self._engine.begin() as connection:
            while some := list(islice(values, _ROWS_AT_ONCE)):
                connection.execute(statement, some)

    def upload(self, rows: Iterable[Upload]) -> None:
        """Record that rows are about to be sent, in case this process dies before their outcome is known."""
        values = ({"plan_id": self.record.plan_id, **asdict(row)} for row in rows)
        statement = upsert(self._engine, uploads)
        with self._engine.begin() as connection:
            while some := list(islice(values, _ROWS_AT_ONCE)):
                connection.execute(statement, some)

    def uploads(self) -> Iterator[Upload]:
        """Rows that were about to be sent and have no recorded outcome."""
        wanted = [c for c in uploads.c if c.name != "plan_id"]
        query = select(*wanted).where(uploads.c.plan_id == self.record.plan_id)
        with self._engine.connect() as connection:
            for row in connection.execution_options(yield_per=5_000).execute(query):
                yield Upload(**row._mapping)

    def forget_uploads(self) -> None:
        """Their outcome is recorded, or nothing was sent."""
        with self._engine.begin() as connection:
            connection.execute(delete(uploads).where(uploads.c.plan_id == self.record.plan_id))

    def finish(self, counts: Mapping[str, int], reports: Iterable[str] = ()) -> None:
        """All of the plan is delivered. `reports`: settled plans whose outcome it reports too."""
        with self._engine.begin() as connection:
            settled = update(deliveries).where(deliveries.c.plan_id.in_(list(reports)))
            connection.execute(settled.where(deliveries.c.state == SETTLED).values(state=REPORTED))
        self._end(FINISHED, counts, None)

    def settle(self, counts: Mapping[str, int], cause: str) -> None:
        """What this delivery did before it ended early is recorded."""
        self.forget_uploads()
        self._end(SETTLED, counts, cause)

    def fail(self, cause: str) -> None:
        """This attempt ended early; the next continues from here."""
        self._end(FAILED, {}, cause)

    def _end(self, state: str, counts: Mapping[str, int], cause: str | None) -> None:
        with self._engine.begin() as connection:
            connection.execute(
                update(deliveries)
                .where(deliveries.c.plan_id == self.record.plan_id)
                .values(state=state, counts=json.dumps(dict(counts)), cause=cause, ended_at=self._clock())
            )


def begin(
    engine: Engine,
    plan_id: str,
    connector: str,
    event: str | None,
    run_id: str,
    clock: Callable[[], datetime],
) -> Delivery:
    """Begin a plan's delivery, or resume it. Hold the run lock while doing so."""
    with engine.begin() as connection:
        query = select(deliveries).where(deliveries.c.plan_id == plan_id)
        found = connection.execute(query).one_or_none()
        if found is None:
            connection.execute(
                insert(deliveries).values(
                    plan_id=plan_id,
                    connector=connector,
                    event=event or "",
                    run_id=run_id,
                    state=STARTED,
                    attempts=1,
                    started_at=clock(),
                    counts="{}",
                )
            )
        elif found.state != FINISHED:
            connection.execute(
                update(deliveries)
                .where(deliveries.c.plan_id == plan_id)
                .values(state=STARTED, run_id=run_id, attempts=found.attempts + 1, ended_at=None, cause=None)
            )
        return Delivery(engine, _record(connection.execute(query).one()), clock)


def deliveries_of(
    engine: Engine, connector: str | None, event: str | None, limit: int
) -> list[DeliveryRecord]:
    """The latest deliveries first."""
    query = select(deliveries).order_by(deliveries.c.started_at.desc()).limit(limit)
    if connector is not None:
        query = query.where(deliveries.c.connector == connector)
    if event is not None:
        query = query.where(deliveries.c.event == event)
    with engine.connect() as connection:
        return [_record(row) for row in connection.execute(query)]


def of_run(engine: Engine, run_id: str) -> list[tuple[DeliveryRecord, dict[str, int]]]:
    """The deliveries of a run, each with the rows recorded so far by outcome."""
    query = select(deliveries).where(deliveries.c.run_id == run_id).order_by(deliveries.c.started_at)
    with engine.connect() as connection:
        found = [_record(row) for row in connection.execute(query)]
        return [(one, _recorded(connection, one.plan_id)) for one in found]


def _recorded(connection: Connection, plan_id: str) -> dict[str, int]:
    mine = (delivered_rows.c.plan_id == plan_id, delivered_rows.c.step == "row")
    query = select(delivered_rows.c.outcome, func.count()).where(*mine).group_by(delivered_rows.c.outcome)
    return {row.outcome: row[1] for row in connection.execute(query)}


def in_state(
    engine: Engine, connector: str, event: str | None, states: Iterable[str], clock: Callable[[], datetime]
) -> list[Delivery]:
    """The deliveries of a connector and event in one of the states, the oldest first."""
    query = (
        select(deliveries)
        .where(
            deliveries.c.connector == connector,
            deliveries.c.event == (event or ""),
            deliveries.c.state.in_(list(states)),
        )
        .order_by(deliveries.c.started_at)
    )
    with engine.connect() as connection:
        return [Delivery(engine, _record(row), clock) for row in connection.execute(query)]


def forget_rows(engine: Engine, before: datetime) -> int:
    """Drop the row-by-row memory of plans that ended for good before; their counts stay."""
    old = select(deliveries.c.plan_id).where(
        deliveries.c.state.in_([FINISHED, REPORTED]), deliveries.c.ended_at < before
    )
    with engine.begin() as connection:
        return connection.execute(delete(delivered_rows).where(delivered_rows.c.plan_id.in_(old))).rowcount


def upsert(engine: Engine, table: Any) -> Any:
    """An INSERT that replaces what stands under the same primary key."""
    dialect = postgresql if engine.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    keys = [column.name for column in table.primary_key]
    others = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=others)


def _values(plan_id: str, row: DeliveredRow) -> dict[str, Any]:
    known = {name: value for name, value in row.ids.items() if value}
    return {
        "plan_id": plan_id,
        "key": row.key,
        "step": row.step,
        "outcome": row.outcome,
        "code": row.code,
        "cause": row.cause,
        "ids": json.dumps(known, separators=(",", ":")),
        "sync": row.sync,
    }


def _record(row: Row[Any]) -> DeliveryRecord:
    return DeliveryRecord(
        plan_id=row.plan_id,
        connector=row.connector,
        event=row.event or None,
        run_id=row.run_id,
        state=row.state,
        attempts=row.attempts,
        started_at=row.started_at,
        ended_at=row.ended_at,
        counts=json.loads(row.counts),
        cause=row.cause,
    )
