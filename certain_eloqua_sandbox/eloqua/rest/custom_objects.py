"""Custom objects: their definitions with fields and pointers. Their records are in ``custom_records``."""

from __future__ import annotations

import re
from sqlite3 import Row
from typing import Any

from certain_eloqua_sandbox.eloqua import record_codes, schema
from certain_eloqua_sandbox.eloqua.rest import records
from certain_eloqua_sandbox.eloqua.rest.errors import bad_value
from certain_eloqua_sandbox.eloqua.rest.fields import DATA_TYPES, DISPLAY_TYPES
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
from certain_eloqua_sandbox.eloqua.rest.versions import answers
from certain_eloqua_sandbox.wire import Request, Response
from certain_eloqua_sandbox.world import World

OBJECTS = "Application/2.0 Custom objects"
OBJECT, FIELD = "CustomObject", "CustomObjectField"
MOST_FIELDS = 1_024
POINTERS = {
    "displayNameFieldId": "display_name_field",
    "emailAddressFieldId": "email_field",
    "uniqueCodeFieldId": "unique_field",
}
_SETTINGS = {
    "defaultValue": "default_value",
    "checkedValue": "checked_value",
    "uncheckedValue": "unchecked_value",
}


def _render(world: World, request: Request, row: Row, depth: str) -> dict[str, Any]:
    del request
    found: dict[str, Any] = {"type": OBJECT, **audit(row), "depth": depth, "name": row["name"]}
    found["description"] = row["description"] or ""
    if depth == "minimal":
        return found
    for property_, column in POINTERS.items():
        if row[column] is not None:
            found[property_] = str(row[column])
    table = schema.table_of("cdo", row["id"])
    found["recordCount"] = int(world.value(f"SELECT count(*) FROM {table}"))
    found["fields"] = [_render_field(field, depth) for field in schema.fields_of(world, "cdo", row["id"])]
    return found


def _render_field(field: schema.Field, depth: str) -> dict[str, Any]:
    found = {
        "type": FIELD,
        "id": str(field.id),
        "depth": "complete" if depth == "complete" else "minimal",
        "name": field.name,
        "dataType": field.data_type,
        "displayType": field.display_type,
        "internalName": field.internal_name,
        "defaultValue": field.default_value or "",
    }
    for property_, value in (
        ("checkedValue", field.checked_value),
        ("uncheckedValue", field.unchecked_value),
        ("optionListId", field.option_list_id),
    ):
        if value is not None:
            found[property_] = str(value)
    return found


def _term(name: str) -> Term | None:
    own = {"name": Term("t.name"), "description": Term("t.description")}
    return own.get(name.lower()) or records.common_term(name)


CUSTOM_OBJECT = Readable(OBJECT, "custom_objects", _term, _render, where="t.kind = 'cdo'")
CUSTOM_OBJECT.register("/assets/customObject", "/assets/customObjects", source=OBJECTS)


@answers("POST", "/assets/customObject", source=OBJECTS)
def create_object(world: World, request: Request) -> Response:
    """Create a custom object; fields carry negative ids, to which the three pointers refer."""
    body = body_of(request, OBJECT)
    name = text_of(body, "name", OBJECT) or ""
    key = records.create(
        world,
        request,
        "custom_objects",
        {
            "name": name,
            "description": body.get("description") and str(body["description"]),
        },
    )
    schema.create_record_table(world, key)
    _point(world, body, key, _write_fields(world, body, key))
    world.note("eloqua", "create", "custom_object", name, {"id": key})
    return CUSTOM_OBJECT.answer(world, request, key, 201)


@answers("PUT", "/assets/customObject/{id}", source=OBJECTS)
def update_object(world: World, request: Request, id: str) -> Response:
    """Replace a custom object: a field left out is deleted with its values; no change at all is a 400."""
    old = CUSTOM_OBJECT.row(world, ident(id))
    key = int(old["id"])
    body = body_of(request, OBJECT, key)
    before = _render(world, request, old, "complete")
    name = text_of(body, "name", OBJECT, object_id=key) or ""
    records.update(
        world,
        "custom_objects",
        key,
        {
            "name": name,
            "description": body.get("description") and str(body["description"]),
        },
    )
    _point(world, body, key, _write_fields(world, body, key))
    if _render(world, request, CUSTOM_OBJECT.row(world, key), "complete") == before:
        raise bad_value(OBJECT, "fields", None, "ContentRequirement", object_id=key)
    records.update(
        world, "custom_objects", key, {"updated_at": world.now(), "updated_by": user_id(world, request)}
    )
    world.note("eloqua", "update", "custom_object", name, {"id": key})
    return CUSTOM_OBJECT.answer(world, request, key)


