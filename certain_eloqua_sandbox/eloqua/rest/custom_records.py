"""Records of custom objects: 2.0 ``instances``, and the list and create of 1.0."""

from __future__ import annotations

from collections.abc import Callable
from sqlite3 import Row
from typing import Any

from certain_eloqua_sandbox.eloqua import record_codes, schema
from certain_eloqua_sandbox.eloqua.rest import records
from certain_eloqua_sandbox.eloqua.rest.custom_objects import CUSTOM_OBJECT
from certain_eloqua_sandbox.eloqua.rest.errors import bad_value, not_found
from certain_eloqua_sandbox.eloqua.rest.listing import (
    audit,
    body_of,
    depth_of,
    ident,
    int_or_zero,
    listing,
    user_id,
)
from certain_eloqua_sandbox.eloqua.rest.search import Term
from certain_eloqua_sandbox.eloqua.rest.versions import answers, missing
from certain_eloqua_sandbox.wire import Request, Response, json_response
from certain_eloqua_sandbox.world import World

RECORDS = "Application/2.0 Custom object data"
RECORDS_1 = "Application/1.0 Custom object data"
DATA = "CustomObjectData"
_OWN_TERMS = {
    "uniquecode": Term("t.unique_code"),
    "contactid": Term("t.contact_id", "id"),
    "accountid": Term("t.account_id", "id"),
    "externalid": Term("t.external_id"),
    "modifiedat": Term("t.updated_at", "time"),
    "customobjectrecordstatus": Term("t.status"),
}


def _render(parent: Row, fields: list[schema.Field], row: Row, depth: str) -> dict[str, Any]:
    name = next((row[records.column_key(f)] for f in fields if f.id == parent["display_name_field"]), None)
    found: dict[str, Any] = {"type": DATA, **audit(row), "depth": depth}
    found["name"] = name if name is not None else row["unique_code"] or ""
    if row["contact_id"] is not None:
        found["contactId"] = str(row["contact_id"])
    found |= {
        "accountId": str(row["account_id"] or ""),
        "uniqueCode": row["unique_code"] or "",
        "customObjectRecordStatus": row["status"] or "Registered",
        "isMapped": "Yes" if row["contact_id"] or row["account_id"] else "No",
        "fieldValues": records.Reader(fields, all_listed=True).field_values(records.plain(row)),
    }
    return found


def _terms(parent: Row, fields: list[schema.Field]) -> Callable[[str], Term | None]:
    known = records.field_terms(fields)
    shown = next((f"t.{f.column}" for f in fields if f.id == parent["display_name_field"]), "NULL")

    def find(name: str) -> Term | None:
        if name.lower() == "name":
            return Term(f"COALESCE({shown}, t.unique_code)")
        return _OWN_TERMS.get(name.lower()) or known(name)

    return find


def _list(world: World, request: Request, id: str) -> Response:
    parent = CUSTOM_OBJECT.row(world, ident(id))
    fields = schema.fields_of(world, "cdo", parent["id"])
    return listing(
        world,
        request,
        table=schema.table_of("cdo", parent["id"]),
        default="name",
        terms=_terms(parent, fields),
        render=lambda rows, depth: [_render(parent, fields, row, depth) for row in rows],
    )


@answers("GET", "/data/customObject/{id}/instances", source=RECORDS, only=2)
def list_records(world: World, request: Request, id: str) -> Response:
    """List the records of a custom object; fieldValues at every depth."""
    return _list(world, request, id)


@answers("GET", "/data/customObject/{id}", source=RECORDS_1, only=1)
def list_records_1(world: World, request: Request, id: str) -> Response:
    """List the records of a custom object."""
    return _list(world, request, id)


@answers("POST", "/data/customObject/{id}", source=RECORDS_1, only=1)
def create_record_1(world: World, request: Request, id: str) -> Response:
    """Create a record."""
    return _create(world, request, id)


@answers("POST", "/data/customObject/{id}/instance", source=RECORDS, only=2)
def create_record(world: World, request: Request, id: str) -> Response:
    """Create a record; a unique code that another record has is accepted."""
    return _create(world, request, id)


