"""What Certain knows of one person: profiles with registrations, agendas, sessions and answers."""

from __future__ import annotations

import json
import sqlite3
from typing import Any
from urllib.parse import quote

from certain_eloqua_sandbox.countries import code_of
from certain_eloqua_sandbox.text_keys import key_sql
from certain_eloqua_sandbox.views.person import MOST
from certain_eloqua_sandbox.views.sheets import Block, Entry, Sheet, Side, Value
from certain_eloqua_sandbox.world import World

LABELS = {
    "E-mail": "email",
    "Salutation": "salutation",
    "First name": "firstName",
    "Last name": "lastName",
    "Company": "organization",
    "Title": "position",
    "Business phone": "phone",
    "Mobile phone": "phoneMobile",
    "Fax": "fax",
    "Address 1": "address.line1",
    "Address 2": "address.line2",
    "Address 3": "address.line3",
    "City": "address.city",
    "State or province": "address.state",
    "Zip or postal code": "address.zip",
    "Country": "address.country",
    "Contact id · external id": "externalKey",
}


def side(world: World, email: str) -> Side:
    """Return the profiles with an e-mail address."""
    rows = world.rows(
        f"SELECT * FROM certain_profiles WHERE {key_sql('email')} = text_key(?) ORDER BY pkProfileId LIMIT ?",
        (email, MOST),
    )
    return Side([_sheet(world, row) for row in rows], "No profile in Certain has this address.")


def _sheet(world: World, row: sqlite3.Row) -> Sheet:
    doc = json.loads(row["doc"])
    members = {name: value for name, value in dict(row).items() if name not in ("doc", "pkProfileId")}
    members |= {f"address.{name}": value for name, value in (doc.get("address") or {}).items()}
    registrations = world.rows(
        "SELECT r.*, e.eventCode, e.eventName FROM certain_registrations r JOIN certain_events e "
        "ON e.eventId = r.pkEventId WHERE r.pkProfileId = ? ORDER BY r.dateModified DESC LIMIT ?",
        (row["pkProfileId"], MOST),
    )
    values = {}
    for label, name in LABELS.items():
        text = None if members.get(name) in (None, "") else str(members[name])
        values[label] = Value(name, text, code_of(text) if label == "Country" and text else None)
    active = "active" if row["isActive"] else "inactive"
    return Sheet(
        f"Profile {row['profilePin']}",
        f"{row['accountCode']} · {active} · changed {row['dateModified'].replace('T', ' ')}",
        (
            Block(
                "Registrations", "Registered nowhere.", [_registration(world, one) for one in registrations]
            ),
        ),
        "All members",
        members | _questions(doc.get("profileQuestions")),
        values,
    )


def _registration(world: World, row: sqlite3.Row) -> Entry:
    number, since = row["pkRegId"], row["statusModified"].replace("T", " ")
    facts = (
        row["attendeeTypeCode"],
        f"since {since}",
        row["registrationCode"],
        "test" if row["isTestMode"] else None,
        None if row["isActive"] else "inactive",
    )
    agenda = world.rows(
        "SELECT i.name, a.status FROM certain_registration_agendas a "
        "JOIN certain_agenda_items i USING (pkActivityId) WHERE a.pkRegId = ? ORDER BY i.startDate",
        (number,),
    )
    sessions = world.rows(
        "SELECT s.sessionTitle AS name, r.regSessionStatus AS status FROM certain_session_registrations r "
        "JOIN certain_instances i USING (instanceId) JOIN certain_sessions s USING (sessionId) "
        "WHERE r.pkRegId = ? ORDER BY i.startTime",
        (number,),
    )
    lines = [" · ".join(text for text in facts if text)]
    for heading, rows in (("Sessions", sessions), ("Agenda", agenda)):
        if rows:
            lines.append(f"{heading}: " + ", ".join(f"{one['name']} ({one['status']})" for one in rows))
    answers = _questions(json.loads(row["doc"]).get("registrationQuestions"))
    return Entry(
        row["eventName"],
        f"#/certain/events/{quote(row['eventCode'], safe='')}",
        status=row["registrationStatusLabel"],
        lines=lines,
        folded=("Answers", answers) if answers else None,
    )


def _questions(asked: Any) -> dict[str, str]:
    """Return answers by question, whatever of it is there."""
    found = asked.get("question", []) if isinstance(asked, dict) else asked or []
    answers: dict[str, str] = {}
    for question in found if isinstance(found, list) else [found]:
        given = question.get("answers") or {}
        listed = given.get("answer", []) if isinstance(given, dict) else given
        texts = [
            str(one.get("value") or one.get("answerCode") or "") for one in listed if isinstance(one, dict)
        ]
        answers[str(question.get("questionName") or question.get("questionCode"))] = ", ".join(texts)
    return answers
