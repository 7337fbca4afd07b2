"""Sessions and their instances (Standard 2.0): created, scheduled, published.

One session has one or more instances, each with a place and a time of its own; people register for
instances. Texts are HTML-escaped and times read ``MM/dd/yyyy HH:mm:ss``, as observed.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from certain_eloqua_sandbox.certain.access import lineage
from certain_eloqua_sandbox.certain.answers import stop
from certain_eloqua_sandbox.certain.locations import find_location
from certain_eloqua_sandbox.certain.members import Shape, body_of, change, insert, read
from certain_eloqua_sandbox.certain.routes import CLIENTS, EVENT, STANDARD, SUITE
from certain_eloqua_sandbox.certain.scope import event_of
from certain_eloqua_sandbox.certain.stamps import STANDARD_FORM, parsed, stamp, standard
from certain_eloqua_sandbox.certain.tags import put_tags, tags_of
from certain_eloqua_sandbox.wire import Request, Response, json_response
from certain_eloqua_sandbox.world import World

QUALIFIED, SCHEDULED, PUBLISHED = "Qualified", "Scheduled", "Published"
MOST_INSTANCES = 50

SESSION = Shape(
    table="certain_sessions",
    key="sessionId",
    plural="sessions",
    singular="session",
    members={
        "sessionCode": "text", "sessionTitle": "text", "sessionDescription": "text", "abstractDesc": "text",
        "typeName": "text", "level": "text", "trackName": "text", "trackColour": "text", "duration": "number",
        "capacity": "number", "points": "number", "notes": "text", "isActive": "flag",
    },
    writable=frozenset(
        {
            "sessionCode", "sessionTitle", "sessionDescription", "abstractDesc", "typeName", "level",
            "trackName", "trackColour", "duration", "capacity", "points", "notes", "isActive",
        }
    ),
    required=("sessionCode", "sessionTitle"),
)  # fmt: skip
INPUT_NAMES = {
    "name": "sessionTitle", "sessionType": "typeName", "sessionLevel": "level", "eventTrack": "trackName",
    "sessionTrack": "trackName",
}  # fmt: skip


def escaped(text: str | None) -> str | None:
    """Return a display text as this API prints it."""
    return None if text is None else html.escape(text, quote=False)


def instances(world: World, event: Any) -> list[dict[str, Any]]:
    """Return all session instances of an event, flat, as the API answers them."""
    rows = world.rows(
        "SELECT s.*, i.*, s.dateModified AS sessionModified, i.dateModified AS instanceModified"
        " FROM certain_sessions s JOIN certain_instances i USING (sessionId)"
        " WHERE s.pkEventId = ? ORDER BY i.instanceId",
        (event["eventId"],),
    )
    tags = tags_of(world, "session", {row["sessionId"] for row in rows})
    count: dict[int, int] = {}
    for row in rows:
        count[row["sessionId"]] = count.get(row["sessionId"], 0) + 1
    return [_flat(row, count[row["sessionId"]], tags.get(row["sessionId"], [])) for row in rows]


def _flat(row: Any, count: int, tags: list[dict[str, Any]]) -> dict[str, Any]:
    modified = max(row["sessionModified"] or "", row["instanceModified"] or "")
    return {
        "instanceId": row["instanceId"],
        "sessionId": row["sessionId"],
        "instanceCode": row["instanceCode"],
        "sessionCode": row["sessionCode"],
        "sessionTitle": escaped(row["sessionTitle"]),
        "sessionDescription": escaped(row["sessionDescription"]),
        "abstractDesc": escaped(row["abstractDesc"]),
        "sessionType": escaped(row["typeName"]),
        "typeName": escaped(row["typeName"]),
        "sessionLevel": row["level"],
        "level": row["level"],
        "eventTrack": escaped(row["trackName"]),
        "trackName": escaped(row["trackName"]),
        "trackColour": row["trackColour"],
        "locationCode": row["locationCode"],
        "locationName": escaped(row["locationName"]),
        "venue": escaped(row["venue"]),
        "startTime": standard(row["startTime"]),
        "endTime": standard(row["endTime"]),
        "duration": row["duration"],
        "capacity": row["capacity"],
        "noOfInstances": count,
        "status": row["status"],
        "isActive": bool(row["isActive"]),
        "notes": escaped(row["notes"]),
        "points": row["points"],
        "tags": tags,
        "session_dateCreated": standard(row["dateCreated"]),
        "session_dateModified": standard(modified),
        "_modified": modified,
    }


EVERYTHING = ("", "9")
"""The bounds of no date range: before and after every stamp."""


def date_range(request: Request) -> tuple[str, str]:
    """Return the bounds of ``dateModified_after`` and ``dateModified_before``."""
    bounds = []
    for edge, none in zip(("after", "before"), EVERYTHING, strict=True):
        text = request.param(f"dateModified_{edge}")
        moment = none if text is None else parsed(text)
        if moment is None:
            stop(request, 400, f"dateModified_{edge}: '{text}' is not a date of the form yyyy-MM-ddTHH:mm:ss")
        bounds.append(moment)
    return bounds[0], bounds[1]


def window(request: Request) -> tuple[int, int] | None:
    """How many items to leave out and how many to answer; None if all are asked for."""
    if (text := request.param("max_results")) is None:
        return None
    start = request.param("start_index") or "1"
    if not (text.isascii() and text.isdigit() and start.isascii() and start.isdigit()):
        stop(request, 400, "max_results and start_index must be numbers")
    return max(int(start[:9]), 1) - 1, int(text[:9])


def paged(request: Request, items: list[dict[str, Any]], plural: str) -> Response:
    """Answer a list: all of it, unless ``max_results`` asks for less."""
    total = len(items)
    if (wanted := window(request)) is not None:
        first, size = wanted
        items = items[first : first + size]
    return json_response({plural: items, "completeCollectionSize": total})


def equal(request: Request, item: Mapping[str, Any]) -> bool:
    """Return whether an item has every scalar that the query asks for."""
    for name, values in request.query.items():
        if name not in item or isinstance(item[name], list):
            continue
        value = item[name]
        text = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
        if text != (values[0].lower() if isinstance(value, bool) else values[0]):
            return False
    return True


@STANDARD.answers("GET", f"{EVENT}/sessions", source=CLIENTS)
def list_sessions(world: World, request: Request, account: str, event: str) -> Response:
    """List the session instances of an event."""
    after, before = date_range(request)
    found = []
    for item in instances(world, event_of(world, request, account, event)):
        modified = item.pop("_modified")
        if after <= modified <= before and equal(request, item):
            found.append(item)
    return paged(request, found, "sessions")


def session_of(world: World, request: Request, event: Any, code: str) -> Any:
    """Return the row of a session."""
    row = world.row(
        "SELECT * FROM certain_sessions WHERE pkEventId = ? AND sessionCode = ?", (event["eventId"], code)
    )
    return row or stop(request, 404, "Invalid Session Code.")


def _answer(world: World, event: Any, session: int) -> Response:
    items = [item for item in instances(world, event) if item["sessionId"] == session]
    for item in items:
        del item["_modified"]
    return json_response({"sessions": items, "completeCollectionSize": len(items)})


def _read(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    return read(request, {INPUT_NAMES.get(name, name): value for name, value in body.items()}, SESSION)


@STANDARD.answers("POST", f"{EVENT}/sessions", source=SUITE)
def create_session(world: World, request: Request, account: str, event: str) -> Response:
    """Create a session with its instances, not yet scheduled, or change the one with its code."""
    row = event_of(world, request, account, event)
    body = body_of(request)
    values = _read(request, body)
    for name in SESSION.required:
        if values.get(name) in (None, ""):
            stop(request, 400, f"{name} is required")
    code = values["sessionCode"]
    if world.row(
        "SELECT 1 FROM certain_sessions WHERE pkEventId = ? AND sessionCode = ?", (row["eventId"], code)
    ):
        return update_session(world, request, account, event, code)
    count = body.get("noOfInstances", 1)
    if not isinstance(count, int) or isinstance(count, bool):
        stop(request, 400, "noOfInstances: a number is expected")
    count = min(max(count, 1), MOST_INSTANCES)
    now = stamp(world)
    own = {"pkEventId": row["eventId"], "dateCreated": now, "dateModified": now}
    key = insert(world, SESSION.table, {**values, **own})
    for number in range(1, count + 1):
        world.run(
            "INSERT INTO certain_instances (sessionId, instanceCode, status, dateModified) VALUES (?, ?,"
            " ?, ?)",
            (key, f"{code}-{number}", QUALIFIED, now),
        )
    if body.get("tags") is not None:
        put_tags(world, request, account, "session", key, body["tags"])
    world.note("certain", "create", "session", code, {"event": event})
    return _answer(world, row, key)


@STANDARD.answers("PUT", f"{EVENT}/sessions/{{code}}", source=SUITE)
def update_session(world: World, request: Request, account: str, event: str, code: str) -> Response:
    """Change a session; its code stays."""
    row = event_of(world, request, account, event)
    session = session_of(world, request, row, code)
    body = body_of(request)
    values = _read(request, body)
    values.pop("sessionCode", None)
    change(world, SESSION, session["sessionId"], {**values, "dateModified": stamp(world)})
    if body.get("tags") is not None:
        put_tags(world, request, account, "session", session["sessionId"], body["tags"])
    world.note("certain", "update", "session", code, {"event": event})
    return _answer(world, row, session["sessionId"])


@STANDARD.answers("DELETE", f"{EVENT}/sessions/{{code}}", source=SUITE)
def delete_session(world: World, request: Request, account: str, event: str, code: str) -> Response:
    """Make a session inactive; one that people are registered for can not be deleted."""
    row = event_of(world, request, account, event)
    session = session_of(world, request, row, code)
    if world.row(
        "SELECT 1 FROM certain_session_registrations JOIN certain_instances USING (instanceId)"
        " WHERE sessionId = ? AND regSessionStatus <> 'Cancelled'",
        (session["sessionId"],),
    ):
        stop(request, 400, "You can not delete this session.")
    change(world, SESSION, session["sessionId"], {"isActive": 0, "dateModified": stamp(world)})
    world.note("certain", "delete", "session", code, {"event": event})
    return _answer(world, row, session["sessionId"])


@STANDARD.answers("PUT", f"{EVENT}/sessions/{{code}}/publish", source=CLIENTS)
def publish_session(world: World, request: Request, account: str, event: str, code: str) -> Response:
    """Publish the scheduled instances of a session."""
    row = event_of(world, request, account, event)
    session = session_of(world, request, row, code)
    states = [
        found[0]
        for found in world.rows(
            "SELECT status FROM certain_instances WHERE sessionId = ?", (session["sessionId"],)
        )
    ]
    if SCHEDULED not in states:
        if PUBLISHED in states:
            stop(request, 404, f"Session {code} is already published.")
        stop(request, 404, f"Session {code} is not in Scheduled status")
    world.run(
        "UPDATE certain_instances SET status = ?, dateModified = ? WHERE sessionId = ? AND status = ?",
        (PUBLISHED, stamp(world), session["sessionId"], SCHEDULED),
    )
    world.note("certain", "publish", "session", code, {"event": event})
    return _answer(world, row, session["sessionId"])


def instance_of(world: World, request: Request, event: Any, instance: Any) -> Any:
    """Return the row of an instance, with the session's columns."""
    text = str(instance)
    row = world.row(
        "SELECT s.*, i.* FROM certain_instances i JOIN certain_sessions s USING (sessionId)"
        " WHERE i.instanceId = ? AND s.pkEventId = ?",
        (int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1, event["eventId"]),
    )
    return row or stop(request, 404, "Attempted to associate with an invalid session id")


