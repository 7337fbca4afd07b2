"""Values of fields: how records of any entity show them, and how a body sets them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from sqlite3 import Row
from typing import Any

from certain_eloqua_sandbox.eloqua import schema
from certain_eloqua_sandbox.eloqua.field_sizes import characters
from certain_eloqua_sandbox.eloqua.rest.errors import bad_value
from certain_eloqua_sandbox.eloqua.rest.listing import user_id
from certain_eloqua_sandbox.eloqua.rest.search import Term
from certain_eloqua_sandbox.eloqua.rest.times import field_value, shown
from certain_eloqua_sandbox.wire import Request
from certain_eloqua_sandbox.world import World

SYSTEM_TIMES = {
    "C_DateCreated": "created_at",
    "C_DateModified": "updated_at",
    "M_DateCreated": "created_at",
    "M_DateModified": "updated_at",
}
_COMMON = {
    "id": Term("t.id", "id"),
    "createdat": Term("t.created_at", "time"),
    "updatedat": Term("t.updated_at", "time"),
    "createdby": Term("t.created_by"),
    "updatedby": Term("t.updated_by"),
}


def common_term(name: str) -> Term | None:
    """Return the terms that every entity has."""
    return _COMMON.get(name.lower())


def column_key(field: schema.Field) -> str:
    """Return the name under which a row has the field."""
    return field.column.strip('"')


def plain(row: Row) -> dict[str, Any]:
    """Return a row as a dictionary: with 160 columns, looking up a name in the row itself is slow."""
    return dict(zip(row.keys(), row, strict=True))


class Reader:
    """The fields of an entity, made ready to show many rows."""

    def __init__(self, fields: Iterable[schema.Field], *, all_listed: bool = False) -> None:
        """Prepare for fields; ``all_listed``: those with a property of their own are in fieldValues too."""
        self._properties: list[tuple[str, str, str]] = []
        self._listed: list[tuple[str, str, str]] = []
        for field in fields:
            source = SYSTEM_TIMES.get(field.internal_name)
            kind = "time" if source else "date" if field.data_type == "date" else "text"
            place = source or column_key(field), kind
            if field.rest_property:
                self._properties.append((field.rest_property, *place))
            if all_listed or not field.rest_property:
                self._listed.append((str(field.id), *place))

    def properties(self, row: Mapping[str, Any]) -> dict[str, str]:
        """Return the fields that have a property of their own; blank ones are left out."""
        return {
            name: _shown(row[column], kind)
            for name, column, kind in self._properties
            if row[column] is not None
        }

    def field_values(self, row: Mapping[str, Any]) -> list[dict[str, str]]:
        """Return ``fieldValues``; a blank field has no ``value``."""
        return [
            {"type": "FieldValue", "id": key}
            if (value := row[column]) is None
            else {"type": "FieldValue", "id": key, "value": _shown(value, kind)}
            for key, column, kind in self._listed
        ]


def _shown(value: Any, kind: str) -> str:
    if kind == "text":
        return str(value)
    return str(int(value)) if kind == "time" else shown(str(value))


def field_terms(fields: Iterable[schema.Field]) -> Callable[[str], Term | None]:
    """Return the search terms of an entity: its fields' internal names and REST properties."""
    known: dict[str, Term] = {}
    for field in fields:
        kind = {"date": "date", "number": "number", "numeric": "number"}.get(field.data_type, "text")
        source = SYSTEM_TIMES.get(field.internal_name)
        term = Term(f"t.{source}", "time") if source else Term(f"t.{field.column}", kind)
        known[field.internal_name.lower()] = term
        if field.rest_property:
            known[field.rest_property.lower()] = term

    def find(name: str) -> Term | None:
        return known.get(name.lower()) or common_term(name)

    return find


def written(field: schema.Field, value: Any, object_type: str, object_id: int | None) -> str | None:
    """Return what a field keeps of a value, ``None`` for blank. Refuses what the field's type cannot hold."""
    if value is None or str(value) == "":
        return None
    text = str(value).lower() if isinstance(value, bool) else str(value)
    name = field.rest_property or field.internal_name
    if isinstance(value, dict | list):
        raise bad_value(object_type, name, value, "ContentRequirement", object_id=object_id)
    if field.data_type == "date":
        kept = field_value(text)
        if kept is None:
            raise bad_value(object_type, name, text, "DateRequirement", object_id=object_id)
        return kept
    if field.data_type in ("number", "numeric"):
        plain_digits = text.isascii() and "_" not in text  # Python reads more than these as numbers
        try:
            number = int(text) if field.data_type == "number" else float(text)
        except ValueError:
            number = float("nan")
        if not plain_digits or not math.isfinite(number):
            raise bad_value(object_type, name, text, "IntegerRequirement", object_id=object_id)
    most = characters(field)
    if most is not None and len(text) > most:
        raise bad_value(
            *(object_type, name, text, "ValidTextLengthRequirement"), object_id=object_id, maxLength=most
        )
    return text


def changes(
    fields: list[schema.Field],
    body: dict[str, Any],
    object_type: str,
    object_id: int | None,
    *,
    replace: bool,
) -> dict[str, str | None]:
    """Return the values a body writes, by column.

    With ``replace`` (PUT) a property that is left out is blanked; an entry of ``fieldValues`` that is
    left out keeps its value. Read-only fields are passed over, as clients send back what they read.
    """
    found: dict[str, str | None] = {}
    for field in fields:
        if field.rest_property and not field.is_read_only and (replace or field.rest_property in body):
            found[field.column] = written(field, body.get(field.rest_property), object_type, object_id)
    by_id = {field.id: field for field in fields}
    given = body.get("fieldValues") or []
    if not isinstance(given, list):
        raise bad_value(object_type, "fieldValues", given, "ContentRequirement", object_id=object_id)
    for one in given:
        key = str(one.get("id")) if isinstance(one, dict) else str(one)
        known = by_id.get(int(key)) if key.isascii() and key.isdigit() else None
        if known is None:
            raise bad_value(object_type, "fieldValues", key, "RelationshipRequirement", object_id=object_id)
        if not known.is_read_only and known.internal_name not in SYSTEM_TIMES:
            found[known.column] = written(known, one.get("value"), object_type, object_id)
    return found


def insert(world: World, table: str, values: dict[str, Any]) -> int:
    """Insert a row and return its id."""
    marks = ", ".join("?" * len(values))
    cursor = world.run(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", values.values())
    return int(cursor.lastrowid or 0)


def update(world: World, table: str, row_id: int, values: dict[str, Any]) -> None:
    """Change columns of a row."""
    assignments = ", ".join(f"{column} = ?" for column in values)
    world.run(f"UPDATE {table} SET {assignments} WHERE id = ?", [*values.values(), row_id])


def create(world: World, request: Request, table: str, values: dict[str, Any]) -> int:
    """Insert a row with the stamps and the user of a new object, and return its id."""
    now, user = world.now(), user_id(world, request)
    stamps = {"created_at": now, "updated_at": now, "created_by": user, "updated_by": user}
    return insert(world, table, values | stamps)


def replace(world: World, request: Request, table: str, row_id: int, values: dict[str, Any]) -> None:
    """Change columns of a row, with the stamp and the user of the change."""
    stamps = {"updated_at": world.now(), "updated_by": user_id(world, request)}
    update(world, table, row_id, values | stamps)


def journal_detail(values: dict[str, Any]) -> dict[str, Any]:
    """Return written columns as a journal keeps them."""
    return {name.strip('"'): value for name, value in values.items()}
