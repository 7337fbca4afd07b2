"""The `schedule` of a connector file, Certain's "Schedule Recurring Job", as a model like the settings.

First and last run are given by the event's dates, by the day of creation, or by the calendar. When the ticks
are is computed in `ticks.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, get_args
from zoneinfo import available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, model_validator
from pydantic_core import PydanticCustomError

from certain_eloqua.domain.event import ADMINISTRATION_ZONE, is_zone
from certain_eloqua.mapping import nearest

Frequency = Literal["hour", "day", "week", "month"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Basis = Literal["event_start", "event_end", "created", "date"]
WEEKDAYS: tuple[str, ...] = get_args(Weekday)
DETAILS: dict[str, tuple[str, ...]] = {
    "hour": ("minute",),
    "day": ("at",),
    "week": ("weekday", "at"),
    "month": ("day", "at"),
}
EVENT_ZONE = "event"
"""The value of `timezone` that means the zone of each event."""

MOST_DAYS = 3_660

_BASES = ("event_start", "event_end", "created")
_MOMENT = re.compile(r"(event_start|event_end|created)(?:\s*([+-])\s*(\d+)\s*days?)?")
_FORMS = ("event_start - 60 days", "event_end + 7 days", "created + 0 days", "2026-06-01")
_ACCOUNT_FORMS = ("created + 0 days", "2026-06-01")
_TIMES = ("00:00 to 23:59",)
_ZONES = (EVENT_ZONE, "a name such as America/New_York")
_ACCOUNT_ZONES = ("a name such as America/New_York",)

AddError = Callable[..., None]
"""Adds an error: `add_error(field, message, allowed=…, nearest=…)`."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A day: counted from a day of the event or from the day of creation, or a date."""

    basis: Basis
    days: int = 0
    fixed: date | None = None

    def __str__(self) -> str:
        if self.fixed:
            return self.fixed.isoformat()
        return f"{self.basis} {'-' if self.days < 0 else '+'} {abs(self.days)} days"


def refusal(
    message: str, *, field: str | None = None, allowed: tuple[str, ...] = (), meant: str | None = None
) -> PydanticCustomError:
    """An error of a validator with what `settings.py` reports: field, allowed values, nearest one."""
    facts = {"message": message, "field": field, "allowed": allowed, "nearest": meant}
    return PydanticCustomError("refused", "{message}", facts)


def _moment(value: Any) -> Moment:
    text = str(value).strip()
    try:
        return Moment("date", fixed=date.fromisoformat(text))
    except ValueError:
        pass
    found = _MOMENT.fullmatch(text)
    if not found:
        word = re.split(r"[\s+-]", text, maxsplit=1)[0]
        meant = nearest(word, _BASES) if word not in _BASES else None
        raise refusal(f"{text!r} is not understood", meant=meant)
    basis, sign, days = found[1], found[2], int(found[3] or 0)
    if basis == "created" and sign == "-" and days:
        raise refusal("a connector cannot run before it was created", allowed=("created + 0 days",))
    if days > MOST_DAYS:
        raise refusal(f"{days} days are more than ten years")
    return Moment(basis, -days if sign == "-" else days)  # type: ignore[arg-type]


def _account_moment(value: Any) -> Moment:
    made = _moment(value)
    if made.basis in ("event_start", "event_end"):
        raise refusal(f"{made.basis} has no meaning here: an account-level connector belongs to no event")
    return made


def _zone(value: Any) -> Any:
    if isinstance(value, str) and not is_zone(value):
        raise refusal(f"{value!r} is not a time zone", meant=nearest(value, sorted(available_timezones())))
    return value


def _event_or_zone(value: Any) -> Any:
    return value if value == EVENT_ZONE else _zone(value)


def _lowered(value: Any) -> Any:
    return value.lower() if isinstance(value, str) and value.lower() in WEEKDAYS else value


def _date(value: Any) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise refusal(f"{str(value)!r} is not a date") from None


def _allowed(*values: str) -> dict[str, Any]:
    """What messages show as allowed; see `settings.allowed_values`."""
    return {"allowed": list(values)}