@STANDARD.answers("PUT", f"{EVENT}/locations/{{location}}/sessions/{{instance}}", source=CLIENTS)
def schedule(
    world: World, request: Request, account: str, event: str, location: str, instance: str
) -> Response:
    """Give an instance its place and time."""
    row = event_of(world, request, account, event)
    found = instance_of(world, request, row, instance)
    place = next(
        (at for code in lineage(world, account) if (at := find_location(world, code, location))), None
    )
    if place is None:
        stop(request, 404, "Invalid Location Code.")
    text = body_of(request).get("startDate")
    start = isinstance(text, str) and (parsed(text, STANDARD_FORM) or parsed(text))
    if not start:
        stop(request, 400, f"startDate: '{text}' is not a date of the form MM/dd/yyyy HH:mm:ss")
    try:
        end = (datetime.fromisoformat(start) + timedelta(minutes=found["duration"] or 60)).isoformat()
    except OverflowError:
        stop(request, 400, "startDate: out of range")
    status = PUBLISHED if found["status"] == PUBLISHED else SCHEDULED
    world.run(
        "UPDATE certain_instances SET locationCode = ?, locationName = ?, venue = ?, startTime = ?,"
        " endTime = ?,"
        " status = ?, dateModified = ? WHERE instanceId = ?",
        (location, place["name"], place["name"], start, end, status, stamp(world), found["instanceId"]),
    )
    world.note("certain", "schedule", "session", found["sessionCode"], {"instanceId": found["instanceId"]})
    return _answer(world, row, found["sessionId"])
