"""Contact lists with their members; segments, filters, e-mail groups and account lists as far as listed."""

from __future__ import annotations

import uuid
from sqlite3 import Row
from typing import Any

import orjson

from certain_eloqua_sandbox.eloqua.rest import records
from certain_eloqua_sandbox.eloqua.rest.errors import bad_value, has_dependencies
from certain_eloqua_sandbox.eloqua.rest.listing import (
    audit,
    body_of,
    ident,
    int_or_zero,
    text_of,
    user_id,
)
from certain_eloqua_sandbox.eloqua.rest.reading import Readable
from certain_eloqua_sandbox.eloqua.rest.search import Term
from certain_eloqua_sandbox.eloqua.rest.times import unix
from certain_eloqua_sandbox.eloqua.rest.versions import answers, is_2_0, missing
from certain_eloqua_sandbox.wire import Request, Response, json_response
from certain_eloqua_sandbox.world import World

LISTS = "Application/1.0 Contact list"
TYPES = {
    "contact_list": "ContactList",
    "segment": "ContactSegment",
    "filter": "ContactFilter",
    "email_group": "EmailGroup",
    "account_list": "AccountList",
}
_TERMS = {
    "name": Term("t.name"),
    "description": Term("t.description"),
    "scope": Term("t.scope"),
    "folderid": Term("t.folder_id", "id"),
}


def _term(name: str) -> Term | None:
    return _TERMS.get(name.lower()) or records.common_term(name)


def render_list(world: World, request: Request, row: Row, depth: str) -> dict[str, Any]:
    """Return a list, segment, filter or group as the API shows it."""
    kind = row["kind"]
    found: dict[str, Any] = {"type": TYPES[kind], **audit(row), "depth": depth, "name": row["name"]}
    if row["folder_id"] is not None:
        found["folderId"] = str(row["folder_id"])
    found["permissions"] = (
        ["Retrieve", "SetSecurity", "Delete", "Update"] if is_2_0(request) else "fullControl"
    )
    if kind != "email_group":
        size = world.value("SELECT count(*) FROM eloqua_list_members WHERE list_id = ?", (row["id"],))
        found["count"] = str(size)
    if row["executed_at"] is not None:
        found["lastCalculatedAt"] = unix(row["executed_at"])
    if kind in ("contact_list", "segment", "filter", "account_list"):
        found["scope"] = row["scope"]
    if depth == "minimal":
        return found
    if row["description"] is not None or kind == "contact_list":
        found["description"] = row["description"] or ""
    if row["data_lookup_id"] is not None and kind in ("contact_list", "account_list"):
        found["dataLookupId"] = row["data_lookup_id"]
    if kind == "segment" and depth == "complete":
        found["elements"] = []
    if kind == "email_group":
        found |= {
            "displayName": row["name"],
            "isVisibleInOutlookPlugin": "false",
            "isVisibleInPublicSubscriptionList": "true",
        }
    more = world.value("SELECT body FROM eloqua_list_bodies WHERE list_id = ?", (row["id"],))
    return found | orjson.loads(more) if more else found


def _kind(kind: str, one: str, many: str, source: str) -> Readable:
    """Register the reading of a kind, and name its writing as missing."""
    found = Readable(TYPES[kind], "eloqua_lists", _term, render_list, "t.kind = ?", (kind,))
    found.register(one, many, source=source)
    if kind not in ("contact_list", "email_group", "segment"):
        missing("POST", one, source=source, summary=f"Create a {TYPES[kind]}.")
        missing("PUT DELETE", f"{one}/{{id}}", source=source, summary=f"Change or delete a {TYPES[kind]}.")
    return found


KINDS = {
    "contact_list": _kind("contact_list", "/assets/contact/list", "/assets/contact/lists", LISTS),
    "segment": _kind("segment", "/assets/contact/segment", "/assets/contact/segments", "Contact segments"),
    "filter": _kind("filter", "/assets/contact/filter", "/assets/contact/filters", "Contact filters"),
    "email_group": _kind("email_group", "/assets/email/group", "/assets/email/groups", "Email groups"),
    "account_list": _kind("account_list", "/assets/account/list", "/assets/account/lists", "Account lists"),
}
CONTACT_LIST = KINDS["contact_list"]


# -- contact lists -----------------------------------------------------------------------------------------


@answers("GET", "/assets/contact/list/{id}/dependencies", source="Undocumented; used by public clients")
def dependencies(world: World, request: Request, id: str) -> Response:
    """List what uses a contact list: segments made of it, and campaigns with a step that names it."""
    row = CONTACT_LIST.row(world, ident(id))
    return json_response(_dependencies(world, request, row["id"]))


