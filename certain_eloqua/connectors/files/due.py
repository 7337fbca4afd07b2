"""Which events of a connector's schedule are due now, and in words why the others are not. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from certain_eloqua.connectors.files.schedule import Schedule
from certain_eloqua.connectors.files.ticks import NoWindow, Window, latest_tick, next_tick, window_of
from certain_eloqua.domain.event import Event

Target = str | None
"""The code of an event; None for the account."""


@dataclass(frozen=True, slots=True)
class History:
    """What happened before.

    Attributes:
        switched_on: when the schedule was switched on; earlier ticks do not count.
        created: the day from which `created` counts.
        served: up to when the ticks of each target were run.
        active: the runs that have not ended, by target.
    """

    switched_on: datetime
    created: date
    served: Mapping[Target, datetime] = field(default_factory=dict)
    active: Mapping[Target, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Due:
    """Targets with their latest tick that was not run, and the reason of every other one."""

    ticks: Mapping[Target, datetime]
    reasons: Mapping[Target, str]
    following: tuple[datetime, Target] | None

    def in_words(self, shown: int = 5) -> str:
        """Why nothing runs."""
        if not self.reasons:
            return "The connector selects no event now."
        found: dict[str, list[str]] = {}
        for target, reason in self.reasons.items():
            found.setdefault(reason, []).append(target or "the account")
        parts = []
        for reason, targets in found.items():
            more = f" and {len(targets) - shown} more" if len(targets) > shown else ""
            parts.append(f"{', '.join(targets[:shown])}{more}: {reason}")
        more = f" | and {len(parts) - 2 * shown} more" if len(parts) > 2 * shown else ""
        return " | ".join(parts[: 2 * shown]) + more


def due_now(schedule: Schedule, events: Iterable[Event | None], history: History, now: datetime) -> Due:
    """What a schedule has to run at an instant.

    However many ticks of a target were missed, it is due once.
    """
    ticks: dict[Target, datetime] = {}
    reasons: dict[Target, str] = {}
    coming: list[tuple[datetime, str]] = []
    for event in events:
        target = event.code if event else None
        try:
            window = window_of(schedule, event, history.created)
        except NoWindow as problem:
            reasons[target] = str(problem)
            continue
        after = max(history.switched_on, history.served.get(target, history.switched_on))
        tick = latest_tick(schedule, window, now, after)
        if tick is None:
            following = next_tick(schedule, window, now)
            reasons[target] = _why_not(window, following, now)
            if following:
                coming.append((following, target or ""))
        elif target in history.active:
            reasons[target] = (
                f"run {history.active[target][:8]} has not ended; due since {_local(tick, window)}"
            )
        else:
            ticks[target] = tick
    first = min(coming, default=None)
    return Due(ticks, reasons, (first[0], first[1] or None) if first else None)


def next_run(
    schedule: Schedule, events: Iterable[Event | None], created: date, now: datetime
) -> tuple[datetime, Target] | None:
    """The next tick of all targets, and whose it is; None if there is none."""
    return due_now(schedule, events, History(now, created), now).following


def _why_not(window: Window, following: datetime | None, now: datetime) -> str:
    today = now.astimezone(window.zone).date()
    if following is None:
        return f"there is no tick any more, the window was {window}"
    if today < window.first:
        return f"its window is {window}, the first tick {_local(following, window)}"
    return f"the next tick is {_local(following, window)}"


def _local(instant: datetime, window: Window) -> str:
    return f"{instant.astimezone(window.zone):%Y-%m-%d %H:%M} ({window.zone.key})"
