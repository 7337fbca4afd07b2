"""The versions of field maps that deliveries have used: their content and origin."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, select

from certain_eloqua.ledger.deliveries import upsert
from certain_eloqua.ledger.tables import delivery_field_maps, field_maps


@dataclass(frozen=True, slots=True)
class UsedFieldMap:
    """A version of an account's field map that was delivered with."""

    account: str
    version: str
    content: Sequence[Mapping[str, Any]]
    origin: str
    first_used: datetime


@dataclass(frozen=True, slots=True)
class FieldMapUse:
    """A delivery and the version it used. `used_at` is set by the ledger."""

    run_id: str
    connector: str
    event: str | None
    account: str
    version: str
    used_at: datetime | None = None


class FieldMaps:
    """The part of the ledger that knows field maps."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock

    def record(self, use: FieldMapUse, content: Sequence[Mapping[str, Any]], origin: str) -> None:
        """Record which version a delivery uses, and its content if that is new."""
        known = select(field_maps.c.version).where(
            field_maps.c.account == use.account, field_maps.c.version == use.version
        )
        with self._engine.begin() as connection:
            if connection.execute(known).first() is None:
                values = {
                    "account": use.account,
                    "version": use.version,
                    "content": json.dumps(list(content), ensure_ascii=False),
                    "origin": origin,
                    "first_used_at": self._clock(),
                }
                connection.execute(upsert(self._engine, field_maps), [values])
            used = {**asdict(use), "event": use.event or "", "used_at": self._clock()}
            connection.execute(upsert(self._engine, delivery_field_maps), [used])

    def version(self, account: str, beginning: str) -> UsedFieldMap | None:
        """The version of this name, which may be shortened; None if there is none, or several."""
        query = select(field_maps).where(
            field_maps.c.account == account, field_maps.c.version.startswith(beginning, autoescape=True)
        )
        with self._engine.connect() as connection:
            found = connection.execute(query).all()
        return _used(found[0]) if len(found) == 1 else None

    def versions(self, account: str) -> list[UsedFieldMap]:
        """All versions that were used, the newest first."""
        query = select(field_maps).where(field_maps.c.account == account)
        with self._engine.connect() as connection:
            return [
                _used(row) for row in connection.execute(query.order_by(field_maps.c.first_used_at.desc()))
            ]

    def uses(self, account: str, limit: int = 20) -> list[FieldMapUse]:
        """The latest deliveries that used a field map, the newest first."""
        table = delivery_field_maps
        query = select(table).where(table.c.account == account).order_by(table.c.used_at.desc()).limit(limit)
        with self._engine.connect() as connection:
            return [
                FieldMapUse(
                    row.run_id, row.connector, row.event or None, row.account, row.version, row.used_at
                )
                for row in connection.execute(query)
            ]


def _used(row: Row[Any]) -> UsedFieldMap:
    return UsedFieldMap(row.account, row.version, json.loads(row.content), row.origin, row.first_used_at)
