"""Certain's values as they come: JSON that mirrors XML, stamps without a zone, booleans as words.

Source: "Certain API 2.0 — Developer Info" and what public clients of it had to cope with.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from certain_eloqua.domain.event import ADMINISTRATION_ZONE

STAMP_FORMAT = "%Y-%m-%dT%H:%M:%S"
"""Of filter values: whole seconds, no zone."""

OVERLAP = timedelta(minutes=10)
"""How far an incremental read goes back: `_after` may exclude its own second, and rows may commit late."""

OVERLAP_AT_CLOCK_CHANGE = timedelta(minutes=70)
"""Certain's stamps are wall-clock time, so an hour comes twice every autumn."""

_NEAR = timedelta(hours=2)


def as_list(member: Any, wrapper: str | None = None) -> list[Any]:
    """A repeated element: a single one may come as an object, an absent one as null.

    `wrapper` is the singular name that some lists are wrapped in: `{"question": [ … ]}`.
    """
    if member is None or member == "":
        return []
    if isinstance(member, list):
        return member
    if wrapper is not None and isinstance(member, Mapping) and wrapper in member:
        return as_list(member[wrapper])
    return [member]


def as_bool(member: Any) -> bool | None:
    """A boolean, also when written as a word; None when there is none."""
    if isinstance(member, bool):
        return member
    if member is None:
        return None
    word = str(member).strip().casefold()
    if word in ("true", "yes", "1"):
        return True
    if word in ("false", "no", "0"):
        return False
    return None


def as_text(member: Any) -> str | None:
    """A scalar as text; None stays None, which is not the same as blank."""
    if member is None:
        return None
    if isinstance(member, bool):
        return "true" if member else "false"
    return str(member)


def parse_stamp(text: str | None) -> datetime | None:
    """A local date-time without zone, as Certain writes it (also sessions' `MM/dd/yyyy HH:mm:ss`).

    None if there is none. Raises ValueError for a text that is no time.
    """
    if not text:
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return datetime.strptime(text, "%m/%d/%Y %H:%M:%S")  # noqa: DTZ007 - Certain's times have no zone
    return when.replace(tzinfo=None)


def filter_stamp(moment: datetime | str) -> str:
    """A moment as a filter value. Aware ones become U.S. Pacific wall-clock time, as Certain's stamps."""
    if isinstance(moment, str):
        parsed = parse_stamp(moment)
        if parsed is None:
            raise ValueError("an empty stamp")
        moment = parsed
    if moment.tzinfo is not None:
        moment = moment.astimezone(ZoneInfo(ADMINISTRATION_ZONE)).replace(tzinfo=None)
    return moment.strftime(STAMP_FORMAT)


def with_overlap(stamp: datetime | str) -> str:
    """The stamp to ask from when everything up to `stamp` has been seen."""
    seen = parse_stamp(filter_stamp(stamp))
    if seen is None:
        raise ValueError("an empty stamp")
    return filter_stamp(seen - (OVERLAP_AT_CLOCK_CHANGE if _clocks_change_near(seen) else OVERLAP))


def _clocks_change_near(moment: datetime) -> bool:
    zone = ZoneInfo(ADMINISTRATION_ZONE)
    before, after = ((moment + way * _NEAR).replace(tzinfo=zone).utcoffset() for way in (-1, 1))
    return before != after


def greatest_stamp(stamps: Iterable[str | None]) -> str | None:
    """The latest of the stamps; they sort as text. None if there are none."""
    return max((stamp for stamp in stamps if stamp), default=None)
