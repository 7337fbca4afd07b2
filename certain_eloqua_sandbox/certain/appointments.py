"""Appointments between two registrants, and the ratings of sessions and agenda items. Read-only."""

from __future__ import annotations

from typing import Any

import orjson

from certain_eloqua_sandbox.certain.answers import stop
from certain_eloqua_sandbox.certain.routes import API, OURS, SUITE
from certain_eloqua_sandbox.certain.scope import event_of, registration_of
from certain_eloqua_sandbox.certain.stamps import parsed
from certain_eloqua_sandbox.certain.statuses import page_of
from certain_eloqua_sandbox.wire import Request, Response
from certain_eloqua_sandbox.world import World

OF_APPOINTMENT = (
    "appointmentId",
    "reason",
    "appointmentType",
    "appointmentSource",
    "startDate",
    "status",
    "location",
)
OF_PARTY = {
    "registrationCode": "regCode", "regCode": "regCode", "firstName": "firstName", "lastName": "lastName",
    "organization": "organization", "attendeeType": "attendeeType", "jobTitle": "jobTitle",
}  # fmt: skip


def _parties(world: World, event_id: int) -> dict[int, dict[str, Any]]:
    """Return everyone who has an appointment in an event, as appointments name people."""
    found = {}
    for row in world.rows(
        "SELECT r.pkRegId, r.registrationCode, r.attendeeTypeCode, t.name, p.*"
        " FROM certain_registrations r JOIN certain_profiles p USING (pkProfileId)"
        " LEFT JOIN certain_attendee_types t"
        " ON t.pkEventId = r.pkEventId AND t.attendeeTypeCode = r.attendeeTypeCode"
        " WHERE r.pkRegId IN (SELECT pkRegId FROM certain_appointments WHERE pkEventId = ?1"
        " UNION SELECT targetPkRegId FROM certain_appointments WHERE pkEventId = ?1)",
        (event_id,),
    ):
        address = orjson.loads(row["doc"]).get("address") or {}
        found[row["pkRegId"]] = {
            "regCode": row["registrationCode"],
            "name": f"{row['firstName'] or ''} {row['lastName'] or ''}".strip(),
            "jobTitle": row["position"],
            "organization": row["organization"],
            "attendeeType": row["name"] or row["attendeeTypeCode"],
            "city": address.get("city"),
            "state": address.get("state"),
            "calendarList": None,
            "firstName": row["firstName"],
            "lastName": row["lastName"],
        }
    return found


def _matches(request: Request, item: dict[str, Any], parties: list[dict[str, Any]]) -> bool:
    for name, values in request.query.items():
        wanted = values[0]
        if name in OF_APPOINTMENT:
            if str(item[name] if item[name] is not None else "") != wanted:
                return False
        elif name in OF_PARTY:
            if not any((party[OF_PARTY[name]] or "") == wanted for party in parties):
                return False
        elif name in ("startDate_after", "startDate_before"):
            edge = parsed(wanted)
            if edge is None:
                stop(request, 400, f"{name}: '{wanted}' is not a date of the form yyyy-MM-ddTHH:mm:ss")
            if (item["startDate"] < edge) if name.endswith("after") else (item["startDate"] > edge):
                return False
    return True


def _search(world: World, request: Request, event: Any, registration: int | None) -> Response:
    parties = _parties(world, event["eventId"])
    items = []
    for row in world.rows(
        "SELECT * FROM certain_appointments WHERE pkEventId = ? ORDER BY appointmentId", (event["eventId"],)
    ):
        if registration not in (None, row["pkRegId"], row["targetPkRegId"]):
            continue
        pair = [parties.get(row[side]) for side in ("pkRegId", "targetPkRegId")]
        item = {
            "appointmentId": row["appointmentId"],
            "eventCode": event["eventCode"],
            "pkEventId": str(event["eventId"]),
            "startDate": row["startDate"],
            "endDate": row["endDate"],
            "location": row["location"],
            "status": row["status"],
            "appointmentType": row["appointmentType"],
            "appointmentSource": row["appointmentSource"],
            "reason": row["reason"],
            "appointmentRating": orjson.loads(row["appointmentRating"]),
        }
        if not _matches(request, item, [party for party in pair if party]):
            continue
        shown = [
            party and {k: v for k, v in party.items() if k not in ("firstName", "lastName")} for party in pair
        ]
        item["registration"], item["targetRegistration"] = shown
        item["calendar"] = [{"calendarName": row["calendar"]}] if row["calendar"] else None
        items.append(item)
    return page_of(world, request, items, "appointments", "appointment")


@API.answers("GET", "/Appointments/{account}/{event}", source=SUITE)
def list_appointments(world: World, request: Request, account: str, event: str) -> Response:
    """List the appointments of an event."""
    return _search(world, request, event_of(world, request, account, event), None)


@API.answers("GET", "/Appointments/{account}/{event}/{registration}", source=SUITE)
def list_appointments_of_one(
    world: World, request: Request, account: str, event: str, registration: str
) -> Response:
    """List the appointments of one registrant, on either side of the table."""
    row = event_of(world, request, account, event)
    return _search(
        world, request, row, registration_of(world, request, row["eventId"], registration)["pkRegId"]
    )


@API.answers("GET", "/SessionRating/{account}/{event}", source=OURS)
def list_ratings(world: World, request: Request, account: str, event: str) -> Response:
    """List the ratings that registrants gave to sessions and agenda items."""
    row = event_of(world, request, account, event)
    items = []
    for rating in world.rows(
        "SELECT * FROM certain_ratings WHERE pkEventId = ? ORDER BY pkRatingId", (row["eventId"],)
    ):
        item: dict[str, Any] = {"registrationCode": rating["registrationCode"]}
        name = "activityCode" if rating["instanceId"] is None else "instanceId"
        item |= {name: rating[name], "rating": rating["rating"], "dateModified": rating["dateModified"]}
        items.append(item)
    for name in ("registrationCode", "instanceId", "activityCode", "rating"):
        if (wanted := request.query.get(name)) is not None:
            items = [item for item in items if str(item.get(name, "")) == wanted[0]]
    for name, after in (("dateModified_after", True), ("dateModified_before", False)):
        if (wanted := request.query.get(name)) is not None:
            edge = parsed(wanted[0])
            if edge is None:
                stop(request, 400, f"{name}: '{wanted[0]}' is not a date of the form yyyy-MM-ddTHH:mm:ss")
            items = [
                item
                for item in items
                if (item["dateModified"] >= edge if after else item["dateModified"] <= edge)
            ]
    return page_of(world, request, items, "sessionRatings", "sessionRating")
