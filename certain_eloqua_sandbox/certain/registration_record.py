"""A registration as a record: its members, and how registrations are shown with their profile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from certain_eloqua_sandbox.certain.members import Shape
from certain_eloqua_sandbox.certain.profile_record import PROFILE, show
from certain_eloqua_sandbox.certain.searching import Joined, by_key
from certain_eloqua_sandbox.certain.tags import tags_of
from certain_eloqua_sandbox.world import World

REGISTRATION = Shape(
    table="certain_registrations",
    key="pkRegId",
    plural="registrations",
    singular="registration",
    members={
        "accountCode": "text", "registrationCode": "text", "pkRegId": "id", "pkEventId": "id",
        "attendeeTypeCode": "text", "registrationStatusLabel": "text", "isActive": "flag",
        "isConfirmed": "flag", "isTestMode": "flag", "doFollowUp": "flag", "orderCode": "text",
        "badgeName": "text", "salesID": "text", "source": "text", "statusModified": "time",
        "dateCreated": "time", "dateModified": "time",
    },
    writable=frozenset(
        {
            "attendeeTypeCode", "registrationStatusLabel", "isActive", "isConfirmed", "isTestMode",
            "doFollowUp", "orderCode", "badgeName", "salesID", "source",
        }
    ),
)  # fmt: skip

WITH_PROFILE = Joined(
    "JOIN certain_profiles p ON p.pkProfileId = o.pkProfileId"
    " JOIN certain_events e ON e.eventId = o.pkEventId"
    " LEFT JOIN certain_attendee_types t"
    " ON t.pkEventId = o.pkEventId AND t.attendeeTypeCode = o.attendeeTypeCode",
    {
        **{
            name: (f"p.{name}", kind)
            for name, kind in PROFILE.members.items()
            if name not in ("accountCode", "isActive", "dateCreated", "dateModified", "pkProfileId")
        },
        "pin": ("p.profilePin", "text"),
        "pkProfileId": ("o.pkProfileId", "id"),
        "eventCode": ("e.eventCode", "text"),
        "eventName": ("e.eventName", "text"),
        "attendeeType": ("t.name", "text"),
    },
)

LISTS = {"travel_questions": "travelQuestions", "reg_properties": "properties", "groups": "groups"}
QUESTIONS = {"registration_questions": "registrationQuestions", **LISTS}
EMPTY: dict[str, Any] = {
    "registrationQuestions": {"question": []}, "travelQuestions": {"question": []},
    "properties": {"property": []},
    "groups": {"group": []}, "financial": {},
}  # fmt: skip


def show_registrations(world: World, rows: Sequence[Any], asked: frozenset[str]) -> Iterable[dict[str, Any]]:
    """Return registrations as the API answers them: nested profile, parts by include list."""
    keys = sorted({row["pkProfileId"] for row in rows})
    shown = show(
        world, by_key(world, PROFILE, keys), asked - {"event_list", "travel_info", "associate"}, pin="pin"
    )
    profiles = {int(item["pkProfileId"]): item for item in shown}
    events = {row["eventId"]: row for row in world.rows("SELECT * FROM certain_events")}
    types = _type_names(world, {row["pkEventId"] for row in rows})
    tags = _status_tags(world, events) if "tags" in asked else None
    wanted = {member for part, member in {**QUESTIONS, "financial": "financial"}.items() if part in asked}
    for row in rows:
        event = events[row["pkEventId"]]
        item = {
            "accountCode": event["accountCode"],
            "eventCode": event["eventCode"],
            "eventName": event["eventName"],
            "pkEventId": str(row["pkEventId"]),
            "registrationCode": row["registrationCode"],
            "pkRegId": str(row["pkRegId"]),
            "attendeeTypeCode": row["attendeeTypeCode"],
            "attendeeType": types.get((row["pkEventId"], row["attendeeTypeCode"])),
            "registrationStatusLabel": row["registrationStatusLabel"],
            "isActive": bool(row["isActive"]),
            "isConfirmed": bool(row["isConfirmed"]),
            "isTestMode": bool(row["isTestMode"]),
            "doFollowUp": bool(row["doFollowUp"]),
            "badgeName": row["badgeName"],
            "salesID": row["salesID"],
            "source": row["source"],
            "statusModified": row["statusModified"],
            "dateCreated": row["dateCreated"],
            "dateModified": row["dateModified"],
            "profile": profiles.get(row["pkProfileId"]),
        }
        if "order_code" in asked:
            item["orderCode"] = row["orderCode"] or row["registrationCode"]
        document: dict[str, Any] = orjson.loads(row["doc"]) if row["doc"] != "{}" else {}
        if "checkins" in document:
            item["checkins"] = document["checkins"]
        for name in wanted:
            item[name] = document.get(name, EMPTY[name])
        if tags is not None:
            item["tag"] = tags.get((row["pkEventId"], row["registrationStatusLabel"]), [])
        yield item


def _type_names(world: World, events: set[int]) -> dict[tuple[int, str], str]:
    return {
        (row["pkEventId"], row["attendeeTypeCode"]): row["name"]
        for row in world.rows(
            "SELECT pkEventId, attendeeTypeCode, name FROM certain_attendee_types"
            " WHERE pkEventId IN (SELECT value FROM json_each(?))",
            (str(sorted(events)),),
        )
    }


def _status_tags(world: World, events: dict[int, Any]) -> dict[tuple[int, str], list[dict[str, Any]]]:
    """Return the tags of every status by event and label; standard ones are the account's."""
    rows = world.rows("SELECT * FROM certain_statuses")
    tags = tags_of(world, "registrationStatus", [row["pkStatusId"] for row in rows])
    found = {}
    for row in rows:
        for event in events.values():
            mine = row["pkEventId"] == event["eventId"]
            if mine or (row["pkEventId"] is None and row["accountCode"] == event["accountCode"]):
                found[event["eventId"], row["label"]] = tags.get(row["pkStatusId"], [])
    return found
