"""Reading the values of an account for templates and questions: few calls, however large the account is."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from certain_eloqua.clients.errors import ClientError
from certain_eloqua.connectors.contract.account_values import (
    CERTAIN_SUBJECTS,
    ELOQUA_SUBJECTS,
    AccountValues,
    Value,
)
from certain_eloqua.domain.event import Event, latest_events

if TYPE_CHECKING:
    from certain_eloqua.clients.certain import CertainClient
    from certain_eloqua.clients.eloqua import EloquaClient

MOST_EVENTS = 5
"""Events whose values are read when none is named: the latest ones."""
MOST_VALUES = 500
"""Values of one subject that are read; an account may have many thousand lists."""

_FOR_EVENTS: Mapping[str, str] = {
    "registration_statuses": "statuses",
    "registration_status_tags": "statuses",
    "attendee_types": "types",
    "attendee_type_tags": "types",
    "sessions": "sessions",
    "session_tags": "sessions",
    "agenda_items": "items",
    "agenda_item_tags": "items",
    "item_tags": "sessions, items",
}


def read_eloqua(
    client: EloquaClient, subjects: Collection[str], codes: Collection[str] = ()
) -> AccountValues:
    """The wanted values of Eloqua, which are the same for all events."""
    del codes
    readers: Mapping[str, Callable[[], Iterable[Value]]] = {
        "contact_lists": lambda: (Value(one.name) for one in client.iter_contact_lists()),
        "custom_objects": lambda: map(Value, client.custom_objects.names()),
        "campaigns": lambda: (Value(one.id, one.name) for one in client.activity_types.campaigns()),
        "contact_fields": lambda: (Value(one.internal_name, one.name) for one in client.contact_fields()),
    }
    try:
        read = {subject: _some(readers[subject]()) for subject in readers if subject in subjects}
    except ClientError as error:
        return AccountValues(unread={"Eloqua": error.came_back})
    return AccountValues(read)


def read_certain(
    client: CertainClient, subjects: Collection[str], codes: Collection[str] = ()
) -> AccountValues:
    """The wanted values of Certain; of the named events, or of the latest ones.

    Raises:
        ValueError: the account has no event of a named code.
    """
    try:
        events = list(client.iter_events(("answers",) if "event_questions" in subjects else ()))
        missing = sorted(set(codes) - {event.code for event in events})
        if missing:
            raise ValueError(f"Certain has no event {missing[0]!r} in this account")
        chosen = (
            [event for event in events if event.code in codes]
            if codes
            else latest_events(events, MOST_EVENTS)
        )
        read = dict(_certain_values(client, subjects, events, chosen))
    except ClientError as error:
        return AccountValues(unread={"Certain": error.came_back})
    return AccountValues(
        read, events=tuple(event.code for event in chosen), more_events=len(events) - len(chosen)
    )


def together(*parts: AccountValues) -> AccountValues:
    """What was read of several platforms as one."""
    return AccountValues(
        {subject: values for part in parts for subject, values in part.values.items()},
        {title: reason for part in parts for title, reason in part.unread.items()},
        tuple(code for part in parts for code in part.events),
        sum(part.more_events for part in parts),
    )


READERS: Mapping[str, tuple[Collection[str], Callable[..., AccountValues]]] = {
    "eloqua": (ELOQUA_SUBJECTS, read_eloqua),
    "certain": (CERTAIN_SUBJECTS, read_certain),
}
"""By platform: the subjects whose values it has, and what reads them: client, subjects, codes of events."""


def _certain_values(
    client: CertainClient, subjects: Collection[str], events: list[Event], chosen: list[Event]
) -> Iterator[tuple[str, tuple[Value, ...]]]:
    yield "events", _some(Value(event.code, event.name) for event in events)
    answers = (answer for event in events for answer in event.answers)
    if "event_questions" in subjects:
        yield "event_questions", _some(Value(one.name or one.code, one.label) for one in answers)
    needed = {what for subject in subjects for what in _FOR_EVENTS.get(subject, "").split(", ")}
    codes = [event.code for event in chosen]
    if "statuses" in needed:
        statuses = [one for code in codes for one in client.registration_statuses(code)]
        yield "registration_statuses", _some(Value(one.label) for one in statuses)
        yield "registration_status_tags", _some(Value(tag) for one in statuses for tag in one.tags)
    if "types" in needed:
        types = [one for code in codes for page in client.iter_attendee_type_pages(code) for one in page]
        yield "attendee_types", _coded(types, "attendeeTypeCode", "name")
        yield "attendee_type_tags", _tags(types)
    sessions, items = [], []
    if "sessions" in needed:
        sessions = [one for code in codes for page in client.iter_session_pages(code) for one in page]
        yield "sessions", _coded(sessions, "sessionCode", "sessionTitle")
        yield "session_tags", _tags(sessions)
    if "items" in needed:
        items = [one for code in codes for page in client.iter_agenda_item_pages(code) for one in page]
        yield "agenda_items", _coded(items, "activityCode", "name")
        yield "agenda_item_tags", _tags(items)
    if "item_tags" in subjects:
        yield "item_tags", _tags([*sessions, *items])


def _coded(rows: Iterable[Mapping[str, Any]], code: str, name: str) -> tuple[Value, ...]:
    return _some(Value(str(row.get(code) or ""), str(row.get(name) or "")) for row in rows)


def _tags(rows: Iterable[Mapping[str, Any]]) -> tuple[Value, ...]:
    found = (tag for row in rows for tag in json.loads(row.get("tags") or "[]"))
    return _some(Value(str(tag.get("name") or ""), str(tag.get("label") or "")) for tag in found)


def _some(values: Iterable[Value]) -> tuple[Value, ...]:
    """Each value once, no blank ones, up to the ceiling."""
    seen: dict[str, Value] = {}
    for one in islice((one for one in values if one.value), MOST_VALUES * 10):
        seen.setdefault(one.value, one)
        if len(seen) == MOST_VALUES:
            break
    return tuple(seen.values())
