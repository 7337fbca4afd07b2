"""Which events of which connectors have something to look at. Pure: what a sensor remembers goes in and out.

A tick reads what changed in the whole account since a watermark of the data, with an overlap. So rows come
again; those of the last tick are known by their digests. An event is due when a row of it is new, when it was
never looked at, and when a run that was asked for has not looked at it in time, for whatever reason.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

ASK_AGAIN_AFTER = timedelta(minutes=5)
"""How long a run that was asked for may take to look at its events, before another is asked for."""


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A registration that was read, by what may have changed of it. Without personal data."""

    event: str
    registration: str
    stamp: str
    status: str

    @property
    def digest(self) -> str:
        """The same for the same state of the same registration."""
        text = "\x1f".join((self.event, self.registration, self.stamp, self.status))
        return hashlib.blake2b(text.encode(), digest_size=5).hexdigest()


@dataclass(frozen=True, slots=True)
class Memory:
    """What a sensor remembers from tick to tick.

    Attributes:
        watermark: up to where the data was read, as Certain writes it.
        rows: digests of the rows of the last tick that the next one will read again.
        asked: when a run was asked for, by connector and event; until it has looked.
    """

    watermark: str = ""
    rows: frozenset[str] = frozenset()
    asked: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)

    def as_text(self) -> str:
        """For a sensor's cursor."""
        asked = {
            name: {event: at.isoformat() for event, at in events.items()}
            for name, events in self.asked.items()
        }
        return json.dumps({"watermark": self.watermark, "rows": sorted(self.rows), "asked": asked})

    @classmethod
    def from_text(cls, text: str) -> Memory:
        """From a sensor's cursor; empty when there is none yet."""
        if not text:
            return cls()
        stored = json.loads(text)
        asked = {
            name: {event: datetime.fromisoformat(at) for event, at in events.items()}
            for name, events in stored["asked"].items()
        }
        return cls(stored["watermark"], frozenset(stored["rows"]), asked)


def due_events(
    memory: Memory,
    rows: Iterable[ChangedRow],
    selected: Mapping[str, Iterable[str]],
    looked: Mapping[str, Mapping[str, datetime]],
    now: datetime,
) -> tuple[dict[str, list[str]], dict[str, dict[str, datetime]]]:
    """The events to run by connector, and what is asked for from now on.

    Args:
        memory: of the last tick.
        rows: what the account's registrations show since the watermark, with the overlap.
        selected: the events that each connector serves now.
        looked: when a run of the connector last looked at an event.
        now: the time of the tick.
    """
    changed = {row.event for row in rows if row.digest not in memory.rows}
    due: dict[str, list[str]] = {}
    asked: dict[str, dict[str, datetime]] = {}
    for connector, events in selected.items():
        before, seen = memory.asked.get(connector, {}), looked.get(connector, {})
        for event in events:
            at = before.get(event)
            if at is not None and event in seen and seen[event] > at:
                at = None  # it was looked at since
            late = at is not None and now - at > ASK_AGAIN_AFTER
            never = event not in seen and at is None
            if event in changed or late or never:
                due.setdefault(connector, []).append(event)
                at = now
            if at is not None:
                asked.setdefault(connector, {})[event] = at
    return due, asked
