"""Contacts: create, read, update, delete, search, by ids, and as members of lists and segments."""

from __future__ import annotations

from sqlite3 import Row
from typing import Any

from certain_eloqua_sandbox.eloqua import schema
from certain_eloqua_sandbox.eloqua.rest import records
from certain_eloqua_sandbox.eloqua.rest.errors import (
    bad_parameter,
    bad_value,
    duplicate,
    not_found,
    sandbox_is_full,
)
from certain_eloqua_sandbox.eloqua.rest.listing import body_of, depth_of, ident, listing, truth, user_id
from certain_eloqua_sandbox.eloqua.rest.lists import render_list
from certain_eloqua_sandbox.eloqua.rest.search import Term
from certain_eloqua_sandbox.eloqua.rest.times import unix
from certain_eloqua_sandbox.eloqua.rest.versions import answers, is_2_0, missing
from certain_eloqua_sandbox.eloqua.settings import settings
from certain_eloqua_sandbox.text_keys import key_sql
from certain_eloqua_sandbox.wire import Request, Response, json_response
from certain_eloqua_sandbox.world import World

CONTACTS = "Application/1.0 Contacts"
CONTACTS_2 = "Application/2.0 Contacts"
UNDOCUMENTED = "Undocumented; used by public clients"
ADDRESS = key_sql('"C_EmailAddress"')
_OWN_TERMS = {
    "name": Term('t."C_EmailAddress"'),
    "issubscribed": Term("t.is_subscribed", "flag"),
    "isbounceback": Term("t.is_bounced", "flag"),
    "accountid": Term("t.account_id", "id"),
    "subscriptiondate": Term("t.subscription_date", "time"),
    "unsubscriptiondate": Term("t.unsubscription_date", "time"),
    "bouncebackdate": Term("t.bounceback_date", "time"),
}


def render(reader: records.Reader, found_row: Row, depth: str) -> dict[str, Any]:
    """Return a contact as the API shows it."""
    row = records.plain(found_row)
    email = row["C_EmailAddress"]
    found: dict[str, Any] = {
        "type": "Contact",
        "currentStatus": "Awaiting action",
        "id": str(row["id"]),
        "createdAt": unix(row["created_at"]),
        "depth": depth,
        "updatedAt": unix(row["updated_at"]),
    }
    if email is not None:
        found |= {"name": email, "emailAddress": email}
    if depth == "minimal":
        return found
    found |= reader.properties(row)
    found |= {
        "emailFormatPreference": row["email_format"],
        "isBounceback": "true" if row["is_bounced"] else "false",
        "isSubscribed": "true" if row["is_subscribed"] else "false",
    }
    for name, column in (
        ("subscriptionDate", "subscription_date"),
        ("unsubscriptionDate", "unsubscription_date"),
        ("bouncebackDate", "bounceback_date"),
    ):
        if row[column] is not None:
            found[name] = unix(row[column])
    if row["account_id"] is not None:
        found["accountId"] = str(row["account_id"])
    if depth == "complete":
        found["fieldValues"] = reader.field_values(row)
    return found


def _list(world: World, request: Request, where: str = "1", parameters: tuple[Any, ...] = ()) -> Response:
    fields = schema.fields_of(world, "contact")
    terms, reader = records.field_terms(fields), records.Reader(fields)
    return listing(
        world,
        request,
        table="contacts",
        default="emailAddress",
        where=where,
        parameters=parameters,
        terms=lambda name: _OWN_TERMS.get(name.lower()) or terms(name),
        render=lambda rows, depth: [render(reader, row, depth) for row in rows],
        none_found=204 if settings(world).empty_contact_search_204 and not is_2_0(request) else 200,
    )


def _row(world: World, contact_id: int) -> Row:
    row = world.row("SELECT * FROM contacts WHERE id = ?", (contact_id,))
    if row is None:
        raise not_found()
    return row


# -- search ----------------------------------------------------------------------------------------------


@answers("GET", "/data/contacts", source=CONTACTS)
def search_contacts(world: World, request: Request) -> Response:
    """Search contacts."""
    return _list(world, request)


