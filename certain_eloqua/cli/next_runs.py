"""The next run of each connector with a schedule, from what is stored: nothing is asked of Certain."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from certain_eloqua.connectors.files.loader import Catalogue
    from certain_eloqua.domain.event import Event


@dataclass(frozen=True, slots=True)
class NextRun:
    """When a connector runs next.

    Attributes:
        at: the instant; None if no tick is left, or the dates of its events are not known here.
        event: whose tick it is; None for the account.
        timezone: the zone of the schedule's times.
        switched_on: whether the schedule is switched on in Dagster.
    """

    at: datetime | None
    event: str | None
    timezone: str
    switched_on: bool

    def as_json(self) -> dict[str, Any]:
        """Its members as `--json` prints them."""
        at = self.at.isoformat(timespec="seconds") if self.at else None
        return {"at": at, "event": self.event, "time_zone": self.timezone, "switched_on": self.switched_on}

    def __str__(self) -> str:
        if self.at is None:
            return "none"
        local = self.at.astimezone(ZoneInfo(self.timezone))
        where = f" {self.event}" if self.event else ""
        return f"{local:%Y-%m-%d %H:%M %Z}{where}{'' if self.switched_on else ' (off)'}"


def next_runs(catalogue: Catalogue) -> dict[str, NextRun]:
    """The next runs by connector, of those that have a schedule."""
    scheduled = [(one, one.schedule) for one in catalogue if one.schedule is not None]
    if not scheduled:
        return {}
    from certain_eloqua.connectors.files.due import next_run

    now = datetime.now(UTC)
    events = {one.code: one for one in known_events()}
    on = _switched_on([one.name for one, _ in scheduled])
    found = {}
    for one, schedule in scheduled:
        targets: list[Event | None] = [None] if one.events is None else [*one.selected(events.values())]
        created = _created(one.name, now) if schedule.counts_from_creation else now.date()
        at, target = next_run(schedule, targets, created, now) or (None, None)
        zone = events[target].timezone if target and schedule.by_event_zone else schedule.timezone
        found[one.name] = NextRun(at, target, "UTC" if at is None else zone, one.name in on)
    return found


def known_events() -> list[Event]:
    """The events as they were when certain/events was last materialized; none if it never was."""
    from certain_eloqua.assets.event_rows import event_of
    from certain_eloqua.resources.frame_store import frame_store
    from certain_eloqua.settings import Settings, SettingsError

    key = ("certain", "events")
    try:
        frames = frame_store(Settings.read())
    except SettingsError:
        return []
    if not frames.has(key, None):
        return []
    frame = frames.frame(key, None)
    return [found for code in frame["code"] if (found := event_of(frame, str(code)))]


def _created(connector: str, now: datetime) -> date:
    """The recorded day of creation; today if the schedule was never evaluated."""
    from certain_eloqua.ledger.errors import LedgerUnusable
    from certain_eloqua.resources.ledger import open_ledger
    from certain_eloqua.settings import Settings, SettingsError

    try:
        with open_ledger(Settings.read()) as ledger:
            return ledger.watermarks.created(connector) or now.date()
    except (SettingsError, LedgerUnusable):
        return now.date()


def _switched_on(names: list[str]) -> set[str]:
    home = os.environ.get("DAGSTER_HOME")
    if not home or not Path(home).is_dir():
        return set()
    import dagster as dg

    from certain_eloqua.schedules.connector_schedules import is_switched_on

    with dg.DagsterInstance.get() as instance:
        return {name for name in names if is_switched_on(instance, name)}
