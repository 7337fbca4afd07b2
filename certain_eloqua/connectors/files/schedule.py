"""When a connector runs: Certain's "Schedule Recurring Job", read strictly and kept; acted on by schedules.

First and last run are given by the event's dates, by the day the connector was made, or by the calendar.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from certain_eloqua.connectors.contract.kind import Level
from certain_eloqua.mapping import nearest

Frequency = Literal["hour", "day", "week", "month"]
FREQUENCIES: tuple[str, ...] = get_args(Frequency)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
BASES = ("event_start", "event_end", "created")
DETAILS: dict[str, tuple[str, ...]] = {
    "hour": ("minute",),
    "day": ("at",),
    "week": ("weekday", "at"),
    "month": ("day", "at"),
}
KEYS = ("first_run", "last_run", "every", "minute", "at", "weekday", "day")
MOST_DAYS = 3_660

_MOMENT = re.compile(r"(event_start|event_end|created)(?:\s*([+-])\s*(\d+)\s*days?)?")
_FORMS = ("event_start - 60 days", "event_end + 7 days", "created + 0 days", "2026-06-01")
_ACCOUNT_FORMS = ("created + 0 days", "2026-06-01")

AddError = Callable[..., None]
"""Adds an error: `add_error(field, message, allowed=…, nearest=…)`."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A day: counted from a day of the event or from the connector's making, or a date."""

    basis: Literal["event_start", "event_end", "created", "date"]
    days: int = 0
    date: date | None = None

    def __str__(self) -> str:
        if self.date:
            return self.date.isoformat()
        return f"{self.basis} {'-' if self.days < 0 else '+'} {abs(self.days)} days"


@dataclass(frozen=True, slots=True)
class Schedule:
    """First and last day (both inclusive), and how often between them."""

    first_run: Moment
    last_run: Moment
    every: Frequency
    minute: int = 0  # every hour
    at: str = "00:00"  # every day, week, month
    weekday: str | None = None
    day: int | None = None  # 29 to 31 mean the last day of a shorter month

    def __str__(self) -> str:
        detail = {
            "hour": f"at minute {self.minute:02d}",
            "day": f"at {self.at}",
            "week": f"on {(self.weekday or '').title()} at {self.at}",
            "month": f"on day {self.day} at {self.at}",
        }[self.every]
        return f"every {self.every} {detail}, from {self.first_run} to {self.last_run}"


def read_schedule(content: Any, level: Level, add_error: AddError) -> Schedule | None:
    """The schedule a file says; None if there is a fault, which was message."""
    if not isinstance(content, dict):
        add_error((), "must have first_run, last_run and every", allowed=KEYS)
        return None
    faults = 0

    def tell(field: str, message: str, **more: Any) -> None:
        nonlocal faults
        faults += 1
        add_error((field,), message, **more)

    for key in content:
        if key not in KEYS:
            tell(key, f"`{key}` is not known", allowed=KEYS, nearest=nearest(key, KEYS))
    first = _moment(content, "first_run", level, tell)
    last = _moment(content, "last_run", level, tell)
    every = content.get("every")
    if every is None:
        tell("every", "is missing", allowed=FREQUENCIES)
    elif every not in FREQUENCIES:
        tell(
            "every", f"{every!r} is not known", allowed=FREQUENCIES, nearest=nearest(str(every), FREQUENCIES)
        )
    else:
        _details(content, every, tell)
    if first and last and _surely_after(first, last):
        tell("last_run", f"the last run ({last}) is before the first ({first})")
    if faults or first is None or last is None or every not in FREQUENCIES:
        return None
    return Schedule(
        first,
        last,
        every,
        minute=content.get("minute", 0),
        at=content.get("at", "00:00"),
        weekday=str(content["weekday"]).lower() if "weekday" in content else None,
        day=content.get("day"),
    )


def _moment(content: dict[str, Any], key: str, level: Level, tell: AddError) -> Moment | None:
    forms = _ACCOUNT_FORMS if level == "account" else _FORMS
    value = content.get(key)
    if value is None:
        tell(key, "is missing", allowed=forms)
        return None
    text = str(value).strip()
    try:
        return Moment("date", date=date.fromisoformat(text))
    except ValueError:
        pass
    found = _MOMENT.fullmatch(text)
    if not found:
        word = re.split(r"[\s+-]", text, maxsplit=1)[0]
        meant = nearest(word, BASES) if word not in BASES else None
        tell(key, f"{text!r} is not understood", allowed=forms, nearest=meant)
        return None
    basis, sign, days = found[1], found[2], int(found[3] or 0)
    if level == "account" and basis != "created":
        tell(
            key, f"{basis} has no meaning here: an account-level connector belongs to no event", allowed=forms
        )
        return None
    if basis == "created" and sign == "-" and days:
        tell(key, "a connector cannot run before it was created", allowed=("created + 0 days",))
        return None
    if days > MOST_DAYS:
        tell(key, f"{days} days are more than ten years")
        return None
    return Moment(basis, -days if sign == "-" else days)  # type: ignore[arg-type]


def _details(content: dict[str, Any], every: str, tell: AddError) -> None:
    needed = DETAILS[every]
    for key in ("minute", "at", "weekday", "day"):
        if key in needed:
            if content.get(key) is None:
                tell(key, f"is missing: every {every} needs {' and '.join(needed)}", allowed=_allowed(key))
            else:
                _detail(key, content[key], tell)
        elif key in content:
            tell(key, f"does not go with every {every}", allowed=needed)


def _detail(key: str, value: Any, tell: AddError) -> None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if key == "minute" and not (whole and 0 <= value <= 59):
        tell(key, f"{value!r} is not a minute of the hour", allowed=_allowed(key))
    elif key == "day" and not (whole and 1 <= value <= 31):
        tell(key, f"{value!r} is not a day of the month", allowed=_allowed(key))
    elif key == "weekday" and str(value).lower() not in WEEKDAYS:
        tell(key, f"{value!r} is not a weekday", allowed=WEEKDAYS, nearest=nearest(str(value), WEEKDAYS))
    elif key == "at" and not (isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value)):
        tell(key, f"{value!r} is not a time of day", allowed=_allowed(key))


def _allowed(key: str) -> tuple[str, ...]:
    return {
        "minute": ("0 to 59",),
        "at": ("00:00 to 23:59",),
        "weekday": WEEKDAYS,
        "day": ("1 to 31",),
    }[key]


def _surely_after(first: Moment, last: Moment) -> bool:
    """Whether first comes after last whatever the event's dates: only days of one kind can be compared."""
    if first.date and last.date:
        return first.date > last.date
    if first.basis == last.basis:
        return first.days > last.days
    return False
