"""The outbox: every status change that is to become an activity or a list membership, and its outcome.

A change enters it in the same transaction that moves the status last seen, so none is lost and none is seen
twice. Its fingerprint is made of what changed, so recording it again changes nothing. Persons are digests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Engine, Select, func, select, update

from certain_eloqua.ledger.bulk import insert_table
from certain_eloqua.ledger.decisions import insert_decisions
from certain_eloqua.ledger.tables import outbox, seen_statuses

PENDING = "pending"
"""To be sent."""
BATCHED = "batched"
"""In a batch that is not finished: it may have been sent."""
SENT = "sent"
REJECTED = "rejected"
"""Eloqua refused it, or it was looked up and is not there; `code` and `cause` say why. Can be retried."""
SKIPPED = "skipped"
"""Left out; `code` says why. Can be retried."""
IN_DOUBT = "in_doubt"
"""It may have been sent. Never sent again unasked."""
RETRYABLE = (REJECTED, SKIPPED)

_AT_ONCE = 2_000
_FEW = 500
"""Changes up to this number are compared to their own last seen statuses, more to all of the event's."""

_TEXT = pa.large_string()
CHANGES_SCHEMA = pa.schema(
    [
        pa.field("item", _TEXT),
        pa.field("registration", _TEXT),
        pa.field("previous", _TEXT),
        pa.field("status", _TEXT),
        pa.field("stamp", _TEXT),
        pa.field("ordinal", pa.int64()),  # of the new status: 0 if none was seen before
        pa.field("decision", _TEXT),
        pa.field("fingerprint", _TEXT),  # "" when only the status last seen moves
        pa.field("state", _TEXT),  # pending or skipped
        pa.field("code", _TEXT),
        pa.field("cause", _TEXT),
        pa.field("person", _TEXT),
        pa.field("contact_id", _TEXT),
        pa.field("asset_type", _TEXT),
        pa.field("asset_name", _TEXT),
        pa.field("activity_type", _TEXT),
        pa.field("campaign", _TEXT),
        pa.field("happened_at", pa.timestamp("us", "UTC")),
    ]
)
"""What :meth:`Outbox.record` takes: one row for each status that differs from the one last seen."""

