"""The Registration object: searching, creating, changing, deleting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from certain_eloqua_sandbox.certain.answers import answer, stop
from certain_eloqua_sandbox.certain.attendee_types import find_type
from certain_eloqua_sandbox.certain.matching import identifier_of, profile_for
from certain_eloqua_sandbox.certain.members import (
    as_object,
    as_objects,
    body_of,
    change,
    dumped,
    insert,
    read,
)
from certain_eloqua_sandbox.certain.profile_record import Posted, posted, update
from certain_eloqua_sandbox.certain.questions import merged
from certain_eloqua_sandbox.certain.registration_record import REGISTRATION, WITH_PROFILE, show_registrations
from certain_eloqua_sandbox.certain.routes import API, GUIDE, SUITE
from certain_eloqua_sandbox.certain.scope import account_of, event_of, registration_of
from certain_eloqua_sandbox.certain.searching import answer_search, parts
from certain_eloqua_sandbox.certain.stamps import stamp
from certain_eloqua_sandbox.certain.statuses import ACCEPTED, WAITLIST, Status, first_status, statuses_of
from certain_eloqua_sandbox.wire import Request, Response, shortened
from certain_eloqua_sandbox.world import World


@API.answers("GET", "/Registration/{account}", source=SUITE)
def list_registrations_of_account(world: World, request: Request, account: str) -> Response:
    """List the registrations of all events of an account."""
    account_of(world, request, account)
    return _search(world, request, {"o.accountCode": account})


@API.answers("GET", "/Registration/{account}/{event}", source=GUIDE)
def list_registrations(world: World, request: Request, account: str, event: str) -> Response:
    """List the registrations of an event."""
    return _search(world, request, {"o.pkEventId": event_of(world, request, account, event)["eventId"]})


def _search(world: World, request: Request, scope: Mapping[str, Any]) -> Response:
    asked = parts(request)
    return answer_search(
        world, request, REGISTRATION, scope, lambda rows: show_registrations(world, rows, asked), WITH_PROFILE
    )


@API.answers("GET", "/Registration/{account}/{event}/{code}", source=GUIDE)
def read_registration(world: World, request: Request, account: str, event: str, code: str) -> Response:
    """Read one registration."""
    row = registration_of(world, request, event_of(world, request, account, event)["eventId"], code)
    shown = show_registrations(world, [row], parts(request))
    return answer(world, request, next(iter(shown)), "registration")


@API.answers("POST", "/Registration/{account}/{event}", source=SUITE)
def create_registration(world: World, request: Request, account: str, event: str) -> Response:
    """Register a profile; with ``allowduplicates=no`` a registration it already has is changed instead."""
    row = event_of(world, request, account, event)
    body = body_of(request)
    values = read(request, body, REGISTRATION)
    given = _profile(world, request, body)
    if given is None:
        stop(request, 400, "profile is required")
    profile = profile_for(world, request, account, given, upsert_pin=False)
    if identifier_of(request) and (request.param("allowduplicates") or "").lower() == "no":
        existing = world.row(
            "SELECT * FROM certain_registrations WHERE pkProfileId = ? AND pkEventId = ? AND isActive = 1"
            " ORDER BY isTestMode, pkRegId LIMIT 1",
            (profile, row["eventId"]),
        )
        if existing is not None:
            _change(world, request, row, existing, values, body)
            return read_registration(world, request, account, event, existing["registrationCode"])
    code = _create(world, request, row, profile, values, body)
    return read_registration(world, request, account, event, code)


def _profile(world: World, request: Request, body: Mapping[str, Any]) -> Posted | None:
    value = body.get("profile")
    return None if value is None else posted(world, request, as_object(request, "profile", value))


def registration_code(event_id: int, key: int) -> str:
    """Return a registration's code: three numbers joined by dashes."""
    return f"{event_id % 60_000}-{1_000_000 + key}-{key * 7_919 % 9_000 + 1_000}"


def _create(
    world: World, request: Request, event: Any, profile: int, values: dict[str, Any], body: Mapping[str, Any]
) -> str:
    statuses = statuses_of(world, event)
    kind = _type(world, request, event, values.get("attendeeTypeCode"))
    _check_status(request, event, statuses, values)
    label = values.get("registrationStatusLabel") or first_status(statuses, kind and kind["defaultStatus"])
    accepted = label not in statuses or statuses[label].classification == ACCEPTED
    if kind is not None and accepted and _is_full(world, event, kind, statuses):
        label = WAITLIST
    now = stamp(world)
    key = insert(
        world,
        REGISTRATION.table,
        {
            "isTestMode": int(event["eventStatus"] == "Testing"),
            **values,
            "pkEventId": event["eventId"],
            "accountCode": event["accountCode"],
            "registrationCode": "?",
            "pkProfileId": profile,
            "registrationStatusLabel": label,
            "statusModified": now,
            "dateCreated": now,
            "dateModified": now,
            "doc": dumped(_document(request, {}, body, now)),
        },
    )
    code = registration_code(event["eventId"], key)
    change(world, REGISTRATION, key, {"registrationCode": code})
    detail = {"event": event["eventCode"], "status": label, "pkProfileId": str(profile)}
    world.note("certain", "create", "registration", code, detail)
    return code


