"""Which events a connector serves: all, some by code, or those in a status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from certain_eloqua.domain.event import is_plain_code
from certain_eloqua.mapping import nearest

if TYPE_CHECKING:
    from certain_eloqua.connectors.files.schedule import AddError
    from certain_eloqua.domain.event import Event

FORMS = ("all", "a list of event codes", "{status: Live}")
EVENT_STATUSES = ("Planning", "Testing", "Live", "On-Site", "Postponed", "Cancelled", "Completed", "Archived")
"""Statuses named in Certain's help, for suggestions; an account may know others."""


@dataclass(frozen=True, slots=True)
class EventSelection:
    """All events if neither codes nor statuses are given."""

    codes: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()

    @property
    def all(self) -> bool:
        return not self.codes and not self.statuses

    def matches(self, event: Event) -> bool:
        """Whether the connector serves this event."""
        if self.codes:
            return event.code in self.codes
        return not self.statuses or event.status.lower() in {status.lower() for status in self.statuses}

    def __str__(self) -> str:
        if self.codes:
            return ", ".join(self.codes)
        return f"events that are {' or '.join(self.statuses)}" if self.statuses else "all events"


def read_events(content: Any, add_error: AddError) -> EventSelection | None:
    """The selection a file says; None if there is a fault, which was message."""
    if content == "all":
        return EventSelection()
    if isinstance(content, list) and content:
        return _codes(content, add_error)
    if isinstance(content, dict) and content:
        return _filter(content, add_error)
    meant = nearest(content, ("all",)) if isinstance(content, str) else None
    if isinstance(content, str) and meant is None:
        add_error(
            (), f"{content!r} stands alone; a single event is written as a list: [{content}]", allowed=FORMS
        )
    else:
        add_error((), f"{content!r} is not understood", allowed=FORMS, nearest=meant)
    return None


def _codes(content: list[Any], add_error: AddError) -> EventSelection | None:
    codes: list[str] = []
    for number, code in enumerate(content):
        if isinstance(code, bool) or not isinstance(code, (str, int)) or not str(code).strip():
            add_error((number,), f"{code!r} is not an event code", allowed=FORMS)
            return None
        if not is_plain_code(str(code).strip()):
            message = f"{code!r} cannot be an event code here"
            add_error((number,), message, allowed=("letters", "digits", "`_`", "`.`", "`-`"))
            return None
        codes.append(str(code).strip())
    return EventSelection(codes=tuple(dict.fromkeys(codes)))


def _filter(content: dict[str, Any], add_error: AddError) -> EventSelection | None:
    for key in content:
        if key != "status":
            add_error(
                (key,),
                f"events cannot be chosen by `{key}`",
                allowed=("status",),
                nearest=nearest(key, ("status",)),
            )
            return None
    given = content["status"]
    statuses = given if isinstance(given, list) else [given]
    if not statuses or not all(isinstance(one, str) and one.strip() for one in statuses):
        add_error(("status",), f"{given!r} is not an event status", allowed=EVENT_STATUSES)
        return None
    for number, one in enumerate(statuses):
        meant = nearest(one, EVENT_STATUSES)
        if meant and meant != one and one.casefold() != meant.casefold():
            location = ("status", number) if isinstance(given, list) else ("status",)
            add_error(location, f"{one!r} is not an event status", allowed=EVENT_STATUSES, nearest=meant)
            return None
    return EventSelection(statuses=tuple(one.strip() for one in statuses))
