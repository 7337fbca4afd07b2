"""Certain's tables of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from certain_eloqua_sandbox import bodies
from certain_eloqua_sandbox.views.table import Column, Filter, Table, count_rows
from certain_eloqua_sandbox.views.tabs import Below, Tab
from certain_eloqua_sandbox.world import World

PERSON = "#/person/{email}"
MODIFIED = Column("modified", "Modified", "t.dateModified")
EVENT = Filter(
    "event", "Event", "e.eventCode", "SELECT eventCode, eventName FROM certain_events ORDER BY eventName"
)


_EVENTS_OF = "x WHERE x.pkEventId = t.eventId"
EVENTS = Table(
    "Events",
    (
        Column("name", "Event", "t.eventName", link="#/certain/events/{code}"),
        Column("code", "Code", "t.eventCode"),
        Column("status", "Status", "t.eventStatus", "status"),
        Column("start", "Starts", "t.startDate"),
        Column("end", "Ends", "t.endDate"),
        Column("timezone", "Zone", "t.timezone"),
        Column(
            "registrations",
            "Registrations",
            f"(SELECT COUNT(*) FROM certain_registrations {_EVENTS_OF})",
            "number",
        ),
        Column("sessions", "Sessions", f"(SELECT COUNT(*) FROM certain_sessions {_EVENTS_OF})", "number"),
        Column("account", "Account", "t.accountCode"),
    ),
    "FROM certain_events t",
    search=("t.eventName", "t.eventCode"),
    order="t.startDate DESC, t.eventCode",
    filters=(
        Filter(
            "status",
            "Status",
            "t.eventStatus",
            "SELECT DISTINCT eventStatus, eventStatus FROM certain_events",
        ),
    ),
    empty="No events.",
)


def registrations(world: World, asked: Mapping[str, str]) -> Table:
    """Return the registrations, of one event or all."""
    code = asked.get("event")
    known = world.row("SELECT * FROM certain_events WHERE eventCode = ?", (code,)) if code else None
    if code and known is None:
        raise bodies.refusal(f"there is no event {bodies.quoted(code)}", 404)
    return Table(
        known["eventName"] if known else "Registrations",
        (
            Column("first", "First name", "p.firstName"),
            Column("last", "Last name", "p.lastName"),
            Column("email", "E-mail", "p.email", link=PERSON),
            Column("status", "Status", "t.registrationStatusLabel", "status"),
            Column("type", "Type", "t.attendeeTypeCode"),
            *(() if known else (Column("event", "Event", "e.eventCode", link="#/certain/events/{event}"),)),
            Column("test", "Test", "t.isTestMode", "flag"),
            Column("active", "Active", "t.isActive", "flag"),
            Column("code", "Code", "t.registrationCode"),
            MODIFIED,
        ),
        "FROM certain_registrations t JOIN certain_profiles p ON p.pkProfileId = t.pkProfileId "
        "JOIN certain_events e ON e.eventId = t.pkEventId",
        search=("p.email", "p.firstName", "p.lastName", "t.registrationCode"),
        order="t.dateModified DESC, t.pkRegId DESC",
        filters=(
            EVENT,
            Filter(
                "status",
                "Status",
                "t.registrationStatusLabel",
                "SELECT DISTINCT registrationStatusLabel, registrationStatusLabel FROM certain_registrations "
                "ORDER BY 1",
            ),
        ),
        empty="No registrations.",
        count="SELECT COUNT(*) FROM certain_registrations",
        head=lambda world, asked: (
            {
                "Code": known["eventCode"],
                "Status": known["eventStatus"],
                "Starts": known["startDate"],
                "Ends": known["endDate"],
                "Zone": known["timezone"],
            }
            if known
            else None
        ),
    )


PROFILES = Table(
    "Profiles",
    (
        Column("email", "E-mail", "t.email", link=PERSON),
        Column("first", "First name", "t.firstName"),
        Column("last", "Last name", "t.lastName"),
        Column("organization", "Organization", "t.organization"),
        Column("position", "Position", "t.position"),
        Column("external", "External id", "t.externalKey"),
        Column(
            "registrations",
            "Registrations",
            "(SELECT COUNT(*) FROM certain_registrations x WHERE x.pkProfileId = t.pkProfileId)",
            "number",
        ),
        Column("active", "Active", "t.isActive", "flag"),
        MODIFIED,
    ),
    "FROM certain_profiles t",
    search=("t.email", "t.firstName", "t.lastName", "t.organization", "t.profilePin", "t.externalKey"),
    order="t.pkProfileId",
    empty="No profiles.",
)


_SESSIONS_INSTANCES = "certain_instances i WHERE i.sessionId = t.sessionId"
SESSIONS = Table(
    "Sessions",
    (
        Column("title", "Session", "t.sessionTitle"),
        Column("code", "Code", "t.sessionCode"),
        Column("type", "Type", "t.typeName"),
        Column("track", "Track", "t.trackName"),
        Column(
            "status",
            "Status",
            f"(SELECT GROUP_CONCAT(DISTINCT i.status) FROM {_SESSIONS_INSTANCES})",
            "status",
        ),
        Column("start", "First", f"(SELECT MIN(i.startTime) FROM {_SESSIONS_INSTANCES})"),
        Column(
            "registered",
            "Registered",
            "(SELECT COUNT(*) FROM certain_session_registrations r "
            "JOIN certain_instances i USING (instanceId) WHERE i.sessionId = t.sessionId)",
            "number",
        ),
        Column("event", "Event", "e.eventCode", link="#/certain/events/{event}"),
        MODIFIED,
    ),
    "FROM certain_sessions t JOIN certain_events e ON e.eventId = t.pkEventId",
    search=("t.sessionTitle", "t.sessionCode", "t.trackName"),
    order="e.eventCode, t.sessionCode",
    filters=(EVENT,),
    empty="No sessions.",
)


AGENDA = Table(
    "Agenda",
    (
        Column("name", "Item", "t.name"),
        Column("code", "Code", "t.activityCode"),
        Column("type", "Type", "t.type"),
        Column("start", "Starts", "t.startDate"),
        Column("points", "Points", "t.points", "number"),
        Column(
            "registered",
            "Registered",
            "(SELECT COUNT(*) FROM certain_registration_agendas r WHERE r.pkActivityId = t.pkActivityId)",
            "number",
        ),
        Column(
            "tags",
            "Tags",
            "(SELECT GROUP_CONCAT(g.label, ', ') FROM certain_tagged d JOIN certain_tags g USING (tagId) "
            "WHERE d.entity = 'agendaItem' AND d.owner = t.pkActivityId)",
        ),
        Column("event", "Event", "e.eventCode", link="#/certain/events/{event}"),
        MODIFIED,
    ),
    "FROM certain_agenda_items t JOIN certain_events e ON e.eventId = t.pkEventId",
    search=("t.name", "t.activityCode"),
    order="e.eventCode, t.startDate, t.activityCode",
    filters=(EVENT,),
    empty="No agenda items.",
)


APPOINTMENTS = Table(
    "Appointments",
    (
        Column("start", "Starts", "t.startDate"),
        Column("status", "Status", "t.status", "status"),
        Column("email", "Attendee", "p.email", link=PERSON),
        Column("with", "With", "q.email"),
        Column("location", "Location", "t.location"),
        Column("ratings", "Ratings", "t.appointmentRating", "json"),
        Column("event", "Event", "e.eventCode", link="#/certain/events/{event}"),
    ),
    "FROM certain_appointments t JOIN certain_events e ON e.eventId = t.pkEventId "
    "LEFT JOIN certain_registrations a ON a.pkRegId = t.pkRegId "
    "LEFT JOIN certain_profiles p ON p.pkProfileId = a.pkProfileId "
    "LEFT JOIN certain_registrations b ON b.pkRegId = t.targetPkRegId "
    "LEFT JOIN certain_profiles q ON q.pkProfileId = b.pkProfileId",
    search=("p.email", "q.email", "t.location"),
    order="t.startDate DESC, t.appointmentId",
    filters=(EVENT,),
    empty="No appointments.",
)


TABLES: dict[str, Table | Callable[[World, Mapping[str, str]], Table]] = {
    "events": EVENTS,
    "registrations": registrations,
    "profiles": PROFILES,
    "sessions": SESSIONS,
    "agenda": AGENDA,
    "appointments": APPOINTMENTS,
}


SOURCES = {
    "events": "certain_events",
    "registrations": "certain_registrations",
    "profiles": "certain_profiles",
    "sessions": "certain_sessions",
    "agenda": "certain_agenda_items",
    "appointments": "certain_appointments",
}


def counts(world: World) -> dict[str, int]:
    """Return how many there are of everything the tabs name."""
    return count_rows(world, SOURCES)


TABS = (
    Tab(
        "events",
        "Events",
        below=(Below("registrations", "event"),),
        also=("sessions", "agenda", "appointments"),
    ),
    Tab("registrations", "Registrations"),
    Tab("profiles", "Profiles"),
    Tab("sessions", "Sessions"),
    Tab("agenda", "Agenda"),
    Tab("appointments", "Appointments"),
)
