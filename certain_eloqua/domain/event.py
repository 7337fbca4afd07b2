"""An event, its place in an account, and its times."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

ADMINISTRATION_ZONE = "America/Los_Angeles"
"""The administration side of Certain always works in U.S. Pacific time (Certain help, "Event Details")."""

# Labels people pick in Certain's event page, for the names computers use. The exact wording the API sends was
# not published, so IANA names are understood too, and labels are compared without case and punctuation.
_ZONE_LABELS = {
    "pacific time us canada": "America/Los_Angeles",
    "pacific time": "America/Los_Angeles",
    "mountain time us canada": "America/Denver",
    "mountain time": "America/Denver",
    "arizona": "America/Phoenix",
    "central time us canada": "America/Chicago",
    "central time": "America/Chicago",
    "eastern time us canada": "America/New_York",
    "eastern time": "America/New_York",
    "atlantic time canada": "America/Halifax",
    "alaska": "America/Anchorage",
    "hawaii": "Pacific/Honolulu",
    "greenwich mean time": "Europe/London",
    "dublin edinburgh lisbon london": "Europe/London",
    "london": "Europe/London",
    "central european time": "Europe/Berlin",
    "amsterdam berlin bern rome stockholm vienna": "Europe/Berlin",
    "brussels copenhagen madrid paris": "Europe/Paris",
    "eastern european time": "Europe/Athens",
    "dubai": "Asia/Dubai",
    "abu dhabi muscat": "Asia/Dubai",
    "india": "Asia/Kolkata",
    "chennai kolkata mumbai new delhi": "Asia/Kolkata",
    "singapore": "Asia/Singapore",
    "hong kong": "Asia/Hong_Kong",
    "tokyo": "Asia/Tokyo",
    "sydney": "Australia/Sydney",
    "utc": "UTC",
    "gmt": "UTC",
}


def zone_name(label: str | None) -> str | None:
    """The IANA name for an IANA name or a label as Certain shows it; None if we do not know it."""
    text = (label or "").strip()
    if not text:
        return None
    if is_zone(text):
        return text
    plain = "".join(c if c.isalnum() or c.isspace() else " " for c in text.replace(".", ""))
    words = " ".join(plain.casefold().split())
    # "(GMT-08:00) Pacific Time (US & Canada)" keeps its offset in front
    bare = words.removeprefix("gmt ").removeprefix("utc ").lstrip("0123456789 ")
    return _ZONE_LABELS.get(words) or _ZONE_LABELS.get(bare)


def is_zone(name: str) -> bool:
    """Whether this computer knows a zone of this IANA name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


@dataclass(frozen=True)
class EventAnswer:
    """An event's answer to a question of the account, such as its campaign."""

    name: str
    label: str
    code: str
    value: str


@dataclass(frozen=True)
class Event:
    """One event. `code` is unique in the account and is the partition key.

    `starts` and `ends` are aware, in the event's zone; None when Certain has none. `timezone` is an IANA
    name, `timezone_label` is what Certain said. When the label is unknown to us `timezone` is U.S. Pacific,
    Certain's default, and `timezone_is_guessed` says so. `answers` are to event questions, where
    they were read.
    """

    code: str
    name: str
    account_code: str
    status: str
    starts: datetime | None
    ends: datetime | None
    timezone: str
    timezone_label: str = ""
    timezone_is_guessed: bool = False
    is_active: bool = True
    answers: tuple[EventAnswer, ...] = field(default=(), compare=False)


def latest_events(events: Iterable[Event], number: int) -> list[Event]:
    """The events that start last, the latest first; those without a date at the end."""
    return sorted(events, key=lambda one: one.starts.timestamp() if one.starts else 0, reverse=True)[:number]


# Codes are keys of partitions and names of folders: `...`, `,` and `|` mean ranges and lists, `/` a folder.
_PLAIN_CODE = re.compile(r"(?!\.+$)[A-Za-z0-9_.-]+")


def is_plain_code(code: str) -> bool:
    """Whether an event's code can be chosen: letters, digits, `_`, `.` and `-`, no `...` in it."""
    return _PLAIN_CODE.fullmatch(code) is not None and "..." not in code and len(code) <= 100