def _type(world: World, request: Request, event: Any, code: str | None) -> Any:
    if not code:
        return None
    found = find_type(world, event["eventId"], code)
    if found is None or not found["isActive"]:
        stop(request, 400, f"Attendee type {shortened(str(code))} is not one of event {event['eventCode']}")
    return found


def _check_status(
    request: Request, event: Any, statuses: Mapping[str, Status], values: Mapping[str, Any]
) -> None:
    label = values.get("registrationStatusLabel")
    if label and label not in statuses:
        stop(request, 400, f"Registration status '{label}' is not a status of event {event['eventCode']}")


def _is_full(world: World, event: Any, kind: Any, statuses: Mapping[str, Status]) -> bool:
    """Return whether accepted registrations use up an attendee type's inventory."""
    if kind["inventory"] is None:
        return False
    accepted = dumped([status.label for status in statuses.values() if status.classification == ACCEPTED])
    taken = world.value(
        "SELECT count(*) FROM (SELECT 1 FROM certain_registrations WHERE pkEventId = ? AND"
        " attendeeTypeCode = ?"
        " AND isActive = 1 AND isTestMode = 0"
        " AND registrationStatusLabel IN (SELECT value FROM json_each(?)) LIMIT ?)",
        (event["eventId"], kind["attendeeTypeCode"], accepted, kind["inventory"]),
    )
    return bool(taken >= kind["inventory"])


@API.answers("POST", "/Registration/{account}/{event}/{code}", source=GUIDE)
def update_registration(world: World, request: Request, account: str, event: str, code: str) -> Response:
    """Change the posted members of a registration, and of its profile when one is posted."""
    row = event_of(world, request, account, event)
    registration = registration_of(world, request, row["eventId"], code)
    body = body_of(request)
    given = _profile(world, request, body)
    if given is not None:
        profile = world.row(
            "SELECT * FROM certain_profiles WHERE pkProfileId = ?", (registration["pkProfileId"],)
        )
        update(world, request, profile, given)
    _change(world, request, row, registration, read(request, body, REGISTRATION), body)
    return read_registration(world, request, account, event, code)


def _change(
    world: World, request: Request, event: Any, row: Any, values: dict[str, Any], body: Mapping[str, Any]
) -> None:
    if values.get("attendeeTypeCode") != row["attendeeTypeCode"]:
        _type(world, request, event, values.get("attendeeTypeCode"))
    if values.get("registrationStatusLabel") == "":
        del values["registrationStatusLabel"]
    moved = (
        values.get("registrationStatusLabel", row["registrationStatusLabel"])
        != row["registrationStatusLabel"]
    )
    if moved:
        _check_status(request, event, statuses_of(world, event), values)
    now = stamp(world)
    values["dateModified"] = now
    if moved:
        values["statusModified"] = now
    before = orjson.loads(row["doc"])
    after = _document(request, before, body, now)
    if after != before:
        values["doc"] = dumped(after)
    change(world, REGISTRATION, row["pkRegId"], values)
    detail = {
        "event": event["eventCode"],
        "members": sorted(values.keys() - {"dateModified", "statusModified"}),
        "status": values.get("registrationStatusLabel", row["registrationStatusLabel"]),
    }
    world.note("certain", "update", "registration", row["registrationCode"], detail)


def _document(
    request: Request, before: Mapping[str, Any], body: Mapping[str, Any], now: str
) -> dict[str, Any]:
    after = dict(before)
    for name in ("registrationQuestions", "travelQuestions"):
        if body.get(name) is not None:
            after[name] = merged(request, name, after.get(name), body[name])
    for name in ("properties", "groups", "financial"):
        if body.get(name) is not None:
            after[name] = as_object(request, name, body[name])
    if body.get("checkins") is not None:
        made = {
            "createdBy": request.user,
            "modifiedBy": request.user,
            "dateCreated": now,
            "dateModified": now,
        }
        after["checkins"] = [
            {**made, **checkin} for checkin in as_objects(request, "checkins", body["checkins"])
        ]
    return after


@API.answers("DELETE", "/Registration/{account}/{event}/{code}", source=SUITE)
def delete_registration(world: World, request: Request, account: str, event: str, code: str) -> Response:
    """Make a registration inactive; its status stays."""
    row = registration_of(world, request, event_of(world, request, account, event)["eventId"], code)
    change(world, REGISTRATION, row["pkRegId"], {"isActive": 0, "dateModified": stamp(world)})
    world.note("certain", "delete", "registration", code, {"event": event})
    return read_registration(world, request, account, event, code)


@API.answers("GET", "/RegistrationList/{account}/{event}", source=SUITE)
def list_light(world: World, request: Request, account: str, event: str) -> Response:
    """List registrations with only the members named in ``listFields``."""
    row = event_of(world, request, account, event)
    names = [name.strip() for name in (request.param("listFields") or "").split(",") if name.strip()]
    return answer_search(
        world,
        request,
        REGISTRATION,
        {"o.pkEventId": row["eventId"]},
        lambda rows: [_light(item, names) for item in show_registrations(world, rows, parts(request))],
        WITH_PROFILE,
        plural="registrationList",
    )


def _light(item: dict[str, Any], names: list[str]) -> dict[str, Any]:
    flat = {**item.pop("profile"), **item}
    return {name: flat.get(name) for name in names} if names else flat
