"""The planted Certain: Northwind Events, its sub-account, its events, and the people in them.

The same seed number gives the same content; all stamps are fixed. Dirt sits at fixed places of the
sequence, see ``certain_people.py``.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from certain_eloqua_sandbox.certain.seeds.many import plant_many
from certain_eloqua_sandbox.certain.seeds.people import plant_people
from certain_eloqua_sandbox.certain.seeds.programme import plant_programme, plant_programme_of_people
from certain_eloqua_sandbox.certain.statuses import STANDARD_STATUSES
from certain_eloqua_sandbox.world import World

ACCOUNT, SUB_ACCOUNT = "NWIND", "NWIND-EU"
MADE = "2025-02-03T08:14:03"

TAGS = (
    ("ai", "Artificial Intelligence"), ("cloud", "Cloud"), ("security", "Security"), ("data",
     "Data & Analytics"),
    ("hands-on", "Hands-on"), ("networking", "Networking"), ("hot", "Hot lead"), ("follow-up", "Follow up"),
    ("key-event", "Key event"), ("vip-care", "VIP care"),
)  # fmt: skip
USERS = (
    ("demo", "demo", "Demo User", "demo@northwind-events.example", "Administrator", ACCOUNT, 1),
    (
        "demo-eu",
        "demo",
        "Demo User, Europe",
        "demo-eu@northwind-events.example",
        "Administrator",
        SUB_ACCOUNT,
        1,
    ),
    ("ines.arroyo", None, "Inés Arroyo", "ines.arroyo@northwind-events.example", "Event Builder", ACCOUNT, 1),
    ("old.hand", None, "Old Hand", "old.hand@northwind-events.example", "Event Builder", ACCOUNT, 0),
)
LOCATIONS = (
    ("HALL-A", "Lake Hall", "233 Lakeshore Drive", "Chicago", "IL", "60601", "US", 1_200),
    ("ROOM-1", "Room 1", "233 Lakeshore Drive, 2nd floor", "Chicago", "IL", "60601", "US", 80),
    ("BER-1", "Spreehalle", "Am Spreeufer 9", "Berlin", "", "10178", "DE", 300),
    ("BER-2", "Werkstatt", "Am Spreeufer 9", "Berlin", "", "10178", "DE", 40),
    ("NYC-1", "Harbor Forum", "1 Pier Street", "New York", "NY", "10004", "US", 400),
    ("TYO-1", "Ariake Hall", "3-11-1 Ariake", "東京都", "", "135-0063", "JP", 900),
    ("TYO-2", "Ariake Room 2", "3-11-1 Ariake", "東京都", "", "135-0063", "JP", 60),
)


class Type(NamedTuple):
    """An attendee type of an event."""

    code: str
    name: str
    inventory: int | None = None
    default: str | None = None


class Event(NamedTuple):
    """An event as it is planted."""

    id: int
    account: str
    code: str
    name: str
    status: str
    start: str
    end: str
    zone: str
    location: str
    campaign: str
    custom: tuple[tuple[str, str], ...] = ()
    types: tuple[Type, ...] = (
        Type("DELEGATE", "Delegate"),
        Type("SPEAKER", "Speaker", None, "Pre-Registered"),
        Type("VIP", "VIP", 20),
        Type("EXHIBITOR", "Exhibitor", 300),
    )
    active: bool = True


REVIEW = (("Checked In", "Accepted"), ("Hold for Review", "Pending"))
EVENTS = (
    Event(90210, ACCOUNT, "NWSUMMIT27", "Northwind Summit 2027", "Live", "2027-05-04T09:00:00",
          "2027-05-06T17:00:00", "America/Chicago", "HALL-A", "7011", REVIEW),
    Event(90211, ACCOUNT, "NWROAD26", "Northwind Roadshow Berlin, 2026", "On-Site", "2026-11-24T09:00:00",
          "2026-11-25T18:00:00", "Europe/Berlin", "BER-1", "7012", REVIEW),
    Event(90212, ACCOUNT, "NWFORUM27", "Northwind Partner Forum 2027", "Planning", "2027-09-14T09:00:00",
          "2027-09-15T16:00:00", "America/New_York", "NYC-1", ""),
    Event(90213, ACCOUNT, "NWEXPO25", "Northwind Expo 2025 – 東京", "Completed", "2025-10-07T10:00:00",
          "2025-10-09T18:00:00", "Asia/Tokyo", "TYO-1", "6987",
          (*REVIEW, ("Walk-in", "Accepted"), ("Left Early", "Accepted"), ("Refunded", "Cancelled"))),
    Event(90214, ACCOUNT, "NWTEST27", "Northwind Test & Rehearsal", "Testing", "2027-03-01T09:00:00",
          "2027-03-01T12:00:00", "America/Los_Angeles", "ROOM-1", "", types=(Type("DELEGATE", "Delegate"),)),
    Event(90215, ACCOUNT, "NWEMPTY27", "Northwind Winter School 2027", "Live", "2027-12-06T09:00:00",
          "2027-12-07T17:00:00", "America/Denver", "ROOM-1", "7013"),
    Event(90216, ACCOUNT, "NWOLD24", "Northwind Summit 2024", "Archived", "2024-05-07T09:00:00",
          "2024-05-09T17:00:00", "America/Chicago", "HALL-A", "", types=(Type("DELEGATE", "Delegate"),),
          active=False),
    Event(90217, SUB_ACCOUNT, "NWBERLIN27", "Northwind Berlin 2027", "Live", "2027-06-15T09:00:00",
          "2027-06-16T17:00:00", "Europe/Berlin", "BER-1", "7014",
          (("Registered", "Accepted"), ("On Hold", "Pending"), ("Withdrawn", "Cancelled")),
          (Type("DELEGATE", "Teilnehmer"), Type("VIP", "VIP", 5))),
)  # fmt: skip

STATUS_TAGS = {"Pre-Registered": (8,), "Attended": (7, 8), "No-show": (8,), "Checked In": (7,)}
QUESTIONS: Sequence[dict[str, Any]] = (
    {"questionId": 31, "questionName": "Diet", "questionLabel": "Dietary needs", "questionCode": "DIET",
     "questionType": "Select"},
    {"questionId": 32, "questionName": "Topics", "questionLabel": "Which topics interest you?",
     "questionCode": "TOPICS", "questionType": "Checkbox"},
    {"questionId": 33, "questionName": "Comments", "questionLabel": "Anything else?",
     "questionCode": "COMMENTS",
     "questionType": "Textarea"},
)  # fmt: skip


def plant(world: World, *, seed: int, people: bool = True, registrations: int | None = None) -> None:
    """Fill an empty Certain: accounts and events always, people if wanted, a big event if a size is given."""
    with world.transaction():
        _accounts(world)
        for event in EVENTS:
            plant_event(world, event)
        plant_programme(world)
        if people:
            plant_people(world, seed)
            plant_programme_of_people(world)
        if registrations:
            plant_event(world, _big())
            plant_many(world, seed, registrations, _big().id)


def _big() -> Event:
    return Event(90300, ACCOUNT, "NWBIG27", "Northwind World Congress 2027", "Live", "2027-10-04T09:00:00",
                 "2027-10-08T17:00:00", "America/Los_Angeles", "HALL-A", "7099")  # fmt: skip


def _accounts(world: World) -> None:
    world.db.executemany(
        "INSERT INTO certain_accounts VALUES (?, ?, ?, ?, 1, ?, ?)",
        [
            (4711, ACCOUNT, "Northwind Events", None, 1, 0),
            (4712, SUB_ACCOUNT, "Northwind Events Europe", ACCOUNT, 0, 1),
        ],
    )
    world.db.executemany(
        "INSERT INTO certain_users (username, password, name, email, userTypeName, accountCode, isActive,"
        " uuid,"
        " dateCreated, dateModified) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(*user, str(uuid.uuid5(uuid.NAMESPACE_URL, user[0])), MADE, MADE) for user in USERS],
    )
    world.db.executemany(
        "INSERT INTO certain_locations (accountCode, locationCode, name, line1, city, state, zip,"
        " country, capacity,"
        " dateCreated, dateModified) VALUES ('NWIND', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(*location, MADE, MADE) for location in LOCATIONS],
    )
    world.db.executemany(
        "INSERT INTO certain_tags (tagId, accountCode, name, label) VALUES (?, ?, ?, ?)",
        [(number, ACCOUNT, name, label) for number, (name, label) in enumerate(TAGS, 1)],
    )
    for account in (ACCOUNT, SUB_ACCOUNT):
        for label, classification in STANDARD_STATUSES.items():
            _status(world, account, None, label, classification, standard=True)


def _status(
    world: World, account: str, event: int | None, label: str, classification: str, *, standard: bool = False
) -> None:
    key = world.run(
        "INSERT INTO certain_statuses (accountCode, pkEventId, label, classification, isStandard)"
        " VALUES (?, ?, ?, ?, ?)",
        (account, event, label, classification, int(standard)),
    ).lastrowid
    for tag in STATUS_TAGS.get(label, ()):
        world.run("INSERT INTO certain_tagged VALUES ('registrationStatus', ?, ?)", (key, tag))


def plant_event(world: World, event: Event) -> None:
    """Add one event with its statuses and attendee types."""
    hall = next(location for location in LOCATIONS if location[0] == event.location)
    document: dict[str, Any] = {
        "location": {
            "locationCode": hall[0], "locationName": hall[1], "locationCity": hall[3],
            "locationCountry": hall[6],
        },
        "contact": {"contactName": "Inés Arroyo", "contactEmail": "ines.arroyo@northwind-events.example"},
        "registrationQuestions": list(QUESTIONS),
    }  # fmt: skip
    if event.campaign:
        document["questions"] = [
            {
                "questionName": "Eloqua Campaign", "questionLabel": "Eloqua campaign of this event",
                "questionCode": "ELQCAMPAIGN", "questionType": "Text",
                "answer": [{"answerName": event.campaign, "answerLabel": event.campaign,
                "answerCode": event.campaign}],
            }
        ]  # fmt: skip
    world.run(
        "INSERT INTO certain_events (eventId, accountCode, eventCode, eventName, eventStatus, startDate,"
        " endDate,"
        " timezone, notes, isActive, txtEvtCreatedBy, txtEvtModifiedBy, dateCreated, dateModified, doc)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', ?, 'demo', 'demo', ?, ?, ?)",
        (event.id, event.account, event.code, event.name, event.status, event.start, event.end, event.zone,
         int(event.active), MADE, "2026-05-02T16:40:21", json.dumps(document)),
    )  # fmt: skip
    if event.code in ("NWSUMMIT27", "NWEXPO25"):
        world.run("INSERT INTO certain_tagged VALUES ('event', ?, 9)", (event.id,))
    for label, classification in event.custom:
        _status(world, event.account, event.id, label, classification)
    for kind in event.types:
        key = world.run(
            "INSERT INTO certain_attendee_types (pkEventId, attendeeTypeCode, name, inventory, defaultStatus,"
            " isExhibitor, dateCreated, dateModified) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (event.id, *kind, int(kind.code == "EXHIBITOR"), MADE, MADE),
        ).lastrowid
        if kind.code == "VIP":
            world.run("INSERT INTO certain_tagged VALUES ('attendeeType', ?, 10)", (key,))
