"""Contact fields, account fields, and option lists."""

from __future__ import annotations

import re
from sqlite3 import Row
from typing import Any

import orjson

from certain_eloqua_sandbox.eloqua import schema
from certain_eloqua_sandbox.eloqua.rest import records
from certain_eloqua_sandbox.eloqua.rest.errors import bad_value, not_found
from certain_eloqua_sandbox.eloqua.rest.listing import (
    body_of,
    depth_of,
    ident,
    int_or_zero,
    listing,
    text_of,
    truth,
)
from certain_eloqua_sandbox.eloqua.rest.reading import Readable
from certain_eloqua_sandbox.eloqua.rest.search import Term
from certain_eloqua_sandbox.eloqua.rest.times import unix
from certain_eloqua_sandbox.eloqua.rest.versions import answers, missing
from certain_eloqua_sandbox.wire import Request, Response, json_response
from certain_eloqua_sandbox.world import World

FIELDS = "Application/1.0 Contact fields"
OPTIONS = "Application/1.0 Option lists"
DATA_TYPES = ("text", "largeText", "number", "numeric", "date")
DISPLAY_TYPES = ("text", "textArea", "singleSelect", "multiSelect", "checkbox", "radio", "hidden")
UPDATE_TYPES = ("always", "newNotBlank", "existingBlank", "newEmailAddress", "useFieldRule")
MOST_CUSTOM_FIELDS = 250
_TERMS = {
    "name": Term("t.name"),
    "internalname": Term("t.internal_name"),
    "datatype": Term("t.data_type"),
    "displaytype": Term("t.display_type"),
    "id": Term("t.id", "id"),
    "createdat": Term("t.created_at", "time"),
    "updatedat": Term("t.updated_at", "time"),
    "isstandard": Term("t.is_standard", "flag"),
    "isreadonly": Term("t.is_read_only", "flag"),
}


def render(field: schema.Field | Row, depth: str, object_type: str) -> dict[str, Any]:
    """Return a contact or account field as the API shows it."""

    def of(name: str) -> Any:
        return field[name] if isinstance(field, Row) else getattr(field, name)

    found: dict[str, Any] = {
        "type": object_type,
        "id": str(of("id")),
        "createdAt": unix(of("created_at")),
        "depth": depth,
        "name": of("name"),
        "updatedAt": unix(of("updated_at")),
        "dataType": of("data_type"),
        "displayType": of("display_type"),
        "internalName": of("internal_name"),
        "isReadOnly": _flag(of("is_read_only")),
        "isRequired": _flag(of("is_required")),
        "isStandard": _flag(of("is_standard")),
        "isPopulatedInOutlookPlugin": "false",
        "updateType": of("update_type"),
    }
    if depth == "minimal":
        return found
    for name, column in (
        ("optionListId", "option_list_id"),
        ("checkedValue", "checked_value"),
        ("uncheckedValue", "unchecked_value"),
        ("defaultValue", "default_value"),
    ):
        if of(column) is not None:
            found[name] = str(of(column))
    return found


def _flag(value: Any) -> str:
    return "true" if value else "false"


def _family(entity: str, one: str, many: str, object_type: str, source: str) -> None:
    @answers("GET", many, source=source)
    def list_fields(world: World, request: Request) -> Response:
        """List the fields of an entity."""
        return listing(
            world,
            request,
            table="eloqua_fields",
            default="name",
            terms=lambda name: _TERMS.get(name.lower()),
            where="t.entity = ?",
            parameters=(entity,),
            render=lambda rows, depth: [render(row, depth, object_type) for row in rows],
        )

    @answers("GET", f"{one}/{{id}}", source=source)
    def read_field(world: World, request: Request, id: str) -> Response:
        """Read one field."""
        return json_response(
            render(_field(world, ident(id), entity), depth_of(request, "complete"), object_type)
        )


def _field(world: World, key: int, entity: str) -> schema.Field:
    field = schema.field_by_id(world, key)
    if field is None or field.entity != entity:
        raise not_found()
    return field


_family("contact", "/assets/contact/field", "/assets/contact/fields", "ContactField", FIELDS)
_family("account", "/assets/account/field", "/assets/account/fields", "AccountField", "Account fields")
missing("POST", "/assets/account/field", source="Account fields", summary="Create an account field.")


# -- writing contact fields ------------------------------------------------------------------------------


def _choice(body: dict[str, Any], name: str, allowed: tuple[str, ...], key: int | None) -> str:
    value = body.get(name)
    if value in (None, ""):
        raise bad_value("ContactField", name, value, "NotNullRequirement", object_id=key)
    if value not in allowed:
        raise bad_value("ContactField", name, value, "EnumRequirement", object_id=key, values=list(allowed))
    return str(value)


def _settings(world: World, body: dict[str, Any], key: int | None) -> dict[str, Any]:
    """Return the columns that both creating and changing a field write."""
    option_list = body.get("optionListId")
    if option_list not in (None, "") and not world.value(
        "SELECT 1 FROM eloqua_option_lists WHERE id = ?", (int_or_zero(option_list),)
    ):
        raise bad_value("ContactField", "optionListId", option_list, "RelationshipRequirement", object_id=key)
    return {
        "display_type": _choice(body, "displayType", DISPLAY_TYPES, key),
        "update_type": _choice(body, "updateType", UPDATE_TYPES, key),
        "is_required": int(bool(truth(body.get("isRequired")))),
        "option_list_id": int_or_zero(option_list) or None,
        **{
            column: text_of(body, name, "ContactField", object_id=key, required=False)
            for name, column in (
                ("checkedValue", "checked_value"),
                ("uncheckedValue", "unchecked_value"),
                ("defaultValue", "default_value"),
            )
        },
    }


