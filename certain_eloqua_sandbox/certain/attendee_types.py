"""Attendee types of an event, with their inventory (capacity) and default status."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from certain_eloqua_sandbox.certain.answers import answer, stop
from certain_eloqua_sandbox.certain.members import Shape, body_of, change, insert, plain, read, require
from certain_eloqua_sandbox.certain.routes import API, SUITE
from certain_eloqua_sandbox.certain.scope import event_of
from certain_eloqua_sandbox.certain.searching import IN_EVENT, answer_search, parts
from certain_eloqua_sandbox.certain.stamps import stamp
from certain_eloqua_sandbox.certain.statuses import statuses_of
from certain_eloqua_sandbox.certain.tags import put_tags, tags_of
from certain_eloqua_sandbox.wire import Request, Response
from certain_eloqua_sandbox.world import World

TYPE = Shape(
    table="certain_attendee_types",
    key="pkAttendeeTypeId",
    plural="attendeeTypes",
    singular="attendeeType",
    members={
        "attendeeTypeCode": "text", "name": "text", "inventory": "number", "defaultStatus": "text",
        "isExhibitor": "flag", "isActive": "flag", "dateCreated": "time", "dateModified": "time",
    },
    writable=frozenset({"attendeeTypeCode", "name", "inventory", "defaultStatus", "isExhibitor", "isActive"}),
    required=("attendeeTypeCode", "name"),
)  # fmt: skip


def _render(world: World, request: Request, event: Any, rows: Sequence[Any]) -> Iterable[dict[str, Any]]:
    tags = None
    if "tags" in parts(request):
        tags = tags_of(world, "attendeeType", [row["pkAttendeeTypeId"] for row in rows])
    for row in rows:
        item = {"accountCode": event["accountCode"], "eventCode": event["eventCode"], **plain(row, TYPE)}
        if tags is not None:
            item["tag"] = tags.get(row["pkAttendeeTypeId"], [])
        yield item


def type_of(world: World, request: Request, event_id: int, code: str) -> Any:
    """Return the row of an attendee type."""
    row = find_type(world, event_id, code)
    return row or stop(request, 404, f"Attendee type {code} not found")


def find_type(world: World, event_id: int, code: str) -> Any:
    """Return the row of an attendee type, or ``None``."""
    return world.row(
        "SELECT * FROM certain_attendee_types WHERE pkEventId = ? AND attendeeTypeCode = ?", (event_id, code)
    )


@API.answers("GET", "/AttendeeType/{account}/{event}", source=SUITE)
def list_types(world: World, request: Request, account: str, event: str) -> Response:
    """List the attendee types of an event."""
    row = event_of(world, request, account, event)
    scope = {"o.pkEventId": row["eventId"]}
    return answer_search(
        world, request, TYPE, scope, lambda rows: _render(world, request, row, rows), IN_EVENT
    )


@API.answers("GET", "/AttendeeType/{account}/{event}/{code}", source=SUITE)
def read_type(world: World, request: Request, account: str, event: str, code: str) -> Response:
    """Read one attendee type."""
    row = event_of(world, request, account, event)
    found = type_of(world, request, row["eventId"], code)
    return answer(world, request, next(iter(_render(world, request, row, [found]))), "attendeeType")


def _values(world: World, request: Request, event: Any, body: dict[str, Any]) -> dict[str, Any]:
    values = read(request, body, TYPE)
    default = values.get("defaultStatus")
    if default and default not in statuses_of(world, event):
        stop(request, 400, f"Registration status '{default}' is not a status of event {event['eventCode']}")
    return values


@API.answers("POST", "/AttendeeType/{account}/{event}", source=SUITE)
def create_type(world: World, request: Request, account: str, event: str) -> Response:
    """Create an attendee type, or change the one with its code."""
    row = event_of(world, request, account, event)
    body = body_of(request)
    values = _values(world, request, row, body)
    require(request, values, TYPE)
    code = values["attendeeTypeCode"]
    if find_type(world, row["eventId"], code):
        return update_type(world, request, account, event, code)
    now = stamp(world)
    key = insert(
        world, TYPE.table, {**values, "pkEventId": row["eventId"], "dateCreated": now, "dateModified": now}
    )
    if body.get("tag") is not None:
        put_tags(world, request, account, "attendeeType", key, body["tag"])
    world.note("certain", "create", "attendee_type", code, {"event": event})
    return read_type(world, request, account, event, code)


@API.answers("POST", "/AttendeeType/{account}/{event}/{code}", source=SUITE)
def update_type(world: World, request: Request, account: str, event: str, code: str) -> Response:
    """Change an attendee type; its code stays."""
    row = event_of(world, request, account, event)
    found = type_of(world, request, row["eventId"], code)
    body = body_of(request)
    values = _values(world, request, row, body)
    values.pop("attendeeTypeCode", None)
    change(world, TYPE, found["pkAttendeeTypeId"], {**values, "dateModified": stamp(world)})
    if body.get("tag") is not None:
        put_tags(world, request, account, "attendeeType", found["pkAttendeeTypeId"], body["tag"])
    world.note("certain", "update", "attendee_type", code, {"event": event})
    return read_type(world, request, account, event, code)


@API.answers("DELETE", "/AttendeeType/{account}/{event}/{code}", source=SUITE)
def delete_type(world: World, request: Request, account: str, event: str, code: str) -> Response:
    """Make an attendee type inactive."""
    row = event_of(world, request, account, event)
    found = type_of(world, request, row["eventId"], code)
    change(world, TYPE, found["pkAttendeeTypeId"], {"isActive": 0, "dateModified": stamp(world)})
    world.note("certain", "delete", "attendee_type", code, {"event": event})
    return read_type(world, request, account, event, code)
