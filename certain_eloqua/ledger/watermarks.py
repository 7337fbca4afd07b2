"""Watermarks: how far a source was read, in the source's own words, so that no clock of ours decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

from sqlalchemy import Engine, bindparam, delete, select

from certain_eloqua.ledger.deliveries import upsert
from certain_eloqua.ledger.tables import watermarks

_LOOK = "look/"
_TICK = "tick/"
_CREATED = "created/"


class Watermarks:
    """The watermarks of one ledger."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock

    def get(self, source: str) -> str | None:
        """How far the source was read; None before the first time."""
        with self._engine.connect() as connection:
            query = select(watermarks.c.watermark).where(watermarks.c.source == source)
            found: str | None = connection.execute(query).scalar_one_or_none()
            return found

    def move(self, source: str, watermark: str) -> None:
        """Everything up to this was read and recorded."""
        with self._engine.begin() as connection:
            values = {"source": source, "watermark": watermark, "moved_at": self._clock()}
            connection.execute(upsert(self._engine, watermarks), values)

    def look(self, connector: str, event: str, run_id: str) -> None:
        """A run has looked at an event and recorded what it saw."""
        self.move(f"{_LOOK}{connector}/{event}", run_id)

    def looks(self, connector: str) -> dict[str, datetime]:
        """When runs of a connector last looked at each event."""
        start = f"{_LOOK}{connector}/"
        query = select(watermarks.c.source, watermarks.c.moved_at).where(
            watermarks.c.source.startswith(start, autoescape=True)
        )
        with self._engine.connect() as connection:
            return {row.source.removeprefix(start): row.moved_at for row in connection.execute(query)}

    def look_again(self, connector: str, events: Iterable[str]) -> None:
        """Forget when these events were looked at, so that the sensors ask for a run of each."""
        sources = [{"one": f"{_LOOK}{connector}/{event}"} for event in events]
        if sources:
            with self._engine.begin() as connection:
                connection.execute(delete(watermarks).where(watermarks.c.source == bindparam("one")), sources)

    def created(self, connector: str) -> date | None:
        """The day from which a connector's schedule counts as created; None if none is recorded."""
        known = self.get(f"{_CREATED}{connector}")
        return date.fromisoformat(known) if known else None

    def record_creation(self, connector: str, day: date) -> None:
        """Record that day."""
        self.move(f"{_CREATED}{connector}", day.isoformat())

    def serve_ticks(self, connector: str, event: str | None, until: datetime) -> None:
        """A run has begun that serves the ticks of a connector's schedule up to this instant."""
        source = f"{_TICK}{connector}/{event or ''}"
        known = self.get(source)
        if known is None or datetime.fromisoformat(known) < until:
            self.move(source, until.isoformat())

    def served_ticks(self, connector: str) -> dict[str | None, datetime]:
        """Up to when the ticks of a connector's schedule were served, by event; None is the account."""
        start = f"{_TICK}{connector}/"
        query = select(watermarks.c.source, watermarks.c.watermark).where(
            watermarks.c.source.startswith(start, autoescape=True)
        )
        with self._engine.connect() as connection:
            return {
                row.source.removeprefix(start) or None: datetime.fromisoformat(row.watermark)
                for row in connection.execute(query)
            }