class Schedule(BaseModel):
    """When a connector of events runs: a window of days, both inclusive, and how often within it."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    first_run: Annotated[Moment, PlainValidator(_moment, json_schema_input_type=str)] = Field(
        description="First day on which it runs.", json_schema_extra=_allowed(*_FORMS)
    )
    last_run: Annotated[Moment, PlainValidator(_moment, json_schema_input_type=str)] = Field(
        description="Last day on which it runs.", json_schema_extra=_allowed(*_FORMS)
    )
    every: Frequency = Field(description="How often it runs.")
    minute: int | None = Field(
        default=None,
        ge=0,
        le=59,
        description="For hour: minutes past the hour.",
        json_schema_extra=_allowed("0 to 59"),
    )
    at: str | None = Field(
        default=None,
        pattern=r"^([01]\d|2[0-3]):[0-5]\d$",
        description="For day, week and month: the time of day.",
        json_schema_extra=_allowed(*_TIMES),
    )
    weekday: Annotated[Weekday | None, BeforeValidator(_lowered)] = Field(
        default=None, description="For week: the day of the week."
    )
    day: int | None = Field(
        default=None,
        ge=1,
        le=31,
        description="For month: the day; 29 to 31 mean the last day of a shorter month.",
        json_schema_extra=_allowed("1 to 31"),
    )
    timezone: Annotated[str, BeforeValidator(_event_or_zone)] = Field(
        default=EVENT_ZONE,
        description="Zone of the times: that of each event, or a named one.",
        json_schema_extra=_allowed(*_ZONES),
    )
    created: Annotated[date | None, BeforeValidator(_date)] = Field(
        default=None,
        description="Day of creation, which `created` counts from. Left out: the day on which the schedule "
        "was first evaluated.",
        json_schema_extra=_allowed("2026-06-01"),
    )

    @model_validator(mode="after")
    def _details(self) -> Schedule:
        needed = DETAILS[self.every]
        for key in ("minute", "at", "weekday", "day"):
            given = getattr(self, key) is not None
            if key in needed and not given:
                what = f"is missing: every {self.every} needs {' and '.join(needed)}"
                raise refusal(what, field=key, allowed=_ALLOWED[key])
            if given and key not in needed:
                raise refusal(f"does not go with every {self.every}", field=key, allowed=needed)
        return self

    @model_validator(mode="after")
    def _order(self) -> Schedule:
        if _surely_after(self.first_run, self.last_run):
            message = f"the last run ({self.last_run}) is before the first ({self.first_run})"
            raise refusal(message, field="last_run")
        return self

    @property
    def by_event_zone(self) -> bool:
        """Whether each event's own zone counts."""
        return self.timezone == EVENT_ZONE

    @property
    def counts_from_creation(self) -> bool:
        """Whether the window depends on the day of creation."""
        return "created" in (self.first_run.basis, self.last_run.basis)

    def __str__(self) -> str:
        return f"{self.often}, from {self.first_run} to {self.last_run}"

    @property
    def often(self) -> str:
        """How often, in words."""
        detail = {
            "hour": f"at minute {self.minute or 0:02d}",
            "day": f"at {self.at}",
            "week": f"on {(self.weekday or '').title()} at {self.at}",
            "month": f"on day {self.day} at {self.at}",
        }[self.every]
        zone = "" if self.by_event_zone else f" ({self.timezone})"
        return f"every {self.every} {detail}{zone}"


class AccountSchedule(Schedule):
    """When a connector of the account runs. It has no event whose dates or zone could count."""

    first_run: Annotated[Moment, PlainValidator(_account_moment, json_schema_input_type=str)] = Field(
        description="First day on which it runs.", json_schema_extra=_allowed(*_ACCOUNT_FORMS)
    )
    last_run: Annotated[Moment, PlainValidator(_account_moment, json_schema_input_type=str)] = Field(
        description="Last day on which it runs.", json_schema_extra=_allowed(*_ACCOUNT_FORMS)
    )
    timezone: Annotated[str, BeforeValidator(_zone)] = Field(
        default=ADMINISTRATION_ZONE,
        description="Zone of the times.",
        json_schema_extra=_allowed(*_ACCOUNT_ZONES),
    )


SCHEDULES: dict[str, type[Schedule]] = {"account": AccountSchedule, "event": Schedule}
"""The model by the level of the kind."""

_ALLOWED: dict[str, tuple[str, ...]] = {
    "minute": ("0 to 59",),
    "at": _TIMES,
    "weekday": WEEKDAYS,
    "day": ("1 to 31",),
}


def _surely_after(first: Moment, last: Moment) -> bool:
    """Whether first is after last whatever the event's dates: only days of one basis can be compared."""
    if first.fixed and last.fixed:
        return first.fixed > last.fixed
    if first.basis == last.basis:
        return first.days > last.days
    return False
