"""When a schedule is due: the window of an event, the ticks between two instants, the next and the latest.

Pure functions over wall clocks and instants. A day of the schedule is a day of the wall clock in its zone;
what comes out is aware UTC.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from certain_eloqua.connectors.files.schedule import WEEKDAYS, Moment, Schedule
from certain_eloqua.domain.event import Event

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_AT_MOST = 2 * 24 * 60
"""Minutes that a zone may skip at once: Samoa left out a whole day in 2011."""


@dataclass(frozen=True, slots=True)
class Window:
    """The days on which a connector runs for an event, both inclusive, in a zone."""

    first: date
    last: date
    zone: ZoneInfo

    def __str__(self) -> str:
        return f"{self.first} to {self.last} ({self.zone.key})"


class NoWindow(Exception):
    """The window of an event cannot be known; the message has the reason."""


def window_of(schedule: Schedule, event: Event | None, created: date) -> Window:
    """The window of an event now. Event dates are days of the event's own zone.

    Args:
        schedule: the connector's.
        event: as Certain describes it; None for a connector of the account.
        created: the day from which `created` counts, if the schedule does not state one.

    Raises:
        NoWindow: the event has no date that the schedule needs.
    """
    created = schedule.created or created
    zone = event.timezone if event is not None and schedule.by_event_zone else schedule.timezone
    first, last = (_day(moment, event, created) for moment in (schedule.first_run, schedule.last_run))
    return Window(first, last, ZoneInfo(zone))


def ticks_between(schedule: Schedule, window: Window, after: datetime, until: datetime) -> Iterator[datetime]:
    """The instants at which the schedule is due, later than `after` and not later than `until`, in order."""
    last = None
    for day in _days(window, _local_day(after, window) - 2 * _DAY, _local_day(until, window) + _DAY):
        for wall in _walls(schedule, day):
            tick = instant_of(wall, window.zone)
            if tick > until:
                return
            if tick > after and tick != last:  # a skipped time may run at the minute of the next one
                yield tick
            last = tick


def next_tick(schedule: Schedule, window: Window, after: datetime) -> datetime | None:
    """The first instant later than `after` at which the schedule is due; None if there is none any more."""
    end = instant_of(datetime.combine(window.last, time.max), window.zone) + 2 * _DAY
    start = instant_of(datetime.combine(window.first, time.min), window.zone) - _MINUTE
    return next(ticks_between(schedule, window, max(after, start), end), None)


def latest_tick(schedule: Schedule, window: Window, until: datetime, after: datetime) -> datetime | None:
    """The last instant at which the schedule was due, not later than `until` and later than `after`."""
    day = min(_local_day(until, window) + _DAY, window.last)
    earliest = max(_local_day(after, window) - 2 * _DAY, window.first)
    while day >= earliest:
        for wall in reversed(list(_walls(schedule, day))):
            tick = instant_of(wall, window.zone)
            if tick <= until:
                return tick if tick > after else None
        day -= _DAY
    return None


def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a time on the wall clock: for a skipped one the next valid minute, of two the second.

    Dagster's cron schedules choose the same, so that a tick of the UI is a tick here.
    """
    for _ in range(_AT_MOST):
        instant = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None, fold=0) == wall:
            return instant
        wall = wall.replace(second=0, microsecond=0) + _MINUTE
    raise ValueError(f"{zone.key} has no valid time after {wall}")


def _day(moment: Moment, event: Event | None, created: date) -> date:
    if moment.fixed is not None:
        return moment.fixed
    if moment.basis == "created":
        base = created
    else:
        at = None if event is None else event.starts if moment.basis == "event_start" else event.ends
        if at is None or event is None:
            name = "start" if moment.basis == "event_start" else "end"
            raise NoWindow(f"Certain has no {name} date for it")
        base = at.astimezone(ZoneInfo(event.timezone)).date()
    return base + timedelta(days=moment.days)


def _local_day(instant: datetime, window: Window) -> date:
    return instant.astimezone(window.zone).date()


def _days(window: Window, first: date, last: date) -> Iterator[date]:
    day, end = max(first, window.first), min(last, window.last)
    while day <= end:
        yield day
        day += _DAY


def _walls(schedule: Schedule, day: date) -> Iterator[datetime]:
    """The times of the wall clock at which the schedule is due on a day."""
    if schedule.every == "hour":
        minute = schedule.minute or 0
        yield from (datetime.combine(day, time(hour, minute)) for hour in range(24))
        return
    if schedule.every == "week" and WEEKDAYS[day.weekday()] != schedule.weekday:
        return
    if schedule.every == "month":
        length = calendar.monthrange(day.year, day.month)[1]
        if day.day != min(schedule.day or 1, length):
            return
    yield datetime.combine(day, time.fromisoformat(schedule.at or "00:00"))
