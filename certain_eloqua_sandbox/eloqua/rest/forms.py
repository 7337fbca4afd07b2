"""Forms: their elements with ids and HTML names, copies, and the data that people submit.

What is submitted is kept and becomes an activity of the contact with that e-mail address. Processing steps
are kept as they were sent; they are not run.
"""

from __future__ import annotations

import re
from sqlite3 import Row
from typing import Any

import orjson

from certain_eloqua_sandbox.eloqua.rest import records
from certain_eloqua_sandbox.eloqua.rest.asset_bodies import Numbering, ids_inside, inside, objects
from certain_eloqua_sandbox.eloqua.rest.errors import bad_parameter, bad_value, not_found
from certain_eloqua_sandbox.eloqua.rest.listing import body_of, ident, int_or_zero, listing
from certain_eloqua_sandbox.eloqua.rest.search import Term
from certain_eloqua_sandbox.eloqua.rest.times import seconds, unix
from certain_eloqua_sandbox.eloqua.rest.versions import answers
from certain_eloqua_sandbox.text_keys import key_sql
from certain_eloqua_sandbox.wire import Request, Response, json_response
from certain_eloqua_sandbox.world import World

DATA = "Application/2.0 Form data"
TABLES = """
CREATE TABLE IF NOT EXISTS eloqua_form_data (
    id INTEGER PRIMARY KEY AUTOINCREMENT, form_id INTEGER NOT NULL,
    created_at REAL NOT NULL, updated_at REAL NOT NULL, created_by TEXT, updated_by TEXT,
    contact_id INTEGER, name TEXT, field_values TEXT NOT NULL);    -- JSON: field id -> value
CREATE INDEX IF NOT EXISTS eloqua_form_data_form ON eloqua_form_data (form_id);
"""
ADDRESS = key_sql('"C_EmailAddress"')
FIELD_POINTERS = ("formFieldId", "sourceFormFieldId", "emailAddressFormFieldId", "keyFieldMappingSourceId")


def prepare(world: World, body: dict[str, Any], old: dict[str, Any], key: int | None) -> None:
    """Make the kept body of a form complete: ids of elements, steps and rules, and HTML names."""
    for name in ("elements", "processingSteps"):
        if not isinstance(body.setdefault(name, []), list):
            raise bad_value("Form", name, body[name], "ContentRequirement", object_id=key)
    if not body.get("htmlName"):
        body["htmlName"] = old.get("htmlName") or f"UntitledForm-{int(world.now() * 1000)}"
    elements = Numbering(world, ids_inside(old.get("elements")))
    taken: set[str] = set()
    for element in _elements(body["elements"]):
        elements.number(element)
        if element.setdefault("type", "FormField") == "FormField":
            element["htmlName"] = _html_name(element, taken)
            element.setdefault("dataType", "text")
            element.setdefault("displayType", "singleSelect" if "optionListId" in element else "text")
    rules = Numbering(world, ids_inside(old.get("elements")))
    for element in _elements(body["elements"]):
        for rule in objects(element.get("validations")):
            rules.number(rule)
    steps = Numbering(world, ids_inside(old.get("processingSteps")))
    for step in objects(body["processingSteps"]):
        steps.number(step)
        for part in inside(step):
            if part is not step and int_or_zero(part.get("id")) < 0:
                steps.number(part)
            elements.follow(part, *FIELD_POINTERS)
            if part.get("type") == "FormFieldComparisonCriteria":
                elements.follow(part, "fieldId")
    elements.follow(body, "emailAddressFormFieldId")


def _elements(given: Any) -> list[dict[str, Any]]:
    """Return the elements of a form, those in groups and in stages of progressive profiles too."""
    found: list[dict[str, Any]] = []
    for element in objects(given):
        found += [element, *_elements(element.get("fields")), *_elements(element.get("stages"))]
    return found


def _html_name(element: dict[str, Any], taken: set[str]) -> str:
    words = re.findall(r"[A-Za-z0-9]+", str(element.get("name", "")))
    base = "".join(words[:1] + [word.capitalize() for word in words[1:]]) or "formField"
    name = str(element.get("htmlName") or base[:1].lower() + base[1:])
    number = 1
    while not element.get("htmlName") and name in taken:
        number += 1
        name = f"{base}{number}"
    taken.add(name)
    return name


# -- data ------------------------------------------------------------------------------------------------