@answers("GET", "/data/customObject/{id}/instance/{record}", source=RECORDS, only=2)
def read_record(world: World, request: Request, id: str, record: str) -> Response:
    """Read a record."""
    parent = CUSTOM_OBJECT.row(world, ident(id, "parentId"))
    row = _row(world, parent["id"], ident(record))
    fields = schema.fields_of(world, "cdo", parent["id"])
    return json_response(_render(parent, fields, row, depth_of(request, "complete")))


@answers("PUT", "/data/customObject/{id}/instance/{record}", source=RECORDS, only=2)
def update_record(world: World, request: Request, id: str, record: str) -> Response:
    """Change a record: fieldValues given are set, others stay; contactId links it to a contact."""
    parent = CUSTOM_OBJECT.row(world, ident(id, "parentId"))
    old = _row(world, parent["id"], ident(record))
    fields = schema.fields_of(world, "cdo", parent["id"])
    body = body_of(request, DATA, old["id"])
    values = _values(world, parent, fields, body, old["id"])
    records.update(
        world,
        schema.table_of("cdo", parent["id"]),
        old["id"],
        {**values, "updated_at": world.now(), "updated_by": user_id(world, request)},
    )
    record_codes.settle(world, parent["id"], "id = ?", (old["id"],))
    row = _row(world, parent["id"], old["id"])
    _note(world, "update", parent, row, values)
    return json_response(_render(parent, fields, row, "complete"))


@answers("DELETE", "/data/customObject/{id}/instance/{record}", source=RECORDS, only=2)
def delete_record(world: World, request: Request, id: str, record: str) -> Response:
    """Delete a record."""
    parent = CUSTOM_OBJECT.row(world, ident(id, "parentId"))
    row = _row(world, parent["id"], ident(record))
    world.run(f"DELETE FROM {schema.table_of('cdo', parent['id'])} WHERE id = ?", (row["id"],))
    _note(world, "delete", parent, row, {})
    return Response()


missing(
    "GET PUT DELETE",
    "/data/customObject/{id}/instance/{record}",
    source=RECORDS_1,
    only=1,
    summary="1.0 has no reading, changing or deleting of one record.",
)


def _row(world: World, parent_id: int, key: int) -> Row:
    row = world.row(f"SELECT * FROM {schema.table_of('cdo', parent_id)} WHERE id = ?", (key,))
    if row is None:
        raise not_found()
    return row


def _note(world: World, operation: str, parent: Row, row: Row, values: dict[str, Any]) -> None:
    key = f"{parent['name']}|{row['unique_code']}"
    world.note(
        "eloqua", operation, "custom_object_record", key, records.journal_detail(values) | {"id": row["id"]}
    )


def _create(world: World, request: Request, id: str) -> Response:
    parent = CUSTOM_OBJECT.row(world, ident(id, "parentId"))
    fields = schema.fields_of(world, "cdo", parent["id"])
    values = _values(world, parent, fields, body_of(request, DATA), None)
    table, now, user = schema.table_of("cdo", parent["id"]), world.now(), user_id(world, request)
    key = records.insert(
        world, table, {**values, "created_at": now, "updated_at": now, "created_by": user, "updated_by": user}
    )
    record_codes.settle(world, parent["id"], "id = ?", (key,))
    row = _row(world, parent["id"], key)
    _note(world, "create", parent, row, values)
    return json_response(_render(parent, fields, row, "complete"), 201)


def _values(
    world: World, parent: Row, fields: list[schema.Field], body: dict[str, Any], key: int | None
) -> dict[str, Any]:
    values: dict[str, Any] = records.changes(fields, body, DATA, key, replace=False)
    if "contactId" in body:
        given = body["contactId"]
        known = int_or_zero(given)
        if given not in (None, "") and not world.value("SELECT 1 FROM contacts WHERE id = ?", (known,)):
            raise bad_value(DATA, "contactId", given, "RelationshipRequirement", object_id=key)
        values["contact_id"] = known or None
    return values