@answers("DELETE", "/assets/customObject/{id}", source=OBJECTS)
def delete_object(world: World, request: Request, id: str) -> Response:
    """Delete a custom object with its records."""
    row = CUSTOM_OBJECT.row(world, ident(id))
    world.run(f"DROP TABLE {schema.table_of('cdo', row['id'])}")
    world.run("DELETE FROM eloqua_fields WHERE entity = 'cdo' AND parent_id = ?", (row["id"],))
    world.run("DELETE FROM custom_objects WHERE id = ?", (row["id"],))
    world.note("eloqua", "delete", "custom_object", row["name"], {"id": row["id"]})
    return Response()


# -- fields --------------------------------------------------------------------------------------------------


def _write_fields(world: World, body: dict[str, Any], key: int) -> dict[int, int]:
    """Bring the fields to what the body has; return the real ids of the (also negative) ids in it."""
    given = body.get("fields") or []
    if (
        not isinstance(given, list)
        or not all(isinstance(one, dict) for one in given)
        or len(given) > MOST_FIELDS
    ):
        raise bad_value(OBJECT, "fields", "fields", "ContentRequirement", object_id=key)
    known = {field.id: field for field in schema.fields_of(world, "cdo", key)}
    ids: dict[int, int] = {}
    kept = {int_or_zero(one.get("id")) for one in given}
    if unknown := {one for one in kept if one > 0} - set(known):
        raise bad_value(FIELD, "id", min(unknown), "RelationshipRequirement", object_id=key)
    for gone in set(known) - kept:
        schema.drop_field(world, known[gone])
    for one in given:
        mark = int_or_zero(one.get("id"))
        ids[mark] = _change_field(world, one, known[mark]) if mark in known else _add_field(world, one, key)
    return ids


def _choice(one: dict[str, Any], name: str, allowed: tuple[str, ...], default: str) -> str:
    value = str(one.get(name) or default)
    if value not in allowed:
        raise bad_value(FIELD, name, value, "EnumRequirement", values=list(allowed))
    return value


def _settings(one: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        column: str(one[name]) if one.get(name) else None for name, column in _SETTINGS.items()
    }
    found["option_list_id"] = int_or_zero(one.get("optionListId")) or None
    return found


def _add_field(world: World, one: dict[str, Any], key: int) -> int:
    name = text_of(one, "name", FIELD) or ""
    taken = "SELECT 1 FROM eloqua_fields WHERE entity = 'cdo' AND parent_id = ? AND internal_name = ?"
    base, number = re.sub(r"[^A-Za-z0-9]", "_", name), 1
    while world.value(taken, (key, f"{base}{number}")):
        number += 1
    # Ids of custom-object fields are a row of their own, below the contact fields (100001 and up).
    next_id = 1 + max(
        100, int(world.value("SELECT coalesce(max(id), 0) FROM eloqua_fields WHERE entity = 'cdo'"))
    )
    while world.value("SELECT 1 FROM eloqua_fields WHERE id = ?", (next_id,)):
        next_id += 1
    field = schema.add_field(
        world,
        "cdo",
        f"{base}{number}",
        name,
        parent_id=key,
        id=next_id,
        data_type=_choice(one, "dataType", DATA_TYPES, "text"),
        created_at=world.now(),
        updated_at=world.now(),
        display_type=_choice(one, "displayType", DISPLAY_TYPES, "text"),
        **_settings(one),
    )
    return field.id


def _change_field(world: World, one: dict[str, Any], old: schema.Field) -> int:
    if _choice(one, "dataType", DATA_TYPES, old.data_type) != old.data_type:
        raise bad_value(FIELD, "dataType", one["dataType"], "ImmutabilityRequirement", object_id=old.id)
    records.update(
        world,
        "eloqua_fields",
        old.id,
        {
            "name": text_of(one, "name", FIELD, object_id=old.id),
            "display_type": _choice(one, "displayType", DISPLAY_TYPES, old.display_type),
            **_settings(one),
        },
    )
    return old.id


def _point(world: World, body: dict[str, Any], key: int, ids: dict[int, int]) -> None:
    """Set which fields are the display name, the e-mail address and the unique code."""
    values: dict[str, Any] = {}
    for property_, column in POINTERS.items():
        given = body.get(property_)
        if given in (None, ""):
            values[column] = None
            continue
        if int_or_zero(given) not in ids:
            raise bad_value(OBJECT, property_, given, "RelationshipRequirement", object_id=key)
        values[column] = ids[int_or_zero(given)]
    records.update(world, "custom_objects", key, values)
    world.run(
        "UPDATE eloqua_fields SET is_unique = (id IS ?) WHERE entity = 'cdo' AND parent_id = ?",
        (values["unique_field"], key),
    )
    record_codes.settle(world, key, "1")
