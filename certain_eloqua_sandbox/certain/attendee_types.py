"""Attendee types of an event, with their inventory (capacity) and default status."""

from __future__ import annotations

from typing import Any

from certain_eloqua_sandbox.certain.answers import stop
from certain_eloqua_sandbox.certain.coded import Coded, Posted
from certain_eloqua_sandbox.certain.members import Shape
from certain_eloqua_sandbox.certain.routes import SUITE
from certain_eloqua_sandbox.certain.statuses import statuses_of
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


def _complete(posted: Posted, values: dict[str, Any]) -> dict[str, Any]:
    default, event = values.get("defaultStatus"), posted.scope
    if default and default not in statuses_of(posted.world, event):
        words = f"Registration status '{default}' is not a status of event {event['eventCode']}"
        stop(posted.request, 400, words)
    return {}


ATTENDEE_TYPE = Coded(
    TYPE,
    "AttendeeType",
    "attendeeTypeCode",
    "attendee type",
    "attendee_type",
    in_event=True,
    tagged="attendeeType",
    complete=_complete,
)
ATTENDEE_TYPE.register(SUITE)


def find_type(world: World, event_id: int, code: str) -> Any:
    """Return the row of an attendee type, or ``None``."""
    return ATTENDEE_TYPE.find(world, event_id, code)