@answers("SEARCH", "/data/contacts", source=CONTACTS_2, only=2)
def contacts_by_ids(world: World, request: Request) -> Response:
    """Read contacts by id (POST with X-HTTP-Method-Override: SEARCH)."""
    body = body_of(request, "Contact")
    given = body.get("ids")
    if not isinstance(given, list):
        raise bad_parameter("ids", given, "NotNullRequirement")
    ids = list(dict.fromkeys(ident(str(one), "ids") for one in given))
    wanted = str(body.get("depth", "")).lower()
    depth = wanted if wanted in ("partial", "complete") else "minimal"
    chosen = "SELECT * FROM contacts WHERE id IN (SELECT value FROM json_each(?))"
    rows = {row["id"]: row for row in world.rows(chosen, (str(ids),))}
    reader = records.Reader(schema.fields_of(world, "contact"))
    return json_response([render(reader, rows[one], depth) for one in ids if one in rows])


def _members(world: World, request: Request, kind: str, list_id: str, *, excluded: bool = False) -> Response:
    key = ident(list_id)
    if not world.value("SELECT 1 FROM eloqua_lists WHERE id = ? AND kind = ?", (key, kind)):
        raise not_found()
    where = (
        f"t.id {'NOT ' if excluded else ''}IN (SELECT member_id FROM eloqua_list_members WHERE list_id = ?)"
    )
    return _list(world, request, where, (key,))


@answers("GET", "/data/contacts/list/{id}", source=UNDOCUMENTED)
def contacts_of_list(world: World, request: Request, id: str) -> Response:
    """List the members of a contact list."""
    return _members(world, request, "contact_list", id)


@answers("GET", "/data/contacts/segment/{id}", source=UNDOCUMENTED)
def contacts_of_segment(world: World, request: Request, id: str) -> Response:
    """List the members of a segment."""
    return _members(world, request, "segment", id)


@answers("GET", "/data/contacts/segment/{id}/included", source=UNDOCUMENTED)
def contacts_included(world: World, request: Request, id: str) -> Response:
    """List the contacts that a segment includes."""
    return _members(world, request, "segment", id)


@answers("GET", "/data/contacts/segment/{id}/excluded", source=UNDOCUMENTED)
def contacts_excluded(world: World, request: Request, id: str) -> Response:
    """List the contacts that a segment leaves out."""
    return _members(world, request, "segment", id, excluded=True)


@answers("GET", "/data/contacts/filter/{id}", source=UNDOCUMENTED)
def contacts_of_filter(world: World, request: Request, id: str) -> Response:
    """List the contacts of a filter."""
    return _members(world, request, "filter", id)


missing("GET", "/data/contacts/campaign/{id}", source=UNDOCUMENTED, summary="List the members of a campaign.")
missing(
    "POST", "/data/contacts/list/{id}/export", source=UNDOCUMENTED, summary="Export a contact list to a file."
)


# -- one contact -----------------------------------------------------------------------------------------


@answers("GET", "/data/contact/{id}", source=CONTACTS)
def read_contact(world: World, request: Request, id: str) -> Response:
    """Read a contact; the default depth is complete in 1.0 and minimal in 2.0."""
    row = _row(world, ident(id))
    depth = depth_of(request, "minimal" if is_2_0(request) else "complete")
    return json_response(render(records.Reader(schema.fields_of(world, "contact")), row, depth))


@answers("GET", "/data/contact/{id}/membership", source=CONTACTS_2, only=2)
def membership(world: World, request: Request, id: str) -> Response:
    """List the contact lists of a contact, as a bare array."""
    row = _row(world, ident(id))
    rows = world.rows(
        "SELECT l.* FROM eloqua_lists l JOIN eloqua_list_members m ON m.list_id = l.id "
        "WHERE m.member_id = ? AND l.kind = 'contact_list' ORDER BY l.id",
        (row["id"],),
    )
    return json_response([render_list(world, request, one, depth_of(request)) for one in rows])


@answers("POST", "/data/contact", source=CONTACTS)
def create_contact(world: World, request: Request) -> Response:
    """Create a contact; an e-mail address already used is a 409."""
    body = body_of(request, "Contact")
    fields = schema.fields_of(world, "contact")
    values: dict[str, Any] = records.changes(fields, body, "Contact", None, replace=False)
    email = _email(world, body, None)
    limit = settings(world).sandbox_contact_limit
    if limit is not None and world.value("SELECT count(*) FROM contacts") >= limit:
        raise sandbox_is_full()
    now, user = world.now(), user_id(world, request)
    values |= {
        '"C_EmailAddress"': email,
        "created_at": now,
        "updated_at": now,
        "created_by": user,
        "updated_by": user,
        "subscription_date": now,
        **_flags(world, body, None),
    }
    contact_id = records.insert(world, "contacts", values)
    world.note("eloqua", "create", "contact", email, records.journal_detail(values) | {"id": contact_id})
    return json_response(render(records.Reader(fields), _row(world, contact_id), "complete"), 201)


