"""Agenda items, sessions, appointments and ratings of the planted events.

NWSUMMIT27 and NWEXPO25 have agenda items with tags and points, NWFORUM27 the three items of the metrics'
worked example, NWROAD26, NWEXPO25 and NWSUMMIT27 sessions and (the last two) appointments, NWEXPO25 ratings.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from certain_eloqua_sandbox.world import World

SUMMIT, ROAD, FORUM, EXPO = 90210, 90211, 90212, 90213
MADE = "2026-03-02T09:00:00"
GOING = ("Pre-Registered", "New", "Attended", "Checked In", "Walk-in", "Left Early", "Cancelled")
CAME = ("Attended", "Walk-in", "Checked In", "No-show")


class Item(NamedTuple):
    """An agenda item; its tags by number."""

    event: int
    code: str
    name: str
    type: str
    start: str | None
    minutes: int
    points: int | None
    capacity: int | None
    tags: tuple[int, ...]
    active: bool = True


ITEMS = (
    Item(SUMMIT, "KEY-01", "Opening keynote: what's next", "Activity", "2027-05-04T09:00", 60, 5, None, (1,
    2)),
    Item(SUMMIT, "WS-ML-01", "Hands-on ML", "Class", "2027-05-04T13:00", 90, 10, 25, (1, 5)),
    Item(SUMMIT, "WS-SEC-01", "Threat modelling, step by step", "Class", "2027-05-04T13:00", 90, 20, 40, (3,
    5)),
    Item(SUMMIT, "BRK-DATA", "Data & Analytics: three stories", "Session Breakout", "2027-05-05T09:30", 60,
    8, None, (4,)),
    Item(SUMMIT, "BRK-CLOUD", "Cloud costs", "Session Breakout", "2027-05-05T09:30", 60, 8, None, (2, 4)),
    Item(SUMMIT, "LUNCH-1", "Lunch", "Meal", "2027-05-04T12:00", 60, None, None, ()),
    Item(SUMMIT, "DINNER", "Dinner on the lake", "Meal", "2027-05-05T19:00", 180, 0, 200, (6,)),
    Item(SUMMIT, "TOUR-ARCH", "Architecture tour", "Tour", "2027-05-06T10:00", 120, 2, 30, (6,)),
    Item(SUMMIT, "TSHIRT", "T-shirt", "Merchandise", None, 0, None, None, ()),
    Item(SUMMIT, "OLD-ITEM", "Withdrawn panel", "Activity", "2027-05-06T14:00", 60, 9, None, (1,), False),
    Item(ROAD, "COFFEE", "Kaffee & Kuchen", "Meal", "2026-11-24T15:00", 30, None, None, (6,)),
    Item(FORUM, "K1", "AI in the cloud", "Activity", "2027-09-14T09:00", 60, 10, None, (1, 2)),
    Item(FORUM, "K2", "AI at the desk", "Activity", "2027-09-14T11:00", 60, 5, None, (1,)),
    Item(FORUM, "K3", "Locks and keys", "Activity", "2027-09-15T09:00", 60, 20, None, (3,)),
    Item(EXPO, "EXPO-KEY", "開会の挨拶 – Opening", "Activity", "2025-10-07T10:00", 60, 5, None, (1,)),
    Item(EXPO, "EXPO-ROBOTS", "Robots & people", "Activity", "2025-10-07T13:00", 60, 12, None, (1, 5)),
    Item(EXPO, "EXPO-CLOUD", "Clouds over Tokyo", "Activity", "2025-10-08T10:00", 60, 7, None, (2,)),
    Item(EXPO, "EXPO-PARTY", "Closing party", "Meal", "2025-10-09T16:00", 120, 1, None, (6,)),
)  # fmt: skip


class Session(NamedTuple):
    """A session with its instances: (place, start, end), none for one that is not scheduled."""

    event: int
    code: str
    title: str
    type: str
    track: str
    capacity: int | None
    points: int | None
    tags: tuple[int, ...]
    instances: tuple[tuple[str, str, str, str], ...]  # status, location, start, end
    active: bool = True


SESSIONS = (
    Session(ROAD, "KEY-01", "Opening keynote", "Keynote", "Main", None, 5, (1, 2),
            (("Published", "BER-1", "2026-11-24T09:00:00", "2026-11-24T10:00:00"),)),
    Session(ROAD, "LAB-AI", "AI lab: bring & build", "Workshop", "AI & Data", 30, 15, (1, 5),
            (("Published", "BER-2", "2026-11-24T10:30:00", "2026-11-24T12:00:00"),
             ("Published", "BER-2", "2026-11-25T10:30:00", "2026-11-25T12:00:00"))),
    Session(ROAD, "SEC-01", "Sichere Häfen <Security>", "Breakout", "Security", 60, 10, (3,),
            (("Published", "BER-1", "2026-11-24T13:00:00", "2026-11-24T14:00:00"),)),
    Session(ROAD, "CLOUD-01", "Cloud migration, the honest version", "Breakout", "Cloud", None, 8, (2, 4),
            (("Published", "BER-2", "2026-11-24T13:00:00", "2026-11-24T14:00:00"),
             ("Published", "BER-2", "2026-11-25T13:00:00", "2026-11-25T14:00:00"))),
    Session(ROAD, "ROUND-01", "Round table", "Discussion", "Main", 12, None, (6,),
            (("Scheduled", "BER-2", "2026-11-25T15:00:00", "2026-11-25T16:00:00"),)),
    Session(ROAD, "IDEA-01", "A proposed talk", "Breakout", "Main", None, None, (),
            (("Qualified", "", "", ""),)),
    Session(EXPO, "X-KEY", "Keynote", "Keynote", "Main", None, 5, (1,),
            (("Published", "TYO-1", "2025-10-07T11:00:00", "2025-10-07T12:00:00"),)),
    Session(EXPO, "X-AI", "生成AIの現場", "Breakout", "AI & Data", 120, 10, (1, 4),
            (("Published", "TYO-2", "2025-10-08T11:00:00", "2025-10-08T12:00:00"),
             ("Published", "TYO-2", "2025-10-09T11:00:00", "2025-10-09T12:00:00"))),
    Session(EXPO, "X-SEC", "Security clinic", "Workshop", "Security", 80, 20, (3, 5),
            (("Published", "TYO-2", "2025-10-08T14:00:00", "2025-10-08T15:30:00"),)),
    Session(SUMMIT, "S-KEY", "Opening keynote: what's next", "Keynote", "Main", None, 5, (1, 2),
            (("Published", "HALL-A", "2027-05-04T09:00:00", "2027-05-04T10:00:00"),)),
    Session(SUMMIT, "S-ML", "Hands-on ML", "Workshop", "AI & Data", 80, 10, (1, 5),
            (("Published", "ROOM-1", "2027-05-04T13:00:00", "2027-05-04T14:30:00"),
             ("Published", "ROOM-1", "2027-05-05T13:00:00", "2027-05-05T14:30:00"))),
    Session(SUMMIT, "S-SEC", "Threat modelling, step by step", "Breakout", "Security", 200, 20, (3,),
            (("Published", "HALL-A", "2027-05-05T09:30:00", "2027-05-05T10:30:00"),)),
    Session(SUMMIT, "S-PANEL", "Partners' panel", "Discussion", "Main", 40, None, (6,),
            (("Scheduled", "ROOM-1", "2027-05-06T14:00:00", "2027-05-06T15:00:00"),)),
)  # fmt: skip


def _tag(world: World, entity: str, owner: int, tags: tuple[int, ...]) -> None:
    world.db.executemany(
        "INSERT INTO certain_tagged VALUES (?, ?, ?)", [(entity, owner, tag) for tag in tags]
    )


def _times(item: Item) -> tuple[str | None, str | None]:
    """Return beginning and end of an item that has a time."""
    if item.start is None:
        return None, None
    start = datetime.fromisoformat(item.start)
    return start.isoformat(), (start + timedelta(minutes=item.minutes)).isoformat()


def plant_programme(world: World) -> None:
    """Add what the events offer: agenda items from key 4001, sessions from 501, instances from 6001."""
    for key, item in enumerate(ITEMS, 4_001):
        speaker = [{"speakerCode": 77, "firstName": "Ada", "lastName": "Quist", "bio": ""}]
        world.run(
            "INSERT INTO certain_agenda_items (pkActivityId, pkEventId, activityCode, name, type,"
            " startDate, endDate,"
            " points, capacity, isActivity, isActive, allowWaitlist, hideRating, sortOrder, dateCreated,"
            " dateModified,"
            " doc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (key, item.event, item.code, item.name, item.type, *_times(item), item.points, item.capacity,
             int(item.type != "Merchandise"), int(item.active), int(item.capacity is not None),
             int(item.type == "Meal"), key - 4_000, MADE, "2026-04-01T12:00:00",
             json.dumps({"speaker": speaker} if item.type == "Class" else {})),
        )  # fmt: skip
        _tag(world, "agendaItem", key, item.tags)
    instance = 6_001
    for key, session in enumerate(SESSIONS, 501):
        world.run(
            "INSERT INTO certain_sessions (sessionId, pkEventId, sessionCode, sessionTitle,"
            " sessionDescription,"
            " typeName, level, trackName, trackColour, duration, capacity, points, isActive, dateCreated,"
            " dateModified) VALUES (?, ?, ?, ?, ?, ?, 'All', ?, '#2a6fdb', 60, ?, ?, ?, ?, ?)",
            (key, session.event, session.code, session.title, f"About {session.title}", session.type,
             session.track,
             session.capacity, session.points, int(session.active), MADE, "2026-04-01T12:00:00"),
        )  # fmt: skip
        _tag(world, "session", key, session.tags)
        for number, (status, location, start, end) in enumerate(session.instances, 1):
            world.run(
                "INSERT INTO certain_instances VALUES (?, ?, ?, ?, ?,"
                " (SELECT name FROM certain_locations WHERE locationCode = ?),"
                " (SELECT name FROM certain_locations WHERE locationCode = ?), ?, ?, ?)",
                (instance, key, f"{session.code}-{number}", status, location or None, location, location,
                 start or None, end or None, "2026-04-01T12:00:00"),
            )  # fmt: skip
            instance += 1


def _active(world: World, event: int) -> list[Any]:
    return world.rows(
        "SELECT pkRegId, registrationCode, registrationStatusLabel, dateModified FROM certain_registrations"
        " WHERE pkEventId = ? AND isActive = 1 AND isTestMode = 0 ORDER BY pkRegId",
        (event,),
    )


def plant_programme_of_people(world: World) -> None:
    """Add what the people do with it."""
    for event in (SUMMIT, FORUM, EXPO):
        world.db.executemany(
            "INSERT INTO certain_registration_agendas (pkEventId, pkRegId, pkActivityId, status,"
            " registeredQuantity,"
            " dateCreated, dateModified) VALUES (?, ?, ?, ?, ?, ?, ?)",
            list(_agendas(world, event)),
        )
    for event in (ROAD, EXPO, SUMMIT):
        world.db.executemany(
            "INSERT INTO certain_session_registrations (pkEventId, pkRegId, instanceId, regSessionStatus,"
            " dateCreated, dateModified) VALUES (?, ?, ?, ?, ?, ?)",
            list(_session_registrations(world, event)),
        )
    world.db.executemany(
        "INSERT INTO certain_appointments (pkEventId, pkRegId, targetPkRegId, startDate, endDate,"
        " location, status,"
        " appointmentType, appointmentSource, reason, appointmentRating, calendar)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [*_appointments(world), *_planned_appointments(world)],
    )
    world.db.executemany(
        "INSERT INTO certain_ratings (pkEventId, registrationCode, instanceId, activityCode, rating,"
        " dateModified)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        list(_ratings(world)),
    )


def _agendas(world: World, event: int) -> Iterator[tuple[Any, ...]]:
    items = world.rows(
        "SELECT pkActivityId, activityCode, capacity FROM certain_agenda_items"
        " WHERE pkEventId = ? AND isActive = 1 ORDER BY pkActivityId",
        (event,),
    )
    free = {item["pkActivityId"]: item["capacity"] for item in items}
    going = [row for row in _active(world, event) if row[2] in GOING]
    for place, row in enumerate(going):
        for turn, item in enumerate(items):
            key = item["pkActivityId"]
            dice = ((place * 7 + turn * 3) * 2_654_435_761 & 0xFFFF_FFFF) >> 12
            if event != FORUM and dice % 3:
                continue
            status = "REGISTERED"
            if row[2] == "Cancelled" or (dice % 23 == 0 and event != FORUM):
                status = "CANCELLED"
            elif event == EXPO and row[2] in ("Attended", "Walk-in"):
                status = "ATTENDED"
            elif event == FORUM and item["activityCode"] == "K3" and place == 0:
                status = "CANCELLED"
            if status == "REGISTERED" and free[key] is not None:
                free[key] -= 1
                status = "REGISTERED" if free[key] >= 0 else "WAITLISTED"
            yield event, row[0], key, status, 1 + (dice % 31 == 0), row[3], row[3]


def _session_registrations(world: World, event: int) -> Iterator[tuple[Any, ...]]:
    instances = world.rows(
        "SELECT instanceId, capacity, startTime FROM certain_instances JOIN certain_sessions USING"
        " (sessionId)"
        " WHERE pkEventId = ? AND status = 'Published' ORDER BY instanceId",
        (event,),
    )
    free = {row["instanceId"]: row["capacity"] for row in instances}
    for place, row in enumerate(_active(world, event)):
        if row[2] in ("Invited", "No-show", "Refunded"):
            continue
        for turn, instance in enumerate(instances):
            dice = ((place * 11 + turn * 5) * 2_654_435_761 & 0xFFFF_FFFF) >> 12
            if dice % 5 > 1:
                continue
            key, status = instance["instanceId"], "Registered"
            if row[2] == "Cancelled" or dice % 19 == 0:
                status = "Cancelled"
            elif event == EXPO and dice % 4:
                status = "Attended"
            if status in ("Registered", "Attended") and free[key] is not None:
                free[key] -= 1
                status = status if free[key] >= 0 else "Waitlisted"
            yield event, row[0], key, status, row[3], row[3]


def _appointments(world: World) -> Iterator[tuple[Any, ...]]:
    people = [row for row in _active(world, EXPO) if row[2] in CAME]
    states = ("Completed", "Completed", "Completed", "Scheduled", "Cancelled", "No-show")
    for number in range(150):
        one = people[number * 37 % len(people)]
        other = people[(number * 53 + 7) % len(people)]
        if one[0] == other[0]:
            continue
        status = states[number * 7 % len(states)]
        rating = "[]"
        if status == "Completed" and number % 4:
            rating = json.dumps([1 + number % 5, 1 + number * 3 % 5] if number % 5 else [1 + number % 5])
        day, hour, minute = 7 + number % 3, 10 + number % 7, number % 2 * 30
        yield (
            EXPO, one[0], other[0], f"2025-10-{day:02d}T{hour:02d}:{minute:02d}:00",
            f"2025-10-{day:02d}T{hour:02d}:{minute + 20:02d}:00", f"Table {number % 24 + 1}", status,
            ("One-to-one", "Demo")[number % 2], ("AME", "Manual", "AME")[number % 3],
            ("Product demo", None, "Partnership, \"next steps\"")[number % 3], rating,
            "Expo meetings" if number % 2 else None,
        )  # fmt: skip


def _planned_appointments(world: World) -> Iterator[tuple[Any, ...]]:
    """Yield the few appointments made so far for the summit, none of which has been kept yet."""
    people = [row for row in _active(world, SUMMIT) if row[2] == "Pre-Registered"]
    for number in range(24):
        one, other = people[number * 7 % len(people)], people[(number * 11 + 5) % len(people)]
        if one[0] == other[0]:
            continue
        day, hour = 4 + number % 3, 10 + number % 6
        yield (
            SUMMIT, one[0], other[0], f"2027-05-{day:02d}T{hour:02d}:00:00",
            f"2027-05-{day:02d}T{hour:02d}:20:00", f"Table {number % 12 + 1}",
            "Cancelled" if number % 9 == 4 else "Scheduled", ("One-to-one", "Demo")[number % 2], "AME",
            ("Product demo", None)[number % 2], "[]", None,
        )  # fmt: skip


def _ratings(world: World) -> Iterator[tuple[Any, ...]]:
    rows = world.rows(
        "SELECT r.registrationCode, g.instanceId, g.dateModified FROM certain_session_registrations g"
        " JOIN certain_registrations r USING (pkRegId)"
        " WHERE g.pkEventId = ? AND g.regSessionStatus = 'Attended' ORDER BY g.pkRegSessionId",
        (EXPO,),
    )
    for number, row in enumerate(rows):
        if number % 3:
            yield EXPO, row[0], row[1], None, 1 + number * 7 % 5, row[2]
    rows = world.rows(
        "SELECT r.registrationCode, i.activityCode, g.dateModified FROM certain_registration_agendas g"
        " JOIN certain_registrations r USING (pkRegId) JOIN certain_agenda_items i USING (pkActivityId)"
        " WHERE g.pkEventId = ? AND g.status = 'ATTENDED' AND i.hideRating = 0 ORDER BY g.pkRegAgendaId",
        (EXPO,),
    )
    for number, row in enumerate(rows):
        if number % 4 == 0:
            yield EXPO, row[0], None, row[1], 2 + number % 4, row[2]
