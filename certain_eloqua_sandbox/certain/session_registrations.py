"""Who is registered for which session instance (Standard 2.0), one at a time and in bulk."""

from __future__ import annotations

import uuid
from typing import Any

import orjson

from certain_eloqua_sandbox.certain.answers import stop
from certain_eloqua_sandbox.certain.members import body_of
from certain_eloqua_sandbox.certain.routes import CLIENTS, EVENT, STANDARD, SUITE
from certain_eloqua_sandbox.certain.scope import event_of, registration_of
from certain_eloqua_sandbox.certain.sessions import (
    EVERYTHING,
    PUBLISHED,
    date_range,
    escaped,
    instance_of,
    paged,
    window,
)
from certain_eloqua_sandbox.certain.stamps import stamp, standard
from certain_eloqua_sandbox.wire import Refusal, Request, Response, json_response
from certain_eloqua_sandbox.world import World

REGISTERED, ATTENDED, CANCELLED, WAITLISTED = "Registered", "Attended", "Cancelled", "Waitlisted"
REGISTRATIONS = uuid.UUID("6f0c2a52-6a33-5d2e-9c0b-3f0d5c6a1b10")


def _inner(row: Any) -> dict[str, Any]:
    return {
        "instanceId": row["instanceId"],
        "sessionCode": row["sessionCode"],
        "sessionName": escaped(row["sessionTitle"]),
        "regSessionStatus": row["regSessionStatus"],
        "trackName": escaped(row["trackName"]),
        "typeName": escaped(row["typeName"]),
        "locationName": escaped(row["locationName"]),
        "startDate": standard(row["startTime"]),
        "endDate": standard(row["endTime"]),
    }


def _outer(event: Any, row: Any, sessions: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "registrationId": row["pkRegId"],
        "registrationUUID": str(uuid.uuid5(REGISTRATIONS, row["registrationCode"])),
        "pkRegId": str(row["pkRegId"]),
        "registrationCode": row["registrationCode"],
        "pkEventId": str(event["eventId"]),
        "eventCode": event["eventCode"],
        "sessions": sessions,
    }


def _sessions(
    world: World, event: Any, first: int, last: int, instance: int | None = None
) -> dict[int, list[dict[str, Any]]]:
    """The sessions of the registrations from one number to another."""
    sessions: dict[int, list[dict[str, Any]]] = {}
    for row in world.rows(
        "SELECT g.*, i.*, s.* FROM certain_session_registrations g"
        " JOIN certain_instances i USING (instanceId) JOIN certain_sessions s USING (sessionId)"
        " WHERE g.pkRegId BETWEEN ?2 AND ?3 AND +g.pkEventId = ?1 AND (?4 IS NULL OR g.instanceId = ?4)"
        " ORDER BY g.pkRegSessionId",
        (event["eventId"], first, last, instance),
    ):
        sessions.setdefault(row["pkRegId"], []).append(_inner(row))
    return sessions


def _records(
    world: World, event: Any, registration: int | None = None, instance: int | None = None
) -> list[dict[str, Any]]:
    """Registrations with their sessions: one, or those of an instance."""
    rows = world.rows(
        "SELECT pkRegId, registrationCode FROM certain_registrations r"
        " WHERE pkEventId = ?1 AND (?2 IS NULL OR pkRegId = ?2) AND (?3 IS NULL OR EXISTS (SELECT 1 FROM"
        " certain_session_registrations g WHERE g.pkRegId = r.pkRegId AND g.instanceId = ?3))"
        " ORDER BY pkRegId",
        (event["eventId"], registration, instance),
    )
    return _with_sessions(world, event, rows, instance)


def _with_sessions(
    world: World, event: Any, rows: list[Any], instance: int | None = None
) -> list[dict[str, Any]]:
    if not rows:
        return []
    sessions = _sessions(world, event, rows[0]["pkRegId"], rows[-1]["pkRegId"], instance)
    return [_outer(event, row, sessions.get(row["pkRegId"], [])) for row in rows]


