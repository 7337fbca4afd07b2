"""Why statuses that were seen made no change, so that it can be answered for any past day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Engine, or_, select

from certain_eloqua.ledger.bulk import insert_table
from certain_eloqua.ledger.tables import decisions

MOVED_NOTHING = -1
"""Ordinal of a status that is no change to any seen before, such as that of a person without a contact."""

DECISION_COLUMNS = ["item", "registration", "previous", "status", "ordinal", "decision", "person"]
"""What is recorded of each; see the table."""
_KEYS = ["connector", "event", "registration", "item", "ordinal", "status", "decision"]


@dataclass(frozen=True, slots=True)
class Decision:
    """A status that made no change, why, and which run decided so."""

    number: int
    connector: str
    event: str
    item: str
    registration: str
    previous: str
    status: str
    ordinal: int
    decision: str
    person: str
    seen_at: datetime
    seen_by: str


class Decisions:
    """The decisions of one ledger."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock

    def record(self, connector: str, event: str, rows: pa.Table, run_id: str) -> None:
        """Record decisions (`DECISION_COLUMNS`); those that are known already stay unchanged."""
        with self._engine.begin() as connection:
            insert_decisions(connection, connector, event, rows, run_id, self._clock())

    def find(
        self,
        person: str,
        registrations: Sequence[str] = (),
        *,
        connector: str | None = None,
        events: Sequence[str] | None = None,
        before: datetime | None = None,
    ) -> list[Decision]:
        """Decisions about a person, by digest or by registration, in the order in which they were made."""
        c = decisions.c
        wanted: list[Any] = [or_(c.person == person, c.registration.in_(list(registrations)))]
        if connector is not None:
            wanted.append(c.connector == connector)
        if events is not None:
            wanted.append(c.event.in_(list(events)))
        if before is not None:
            wanted.append(c.seen_at < before)
        with self._engine.connect() as connection:
            rows = connection.execute(select(decisions).where(*wanted).order_by(c.number))
            return [Decision(**row._mapping) for row in rows]


def insert_decisions(
    connection: Connection, connector: str, event: str, rows: pa.Table, run_id: str, now: datetime
) -> None:
    """The same within a transaction."""
    insert_table(
        connection,
        decisions,
        rows.select(DECISION_COLUMNS),
        {"connector": connector, "event": event, "seen_at": now, "seen_by": run_id},
        on_conflict="nothing",
        keys=_KEYS,
    )
