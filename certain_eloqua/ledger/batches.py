"""Batches of activities: which changes were put into which import, and how far that import got.

The state is written before the step it names is taken, so whoever finds a batch after a crash knows what may
exist in Eloqua. Each move expects the state before it: of two workers with one batch only one continues.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Engine, bindparam, insert, select, update

from certain_eloqua.ledger.outbox import (
    BATCHED,
    IN_DOUBT,
    PENDING,
    REJECTED,
    SENT,
    SKIPPED,
    Filter,
    Refused,
    durable,
    read_table,
    schema_of,
)
from certain_eloqua.ledger.tables import batches, outbox

CREATED = "created"
"""A definition with the batch's name may exist; nothing is staged."""
STAGING = "staging"
"""The definition exists and rows may be staged; there is no sync."""
SYNCING = "syncing"
"""Everything is staged. A sync may exist."""
SYNCED = "synced"
"""There is a sync, and its uri is known."""
DONE = "done"
ABANDONED = "abandoned"
"""Nothing of it was or can be sent any more; its changes are pending again."""
UNFINISHED = (CREATED, STAGING, SYNCING, SYNCED)

BY_ID, BY_EMAIL = "id", "email"
_COLUMNS = (
    "number",
    "event",
    "registration",
    "person",
    "contact_id",
    "asset_type",
    "asset_name",
    "activity_type",
    "campaign",
    "happened_at",
)