def _form(world: World, id: str) -> tuple[Row, dict[str, dict[str, Any]]]:
    """Return a form and its fields by id."""
    row = world.row("SELECT * FROM eloqua_assets WHERE kind = 'form' AND id = ?", (ident(id),))
    if row is None:
        raise not_found()
    fields = _elements(orjson.loads(row["body"]).get("elements"))
    return row, {str(one["id"]): one for one in fields if one.get("type") == "FormField" and "id" in one}


def _data(row: Row) -> dict[str, Any]:
    found = {
        "type": "FormData",
        "id": str(row["id"]),
        "name": row["name"],
        "submittedAt": unix(row["created_at"]),
        "processedAt": unix(row["created_at"]),
    }
    if row["contact_id"] is not None:
        found["submittedByContactId"] = str(row["contact_id"])
    values = orjson.loads(row["field_values"]).items()
    return {
        **found,
        "fieldValues": [{"type": "FieldValue", "id": key, "value": value} for key, value in values],
    }


_TERMS = {
    "id": Term("t.id", "id"),
    "name": Term("t.name"),
    "submittedat": Term("t.created_at", "time"),
    "submittedbycontactid": Term("t.contact_id", "id"),
}


@answers("GET", "/data/form/{id}", source=DATA)
def list_form_data(world: World, request: Request, id: str) -> Response:
    """List what was submitted with a form, between startAt and endAt if given."""
    form, _ = _form(world, id)
    where, values = "t.form_id = ?", [form["id"]]
    for name, operator in (("startAt", ">="), ("endAt", "<=")):
        if text := request.param(name):
            at = seconds(text)
            if at is None:
                raise bad_parameter(name, text, "DateRequirement")
            where, values = f"{where} AND t.created_at {operator} ?", [*values, at]
    return listing(
        world,
        request,
        table="eloqua_form_data",
        default="name",
        terms=lambda name: _TERMS.get(name.lower()) or records.common_term(name),
        where=where,
        parameters=tuple(values),
        render=lambda rows, depth: [_data(row) for row in rows],
    )


@answers("POST", "/data/form/{id}", source=DATA)
def submit_form(world: World, request: Request, id: str) -> Response:
    """Submit a form; processing steps are not run."""
    form, fields = _form(world, id)
    body = body_of(request, "FormData")
    given = body.get("fieldValues") or []
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise bad_value("FormData", "fieldValues", given, "ContentRequirement")
    values: dict[str, str] = {}
    for one in given:
        field = str(one.get("id"))
        if field not in fields:
            raise bad_value("FormData", "fieldValues", field, "RelationshipRequirement")
        values[field] = "" if one.get("value") is None else str(one["value"])
    email = next((value for value in values.values() if re.fullmatch(r"[^@\s]+@[^@\s]+", value)), None)
    contact = email and world.value(
        f"SELECT id FROM contacts WHERE {ADDRESS} = text_key(?)",
        (email,),
    )
    now = world.now()
    key = records.insert(
        world,
        "eloqua_form_data",
        {
            "form_id": form["id"],
            "created_at": now,
            "updated_at": now,
            "contact_id": contact,
            "name": next(iter(values.values()), ""),
            "field_values": orjson.dumps(values).decode(),
        },
    )
    if contact:
        _remember_activity(world, form, contact, str(email))
    world.note(
        "eloqua", "create", "form_data", f"{form['name']}|{email or key}", {"id": key, "form": form["id"]}
    )
    row = world.row("SELECT * FROM eloqua_form_data WHERE id = ?", (key,))
    return json_response(_data(row) if row else {}, 201)


@answers("DELETE", "/data/form/{id}/datarow/{row}", source="seen in a public client")
def delete_form_data(world: World, request: Request, id: str, row: str) -> Response:
    """Delete what was submitted once; the activity stays."""
    form, _ = _form(world, id)
    found = world.run("DELETE FROM eloqua_form_data WHERE form_id = ? AND id = ?", (form["id"], ident(row)))
    if not found.rowcount:
        raise not_found()
    world.note("eloqua", "delete", "form_data", form["name"], {"id": ident(row), "form": form["id"]})
    return Response()


def _remember_activity(world: World, form: Row, contact: int, email: str) -> None:
    records.insert(
        world,
        "activities",
        {
            "type": "FormSubmit",
            "happened_at": world.now(),
            "contact_id": contact,
            "email": email,
            "asset_type": "Form",
            "asset_name": form["name"],
            "asset_id": form["id"],
            "created_at": world.now(),
        },
    )
