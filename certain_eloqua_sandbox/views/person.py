"""One person, by e-mail: what Eloqua and Certain hold, side by side and field by field."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from certain_eloqua_sandbox.countries import code_of
from certain_eloqua_sandbox.eloqua import schema
from certain_eloqua_sandbox.text_keys import key_sql
from certain_eloqua_sandbox.world import World

MOST = 200  # of lists, activities, records and registrations of one person

# What both platforms know of a person: the heading, Eloqua's field, Certain's member.
SAME = (
    ("E-mail", "C_EmailAddress", "email"),
    ("Salutation", "C_Salutation", "salutation"),
    ("First name", "C_FirstName", "firstName"),
    ("Last name", "C_LastName", "lastName"),
    ("Company", "C_Company", "organization"),
    ("Title", "C_Title", "position"),
    ("Business phone", "C_BusPhone", "phone"),
    ("Mobile phone", "C_MobilePhone", "phoneMobile"),
    ("Fax", "C_Fax", "fax"),
    ("Address 1", "C_Address1", "address.line1"),
    ("Address 2", "C_Address2", "address.line2"),
    ("Address 3", "C_Address3", "address.line3"),
    ("City", "C_City", "address.city"),
    ("State or province", "C_State_Prov", "address.state"),
    ("Zip or postal code", "C_Zip_Postal", "address.zip"),
    ("Country", "C_Country", "address.country"),
    ("Contact id · external id", "id", "externalKey"),
)


def person(world: World, email: str) -> dict[str, Any]:
    """Return everything about the people with an e-mail address."""
    contacts = _contacts(world, email)
    profiles = [
        _profile(world, row)
        for row in world.rows(
            f"SELECT * FROM certain_profiles WHERE {key_sql('email')} = text_key(?) "  # noqa: S608
            "ORDER BY pkProfileId LIMIT ?",
            (email, MOST),
        )
    ]
    return {
        "email": email,
        "contacts": contacts,
        "profiles": profiles,
        "comparison": _comparison(contacts[0] if contacts else None, profiles[0] if profiles else None),
        "writes": [
            {**dict(row), "detail": json.loads(row["detail"]) if row["detail"] else None}
            for row in world.rows(
                f"SELECT * FROM journal WHERE instr({key_sql('key')}, text_key(?)) "  # noqa: S608
                "ORDER BY seq DESC LIMIT 50",
                (email,),
            )
        ],
    }


def _contacts(world: World, email: str) -> list[dict[str, Any]]:
    fields = schema.fields_of(world, "contact")
    address = next((field.column for field in fields if field.internal_name == "C_EmailAddress"), None)
    if address is None:
        return []
    rows = world.rows(
        f"SELECT * FROM contacts WHERE {key_sql(address)} = text_key(?) ORDER BY id LIMIT ?",  # noqa: S608
        (email, MOST),
    )
    return [_contact(world, row, fields) for row in rows]


def _contact(world: World, row: sqlite3.Row, fields: list[schema.Field]) -> dict[str, Any]:
    number = row["id"]
    present = [field for field in fields if field.column.strip('"') in row.keys()]  # noqa: SIM118  rows need keys()
    return {
        "id": number,
        "created": row["created_at"],
        "updated": row["updated_at"],
        "subscribed": bool(row["is_subscribed"]),
        "bounced": bool(row["is_bounced"]),
        "fields": {
            field.internal_name: {"name": field.name, "value": row[field.column.strip('"')]}
            for field in present
        },
        "lists": [
            dict(one)
            for one in world.rows(
                "SELECT l.id, l.name, l.kind, m.added_at AS since FROM eloqua_list_members m "
                "JOIN eloqua_lists l ON l.id = m.list_id WHERE m.member_id = ? AND l.kind <> 'account_list' "
                "ORDER BY l.kind, l.name LIMIT ?",
                (number, MOST),
            )
        ],
        "activities": [
            dict(one)
            for one in world.rows(
                "SELECT id, happened_at AS at, COALESCE(external_type, type) AS type, asset_name AS asset, "
                "asset_type, campaign_id AS campaign, fields FROM activities WHERE contact_id = ? "
                "ORDER BY happened_at DESC LIMIT ?",
                (number, MOST),
            )
        ],
        "records": _records(world, number),
    }


def _records(world: World, contact: int) -> list[dict[str, Any]]:
    found = []
    for known in world.rows("SELECT id, name, kind FROM custom_objects ORDER BY name"):
        fields = schema.fields_of(world, known["kind"], known["id"])
        for row in world.rows(
            f"SELECT * FROM {schema.table_of('cdo', known['id'])} WHERE contact_id = ? ORDER BY id LIMIT ?",  # noqa: S608
            (contact, MOST),
        ):
            found.append(
                {
                    "object": known["name"],
                    "object_id": known["id"],
                    "view": "events" if known["kind"] == "event" else "custom_objects",
                    "id": row["id"],
                    "updated": row["updated_at"],
                    "fields": {field.name: row[field.column.strip('"')] for field in fields},
                }
            )
    return found


def _profile(world: World, row: sqlite3.Row) -> dict[str, Any]:
    doc = json.loads(row["doc"])
    shown = {name: row[name] for name in row.keys() if name not in ("doc", "pkProfileId")}  # noqa: SIM118
    for part in ("address",):
        for name, value in (doc.get(part) or {}).items():
            shown[f"{part}.{name}"] = value
    registrations = world.rows(
        "SELECT r.*, e.eventCode, e.eventName FROM certain_registrations r JOIN certain_events e "
        "ON e.eventId = r.pkEventId WHERE r.pkProfileId = ? ORDER BY r.dateModified DESC LIMIT ?",
        (row["pkProfileId"], MOST),
    )
    return {
        "id": row["pkProfileId"],
        "fields": shown,
        "questions": _questions(doc.get("profileQuestions")),
        "registrations": [_registration(world, each) for each in registrations],
    }


def _registration(world: World, row: sqlite3.Row) -> dict[str, Any]:
    number = row["pkRegId"]
    return {
        "event": row["eventCode"],
        "event_name": row["eventName"],
        "code": row["registrationCode"],
        "status": row["registrationStatusLabel"],
        "status_since": row["statusModified"],
        "type": row["attendeeTypeCode"],
        "test": bool(row["isTestMode"]),
        "active": bool(row["isActive"]),
        "modified": row["dateModified"],
        "questions": _questions(json.loads(row["doc"]).get("registrationQuestions")),
        "agenda": [
            dict(one)
            for one in world.rows(
                "SELECT i.name, i.activityCode AS code, a.status FROM certain_registration_agendas a "
                "JOIN certain_agenda_items i USING (pkActivityId) WHERE a.pkRegId = ? ORDER BY i.startDate",
                (number,),
            )
        ],
        "sessions": [
            dict(one)
            for one in world.rows(
                "SELECT s.sessionTitle AS name, s.sessionCode AS code, r.regSessionStatus AS status "
                "FROM certain_session_registrations r JOIN certain_instances i USING (instanceId) "
                "JOIN certain_sessions s USING (sessionId) WHERE r.pkRegId = ? ORDER BY i.startTime",
                (number,),
            )
        ],
    }


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


def _alike(label: str, left: str, right: str) -> bool:
    """Return whether both sides say the same: a country may be a name here and a code there."""
    if label == "Country":
        return code_of(left) == code_of(right)
    return left.strip().lower() == right.strip().lower()


def _comparison(contact: dict[str, Any] | None, profile: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Return what both know of the person, field by field; ``verdict`` is same, differs, one or none."""
    lines = []
    for label, field, member in SAME:
        if contact is None:
            left = None
        else:
            left = str(contact["id"]) if field == "id" else contact["fields"].get(field, {}).get("value")
        right = profile["fields"].get(member) if profile else None
        left, right = left or None, str(right) if right not in (None, "") else None
        if left is None and right is None:
            verdict = "none"
        elif left is None or right is None:
            verdict = "one"
        else:
            verdict = "same" if _alike(label, left, right) else "differs"
        lines.append(
            {
                "label": label,
                "eloqua_field": field,
                "certain_member": member,
                "eloqua": left,
                "certain": right,
                "verdict": verdict,
            }
        )
    return lines
