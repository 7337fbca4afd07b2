"""The register of definitions that runs have in Eloqua, by the batch in the definitions' names.

An entry is written before the first definition is created and removed when the last is known to be deleted.
So the next run knows of a run that was killed or whose answers got lost, and asks Eloqua only then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, select

from certain_eloqua.ledger.deliveries import upsert
from certain_eloqua.ledger.tables import registered_definitions

READ, DELIVERY = "read", "delivery"


@dataclass(frozen=True, slots=True)
class RegisteredDefinitions:
    """One read or delivery that has not tidied up yet."""

    batch: str
    purpose: str


def register(
    engine: Engine,
    connector: str,
    event: str | None,
    definitions: RegisteredDefinitions,
    clock: Callable[[], datetime],
) -> None:
    """Register definitions; again is harmless."""
    values = {
        "connector": connector,
        "event": event or "",
        "batch": definitions.batch,
        "purpose": definitions.purpose,
    }
    with engine.begin() as connection:
        connection.execute(upsert(engine, registered_definitions), {**values, "since": clock()})


def find(engine: Engine, connector: str, event: str | None) -> list[RegisteredDefinitions]:
    """The registered definitions of a connector and event, the oldest first."""
    query = (
        select(registered_definitions.c.batch, registered_definitions.c.purpose)
        .where(
            registered_definitions.c.connector == connector, registered_definitions.c.event == (event or "")
        )
        .order_by(registered_definitions.c.since)
    )
    with engine.connect() as connection:
        return [RegisteredDefinitions(row.batch, row.purpose) for row in connection.execute(query)]


def unregister(engine: Engine, connector: str, event: str | None, batches: Iterable[str]) -> None:
    """Take definitions out of the register."""
    with engine.begin() as connection:
        connection.execute(
            delete(registered_definitions).where(
                registered_definitions.c.connector == connector,
                registered_definitions.c.event == (event or ""),
                registered_definitions.c.batch.in_(list(batches)),
            )
        )