@answers("PUT", "/data/contact/{id}", source=CONTACTS)
def update_contact(world: World, request: Request, id: str) -> Response:
    """Replace a contact: properties left out are blanked, fieldValues left out are kept."""
    contact_id = ident(id)
    old = _row(world, contact_id)
    body = body_of(request, "Contact", contact_id)
    fields = schema.fields_of(world, "contact")
    values: dict[str, Any] = records.changes(fields, body, "Contact", contact_id, replace=True)
    email = _email(world, body, contact_id)
    values |= {
        '"C_EmailAddress"': email,
        "updated_at": world.now(),
        "updated_by": user_id(world, request),
        **_flags(world, body, old),
    }
    records.update(world, "contacts", contact_id, values)
    changed = {
        name: value
        for name, value in records.journal_detail(values).items()
        if name not in ("updated_at", "updated_by") and value != old[name]
    }
    world.note("eloqua", "update", "contact", email, {"id": contact_id, "changed": changed})
    return json_response(render(records.Reader(fields), _row(world, contact_id), "complete"))


@answers("DELETE", "/data/contact/{id}", source=CONTACTS)
def delete_contact(world: World, request: Request, id: str) -> Response:
    """Delete a contact, its memberships, and its links to custom-object records."""
    row = _row(world, ident(id))
    world.run(
        "DELETE FROM eloqua_list_members WHERE member_id = ? AND list_id IN "
        "(SELECT id FROM eloqua_lists WHERE kind != 'account_list')",
        (row["id"],),
    )
    for object_id in [one["id"] for one in world.rows("SELECT id FROM custom_objects")]:
        table = schema.table_of("cdo", object_id)
        world.run(f"UPDATE {table} SET contact_id = NULL WHERE contact_id = ?", (row["id"],))
    world.run("DELETE FROM contacts WHERE id = ?", (row["id"],))
    world.note("eloqua", "delete", "contact", row["C_EmailAddress"] or str(row["id"]), {"id": row["id"]})
    return Response()


def is_email(text: str) -> bool:
    """Return whether a text can be an e-mail address: one @, a local part, a domain with a dot, no blanks."""
    local, _, domain = text.partition("@")
    inner = "." in domain and not domain.startswith(".") and not domain.endswith(".") and "@" not in domain
    return bool(local) and inner and not any(character.isspace() for character in text)


def _email(world: World, body: dict[str, Any], contact_id: int | None) -> str:
    """Return the e-mail address of a body. Refuses a bad one (400) and one of another contact (409)."""
    value = body.get("emailAddress")
    text = value.strip() if isinstance(value, str) else ""
    if not is_email(text):
        raise bad_value(
            "Contact", "emailAddress", value or None, "EmailAddressRequirement", object_id=contact_id
        )
    owner = world.value(f"SELECT id FROM contacts WHERE {ADDRESS} = text_key(?)", (text,))
    if owner is not None and owner != contact_id:
        raise duplicate("Contact", "emailAddress", text, contact_id)
    return text


def _flags(world: World, body: dict[str, Any], old: Row | None) -> dict[str, Any]:
    """Return the columns of subscription, bounce and e-mail format; what is left out stays."""
    found: dict[str, Any] = {}
    lower = {name.lower(): (name, value) for name, value in body.items()}
    for property_, column, when_true, when_false in (
        ("issubscribed", "is_subscribed", "subscription_date", "unsubscription_date"),
        ("isbounceback", "is_bounced", "bounceback_date", None),
    ):
        name, value = lower.get(property_, ("", None))
        if value is None or value == "":
            continue
        flag = truth(value)
        if flag is None:
            raise bad_value(
                "Contact", name, value, "BooleanRequirement", object_id=old["id"] if old else None
            )
        found[column] = int(flag)
        stamp = when_true if flag else when_false
        if stamp and (old is None or bool(old[column]) != flag):
            found[stamp] = world.now()
    preference = body.get("emailFormatPreference")
    if preference not in (None, ""):
        if preference not in ("html", "text", "unspecified"):
            raise bad_value(
                "Contact",
                "emailFormatPreference",
                preference,
                "EnumRequirement",
                object_id=old["id"] if old else None,
                values=["unspecified", "text", "html"],
            )
        found["email_format"] = preference
    return found
