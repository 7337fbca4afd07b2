"""Which registrant has which agenda item, and with what status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from certain_eloqua_sandbox.certain.agenda_items import item_of, taken_places
from certain_eloqua_sandbox.certain.answers import answer, stop
from certain_eloqua_sandbox.certain.members import Shape, body_of, change, insert, read
from certain_eloqua_sandbox.certain.routes import API, SUITE
from certain_eloqua_sandbox.certain.scope import event_of, registration_of
from certain_eloqua_sandbox.certain.searching import Joined, answer_search
from certain_eloqua_sandbox.certain.stamps import stamp
from certain_eloqua_sandbox.certain.tags import tags_of
from certain_eloqua_sandbox.wire import Request, Response
from certain_eloqua_sandbox.world import World

AGENDA = Shape(
    table="certain_registration_agendas",
    key="pkRegAgendaId",
    plural="registrationAgendas",
    singular="registrationAgenda",
    members={"status": "text", "registeredQuantity": "number", "dateCreated": "time", "dateModified": "time"},
    writable=frozenset({"status", "registeredQuantity"}),
)
WITH_ITEM = Joined(
    "JOIN certain_agenda_items i ON i.pkActivityId = o.pkActivityId"
    " JOIN certain_registrations r ON r.pkRegId = o.pkRegId JOIN certain_events e ON e.eventId = o.pkEventId",
    {
        "activityCode": ("i.activityCode", "text"), "name": ("i.name", "text"), "startDate": ("i.startDate",
        "time"),
        "endDate": ("i.endDate", "time"), "registrationCode": ("r.registrationCode", "text"),
        "eventCode": ("e.eventCode", "text"), "accountCode": ("e.accountCode", "text"),
    },
)  # fmt: skip


def _render(world: World, event: Any, rows: Sequence[Any]) -> Iterable[dict[str, Any]]:
    keys = sorted({row["pkActivityId"] for row in rows})
    items = {
        row["pkActivityId"]: row
        for row in world.rows(
            "SELECT * FROM certain_agenda_items WHERE pkActivityId IN (SELECT value FROM json_each(?))",
            (str(keys),),
        )
    }
    codes = {
        row[0]: row[1]
        for row in world.rows(
            "SELECT pkRegId, registrationCode FROM certain_registrations"
            " WHERE pkRegId IN (SELECT value FROM json_each(?))",
            (str([row["pkRegId"] for row in rows]),),
        )
    }
    tags, taken = tags_of(world, "agendaItem", keys), taken_places(world, keys)
    for row in rows:
        item = items[row["pkActivityId"]]
        left = None
        if item["capacity"] is not None:
            left = max(0, item["capacity"] - taken[row["pkActivityId"]][0])
        yield {
            "accountCode": event["accountCode"],
            "eventCode": event["eventCode"],
            "registrationCode": codes.get(row["pkRegId"]),
            "activityCode": item["activityCode"],
            "status": row["status"],
            "registeredQuantity": row["registeredQuantity"],
            "availableQuantity": left,
            "startDate": item["startDate"],
            "endDate": item["endDate"],
            "tag": tags.get(row["pkActivityId"], []),
            "dateCreated": row["dateCreated"],
            "dateModified": row["dateModified"],
        }


def _search(world: World, request: Request, event: Any, scope: Mapping[str, Any]) -> Response:
    scope = {"o.pkEventId": event["eventId"], **scope}
    return answer_search(world, request, AGENDA, scope, lambda rows: _render(world, event, rows), WITH_ITEM)


@API.answers("GET", "/RegistrationAgenda/{account}/{event}", source=SUITE)
def list_agendas(world: World, request: Request, account: str, event: str) -> Response:
    """List who has which item, for a whole event."""
    return _search(world, request, event_of(world, request, account, event), {})


@API.answers("GET", "/RegistrationAgenda/{account}/{event}/{registration}", source=SUITE)
def list_agendas_of_one(
    world: World, request: Request, account: str, event: str, registration: str
) -> Response:
    """List the items of one registrant."""
    row = event_of(world, request, account, event)
    found = registration_of(world, request, row["eventId"], registration)
    return _search(world, request, row, {"o.pkRegId": found["pkRegId"]})


def _agenda_of(
    world: World, request: Request, account: str, event: str, registration: str, code: str
) -> tuple[Any, Any]:
    """Return the rows of the event and of an item that a registrant has. Refuses what there is not."""
    scope = event_of(world, request, account, event)
    found = registration_of(world, request, scope["eventId"], registration)
    item = item_of(world, request, scope["eventId"], code)
    row = world.row(
        "SELECT * FROM certain_registration_agendas WHERE pkRegId = ? AND pkActivityId = ?",
        (found["pkRegId"], item["pkActivityId"]),
    )
    return scope, row or stop(request, 404, f"Agenda item {code} is not associated with this registration")


@API.answers("GET", "/RegistrationAgenda/{account}/{event}/{registration}/{code}", source=SUITE)
def read_agenda(
    world: World, request: Request, account: str, event: str, registration: str, code: str
) -> Response:
    """Read one item of one registrant."""
    row, agenda = _agenda_of(world, request, account, event, registration, code)
    return answer(world, request, next(iter(_render(world, row, [agenda]))), "registrationAgenda")


def _values(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    values = read(request, body, AGENDA)
    if "status" in values:
        values["status"] = values["status"].upper()
    return values


@API.answers("POST", "/RegistrationAgenda/{account}/{event}/{registration}", source=SUITE)
def assign(world: World, request: Request, account: str, event: str, registration: str) -> Response:
    """Assign an item to a registrant; the same pair twice is refused."""
    row = event_of(world, request, account, event)
    found = registration_of(world, request, row["eventId"], registration)
    body = body_of(request)
    code = body.get("activityCode")
    if not isinstance(code, str) or not code:
        stop(request, 400, "activityCode is required")
    item = item_of(world, request, row["eventId"], code, status=400)
    if world.row(
        "SELECT 1 FROM certain_registration_agendas WHERE pkRegId = ? AND pkActivityId = ?",
        (found["pkRegId"], item["pkActivityId"]),
    ):
        stop(request, 400, "Specified AgendaItem is already associated with current registration")
    values = {"status": "REGISTERED", "registeredQuantity": 1, **_values(request, body)}
    values["status"] = _with_room(world, item, values)
    now = stamp(world)
    own = {
        "pkEventId": row["eventId"],
        "pkRegId": found["pkRegId"],
        "pkActivityId": item["pkActivityId"],
        "dateCreated": now,
        "dateModified": now,
    }
    insert(world, AGENDA.table, {**values, **own})
    _note(world, "create", registration, code, values["status"])
    return read_agenda(world, request, account, event, registration, code)


def _with_room(world: World, item: Any, values: dict[str, Any]) -> str:
    """Return the status a new assignment gets, which is the waiting list when the item is full."""
    status = str(values["status"])
    if status not in ("REGISTERED", "ATTENDED") or item["capacity"] is None:
        return status
    taken = taken_places(world, [item["pkActivityId"]]).get(item["pkActivityId"], (0, 0))[0]
    full = taken + (values["registeredQuantity"] or 1) > item["capacity"]
    return "WAITLISTED" if full and item["allowWaitlist"] else status


@API.answers("POST", "/RegistrationAgenda/{account}/{event}/{registration}/{code}", source=SUITE)
def update_agenda(
    world: World, request: Request, account: str, event: str, registration: str, code: str
) -> Response:
    """Change status or quantity of an item that a registrant has."""
    _, agenda = _agenda_of(world, request, account, event, registration, code)
    values = {**_values(request, body_of(request)), "dateModified": stamp(world)}
    change(world, AGENDA, agenda["pkRegAgendaId"], values)
    _note(world, "update", registration, code, values.get("status", agenda["status"]))
    return read_agenda(world, request, account, event, registration, code)


@API.answers("DELETE", "/RegistrationAgenda/{account}/{event}/{registration}/{code}", source=SUITE)
def cancel(
    world: World, request: Request, account: str, event: str, registration: str, code: str
) -> Response:
    """Cancel an item of a registrant; the row stays."""
    _, agenda = _agenda_of(world, request, account, event, registration, code)
    change(world, AGENDA, agenda["pkRegAgendaId"], {"status": "CANCELLED", "dateModified": stamp(world)})
    _note(world, "delete", registration, code, "CANCELLED")
    return read_agenda(world, request, account, event, registration, code)


def _note(world: World, operation: str, registration: str, code: str, status: str) -> None:
    detail = {"activityCode": code, "status": status}
    world.note("certain", operation, "registration_agenda", f"{registration}/{code}", detail)
