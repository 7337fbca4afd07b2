"""Rows of an event as Certain answers them, and its metrics by key: what the tests of metrics are made of."""

import json
from datetime import UTC, date, datetime

from certain_eloqua.connectors.metrics.engagement import EngagementRules, engagement
from certain_eloqua.connectors.metrics.interest import interest
from certain_eloqua.connectors.metrics.people import EventFacts
from certain_eloqua.connectors.metrics.reads import ProgrammeReads

EVENT = EventFacts("NWIND", "NWSUMMIT26", "Northwind Summit 2026", date(2026, 10, 6))
NOW = datetime(2026, 10, 9, 8, 30, tzinfo=UTC)
STATUSES = [
    {"label": "Attended", "classification": "Accepted"},
    {"label": "Pre-Registered", "classification": "Accepted"},
    {"label": "Invited", "classification": "Pending"},
    {"label": "Cancelled", "classification": "Cancelled"},
]


def person(code: str, status: str = "Attended", **more) -> dict:
    return {
        "registrationCode": code,
        "registrationStatusLabel": status,
        "attendeeTypeCode": "DELEGATE",
        "attendeeType": "Delegate",
        "isActive": True,
        "isTestMode": False,
        "profile.email": f"{code.lower()}@example.com",
        "profile.externalKey": "1002003",
        "profile.sourceOfProfile": "Eloqua",
        **more,
    }


def item(code: str, points: int | None = None, *tags: str, **more) -> dict:
    return {
        "activityCode": code,
        "startDate": "2026-10-06T13:00:00",
        "isActive": True,
        "points": None if points is None else str(points),
        "tags": json.dumps([{"name": tag, "label": tag.upper()} for tag in tags]),
        **more,
    }


def session(instance: str, points: int | None = None, *tags: str, **more) -> dict:
    found = item(instance, points, *tags)
    return {**found, "instanceId": instance, "status": "Published", **more}


def takes(code: str, what: str, status: str = "REGISTERED") -> dict:
    return {"registrationCode": code, "activityCode": what, "status": status}


def attends(code: str, instance: str, status: str = "Registered") -> dict:
    return {"registrationCode": code, "instanceId": instance, "regSessionStatus": status}


def rating(code: str, instance: str, value: object, stamp: str = "2026-10-06T15:00:00") -> dict:
    return {
        "registrationCode": code,
        "instanceId": instance,
        "rating": str(value),
        "dateModified": stamp,
    }


def meeting(one: str, other: str, status: str = "Completed", ratings: tuple = (None, None)) -> dict:
    return {
        "appointmentId": f"{one}-{other}-{status}",
        "status": status,
        "registration.regCode": one,
        "targetRegistration.regCode": other,
        "rating.registration": None if ratings[0] is None else str(ratings[0]),
        "rating.targetRegistration": None if ratings[1] is None else str(ratings[1]),
    }


def engaged(rules: EngagementRules | None = None, **rows) -> dict[str, dict]:
    rows = {"registrations": [person("A")], "statuses": STATUSES, **rows}
    made = engagement(ProgrammeReads.of_rows(**rows), EVENT, NOW, rules)
    return {row["RegistrationCode"]: row for row in made.table.to_pylist()}


def interested(**rows) -> dict[tuple[str, str], dict]:
    rows = {"registrations": [person("A")], "statuses": STATUSES, **rows}
    made = interest(ProgrammeReads.of_rows(**rows), EVENT, NOW)
    return {(row["RegistrationCode"], row["TagName"]): row for row in made.table.to_pylist()}