SEEN_SCHEMA = pa.schema(
    [pa.field(name, _TEXT) for name in ("item", "registration", "status", "stamp")]
    + [pa.field("ordinal", pa.int64()), pa.field("decision", _TEXT)]
)
_SEEN_COLUMNS = ["item", "registration", "status", "stamp", "ordinal", "decision"]
_OUTBOX_COLUMNS = [
    "fingerprint",
    "item",
    "registration",
    "previous",
    "status",
    "person",
    "contact_id",
    "asset_type",
    "asset_name",
    "activity_type",
    "campaign",
    "happened_at",
    "state",
    "code",
    "cause",
]


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One change and what became of it. `number` orders changes by when they were seen."""

    number: int
    fingerprint: str
    connector: str
    event: str
    item: str
    registration: str
    previous: str
    status: str
    person: str
    contact_id: str
    asset_type: str
    asset_name: str
    activity_type: str
    campaign: str
    happened_at: datetime
    seen_at: datetime
    seen_by: str
    state: str
    batch: str | None
    sync: str | None
    code: str | None
    cause: str | None
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class SeenStatus:
    """The status last seen of a registration or an item of it, and what was decided then."""

    connector: str
    event: str
    item: str
    registration: str
    status: str
    decision: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """Why Eloqua did not take a change."""

    code: str
    cause: str


@dataclass(frozen=True, slots=True)
class Filter:
    """Which changes: by any of these, all of them together."""

    connector: str | None = None
    events: Sequence[str] | None = None
    states: Sequence[str] | None = None
    person: str | None = None
    registrations: Sequence[str] | None = None
    code: str | None = None
    asset_type: str | None = None
    seen_from: datetime | None = None
    seen_before: datetime | None = None
    happened_from: datetime | None = None
    happened_before: datetime | None = None

    def conditions(self) -> list[Any]:
        """The SQL conditions."""
        c = outbox.c
        found: list[Any] = []
        for column, value in (
            (c.connector, self.connector),
            (c.person, self.person),
            (c.code, self.code),
            (c.asset_type, self.asset_type),
        ):
            if value is not None:
                found.append(column == value)
        for column, values in (
            (c.event, self.events),
            (c.state, self.states),
            (c.registration, self.registrations),
        ):
            if values is not None:
                found.append(column.in_(list(values)))
        if self.seen_from is not None:
            found.append(c.seen_at >= self.seen_from)
        if self.seen_before is not None:
            found.append(c.seen_at < self.seen_before)
        if self.happened_from is not None:
            found.append(c.happened_at >= self.happened_from)
        if self.happened_before is not None:
            found.append(c.happened_at < self.happened_before)
        return found


class Outbox:
    """The statuses last seen and the outbox of one ledger. Hold the run lock of a connector and event."""

    def __init__(self, engine: Engine, clock: Any) -> None:
        self._engine = engine
        self._clock = clock

    # -- last seen

    def seen(self, connector: str, event: str) -> pd.DataFrame:
        """The statuses last seen of an event's registrations; see `SEEN_SCHEMA`."""
        table = self._seen_table(connector, event, None)
        frame: pd.DataFrame = table.to_pandas(split_blocks=True, self_destruct=True)
        return frame

    def seen_of(self, registrations: Sequence[str], connector: str | None = None) -> list[SeenStatus]:
        """The statuses last seen of some registrations, by all connectors or one."""
        names = ("connector", "event", "item", "registration", "status", "decision", "seen_at")
        query = select(*(seen_statuses.c[name] for name in names)).order_by(seen_statuses.c.seen_at)
        query = query.where(seen_statuses.c.registration.in_(list(registrations)))
        if connector is not None:
            query = query.where(seen_statuses.c.connector == connector)
        with self._engine.connect() as connection:
            return [SeenStatus(**row._mapping) for row in connection.execute(query)]

    def _seen_table(self, connector: str, event: str, registrations: Sequence[str] | None) -> pa.Table:
        query = select(*(seen_statuses.c[name] for name in _SEEN_COLUMNS)).where(
            seen_statuses.c.connector == connector, seen_statuses.c.event == event
        )
        if registrations is not None:
            query = query.where(seen_statuses.c.registration.in_(registrations))
        return read_table(self._engine, query, SEEN_SCHEMA)

    def record(self, connector: str, event: str, changes: pa.Table, run_id: str) -> int:
        """Move the statuses last seen and put the changes into the outbox, in one transaction.

        What makes no change is remembered with the reason.

        A change whose ordinal does not follow the one last seen is left out: another run has recorded it, or
        a later one, since the plan was made. Returns how many were recorded.
        """
        changes = self._current(connector, event, changes)
        now = self._clock()
        about = {"connector": connector, "event": event, "seen_at": now}
        queued = pc.not_equal(changes["fingerprint"], "")
        new = changes.filter(queued).select(_OUTBOX_COLUMNS)
        named = pc.not_equal(changes["registration"], "")  # without the entry for the event itself
        nothing = changes.filter(pc.and_(pc.invert(queued), named))
        with durable(self._engine) as connection:
            insert_table(
                connection,
                seen_statuses,
                changes.select(_SEEN_COLUMNS),
                about,
                on_conflict="update",
                keys=[column.name for column in seen_statuses.primary_key],
            )
            insert_table(
                connection,
                outbox,
                new,
                {**about, "seen_by": run_id},
                on_conflict="nothing",
                keys=["fingerprint"],
            )
            insert_decisions(connection, connector, event, nothing, run_id, now)
        return int(changes.num_rows)

    def _current(self, connector: str, event: str, changes: pa.Table) -> pa.Table:
        changes = changes.select(CHANGES_SCHEMA.names).cast(CHANGES_SCHEMA)
        few = changes.num_rows <= _FEW
        wanted = changes["registration"].to_pylist() if few else None
        seen = self._seen_table(connector, event, wanted)
        place = pc.index_in(_pair(changes), value_set=_pair(seen).combine_chunks())
        last = pc.fill_null(seen["ordinal"].combine_chunks().take(place.combine_chunks()), -1)
        return changes.filter(pc.equal(changes["ordinal"].combine_chunks(), pc.add(last, 1)))

    # -- reading

    def find(self, wanted: Filter, limit: int | None = None) -> list[OutboxRow]:
        """Changes in the order in which they were seen."""
        query = select(outbox).where(*wanted.conditions()).order_by(outbox.c.number)
        with self._engine.connect() as connection:
            rows = connection.execute(query.limit(limit) if limit else query)
            return [OutboxRow(**row._mapping) for row in rows]

    def outcomes(self, fingerprints: Sequence[str]) -> pa.Table:
        """What became of those that are there: `fingerprint`, `state`, `code`, `cause`, `sync`."""
        names = ("fingerprint", "state", "code", "cause", "sync")
        wanted = [outbox.c[name] for name in names]
        schema = schema_of(names)
        found = [schema.empty_table()]
        for start in range(0, len(fingerprints), _FEW):
            query = select(*wanted).where(outbox.c.fingerprint.in_(fingerprints[start : start + _FEW]))
            found.append(read_table(self._engine, query, schema))
        return pa.concat_tables(found).combine_chunks()

    def counts(self, connector: str | None = None) -> dict[str, int]:
        """How many changes there are by state."""
        query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
        if connector is not None:
            query = query.where(outbox.c.connector == connector)
        with self._engine.connect() as connection:
            return {state: int(number) for state, number in connection.execute(query)}

    def table(self, wanted: Filter, columns: Sequence[str]) -> pa.Table:
        """Some columns of changes, in the order in which they were seen, for many."""
        query = select(*(outbox.c[name] for name in columns)).where(*wanted.conditions())
        return read_table(self._engine, query.order_by(outbox.c.number), schema_of(columns))

    # -- what a person decides

    def move_to_campaign(self, connector: str, event: str, campaign: str) -> None:
        """Let what is to be sent belong to this campaign: the recorded one may have been wrong."""
        c = outbox.c
        mine = (c.connector == connector, c.event == event, c.state == PENDING, c.campaign != campaign)
        with durable(self._engine) as connection:
            connection.execute(update(outbox).where(*mine).values(campaign=campaign))

    def skip(self, numbers: Iterable[int], code: str, cause: str) -> int:
        """Leave out changes that are to be sent, with the reason."""
        numbers = list(numbers)
        done = 0
        with durable(self._engine) as connection:
            for start in range(0, len(numbers), _AT_ONCE):
                some = numbers[start : start + _AT_ONCE]
                found = connection.execute(
                    update(outbox)
                    .where(outbox.c.number.in_(some), outbox.c.state == PENDING)
                    .values(state=SKIPPED, code=code, cause=cause)
                )
                done += int(found.rowcount)
        return done

    def sent(self, numbers: Sequence[int], sync: str, refused: Mapping[int, Refused]) -> None:
        """Record pending changes as sent, but those that were refused. For what may be sent twice."""
        now = self._clock()
        with durable(self._engine) as connection:
            for start in range(0, len(numbers), _AT_ONCE):
                some = [one for one in numbers[start : start + _AT_ONCE] if one not in refused]
                connection.execute(
                    update(outbox)
                    .where(outbox.c.number.in_(some), outbox.c.state == PENDING)
                    .values(state=SENT, sync=sync, sent_at=now)
                )
            for number, why in refused.items():
                connection.execute(
                    update(outbox)
                    .where(outbox.c.number == number, outbox.c.state == PENDING)
                    .values(state=REJECTED, sync=sync, code=why.code, cause=why.cause)
                )

    def settle(self, sent: Iterable[int], not_sent: Iterable[int], cause: str) -> int:
        """Record what looking doubtful changes up has shown; how many doubts are settled.

        One that was not sent becomes a rejected one: sending it again is a person's decision.
        """
        done = 0
        now = self._clock()
        with durable(self._engine) as connection:
            for numbers, values in (
                (sent, {"state": SENT, "sent_at": now, "code": "looked_up", "cause": cause}),
                (not_sent, {"state": REJECTED, "code": "not_there", "cause": cause}),
            ):
                listed = list(numbers)
                for start in range(0, len(listed), _AT_ONCE):
                    some = listed[start : start + _AT_ONCE]
                    found = connection.execute(
                        update(outbox)
                        .where(outbox.c.number.in_(some), outbox.c.state == IN_DOUBT)
                        .values(**values)
                    )
                    done += int(found.rowcount)
        return done


