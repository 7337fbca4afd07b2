"""An event's programme as Certain words it: sessions, agenda items, registrations, appointments, ratings.

Here its oddities end: lists named variously, tags as texts or objects, display texts with HTML escapes,
ratings by position. Columns are in `tables.py`.
Source: public clients of Standard 2.0 and of the API 2.0, and the public test suite of Certain's API.
"""

import html
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from certain_eloqua.clients.certain.paging import Collection
from certain_eloqua.clients.certain.tables import EXTRA, SESSION_REGISTRATION_SCHEMA
from certain_eloqua.clients.certain.values import as_list, as_text
from certain_eloqua.clients.errors import UnexpectedContent

Item = dict[str, Any]

STANDARD_PAGE_SIZE = 1_000
"""Registrations a page of the newer API: each carries all its sessions."""

SESSIONS = Collection("sessions", "sessions", "instanceId", "", counted=False)
SESSION_REGISTRATIONS = Collection("registrations", "data", "registrationCode", "", counted=False)
AGENDA_ITEMS = Collection("AgendaItem", "agendaItems", "activityCode", "activityCode_asc")
AGENDA_REGISTRATIONS = Collection(
    "RegistrationAgenda", "registrationAgendas", ("registrationCode", "activityCode"), "startDate_asc"
)
APPOINTMENTS = Collection("Appointments", "appointments", "appointmentId", "")
RATINGS = Collection(
    "SessionRating",
    "sessionRatings",
    ("registrationCode", "instanceId", "activityCode", "dateModified"),
    "",
)

_LISTS = ("data", "results", "registrations", "sessions")
_ESCAPED = ("sessionTitle", "sessionName", "typeName", "trackName", "locationName", "venue")
_SIDES = ("registration", "targetRegistration")
_SESSION_MEMBERS = tuple(SESSION_REGISTRATION_SCHEMA.names[2:-1])
_KNOWN = frozenset(_SESSION_MEMBERS)


def standard_page(answer: Any, collection: Collection, doing: str) -> Item:
    """An answer of the newer API in the shape of a page: its list under the collection's plural."""
    if isinstance(answer, list):
        return {collection.plural: answer}
    if isinstance(answer, dict):
        for name in (collection.plural, *_LISTS):
            if name in answer:
                total = answer.get("completeCollectionSize")
                return {collection.plural: as_list(answer[name]), "completeCollectionSize": total}
    raise UnexpectedContent(f"Certain: {doing}", f"an answer without a list of {collection.plural}")


def tags_of(item: Mapping[str, Any]) -> list[dict[str, str]]:
    """The tags of a thing as `{"name", "label"}`; each comes as an object or as a bare text."""
    found: dict[str, dict[str, str]] = {}
    for tag in (*as_list(item.get("tag"), "tag"), *as_list(item.get("tags"), "tag")):
        if isinstance(tag, Mapping):
            name = str(tag.get("name") or tag.get("tagName") or "")
            label = str(tag.get("label") or tag.get("tagLabel") or name)
        else:
            name = label = str(tag)
        if name:
            found.setdefault(name, {"name": name, "label": label})
    return list(found.values())


def with_tags(item: Item) -> Item:
    """The item with its tags as JSON text in `tags`."""
    bare = {name: value for name, value in item.items() if name != "tag"}
    return {**bare, "tags": json.dumps(tags_of(item), ensure_ascii=False)}


def session_row(item: Item) -> Item:
    """A session instance with plain texts and one name per member."""
    row = with_tags(item)
    for name, other in (
        ("sessionTitle", "name"),
        ("typeName", "sessionType"),
        ("level", "sessionLevel"),
        ("trackName", "eventTrack"),
    ):
        second = row.pop(other, None)
        if row.get(name) is None:
            row[name] = second
    return {name: _unescaped(value) if name in _ESCAPED else value for name, value in row.items()}


def appointment_row(item: Item) -> Item:
    """An appointment with the codes and types of its two sides, not their names, and each side's rating."""
    row = {name: value for name, value in item.items() if name not in _SIDES}
    ratings = [*as_list(item.get("appointmentRating")), None, None]
    for side, rating in zip(_SIDES, ratings, strict=False):
        person = item.get(side)
        person = person if isinstance(person, Mapping) else {}
        row[side] = {name: person.get(name) for name in ("regCode", "attendeeType")}
        row[f"rating.{side}"] = rating
    return row


def session_registration_batch(page: Iterable[Mapping[str, Any]]) -> pa.RecordBatch:
    """Registrations with their sessions as rows, one per registration and session instance."""
    outer: list[Mapping[str, Any]] = []
    inner: list[Mapping[str, Any]] = []
    for registration in page:
        sessions = [one for one in as_list(registration.get("sessions")) if isinstance(one, Mapping)]
        inner.extend(sessions)
        outer.extend([registration] * len(sessions))
    columns: dict[str, Sequence[str | None]] = {
        "eventCode": [as_text(one.get("eventCode")) for one in outer],
        "registrationCode": [as_text(one.get("registrationCode")) for one in outer],
    }
    for name in _SESSION_MEMBERS:
        shape = _unescaped if name in _ESCAPED else as_text
        columns[name] = [shape(one.get(name)) for one in inner]
    columns[EXTRA] = [_unknown(one) for one in inner]
    arrays = [pa.array(columns[name], pa.string()) for name in SESSION_REGISTRATION_SCHEMA.names]
    return pa.RecordBatch.from_arrays(arrays, schema=SESSION_REGISTRATION_SCHEMA)


def _unknown(session: Mapping[str, Any]) -> str | None:
    if len(session) <= len(_SESSION_MEMBERS) and not session.keys() - _KNOWN:
        return None
    unknown = {
        name: value for name, value in session.items() if name not in _KNOWN and not isinstance(value, list)
    }
    return json.dumps(unknown, ensure_ascii=False, sort_keys=True) if unknown else None


def _unescaped(value: Any) -> str | None:
    text = as_text(value)
    return html.unescape(text) if text and "&" in text else text
