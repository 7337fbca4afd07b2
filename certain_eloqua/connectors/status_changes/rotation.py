"""Which events a sensor reads in a tick, where Certain can be asked by event only. Pure.

The calls of a tick are bounded, so events take turns: live ones, or those that changed a while ago,
have most of the turns; the others share the rest. Which rows changed is known by digests, see `due_events`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

BUSY_FOR = timedelta(minutes=30)
"""How long an event that has changed is among those that are read often."""

Target = tuple[str, str]
"""What is read: a source, such as `sessions`, and the code of an event."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What is remembered of one target.

    Attributes:
        since: up to where it was read, as Certain writes its times.
        rows: digests of the rows that the last read has given.
        number: of the read that was its last; 0 if there was none.
        changed: when a row of it was new.
    """

    since: str
    rows: frozenset[str] = frozenset()
    number: int = 0
    changed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a sensor remembers from tick to tick.

    Attributes:
        tick: counts the ticks.
        count: counts the reads.
        turns: by target.
        asked: when a run was asked for, by connector and event; until it has looked.
    """

    tick: int = 0
    count: int = 0
    turns: Mapping[Target, Turn] = field(default_factory=dict)
    asked: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)

    def as_text(self) -> str:
        """For a sensor's cursor."""
        turns = [
            [source, event, one.since, sorted(one.rows), one.number, _text(one.changed)]
            for (source, event), one in self.turns.items()
        ]
        asked = {name: {event: _text(at) for event, at in some.items()} for name, some in self.asked.items()}
        return json.dumps({"tick": self.tick, "count": self.count, "turns": turns, "asked": asked})

    @classmethod
    def from_text(cls, text: str) -> Rotation:
        """From a sensor's cursor; empty when there is none yet."""
        if not text:
            return cls()
        stored = json.loads(text)
        turns = {
            (source, event): Turn(since, frozenset(rows), number, _moment(changed))
            for source, event, since, rows, number, changed in stored["turns"]
        }
        asked = {
            name: {event: datetime.fromisoformat(at) for event, at in some.items()}
            for name, some in stored["asked"].items()
        }
        return cls(stored["tick"], stored["count"], turns, asked)

    def next(
        self, targets: Iterable[Target], live: Iterable[str], stamp: str, reads: int, now: datetime
    ) -> tuple[Rotation, list[Target], set[Target]]:
        """The next tick: what is remembered of the targets, which of them it reads, and which are new.

        A new target is remembered with the newest stamp of the account: everything later is read in its turn,
        and what was before is for a run of it to see.

        Args:
            targets: all that is served now; others are forgotten.
            live: events that are live now.
            stamp: the newest one in the account.
            reads: how many targets are read at most.
            now: the time of the tick.
        """
        wanted = list(targets)
        new = {one for one in wanted if one not in self.turns}
        turns = {one: self.turns.get(one) or Turn(stamp) for one in wanted}
        current = set(live)
        old = [one for one in wanted if one not in new]
        often = [one for one in old if one[1] in current or _is_busy(turns[one], now)]
        seldom = [one for one in old if one not in set(often)]
        for group in (often, seldom):
            group.sort(key=lambda one: (turns[one].number, one))
        chosen = _share(often, seldom, reads, self.tick)
        return replace(self, tick=self.tick + 1, turns=turns), chosen, new

    def read(self, target: Target, stamp: str, rows: frozenset[str], now: datetime) -> tuple[Rotation, bool]:
        """A target was read: with its rows, and whether one of them is new."""
        before = self.turns[target]
        found = bool(rows - before.rows)
        turn = Turn(stamp, rows, self.count + 1, now if found else before.changed)
        return replace(self, count=self.count + 1, turns={**self.turns, target: turn}), found

    def passed_over(self, target: Target) -> Rotation:
        """A target could not be read: it has its next turn after the others, from where it was read last."""
        turn = replace(self.turns[target], number=self.count + 1)
        return replace(self, count=self.count + 1, turns={**self.turns, target: turn})


def _share(often: Sequence[Target], seldom: Sequence[Target], reads: int, tick: int) -> list[Target]:
    """Most reads for those that are read often, one for the others; with one read they take turns."""
    if not often or not seldom:
        return [*often, *seldom][:reads]
    if reads == 1:
        return [seldom[0] if tick % 4 == 3 else often[0]]
    first = list(often[: reads - 1])
    return first + list(seldom[: reads - len(first)])


def _is_busy(turn: Turn, now: datetime) -> bool:
    return turn.changed is not None and now - turn.changed < BUSY_FOR


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
