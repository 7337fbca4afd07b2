"""What Eloqua knows of one person: contacts with lists, activities and records."""

from __future__ import annotations

import sqlite3

from certain_eloqua_sandbox import bodies
from certain_eloqua_sandbox.countries import code_of
from certain_eloqua_sandbox.eloqua import schema
from certain_eloqua_sandbox.text_keys import key_sql
from certain_eloqua_sandbox.views.person import MOST
from certain_eloqua_sandbox.views.sheets import Block, Entry, Sheet, Side, Value
from certain_eloqua_sandbox.world import World

LABELS = {
    "E-mail": "C_EmailAddress",
    "Salutation": "C_Salutation",
    "First name": "C_FirstName",
    "Last name": "C_LastName",
    "Company": "C_Company",
    "Title": "C_Title",
    "Business phone": "C_BusPhone",
    "Mobile phone": "C_MobilePhone",
    "Fax": "C_Fax",
    "Address 1": "C_Address1",
    "Address 2": "C_Address2",
    "Address 3": "C_Address3",
    "City": "C_City",
    "State or province": "C_State_Prov",
    "Zip or postal code": "C_Zip_Postal",
    "Country": "C_Country",
}


def side(world: World, email: str) -> Side:
    """Return the contacts with an e-mail address."""
    fields = schema.fields_of(world, "contact")
    address = next((field.column for field in fields if field.internal_name == "C_EmailAddress"), None)
    rows = (
        world.rows(
            f"SELECT * FROM contacts WHERE {key_sql(address)} = text_key(?) ORDER BY id LIMIT ?",
            (email, MOST),
        )
        if address
        else []
    )
    return Side([_sheet(world, row, fields) for row in rows], "No contact in Eloqua has this address.")


def _sheet(world: World, row: sqlite3.Row, fields: list[schema.Field]) -> Sheet:
    number = row["id"]
    present = {field.internal_name: field for field in fields if field.column.strip('"') in dict(row)}
    texts = {name: row[field.column.strip('"')] for name, field in present.items()}
    values = {label: Value(name, texts.get(name)) for label, name in LABELS.items()}
    if country := texts.get("C_Country"):
        values["Country"] = Value("C_Country", country, code_of(country))
    values["Contact id · external id"] = Value("id", str(number))
    state = "Subscribed" if row["is_subscribed"] else "Unsubscribed"
    bounced = ", bounced" if row["is_bounced"] else ""
    return Sheet(
        f"Contact {number}",
        f"{state}{bounced} · changed {bodies.seconds(row['updated_at'])}",
        (
            Block("Lists and segments", "On no list.", _lists(world, number), compact=True),
            Block("Activities", "No activities.", _activities(world, number)),
            Block("Custom object records", "No records.", _records(world, number)),
        ),
        "All fields",
        {present[name].name: text for name, text in texts.items()},
        values,
    )


def _lists(world: World, number: int) -> list[Entry]:
    return [
        Entry(row["name"], f"#/eloqua/lists/{row['id']}", lines=(row["kind"].replace("_", " "),))
        for row in world.rows(
            "SELECT l.id, l.name, l.kind FROM eloqua_list_members m JOIN eloqua_lists l ON l.id = m.list_id "
            "WHERE m.member_id = ? AND l.kind <> 'account_list' ORDER BY l.kind, l.name LIMIT ?",
            (number, MOST),
        )
    ]


def _activities(world: World, number: int) -> list[Entry]:
    found = []
    for row in world.rows(
        "SELECT happened_at, COALESCE(external_type, type) AS type, asset_name, asset_type, campaign_id, "
        "fields FROM activities WHERE contact_id = ? ORDER BY happened_at DESC LIMIT ?",
        (number, MOST),
    ):
        campaign = f"campaign {row['campaign_id']}" if row["campaign_id"] else None
        line = " · ".join(text for text in (row["asset_name"], row["asset_type"], campaign) if text)
        details = row["fields"] if row["fields"] != "{}" else None
        found.append(Entry(row["type"], at=row["happened_at"], lines=(line,), details=details))
    return found


def _records(world: World, contact: int) -> list[Entry]:
    found = []
    for known in world.rows("SELECT id, name, kind FROM custom_objects ORDER BY name"):
        fields = schema.fields_of(world, known["kind"], known["id"])
        view = "events" if known["kind"] == "event" else "custom_objects"
        for row in world.rows(
            f"SELECT * FROM {schema.table_of('cdo', known['id'])} WHERE contact_id = ? ORDER BY id LIMIT ?",
            (contact, MOST),
        ):
            pairs = {field.name: row[field.column.strip('"')] for field in fields}
            found.append(Entry(known["name"], f"#/eloqua/{view}/{known['id']}", pairs=pairs))
    return found
