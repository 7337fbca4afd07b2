"""Traces: the runs that may have left definitions behind in Eloqua, by the mark in the definitions' names.

Written before the first definition is made, wiped when the last is known to be gone. So the next run knows of
one that was killed or whose answers got lost, and only then Eloqua is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, select

from certain_eloqua.ledger.deliveries import upsert
from certain_eloqua.ledger.tables import traces

READ, DELIVERY = "read", "delivery"


@dataclass(frozen=True, slots=True)
class Trace:
    """One read or delivery that has not tidied up yet."""

    mark: str
    what: str


def leave(
    engine: Engine,
    connector: str,
    event: str | None,
    trace: Trace,
    clock: Callable[[], datetime],
) -> None:
    """Write a trace down; again is harmless."""
    values = {"connector": connector, "event": event or "", "mark": trace.mark, "what": trace.what}
    with engine.begin() as connection:
        connection.execute(upsert(engine, traces), {**values, "since": clock()})


def find(engine: Engine, connector: str, event: str | None) -> list[Trace]:
    """The traces of a connector and event, the oldest first."""
    query = (
        select(traces.c.mark, traces.c.what)
        .where(traces.c.connector == connector, traces.c.event == (event or ""))
        .order_by(traces.c.since)
    )
    with engine.connect() as connection:
        return [Trace(row.mark, row.what) for row in connection.execute(query)]


def wipe(engine: Engine, connector: str, event: str | None, marks: Iterable[str]) -> None:
    """Forget traces."""
    with engine.begin() as connection:
        connection.execute(
            delete(traces).where(
                traces.c.connector == connector,
                traces.c.event == (event or ""),
                traces.c.mark.in_(list(marks)),
            )
        )
