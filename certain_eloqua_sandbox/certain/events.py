"""Events: reading, creating, changing, and what going live does to test registrations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from certain_eloqua_sandbox.certain.answers import answer
from certain_eloqua_sandbox.certain.members import (
    Shape,
    as_object,
    body_of,
    change,
    dumped,
    insert,
    plain,
    read,
    require,
)
from certain_eloqua_sandbox.certain.routes import API, CLIENTS, GUIDE, OURS, SUITE
from certain_eloqua_sandbox.certain.scope import account_of, event_of
from certain_eloqua_sandbox.certain.searching import answer_search, parts
from certain_eloqua_sandbox.certain.stamps import stamp
from certain_eloqua_sandbox.certain.statuses import page_of
from certain_eloqua_sandbox.certain.tags import put_tags, tags_of
from certain_eloqua_sandbox.wire import Request, Response
from certain_eloqua_sandbox.world import World

EVENT_SHAPE = Shape(
    table="certain_events",
    key="eventId",
    plural="events",
    singular="event",
    members={
        "eventId": "number", "eventCode": "text", "eventName": "text", "accountCode": "text",
        "eventStatus": "text", "startDate": "time", "endDate": "time", "timezone": "text", "notes": "text",
        "isActive": "flag", "isLocked": "flag", "txtEvtCreatedBy": "text", "txtEvtModifiedBy": "text",
        "dateCreated": "time", "dateModified": "time",
    },
    writable=frozenset(
        {"eventCode", "eventName", "eventStatus", "startDate", "endDate", "timezone", "notes", "isActive",
         "isLocked"}
    ),
    required=("eventName", "startDate", "endDate"),
)  # fmt: skip


def _render(world: World, request: Request, rows: Sequence[Any]) -> Iterable[dict[str, Any]]:
    asked = parts(request)
    tags = tags_of(world, "event", [row["eventId"] for row in rows]) if "tags" in asked else {}
    for row in rows:
        item = plain(row, EVENT_SHAPE)
        document = orjson.loads(row["doc"])
        item["location"] = document.get("location")
        item["contact"] = document.get("contact")
        if "answers" in asked:
            item["answers"] = {"question": document.get("questions", [])}
        if "tags" in asked:
            item["tag"] = tags.get(row["eventId"], [])
        yield item


@API.answers("GET", "/Event/{account}", source=GUIDE)
def list_events(world: World, request: Request, account: str) -> Response:
    """List the events of an account."""
    account_of(world, request, account)
    return answer_search(
        world, request, EVENT_SHAPE, {"o.accountCode": account}, lambda rows: _render(world, request, rows)
    )


@API.answers("GET", "/Event/{account}/{event}", source=GUIDE)
def read_event(world: World, request: Request, account: str, event: str) -> Response:
    """Read one event."""
    row = event_of(world, request, account, event)
    return answer(world, request, next(iter(_render(world, request, [row]))), "event")


def _document(request: Request, body: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    document = dict(before)
    for name in ("location", "contact"):
        if body.get(name) is not None:
            document[name] = {**(document.get(name) or {}), **as_object(request, name, body[name])}
    return document


@API.answers("POST", "/Event/{account}", source=SUITE)
def create_event(world: World, request: Request, account: str) -> Response:
    """Create an event, or change the one with its code; a code is made up when none is posted."""
    account_of(world, request, account)
    body = body_of(request)
    values = read(request, body, EVENT_SHAPE)
    require(request, values, EVENT_SHAPE)
    next_id = int(world.value("SELECT coalesce(max(eventId), 90000) + 1 FROM certain_events"))
    code = values.get("eventCode") or f"E{next_id}"
    if world.row("SELECT 1 FROM certain_events WHERE accountCode = ? AND eventCode = ?", (account, code)):
        return update_event(world, request, account, code)
    now = stamp(world)
    defaults = {"eventStatus": "Planning", "timezone": "America/Los_Angeles", "notes": ""}
    own = {
        "eventId": next_id, "eventCode": code, "accountCode": account, "dateCreated": now,
        "dateModified": now, "txtEvtCreatedBy": request.user, "txtEvtModifiedBy": request.user,
        "doc": dumped(_document(request, body, {})),
    }  # fmt: skip
    insert(world, EVENT_SHAPE.table, {**defaults, **values, **own})
    if body.get("tag") is not None:
        put_tags(world, request, account, "event", next_id, body["tag"])
    world.note("certain", "create", "event", code)
    return read_event(world, request, account, code)


@API.answers("POST", "/Event/{account}/{event}", source=SUITE)
def update_event(world: World, request: Request, account: str, event: str) -> Response:
    """Change an event. One that goes from Testing to Live loses its test registrations."""
    row = event_of(world, request, account, event)
    body = body_of(request)
    values = read(request, body, EVENT_SHAPE)
    values.pop("eventCode", None)
    values["doc"] = dumped(_document(request, body, orjson.loads(row["doc"])))
    values |= {"dateModified": stamp(world), "txtEvtModifiedBy": request.user}
    change(world, EVENT_SHAPE, row["eventId"], values)
    if body.get("tag") is not None:
        put_tags(world, request, account, "event", row["eventId"], body["tag"])
    if row["eventStatus"] == "Testing" and values.get("eventStatus") == "Live":
        remove_test_registrations(world, row["eventId"])
    world.note("certain", "update", "event", event)
    return read_event(world, request, account, event)


def remove_test_registrations(world: World, event_id: int) -> None:
    """Remove the registrations made in test mode, with all that hangs on them."""
    mine = "SELECT pkRegId FROM certain_registrations WHERE pkEventId = ? AND isTestMode = 1"
    for row in world.rows(mine.replace("pkRegId", "registrationCode"), (event_id,)):
        world.note("certain", "remove", "registration", row[0], {"why": "event went live"})
    for table in ("certain_registration_agendas", "certain_session_registrations", "certain_appointments"):
        world.run(f"DELETE FROM {table} WHERE pkRegId IN ({mine})", (event_id,))
    world.run("DELETE FROM certain_registrations WHERE pkEventId = ? AND isTestMode = 1", (event_id,))


@API.answers("DELETE", "/Event/{account}/{event}", source=SUITE)
def delete_event(world: World, request: Request, account: str, event: str) -> Response:
    """Make an event inactive."""
    row = event_of(world, request, account, event)
    change(world, EVENT_SHAPE, row["eventId"], {"isActive": 0, "dateModified": stamp(world)})
    world.note("certain", "delete", "event", event)
    return read_event(world, request, account, event)


@API.answers("GET", "/EventQuestion/{account}/{event}", source=CLIENTS)
def list_event_questions(world: World, request: Request, account: str, event: str) -> Response:
    """List the answers of an event to the account's event questions."""
    row = event_of(world, request, account, event)
    return _questions(world, request, row, "questions")


@API.answers("GET", "/RegistrationQuestion/{account}/{event}", source=OURS)
def list_registration_questions(world: World, request: Request, account: str, event: str) -> Response:
    """List the questions that the event asks of its registrants."""
    row = event_of(world, request, account, event)
    return _questions(world, request, row, "registrationQuestions")


def _questions(world: World, request: Request, row: Any, member: str) -> Response:
    items = [
        {"accountCode": row["accountCode"], "eventCode": row["eventCode"], **question}
        for question in orjson.loads(row["doc"]).get(member, [])
    ]
    for name in ("questionName", "questionCode", "questionType", "questionLabel"):
        if (wanted := request.query.get(name)) is not None:
            items = [item for item in items if item.get(name) == wanted[0]]
    return page_of(world, request, items, "questions", "question")
