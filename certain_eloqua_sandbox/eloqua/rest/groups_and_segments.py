"""Writing e-mail groups and segments; they are listed and read with the other lists.

A segment here is made of shared lists. One with filter criteria is not imitated: its members could only be
invented, so it is a 501.
"""

from __future__ import annotations

from sqlite3 import Row
from typing import Any

import orjson

from certain_eloqua_sandbox.eloqua.rest import records
from certain_eloqua_sandbox.eloqua.rest.asset_bodies import Numbering, ids_inside, kept, objects
from certain_eloqua_sandbox.eloqua.rest.errors import bad_value, phrase
from certain_eloqua_sandbox.eloqua.rest.listing import body_of, ident, int_or_zero, text_of, truth, user_id
from certain_eloqua_sandbox.eloqua.rest.lists import KINDS, render_list
from certain_eloqua_sandbox.eloqua.rest.versions import answers
from certain_eloqua_sandbox.wire import Refusal, Request, Response, json_response
from certain_eloqua_sandbox.world import World

COLUMNS = ("description", "folderId", "count", "lastCalculatedAt", "scope")


def _write(world: World, request: Request, kind: str, object_type: str, old: Row | None) -> dict[str, Any]:
    key = int(old["id"]) if old else None
    body = body_of(request, object_type, key)
    name = text_of(body, "name", object_type, object_id=key) or ""
    properties = kept(body, object_type, key)
    folder = int_or_zero(properties.get("folderId")) or (old["folder_id"] if old else None)
    description = properties.get("description")
    now, user = world.now(), user_id(world, request)
    values: dict[str, Any] = {
        "name": name,
        "description": None if description is None else str(description),
        "folder_id": folder,
        "updated_at": now,
        "updated_by": user,
    }
    for column in COLUMNS:
        properties.pop(column, None)
    if old is None:
        made = {"kind": kind, "created_at": now, "created_by": user}
        key = records.insert(world, "eloqua_lists", values | made)
    else:
        records.update(world, "eloqua_lists", int(old["id"]), values)
    assert key is not None
    if kind == "segment":
        _members(world, properties, key)
    world.run(
        "INSERT OR REPLACE INTO eloqua_list_bodies VALUES (?, ?)", (key, orjson.dumps(properties).decode())
    )
    entity = {"segment": "segment", "email_group": "email_group"}[kind]
    world.note("eloqua", "update" if old else "create", entity, name, {"id": key})
    return render_list(world, request, KINDS[kind].row(world, key), "complete")


def _members(world: World, properties: dict[str, Any], key: int) -> None:
    """Count the members of a segment: those of the lists it includes, without those it excludes."""
    elements = properties.setdefault("elements", [])
    if not isinstance(elements, list):
        raise bad_value("ContactSegment", "elements", elements, "ContentRequirement", object_id=key)
    old = world.value("SELECT body FROM eloqua_list_bodies WHERE list_id = ?", (key,))
    parts = Numbering(world, ids_inside(orjson.loads(old)) if old else set())
    sides: dict[bool, list[int]] = {True: [], False: []}
    for element in objects(elements):
        shared = element.get("list")
        if element.get("type") != "ContactListSegmentElement" or not isinstance(shared, dict):
            message = "Segments with other elements than shared lists are not imitated by this sandbox"
            raise Refusal(json_response(message, 501, phrase(501)))
        list_id = int_or_zero(shared.get("id"))
        if not world.value("SELECT 1 FROM eloqua_lists WHERE kind = 'contact_list' AND id = ?", (list_id,)):
            raise bad_value(
                "ContactSegment", "elements", shared.get("id"), "RelationshipRequirement", object_id=key
            )
        parts.number(element)
        sides[truth(element.get("isIncluded", "true")) is not False].append(list_id)
    world.run("DELETE FROM eloqua_list_members WHERE list_id = ?", (key,))
    for included, lists in sides.items():
        for list_id in lists:
            world.run(
                "INSERT OR IGNORE INTO eloqua_list_members SELECT ?, member_id, ? FROM eloqua_list_members "
                "WHERE list_id = ?"
                if included
                else "DELETE FROM eloqua_list_members WHERE list_id = ? AND ? AND member_id IN "
                "(SELECT member_id FROM eloqua_list_members WHERE list_id = ?)",
                (key, world.now(), list_id),
            )


def _family(kind: str, object_type: str, one: str, source: str) -> None:
    def create(world: World, request: Request) -> Response:
        return json_response(_write(world, request, kind, object_type, None), 201)

    def update(world: World, request: Request, id: str) -> Response:
        return json_response(_write(world, request, kind, object_type, KINDS[kind].row(world, ident(id))))

    def delete(world: World, request: Request, id: str) -> Response:
        row = KINDS[kind].row(world, ident(id))
        for table, column in (
            ("eloqua_list_members", "list_id"),
            ("eloqua_list_bodies", "list_id"),
            ("eloqua_lists", "id"),
        ):
            world.run(f"DELETE FROM {table} WHERE {column} = ?", (row["id"],))
        world.note("eloqua", "delete", kind, row["name"], {"id": row["id"]})
        return Response()

    create.__doc__ = f"Create a {object_type}."
    update.__doc__ = f"Replace a {object_type}."
    delete.__doc__ = f"Delete a {object_type}; its members stay contacts."
    answers("POST", one, source=source)(create)
    answers("PUT", f"{one}/{{id}}", source=source)(update)
    answers("DELETE", f"{one}/{{id}}", source=source)(delete)


_family("email_group", "EmailGroup", "/assets/email/group", "Email groups (Application/2.0)")
_family("segment", "ContactSegment", "/assets/contact/segment", "Contact segments (Application/2.0)")
