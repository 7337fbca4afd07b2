"""Records of custom objects as they were last sent: so that only changes are sent, and stale numbers end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import pyarrow as pa
from sqlalchemy import Engine, delete, func, select

from certain_eloqua.ledger.bulk import insert_table
from certain_eloqua.ledger.tables import sent_records

SENT_RECORDS_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("key", "person", "part", "digest", "numbers")]
)
"""The rows of :meth:`SentRecords.read` and :meth:`SentRecords.remember`."""
_KEYS = ("connector", "event", "key")
_ROWS = 20_000
_KEYS_AT_ONCE = 500


class SentRecords:
    """The part of the ledger that knows records of custom objects."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock

    def read(self, connector: str, event: str | None) -> pa.Table:
        """What a connector has sent for an event, without the persons."""
        schema = pa.schema([one for one in SENT_RECORDS_SCHEMA if one.name != "person"])
        wanted = [sent_records.c[name] for name in schema.names]
        query = select(*wanted).where(
            sent_records.c.connector == connector, sent_records.c.event == (event or "")
        )
        batches: list[pa.RecordBatch] = []
        with self._engine.connect() as connection:
            for rows in connection.execution_options(yield_per=_ROWS).execute(query).partitions():
                arrays = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
                batches.append(pa.RecordBatch.from_arrays(arrays, schema=schema))
        return pa.Table.from_batches(batches, schema)

    def remember(self, connector: str, event: str | None, rows: pa.Table) -> None:
        """Remember rows as sent; they replace older ones of the same key. One transaction."""
        constants = {"connector": connector, "event": event or "", "sent_at": self._clock()}
        with self._engine.begin() as connection:
            insert_table(connection, sent_records, rows, constants, on_conflict="update", keys=_KEYS)

    def forget(self, connector: str, event: str | None, keys: Sequence[str]) -> None:
        """Forget records: the next run sends them as new."""
        about = (sent_records.c.connector == connector, sent_records.c.event == (event or ""))
        with self._engine.begin() as connection:
            for start in range(0, len(keys), _KEYS_AT_ONCE):
                some = keys[start : start + _KEYS_AT_ONCE]
                connection.execute(delete(sent_records).where(*about, sent_records.c.key.in_(some)))

    def count(self, connector: str, event: str | None) -> int:
        """How many records a connector has sent for an event."""
        query = select(func.count()).where(
            sent_records.c.connector == connector, sent_records.c.event == (event or "")
        )
        with self._engine.connect() as connection:
            return int(connection.execute(query).scalar_one())
