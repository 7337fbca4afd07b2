"""Agenda items of an event, with their tags and points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from certain_eloqua_sandbox.certain.coded import Coded, Posted
from certain_eloqua_sandbox.certain.members import Kind, Shape, as_objects, dumped
from certain_eloqua_sandbox.certain.routes import SUITE
from certain_eloqua_sandbox.certain.searching import parts
from certain_eloqua_sandbox.wire import Request
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


def _add(world: World, request: Request, rows: Sequence[Any], items: list[dict[str, Any]]) -> None:
    """Add the speakers, and the inventory when it is asked for; the capacity is shown only in it."""
    keys = [row["pkActivityId"] for row in rows]
    taken = taken_places(world, keys) if "inventory" in parts(request) else None
    for row, item in zip(rows, items, strict=True):
        capacity = item.pop("capacity")
        if speakers := orjson.loads(row["doc"]).get("speaker"):
            item["speaker"] = speakers
        if taken is not None:
            registered, waiting = taken.get(row["pkActivityId"], (0, 0))
            left = None if capacity is None else max(0, capacity - registered)
            item["inventory"] = {"available": left, "waitlisted": waiting, "total": capacity}


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


def _complete(posted: Posted, values: dict[str, Any]) -> dict[str, Any]:
    before = orjson.loads(posted.before["doc"]) if posted.before else {}
    if posted.body.get("speaker") is not None:
        before["speaker"] = as_objects(posted.request, "speaker", posted.body["speaker"])
    return {"doc": dumped(before)}


AGENDA_ITEM = Coded(
    ITEM,
    "AgendaItem",
    "activityCode",
    "agenda item",
    "agenda_item",
    in_event=True,
    tagged="agendaItem",
    complete=_complete,
    add=_add,
)
AGENDA_ITEM.register(SUITE)


def item_of(world: World, request: Request, event_id: int, code: str, status: int = 404) -> Any:
    """Return the row of an agenda item."""
    return AGENDA_ITEM.row(world, request, event_id, code, status)