def _dependencies(world: World, request: Request, key: int) -> list[dict[str, Any]]:
    segments = world.rows(
        "SELECT DISTINCT l.* FROM eloqua_lists l JOIN eloqua_list_bodies b ON b.list_id = l.id, "
        "json_each(b.body, '$.elements') e WHERE l.kind = 'segment' "
        "AND CAST(json_extract(e.value, '$.list.id') AS TEXT) = ? ORDER BY l.id",
        (str(key),),
    )
    campaigns = world.rows(
        "SELECT DISTINCT a.* FROM eloqua_assets a, json_each(a.body, '$.elements') e "
        "WHERE a.kind = 'campaign' AND CAST(json_extract(e.value, '$.listId') AS TEXT) = ? ORDER BY a.id",
        (str(key),),
    )
    return [render_list(world, request, one, "minimal") for one in segments] + [
        {"type": "Campaign", **audit(one), "depth": "minimal", "name": one["name"]} for one in campaigns
    ]


@answers("POST", "/assets/contact/list", source=LISTS)
def create_list(world: World, request: Request) -> Response:
    """Create a contact list, with members if membershipAdditions are given."""
    body = body_of(request, "ContactList")
    values = _values(world, body, None)
    now, user = world.now(), user_id(world, request)
    values |= {
        "kind": "contact_list",
        "data_lookup_id": str(uuid.uuid4()),
        "created_at": now,
        "updated_at": now,
        "created_by": user,
        "updated_by": user,
    }
    key = records.insert(world, "eloqua_lists", values)
    world.note("eloqua", "create", "list", values["name"], {"id": key})
    _change_members(world, body, key, values["name"])
    return CONTACT_LIST.answer(world, request, key, 201)


@answers("PUT", "/assets/contact/list/{id}", source=LISTS)
def update_list(world: World, request: Request, id: str) -> Response:
    """Replace a contact list's properties, and add and remove members."""
    key = ident(id)
    old = CONTACT_LIST.row(world, key)
    body = body_of(request, "ContactList", key)
    values = _values(world, body, old)
    records.replace(world, request, "eloqua_lists", key, values)
    if any(values[name] != old[name] for name in values):
        world.note("eloqua", "update", "list", values["name"], {"id": key})
    _change_members(world, body, key, values["name"])
    return CONTACT_LIST.answer(world, request, key)


@answers("DELETE", "/assets/contact/list/{id}", source=LISTS)
def delete_list(world: World, request: Request, id: str) -> Response:
    """Delete a contact list; its members stay contacts. One that something depends on is a 412."""
    row = CONTACT_LIST.row(world, ident(id))
    if _dependencies(world, request, row["id"]):
        raise has_dependencies()
    world.run("DELETE FROM eloqua_list_members WHERE list_id = ?", (row["id"],))
    world.run("DELETE FROM eloqua_lists WHERE id = ?", (row["id"],))
    world.note("eloqua", "delete", "list", row["name"], {"id": row["id"]})
    return Response()


def _values(world: World, body: dict[str, Any], old: Row | None) -> dict[str, Any]:
    """Return the columns that a body writes. Refuses a missing name, not one of another list."""
    key = old["id"] if old else None
    name = text_of(body, "name", "ContactList", object_id=key) or ""
    folder: int | None = old["folder_id"] if old else None
    if body.get("folderId") not in (None, ""):
        folder = int_or_zero(body["folderId"])
        if folder <= 0:
            raise bad_value("ContactList", "folderId", body["folderId"], "IdRequirement", object_id=key)
    scope = str(body.get("scope") or (old["scope"] if old else "global"))
    if scope not in ("global", "local"):
        raise bad_value(
            "ContactList", "scope", scope, "EnumRequirement", object_id=key, values=["global", "local"]
        )
    description = body.get("description")
    return {
        "name": name,
        "folder_id": folder,
        "scope": scope,
        "description": description and str(description),
    }


def _change_members(world: World, body: dict[str, Any], key: int, name: str) -> None:
    """Add and remove members. Refuses the whole request when a contact does not exist."""
    for member, operation in (("membershipAdditions", "add"), ("membershipDeletions", "remove")):
        given = body.get(member) or []
        if not isinstance(given, list):
            raise bad_value("ContactList", member, given, "ContentRequirement", object_id=key)
        for one in dict.fromkeys(str(one) for one in given):
            known = one.isascii() and one.isdigit() and len(one) < 19
            contact = (
                world.row('SELECT id, "C_EmailAddress" FROM contacts WHERE id = ?', (int(one),))
                if known
                else None
            )
            if contact is None:
                raise bad_value("ContactList", member, one, "RelationshipRequirement", object_id=key)
            if operation == "add":
                changed = world.run(
                    "INSERT OR IGNORE INTO eloqua_list_members VALUES (?, ?, ?)",
                    (key, contact["id"], world.now()),
                )
            else:
                changed = world.run(
                    "DELETE FROM eloqua_list_members WHERE list_id = ? AND member_id = ?",
                    (key, contact["id"]),
                )
            if changed.rowcount:
                email = contact["C_EmailAddress"] or contact["id"]
                world.note(
                    "eloqua",
                    operation,
                    "list_member",
                    f"{name}|{email}",
                    {"list": key, "contact": contact["id"]},
                )