_LATEST = (
    "max(r.dateModified, coalesce((SELECT max(g.dateModified) FROM certain_session_registrations g"
    " WHERE g.pkRegId = r.pkRegId), ''))"
)
"""When a registration or one of its sessions was changed last."""


@STANDARD.answers("GET", f"{EVENT}/registrations", source=CLIENTS)
def list_all(world: World, request: Request, account: str, event: str) -> Response:
    """List all registrations of an event with their sessions; only the page asked for is put together."""
    row = event_of(world, request, account, event)
    after, before = date_range(request)
    code = request.param("registrationCode")
    dated = f" AND {_LATEST} BETWEEN ?2 AND ?3" if (after, before) != EVERYTHING else ""
    where = (
        f"FROM certain_registrations r WHERE pkEventId = ?1 AND (?4 IS NULL OR registrationCode = ?4){dated}"
    )
    given = (row["eventId"], after, before, code)
    first, size = window(request) or (0, -1)
    total = world.rows(f"SELECT count(*) {where}", given)[0][0]
    rows = world.rows(
        f"SELECT pkRegId, registrationCode {where} ORDER BY pkRegId LIMIT {size} OFFSET {first}",
        given,
    )
    items = _with_sessions(world, row, rows)
    return json_response({"data": items, "completeCollectionSize": total})


@STANDARD.answers("GET", f"{EVENT}/registrations/{{registration}}/sessions", source=SUITE)
def list_of_registration(
    world: World, request: Request, account: str, event: str, registration: str
) -> Response:
    """List the sessions of one registrant."""
    row = event_of(world, request, account, event)
    found = registration_of(world, request, row["eventId"], registration)
    return paged(request, _records(world, row, found["pkRegId"]), "data")


@STANDARD.answers("GET", f"{EVENT}/sessions/{{instance}}/registrations", source=SUITE)
def list_of_instance(world: World, request: Request, account: str, event: str, instance: str) -> Response:
    """List the registrants of one session instance."""
    row = event_of(world, request, account, event)
    found = instance_of(world, request, row, instance)
    return paged(request, _records(world, row, instance=found["instanceId"]), "data")


def _registration(world: World, request: Request, event: Any, code: Any) -> Any:
    if not isinstance(code, str) or not code:
        stop(request, 404, "Please provide registration code")
    return registration_of(world, request, event["eventId"], code)


def _assign(world: World, request: Request, event: Any, registration: Any, instance: Any, status: Any) -> str:
    """Set the status of one registrant in one instance, as a bulk call may."""
    if not isinstance(status, str):
        stop(request, 400, "status: a single value is expected")
    if instance["status"] != PUBLISHED or not instance["isActive"]:
        stop(request, 400, "This session is not published yet")
    before = world.row(
        "SELECT * FROM certain_session_registrations WHERE pkRegId = ? AND instanceId = ?",
        (registration["pkRegId"], instance["instanceId"]),
    )
    held = before is not None and before["regSessionStatus"] in (REGISTERED, ATTENDED)
    if status == REGISTERED and not held and _is_full(world, instance):
        status = WAITLISTED
    now = stamp(world)
    if before is None:
        world.run(
            "INSERT INTO certain_session_registrations"
            " (pkEventId, pkRegId, instanceId, regSessionStatus, dateCreated, dateModified) VALUES (?, ?,"
            " ?, ?, ?, ?)",
            (event["eventId"], registration["pkRegId"], instance["instanceId"], status, now, now),
        )
    else:
        world.run(
            "UPDATE certain_session_registrations SET regSessionStatus = ?, dateModified = ?"
            " WHERE pkRegSessionId = ?",
            (status, now, before["pkRegSessionId"]),
        )
    _note(world, "create" if before is None else "update", registration, instance, status)
    return str(status)


def _is_full(world: World, instance: Any) -> bool:
    if instance["capacity"] is None:
        return False
    taken = world.value(
        "SELECT count(*) FROM certain_session_registrations"
        " WHERE instanceId = ? AND regSessionStatus IN ('Registered', 'Attended')",
        (instance["instanceId"],),
    )
    return bool(taken >= instance["capacity"])