@contextmanager
def durable(engine: Engine) -> Iterator[Connection]:
    """A transaction that is on disk when it has ended, also after a power cut.

    The ledger's other transactions survive a killed process only, which is enough for what may be sent twice.
    """
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA synchronous=FULL")
            connection.rollback()
        with connection.begin():
            yield connection


def read_table(engine: Engine, query: Select[Any], schema: pa.Schema) -> pa.Table:
    """A query's rows as columns, without holding them as Python objects."""
    found: list[pa.RecordBatch] = []
    with engine.connect() as connection:
        result = connection.execution_options(yield_per=10_000).execute(query)
        for rows in result.partitions():
            columns = zip(*rows, strict=True)
            arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
            found.append(pa.RecordBatch.from_arrays(arrays, schema=schema))
    return pa.Table.from_batches(found, schema=schema)


def schema_of(columns: Sequence[str]) -> pa.Schema:
    """The types of some columns of the outbox."""
    moment = CHANGES_SCHEMA.field("happened_at").type
    types = {"number": pa.int64(), "happened_at": moment, "seen_at": moment, "sent_at": moment}
    return pa.schema([pa.field(name, types.get(name, _TEXT)) for name in columns])


def _pair(table: pa.Table) -> pa.ChunkedArray:
    joined = pc.binary_join_element_wise(table["item"], table["registration"], pa.scalar("\x1f", _TEXT))
    return joined if isinstance(joined, pa.ChunkedArray) else pa.chunked_array([joined])
