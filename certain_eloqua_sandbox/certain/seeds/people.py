"""Profiles and registrations of the planted Certain, with the dirt that real ones have.

Every second person exists in Eloqua too, under the contact id that is the person's number plus one; the
others have addresses of their own. Dirt sits at fixed places, whatever the seed number: an e-mail in
capitals at every 97th profile, none at every 101st, and so on (see :func:`_email`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from certain_eloqua_sandbox.certain.registrations import registration_code
from certain_eloqua_sandbox.countries import CODES
from certain_eloqua_sandbox.seeds.people import Person, people, salutation
from certain_eloqua_sandbox.world import World

PROFILES = 2_000
FIRST_PROFILE = 5_530_000  # profile of person n has this key plus n
FIRST_REGISTRATION = 7_740_000
PROFILE_COLUMNS = (
    "pkProfileId", "accountCode", "profilePin", "externalKey", "sourceOfProfile", "salutation", "firstName",
    "lastName", "email", "organization", "position", "phone", "phoneMobile", "fax", "username", "isActive",
    "isAnonymized", "dateCreated", "dateModified", "doc",
)  # fmt: skip
REGISTRATION_COLUMNS = (
    "pkRegId", "pkEventId", "accountCode", "registrationCode", "pkProfileId", "attendeeTypeCode",
    "registrationStatusLabel", "statusModified", "isActive", "isConfirmed", "isTestMode", "orderCode",
    "badgeName", "source", "dateCreated", "dateModified", "doc",
)  # fmt: skip
INVALID = ("not-an-email", "jane@", "two words@example.com", "@example.org", "someone@example..net")


class Crowd(NamedTuple):
    """Who is registered for an event: a stretch of the shuffled profiles, and how it went for them."""

    event: int
    account: str
    first: int
    size: int
    opened: str  # first possible day of a registration
    days: int
    statuses: tuple[str, ...]
    types: tuple[str, ...] = ("DELEGATE",) * 17 + ("SPEAKER", "EXHIBITOR", "EXHIBITOR")
    vips: int = 0
    waiting: int = 0
    test: bool = False


SUMMIT = ("Pre-Registered",) * 7 + ("Invited",) * 6 + ("New", "New", "Cancelled", "Declined Invitation",
          "Hold for Review", "Invitation Sent", "Requested Invitation")  # fmt: skip
ROAD = ("Pre-Registered",) * 8 + ("Checked In",) * 5 + ("Invited", "New", "Cancelled", "No-show")
EXPO = ("Attended",) * 11 + (
    "No-show",
    "No-show",
    "Cancelled",
    "Walk-in",
    "Left Early",
    "Refunded",
    "Checked In",
)
CROWDS = (
    Crowd(90210, "NWIND", 0, 690, "2026-06-01", 160, SUMMIT, vips=20, waiting=6),
    Crowd(90211, "NWIND", 500, 260, "2026-07-06", 130, ROAD, vips=8),
    Crowd(90212, "NWIND", 1_300, 22, "2026-10-01", 40, ("Invited", "Invited", "New", "Pre-Registered")),
    Crowd(90213, "NWIND", 900, 420, "2025-04-01", 180, EXPO, vips=12),
    Crowd(90214, "NWIND", 1_500, 12, "2026-11-02", 10, ("New", "Pre-Registered"), ("DELEGATE",), test=True),
    Crowd(90216, "NWIND", 1_600, 30, "2024-01-08", 100, ("Attended", "No-show"), ("DELEGATE",)),
    Crowd(90217, "NWIND-EU", 0, 40, "2026-09-01", 60, ("Registered", "Registered", "On Hold", "Withdrawn"),
          ("DELEGATE", "DELEGATE", "DELEGATE", "VIP")),
)  # fmt: skip


def moment(day: str, days: int, dice: int) -> str:
    """Return a fixed moment within some days after one."""
    start = datetime.fromisoformat(day)
    return (start + timedelta(days=dice % max(days, 1), seconds=25_200 + dice * 37 % 50_000)).isoformat()


def address_of(person: Person) -> dict[str, str]:
    """Return a person's address as Certain keeps it, with a country code."""
    line = person.address
    if person.number % 61 == 3:
        line = f'{line},\r\nFloor {person.number % 9 + 1}, "East Wing"'
    return {
        "line1": line, "line2": "", "line3": "", "line4": "", "city": person.city, "state": person.state,
        "zip": person.zip, "country": CODES.get(person.country, person.country),
    }  # fmt: skip