def _note(world: World, operation: str, registration: Any, instance: Any, status: str) -> None:
    key = f"{registration['registrationCode']}/{instance['instanceId']}"
    detail = {"sessionCode": instance["sessionCode"], "status": status}
    world.note("certain", operation, "session_registration", key, detail)


def _one(world: World, event: Any, registration: Any, instance: Any) -> Response:
    (item,) = _records(world, event, registration["pkRegId"], instance["instanceId"])
    return json_response(item)


@STANDARD.answers("POST", f"{EVENT}/sessions/{{instance}}/registrations", source=SUITE)
def assign(world: World, request: Request, account: str, event: str, instance: str) -> Response:
    """Register a registrant for an instance or change the status; Cancelled is refused here."""
    row = event_of(world, request, account, event)
    body = body_of(request)
    found = instance_of(world, request, row, instance)
    registration = _registration(world, request, row, body.get("registrationCode"))
    status = body.get("status") or REGISTERED
    if status == CANCELLED:
        stop(request, 400, "Cannot update the status")
    _assign(world, request, row, registration, found, status)
    return _one(world, row, registration, found)


@STANDARD.answers("DELETE", f"{EVENT}/sessions/{{instance}}/registrations/{{registration}}", source=SUITE)
def remove(
    world: World, request: Request, account: str, event: str, instance: str, registration: str
) -> Response:
    """Cancel a registrant's place in an instance; the record stays."""
    row = event_of(world, request, account, event)
    found = instance_of(world, request, row, instance)
    person = registration_of(world, request, row["eventId"], registration)
    changed = world.run(
        "UPDATE certain_session_registrations SET regSessionStatus = ?, dateModified = ?"
        " WHERE pkRegId = ? AND instanceId = ?",
        (CANCELLED, stamp(world), person["pkRegId"], found["instanceId"]),
    ).rowcount
    if not changed:
        stop(request, 404, f"Registration {registration} is not registered for this session")
    _note(world, "delete", person, found, CANCELLED)
    return _one(world, row, person, found)


def _as_number(instance: Any) -> Any:
    """Return an instance's id as answers have it; what cannot be one is repeated as it came."""
    text = str(instance)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else instance


def _bulk(world: World, request: Request, event: Any, instance: str | None) -> Response:
    """Work through a list; each item succeeds or fails for itself, and the call answers 200."""
    try:
        items = request.json()
    except ValueError:
        stop(request, 400, "The request body is not valid JSON")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        stop(request, 400, "The request body must be a JSON array of objects")
    results = []
    for item in items:
        named = _as_number(item.get("instanceId") if instance is None else instance)
        result: dict[str, Any] = {"registrationCode": item.get("registrationCode"), "instanceId": named}
        try:
            with world.transaction():
                registration = _registration(world, request, event, item.get("registrationCode"))
                found = instance_of(world, request, event, named)
                result["instanceId"] = found["instanceId"]
                status = _assign(world, request, event, registration, found, item.get("status") or REGISTERED)
            result["successApiResponse"] = {"status": "200", "message": f"Status is {status}"}
        except Refusal as refusal:
            result["errorApiResponse"] = orjson.loads(b"".join(refusal.response.parts))
        results.append(result)
    return json_response({"data": results, "completeCollectionSize": len(results)})


@STANDARD.answers("POST", f"{EVENT}/sessions/{{instance}}/registrations/bulkAssign", source=CLIENTS)
def bulk_assign(world: World, request: Request, account: str, event: str, instance: str) -> Response:
    """Set the status of many registrants in one instance; Cancelled is allowed here."""
    row = event_of(world, request, account, event)
    instance_of(world, request, row, instance)
    return _bulk(world, request, row, instance)


@STANDARD.answers("POST", f"{EVENT}/registrations/sessions", source=CLIENTS)
def bulk_assign_any(world: World, request: Request, account: str, event: str) -> Response:
    """Set the status of many registrants in any instances."""
    return _bulk(world, request, event_of(world, request, account, event), None)
