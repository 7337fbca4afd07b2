"""When Dagster evaluates a schedule: as cron lines, because that is what the UI and the daemon understand."""

from datetime import timedelta
from typing import TYPE_CHECKING

from certain_eloqua.connectors.files.schedule import WEEKDAYS

if TYPE_CHECKING:
    from certain_eloqua.connectors.files.schedule import Schedule

QUARTER = timedelta(minutes=15)
"""The offsets of all zones of today are multiples of it."""

_LONG, _SHORT = "1,3,5,7,8,10,12", "4,6,9,11"
_ALL_BUT_FEBRUARY = "1,3-12"


def cron_of(schedule: "Schedule") -> list[str]:
    """The cron lines of a schedule: exact in a named zone, every quarter of an hour for zones of events.

    A line may fire when nothing is due, on 28 February of a leap year for the last day of a month; the
    evaluation decides.
    """
    hour, minute = map(int, (schedule.at or f"00:{schedule.minute or 0}").split(":"))
    if schedule.by_event_zone:
        quarters = ",".join(str(minute % 15 + start) for start in range(0, 60, 15))
        return [f"{quarters} * * * *"]
    if schedule.every == "hour":
        return [f"{minute} * * * *"]
    if schedule.every == "day":
        return [f"{minute} {hour} * * *"]
    if schedule.every == "week":
        day = (WEEKDAYS.index(schedule.weekday or "") + 1) % 7  # cron counts from Sunday
        return [f"{minute} {hour} * * {day}"]
    at = f"{minute} {hour}"
    lines = {
        29: [f"{at} 29 {_ALL_BUT_FEBRUARY} *", f"{at} 28,29 2 *"],
        30: [f"{at} 30 {_ALL_BUT_FEBRUARY} *", f"{at} 28,29 2 *"],
        31: [f"{at} 31 {_LONG} *", f"{at} 30 {_SHORT} *", f"{at} 28,29 2 *"],
    }
    return lines.get(schedule.day or 1, [f"{at} {schedule.day} * *"])