@answers("POST", "/assets/contact/field", source=FIELDS)
def create_field(world: World, request: Request) -> Response:
    """Create a contact field; its internal name is derived from its name."""
    body = body_of(request, "ContactField")
    name = text_of(body, "name", "ContactField") or ""
    data_type = _choice(body, "dataType", DATA_TYPES, None)
    settings = _settings(world, body, None)
    custom = world.value("SELECT count(*) FROM eloqua_fields WHERE entity = 'contact' AND is_standard = 0")
    if custom >= MOST_CUSTOM_FIELDS:
        raise bad_value("ContactField", "name", name, "ContentRequirement", maximumFields=MOST_CUSTOM_FIELDS)
    field = schema.add_field(
        world,
        "contact",
        _internal_name(world, name),
        name,
        data_type=data_type,
        id=1 + int(world.value("SELECT max(id) FROM eloqua_fields")),
        created_at=world.now(),
        updated_at=world.now(),
        **settings,
    )
    world.note("eloqua", "create", "contact_field", field.internal_name, {"id": field.id, "name": name})
    return json_response(render(field, "complete", "ContactField"), 201)


def _internal_name(world: World, name: str) -> str:
    base, number = "C_" + re.sub(r"[^A-Za-z0-9]", "_", name), 1
    while world.value(
        "SELECT 1 FROM eloqua_fields WHERE entity = 'contact' AND internal_name = ?", (f"{base}{number}",)
    ):
        number += 1
    return f"{base}{number}"


@answers("PUT", "/assets/contact/field/{id}", source=FIELDS)
def update_field(world: World, request: Request, id: str) -> Response:
    """Change a contact field; its data type and internal name stay."""
    field = _field(world, ident(id), "contact")
    body = body_of(request, "ContactField", field.id)
    name = text_of(body, "name", "ContactField", object_id=field.id)
    if body.get("dataType") not in (None, "", field.data_type):
        raise bad_value(
            "ContactField", "dataType", body["dataType"], "ImmutabilityRequirement", object_id=field.id
        )
    values = {"name": name, **_settings(world, body, field.id), "updated_at": world.now()}
    records.update(world, "eloqua_fields", field.id, values)
    world.note("eloqua", "update", "contact_field", field.internal_name, {"id": field.id})
    return json_response(render(_field(world, field.id, "contact"), "complete", "ContactField"))


@answers("DELETE", "/assets/contact/field/{id}", source=FIELDS)
def delete_field(world: World, request: Request, id: str) -> Response:
    """Delete a custom contact field with its values; a standard one is refused."""
    field = _field(world, ident(id), "contact")
    if field.is_standard:
        raise bad_value("ContactField", "id", field.id, "ImmutabilityRequirement", object_id=field.id)
    schema.drop_field(world, field)
    world.note("eloqua", "delete", "contact_field", field.internal_name, {"id": field.id})
    return Response()


# -- option lists ------------------------------------------------------------------------------------------


def _option_list(world: World, request: Request, row: Row, depth: str) -> dict[str, Any]:
    del world, request
    found: dict[str, Any] = {"type": "OptionList", "id": str(row["id"]), "depth": depth, "name": row["name"]}
    if depth != "minimal":
        found["elements"] = [{"type": "Option", **one} for one in orjson.loads(row["options"])]
    return found


_OPTION_LIST_TERMS = {"name": Term("t.name"), "id": Term("t.id", "id")}
OPTION_LIST = Readable(
    "OptionList",
    "(SELECT *, 0 AS updated_at FROM eloqua_option_lists)",
    lambda name: _OPTION_LIST_TERMS.get(name.lower()),
    _option_list,
)
OPTION_LIST.register("/assets/optionList", "/assets/optionLists", source=OPTIONS)


def _options(body: dict[str, Any], key: int | None) -> tuple[str, str]:
    name = text_of(body, "name", "OptionList", object_id=key) or ""
    given = body.get("elements") or []
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise bad_value("OptionList", "elements", given, "ContentRequirement", object_id=key)
    options = [
        {"displayName": str(one.get("displayName", "")), "value": str(one.get("value", ""))} for one in given
    ]
    return name, orjson.dumps(options).decode()


@answers("POST", "/assets/optionList", source=OPTIONS)
def create_option_list(world: World, request: Request) -> Response:
    """Create an option list."""
    name, options = _options(body_of(request, "OptionList"), None)
    key = records.insert(world, "eloqua_option_lists", {"name": name, "options": options})
    world.note("eloqua", "create", "option_list", name, {"id": key})
    return OPTION_LIST.answer(world, request, key, 201)


@answers("PUT", "/assets/optionList/{id}", source=OPTIONS)
def update_option_list(world: World, request: Request, id: str) -> Response:
    """Replace an option list."""
    key = int(OPTION_LIST.row(world, ident(id))["id"])
    name, options = _options(body_of(request, "OptionList", key), key)
    records.update(world, "eloqua_option_lists", key, {"name": name, "options": options})
    world.note("eloqua", "update", "option_list", name, {"id": key})
    return OPTION_LIST.answer(world, request, key)


@answers("DELETE", "/assets/optionList/{id}", source=OPTIONS)
def delete_option_list(world: World, request: Request, id: str) -> Response:
    """Delete an option list that no field uses; otherwise 409."""
    row = OPTION_LIST.row(world, ident(id))
    if world.value("SELECT 1 FROM eloqua_fields WHERE option_list_id = ?", (row["id"],)):
        raise bad_value(
            "OptionList", "id", row["id"], "RelationshipRequirement", object_id=row["id"], status=409
        )
    world.run("DELETE FROM eloqua_option_lists WHERE id = ?", (row["id"],))
    world.note("eloqua", "delete", "option_list", row["name"], {"id": row["id"]})
    return Response()