def _email(person: Person, before: str | None) -> str | None:
    number = person.number
    email = person.email if number % 2 == 0 else f"{person.email.partition('@')[0]}@visitors.example"
    if number % 109 == 70 and before:
        return before  # two people, one address
    if number % 101 == 50:
        return None if number % 2 else ""
    if number % 103 == 60:
        return INVALID[number // 103 % len(INVALID)]
    if number % 97 == 13:
        return email.upper()
    return email


def _origin(number: int) -> tuple[str | None, str | None]:
    """Return external id and source of a profile."""
    if number % 250 == 4:
        return f"99{number:05d}", "Eloqua"  # a contact that is gone
    if number % 6 == 0:
        return str(number + 1), "Eloqua"
    if number % 25 == 1 or number % 50 == 2:
        return str(300_000 + number), "Marketo"
    return None, None


def profile_rows(seed: int) -> Iterator[tuple[Any, ...]]:
    """Yield the profiles of account NWIND."""
    before: str | None = None
    for person in people(seed, PROFILES):
        number, key = person.number, FIRST_PROFILE + person.number
        email = before = _email(person, before)
        external, source = _origin(number)
        first, last = person.first_name, person.last_name
        if number % 53 == 7:
            first, last = f" {first}", f"{last}  "
        if number % 89 == 17:
            first, last = first.upper(), last.lower()
        created = moment("2025-03-01", 560, number * 7_919)
        document: dict[str, Any] = {"address": address_of(person)}
        if number % 40 == 9:
            document["assistant"] = {"firstName": "Sam", "lastName": "Reed", "email": "sam.reed@example.net"}
        if number % 31 == 4:
            document["profileQuestions"] = {
                "question": [
                    {"questionId": 11, "questionName": "Newsletter", "questionField": "Radio",
                     "answers": {"answer": [{"answerId": 1, "answerCode": "yes", "value": "Yes"}]}}
                ]
            }  # fmt: skip
        row = [
            key, "NWIND", f"P-{key}", external, source, salutation(person), first, last, email,
            person.company, person.title or None, person.phone, person.mobile or None, None, f"NWIND{key}", 1,
            0, created, created, json.dumps(document),
        ]  # fmt: skip
        if number % 211 == 5:
            row[15] = 0
        if number % 307 == 9:
            row[3:14] = [None, None, None, "Anonymized", "Anonymized", *[None] * 6]
            row[14:17] = [f"anonymized{key}", 0, 1]
            row[19] = "{}"
        yield tuple(row)


def _sub_account_rows(seed: int) -> Iterator[tuple[Any, ...]]:
    for person in people(seed, 40):
        key = FIRST_PROFILE + 100_000 + person.number
        created = moment("2026-08-01", 20, person.number * 7_919)
        yield (
            key, "NWIND-EU", f"P-{key}", None, None, None, person.first_name, person.last_name, person.email,
            person.company, person.title or None, person.phone, None, None, f"NWIND-EU{key}", 1, 0, created,
            created, json.dumps({"address": address_of(person)}),
        )  # fmt: skip


def _status_of(crowd: Crowd, place: int) -> tuple[str, str]:
    """Return attendee type and status of the n-th of a crowd; VIPs come first, then those who wait."""
    if place < crowd.vips:
        return "VIP", "Pre-Registered" if crowd.event != 90213 else "Attended"
    if place < crowd.vips + crowd.waiting:
        return "VIP", "Waitlist Hold"
    dice = (place * 2_654_435_761 + crowd.event * 40_503) & 0xFFFF_FFFF
    return crowd.types[(dice >> 7) % len(crowd.types)], crowd.statuses[(dice >> 15) % len(crowd.statuses)]


def _document(status: str, number: int, changed: str) -> str:
    document: dict[str, Any] = {}
    if number % 3 == 0:
        document["registrationQuestions"] = {
            "question": [
                {"questionId": 31, "questionName": "Diet", "questionCode": "DIET", "questionField": "Select",
                 "answers": {"answer": [{"answerId": 5, "answerCode": "veg", "value": "Vegetarian"}]}}
            ]
        }  # fmt: skip
    if number % 45 == 6:
        document.setdefault("registrationQuestions", {"question": []})["question"].append(
            {"questionId": 33, "questionName": "Comments", "questionCode": "COMMENTS",
             "questionField": "Textarea",
             "answers": {"answer": [{"answerId": 9, "answerCode": None,
             "value": "Peanuts!\nPlease, none – merci"}]}}
        )  # fmt: skip
    if status in ("Checked In", "Attended"):
        document["checkins"] = [
            {"checkInDate": changed, "badgePrintedDate": changed, "entryType": "On-site", "createdBy": "demo",
             "modifiedBy": "demo", "dateCreated": changed, "dateModified": changed, "source": "Check-in"}
        ]  # fmt: skip
    return json.dumps(document) if document else "{}"


def registration_rows() -> Iterator[tuple[Any, ...]]:
    """Yield the registrations of all crowds, and second registrations of a few people for one event."""
    key = FIRST_REGISTRATION
    for crowd in CROWDS:
        places = [(place, place) for place in range(crowd.size)]
        if crowd.event == 90210:
            places += [(crowd.size + extra, 40 + 60 * extra) for extra in range(10)]
        for place, seat in places:
            number = (crowd.first + seat) * 7_919 % PROFILES if crowd.account == "NWIND" else seat
            profile = FIRST_PROFILE + number + (0 if crowd.account == "NWIND" else 100_000)
            kind, status = _status_of(crowd, place)
            created = moment(crowd.opened, crowd.days, number * 31 + place)
            changed = created
            if status not in ("New", "Invited"):
                changed = (
                    datetime.fromisoformat(created) + timedelta(minutes=place * 53 % 20_000)
                ).isoformat()
            code = registration_code(crowd.event, key)
            settled = kind == "VIP"
            test = crowd.test or (place % 149 == 71 and not settled)
            yield (
                key, crowd.event, crowd.account, code, profile, kind, status, changed,
                int(place % 83 != 50 or settled),
                int(status in ("Pre-Registered", "Attended", "Checked In", "Walk-in", "Registered")),
                int(test), code,
                None, ("Web", "Import", None)[place % 3], created, changed, _document(status, number,
                changed),
            )  # fmt: skip
            key += 1


def plant_people(world: World, seed: int) -> None:
    """Add the profiles and registrations of the story."""
    for rows in (profile_rows(seed), _sub_account_rows(seed)):
        insert_rows(world, "certain_profiles", PROFILE_COLUMNS, rows)
    insert_rows(world, "certain_registrations", REGISTRATION_COLUMNS, registration_rows())


def insert_rows(world: World, table: str, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
    """Insert many rows of one table."""
    names, holes = ", ".join(columns), ", ".join("?" * len(columns))
    world.db.executemany(f"INSERT INTO {table} ({names}) VALUES ({holes})", rows)
