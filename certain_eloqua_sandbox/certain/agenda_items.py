"""Agenda items of an event, with their tags and points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from certain_eloqua_sandbox.certain.answers import answer, stop
from certain_eloqua_sandbox.certain.members import (
    Kind,
    Shape,
    as_objects,
    body_of,
    change,
    dumped,
    insert,
    plain,
    read,
    require,
)
from certain_eloqua_sandbox.certain.routes import API, CLIENTS, SUITE
from certain_eloqua_sandbox.certain.scope import event_of
from certain_eloqua_sandbox.certain.searching import IN_EVENT, answer_search, parts
from certain_eloqua_sandbox.certain.stamps import stamp
from certain_eloqua_sandbox.certain.tags import put_tags, tags_of
from certain_eloqua_sandbox.wire import Request, Response
from certain_eloqua_sandbox.world import World

FLAGS = (
    "isActivity", "isAgenda", "isRequired", "isActive", "allowWaitlist", "noPrint", "notified", "omitDate",
    "hideOnSchedule", "hideRating", "printTicket",
)  # fmt: skip
_FLAG_MEMBERS: dict[str, Kind] = dict.fromkeys(FLAGS, "flag")

ITEM = Shape(
    table="certain_agenda_items",
    key="pkActivityId",
    plural="agendaItems",
    singular="agendaItem",
    members={
        "activityCode": "text", "name": "text", "type": "text", "startDate": "time", "endDate": "time",
        **_FLAG_MEMBERS, "email": "text", "points": "number", "ceu": "number", "sortOrder": "number",
        "capacity": "number", "dateCreated": "time", "dateModified": "time",
    },
    writable=frozenset(
        {
            "activityCode", "name", "type", "startDate", "endDate", *FLAGS, "email", "points", "ceu",
            "sortOrder", "capacity",
        }
    ),
    required=("activityCode", "name"),
)  # fmt: skip


def _render(world: World, request: Request, event: Any, rows: Sequence[Any]) -> Iterable[dict[str, Any]]:
    asked = parts(request)
    keys = [row["pkActivityId"] for row in rows]
    tags = tags_of(world, "agendaItem", keys) if "tags" in asked else None
    taken = taken_places(world, keys) if "inventory" in asked else None
    for row in rows:
        item = {"accountCode": event["accountCode"], "eventCode": event["eventCode"], **plain(row, ITEM)}
        capacity = item.pop("capacity")
        if speakers := orjson.loads(row["doc"]).get("speaker"):
            item["speaker"] = speakers
        if tags is not None:
            item["tag"] = tags.get(row["pkActivityId"], [])
        if taken is not None:
            registered, waiting = taken.get(row["pkActivityId"], (0, 0))
            left = None if capacity is None else max(0, capacity - registered)
            item["inventory"] = {"available": left, "waitlisted": waiting, "total": capacity}
        yield item


def taken_places(world: World, keys: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return, by item, the places that are taken and the places that are waited for."""
    return {
        row[0]: (row[1], row[2])
        for row in world.rows(
            "SELECT pkActivityId, sum(registeredQuantity * (status IN ('REGISTERED', 'ATTENDED'))),"
            " sum(registeredQuantity * (status = 'WAITLISTED')) FROM certain_registration_agendas"
            " WHERE pkActivityId IN (SELECT value FROM json_each(?)) GROUP BY pkActivityId",
            (str(list(keys)),),
        )
    }


def item_of(world: World, request: Request, event_id: int, code: str, status: int = 404) -> Any:
    """Return the row of an agenda item."""
    row = world.row(
        "SELECT * FROM certain_agenda_items WHERE pkEventId = ? AND activityCode = ?", (event_id, code)
    )
    return row or stop(request, status, f"Agenda item {code} not found")


@API.answers("GET", "/AgendaItem/{account}/{event}", source=SUITE)
def list_items(world: World, request: Request, account: str, event: str) -> Response:
    """List the agenda items of an event."""
    row = event_of(world, request, account, event)
    scope = {"o.pkEventId": row["eventId"]}
    return answer_search(
        world, request, ITEM, scope, lambda rows: _render(world, request, row, rows), IN_EVENT
    )


@API.answers("GET", "/AgendaItem/{account}/{event}/{code}", source=CLIENTS)
def read_item(world: World, request: Request, account: str, event: str, code: str) -> Response:
    """Read one agenda item."""
    row = event_of(world, request, account, event)
    found = item_of(world, request, row["eventId"], code)
    return answer(world, request, next(iter(_render(world, request, row, [found]))), "agendaItem")


def _speakers(request: Request, body: dict[str, Any], before: dict[str, Any]) -> str:
    if body.get("speaker") is None:
        return dumped(before)
    return dumped({**before, "speaker": as_objects(request, "speaker", body["speaker"])})


@API.answers("POST", "/AgendaItem/{account}/{event}", source=SUITE)
def create_item(world: World, request: Request, account: str, event: str) -> Response:
    """Create an agenda item, or change the one with its code."""
    row = event_of(world, request, account, event)
    body = body_of(request)
    values = read(request, body, ITEM)
    require(request, values, ITEM)
    code = values["activityCode"]
    if world.row(
        "SELECT 1 FROM certain_agenda_items WHERE pkEventId = ? AND activityCode = ?", (row["eventId"], code)
    ):
        return update_item(world, request, account, event, code)
    now = stamp(world)
    own = {
        "pkEventId": row["eventId"],
        "dateCreated": now,
        "dateModified": now,
        "doc": _speakers(request, body, {}),
    }
    key = insert(world, ITEM.table, {**values, **own})
    if body.get("tag") is not None:
        put_tags(world, request, account, "agendaItem", key, body["tag"])
    world.note("certain", "create", "agenda_item", code, {"event": event})
    return read_item(world, request, account, event, code)


@API.answers("POST", "/AgendaItem/{account}/{event}/{code}", source=SUITE)
def update_item(world: World, request: Request, account: str, event: str, code: str) -> Response:
    """Change an agenda item; its code stays."""
    row = event_of(world, request, account, event)
    found = item_of(world, request, row["eventId"], code)
    body = body_of(request)
    values = read(request, body, ITEM)
    values.pop("activityCode", None)
    values |= {"doc": _speakers(request, body, orjson.loads(found["doc"])), "dateModified": stamp(world)}
    change(world, ITEM, found["pkActivityId"], values)
    if body.get("tag") is not None:
        put_tags(world, request, account, "agendaItem", found["pkActivityId"], body["tag"])
    world.note("certain", "update", "agenda_item", code, {"event": event})
    return read_item(world, request, account, event, code)


@API.answers("DELETE", "/AgendaItem/{account}/{event}/{code}", source=SUITE)
def delete_item(world: World, request: Request, account: str, event: str, code: str) -> Response:
    """Make an agenda item inactive."""
    row = event_of(world, request, account, event)
    found = item_of(world, request, row["eventId"], code)
    change(world, ITEM, found["pkActivityId"], {"isActive": 0, "dateModified": stamp(world)})
    world.note("certain", "delete", "agenda_item", code, {"event": event})
    return read_item(world, request, account, event, code)