class BatchMoved(Exception):
    """Another worker has taken the batch over; this one must not go on with it."""

    def __init__(self, batch: str, expected: str) -> None:
        super().__init__(
            f"batch {batch} is not {expected} any more: another worker has taken it over. "
            "This one stops; nothing is sent twice."
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """An import of activities."""

    batch: str
    connector: str
    run_id: str
    found_by: str
    changes: int
    state: str
    definition: str | None
    sync: str | None
    cause: str | None
    created_at: datetime
    changed_at: datetime


class Batches:
    """The batches of one ledger. Hold the sending lock of the connector."""

    def __init__(self, engine: Engine, clock: Any) -> None:
        self._engine = engine
        self._clock = clock

    def begin(
        self, connector: str, run_id: str, found_by: str, limit: int, events: Sequence[str] | None = None
    ) -> Batch | None:
        """Take the oldest pending changes into a new batch; None if there are none."""
        batch = secrets.token_hex(8)
        now = self._clock()
        c = outbox.c
        wanted = [*Filter(connector, events=events, states=[PENDING]).conditions()]
        wanted.append(c.contact_id != "" if found_by == BY_ID else c.contact_id == "")
        oldest = select(c.number).where(*wanted).order_by(c.number).limit(limit)
        with durable(self._engine) as connection:
            taken = connection.execute(
                update(outbox)
                .where(c.number.in_(oldest), c.state == PENDING)
                .values(state=BATCHED, batch=batch, code=None, cause=None)
            ).rowcount
            if not taken:
                return None
            connection.execute(
                insert(batches).values(
                    batch=batch,
                    connector=connector,
                    run_id=run_id,
                    found_by=found_by,
                    changes=taken,
                    state=CREATED,
                    created_at=now,
                    changed_at=now,
                )
            )
        return self.get(batch)

    def get(self, batch: str) -> Batch:
        """One batch as it is now."""
        with self._engine.connect() as connection:
            return Batch(**connection.execute(select(batches).where(batches.c.batch == batch)).one()._mapping)

    def unfinished(self, connector: str) -> list[Batch]:
        """Batches that were begun and have no result, the oldest first."""
        return self._find(batches.c.connector == connector, batches.c.state.in_(UNFINISHED))

    def with_definition(self, connector: str) -> list[Batch]:
        """Finished batches whose definitions are not known to be deleted."""
        return self._find(
            batches.c.connector == connector,
            batches.c.state.in_((DONE, ABANDONED)),
            batches.c.definition.is_not(None),
        )

    def of(self, connector: str) -> list[Batch]:
        """All batches of a connector, the oldest first."""
        return self._find(batches.c.connector == connector)

    def find(self, names: Iterable[str]) -> dict[str, Batch]:
        """Batches by name."""
        return {batch.batch: batch for batch in self._find(batches.c.batch.in_(list(names)))}

    def _find(self, *conditions: Any) -> list[Batch]:
        query = select(batches).where(*conditions).order_by(batches.c.created_at, batches.c.batch)
        with self._engine.connect() as connection:
            return [Batch(**row._mapping) for row in connection.execute(query)]

    def rows(self, batch: str) -> pa.Table:
        """The changes of a batch in the order in which they are uploaded."""
        query = select(*(outbox.c[name] for name in _COLUMNS)).where(outbox.c.batch == batch)
        return read_table(self._engine, query.order_by(outbox.c.number), schema_of(_COLUMNS))

    # -- moves

    def move(
        self, batch: Batch, state: str, *, definition: str | None = None, sync: str | None = None
    ) -> Batch:
        """Write the next state down. Raises BatchMoved if another worker has."""
        values = {"definition": definition or batch.definition, "sync": sync or batch.sync}
        with durable(self._engine) as connection:
            self._move(connection, batch, state, **values)
        return self.get(batch.batch)

    def finish(
        self,
        batch: Batch,
        refused: Mapping[int, Refused],
        again: Iterable[int] = (),
        skipped: Mapping[int, Refused] | None = None,
    ) -> None:
        """Record the result: every change was sent but those refused, left out, or to be sent by e-mail.

        Args:
            batch: as it was read, in state `synced`.
            refused: by number of the change.
            again: changes whose contact id is unknown to Eloqua; they are pending again, by e-mail.
            skipped: changes of people whom Eloqua does not know.
        """
        now = self._clock()
        c = outbox.c
        mine = (c.batch == batch.batch, c.state == BATCHED)
        rest = [(number, REJECTED, why) for number, why in refused.items()]
        rest += [(number, SKIPPED, why) for number, why in (skipped or {}).items()]
        with durable(self._engine) as connection:
            self._move(connection, batch, DONE)
            if rest:
                connection.execute(
                    update(outbox)
                    .where(c.number == bindparam("one"), *mine)
                    .values(
                        state=bindparam("now"),
                        code=bindparam("why"),
                        cause=bindparam("words"),
                        sync=batch.sync,
                    ),
                    [
                        {"one": number, "now": state, "why": why.code, "words": why.cause}
                        for number, state, why in rest
                    ],
                )
            if numbers := [{"one": number} for number in again]:
                connection.execute(
                    update(outbox)
                    .where(c.number == bindparam("one"), *mine)
                    .values(state=PENDING, batch=None, contact_id=""),
                    numbers,
                )
            connection.execute(update(outbox).where(*mine).values(state=SENT, sync=batch.sync, sent_at=now))

    def abandon(self, batch: Batch, cause: str) -> None:
        """Nothing of it was sent, and nothing can be: its changes are pending again."""
        with durable(self._engine) as connection:
            self._move(connection, batch, ABANDONED, cause=cause)
            connection.execute(
                update(outbox)
                .where(outbox.c.batch == batch.batch, outbox.c.state == BATCHED)
                .values(state=PENDING, batch=None)
            )

    def doubt(self, batch: Batch, code: str, cause: str) -> None:
        """It is not known which of its changes were sent: none is sent again unasked."""
        with durable(self._engine) as connection:
            self._move(connection, batch, DONE, cause=cause)
            connection.execute(
                update(outbox)
                .where(outbox.c.batch == batch.batch, outbox.c.state == BATCHED)
                .values(state=IN_DOUBT, code=code, cause=cause, sync=batch.sync)
            )

    def definition_is_deleted(self, batch: str) -> None:
        """Its definition is not in Eloqua any more."""
        with self._engine.begin() as connection:
            connection.execute(update(batches).where(batches.c.batch == batch).values(definition=None))

    def _move(self, connection: Connection, batch: Batch, state: str, **values: Any) -> None:
        moved = connection.execute(
            update(batches)
            .where(batches.c.batch == batch.batch, batches.c.state == batch.state)
            .values(state=state, changed_at=self._clock(), **values)
        ).rowcount
        if moved != 1:
            raise BatchMoved(batch.batch, batch.state)
