"""The JSON schema of connector files, for editors: completion, hover texts and squiggles while one types.

It is made from the same models that read the files. What it cannot express (a value that depends on another
one) is checked by `certain-eloqua connectors check`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from certain_eloqua.connectors.catalogue import KINDS
from certain_eloqua.connectors.contract.kind import Kind
from certain_eloqua.connectors.files.events import EVENT_STATUSES
from certain_eloqua.connectors.files.schedule import DETAILS, SCHEDULES, WEEKDAYS

FOLDER = "schema"
"""Folder of the schemas, beside the connector files."""

FILE = "connector.json"
FIRST_LINE = f"# yaml-language-server: $schema={FOLDER}/{FILE}"
"""First line of a connector file, by which an editor finds its schema."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def connector_schema(kinds: Mapping[str, Kind] | None = None) -> dict[str, Any]:
    """The schema of connector files of all kinds: `kind` decides which settings there are."""
    kinds = KINDS if kinds is None else kinds
    definitions: dict[str, Any] = {f"{level}_schedule": _schedule(level) for level in SCHEDULES}
    for kind in kinds.values():
        settings = kind.settings.model_json_schema()
        definitions |= settings.pop("$defs", {})
        definitions[kind.name] = settings
    return {
        "$schema": DIALECT,
        "title": "Connector file of certain_eloqua",
        "type": "object",
        "required": ["kind"],
        "additionalProperties": False,
        "properties": {
            "kind": {
                "description": "Which job it is.",
                "oneOf": [{"const": kind.name, "description": kind.summary} for kind in kinds.values()],
            },
            "description": {
                "type": ["string", "null"],
                "description": "A line for people, shown in Dagster.",
            },
            "events": _events(),
            "email_for_job_notifications": {
                "type": ["string", "null"],
                "format": "email",
                "description": "Where messages go when a run fails.",
            },
            "settings": {"type": ["object", "null"], "description": "The settings of the kind."},
            "schedule": {
                "type": ["object", "null"],
                "description": "When it runs; left out, it runs when it is started by hand.",
            },
        },
        "allOf": [_of_kind(kind) for kind in kinds.values()],
        "$defs": definitions,
    }


def schema_text(schema: Mapping[str, Any]) -> str:
    """A schema as it is written into a file."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def write_schema(path: Path, schema: Mapping[str, Any]) -> bool:
    """Write a schema unless the file has just this content; whether it was written."""
    text = schema_text(schema)
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return True


def _of_kind(kind: Kind) -> dict[str, Any]:
    needs_settings = any(field.is_required() for field in kind.settings.model_fields.values())
    needed = (["events"] if kind.level == "event" else []) + (["settings"] if needs_settings else [])
    settings: dict[str, Any] = {"$ref": f"#/$defs/{kind.name}"}
    if not needs_settings:
        settings = {"anyOf": [settings, {"type": "null"}]}
    schedule = {"anyOf": [{"$ref": f"#/$defs/{kind.level}_schedule"}, {"type": "null"}]}
    then: dict[str, Any] = {"properties": {"settings": settings, "schedule": schedule}}
    if kind.level == "account":
        then["properties"]["events"] = False
    return {
        "if": {"properties": {"kind": {"const": kind.name}}, "required": ["kind"]},
        "then": then | ({"required": needed} if needed else {}),
    }


def _events() -> dict[str, Any]:
    status = {"type": "string", "examples": list(EVENT_STATUSES)}
    return {
        "description": "The events it is for: all, a list of event codes, or a filter by status.",
        "oneOf": [
            {"const": "all"},
            {"type": "array", "minItems": 1, "items": {"type": ["string", "integer"]}},
            {
                "type": "object",
                "additionalProperties": False,
                "required": ["status"],
                "properties": {
                    "status": {"oneOf": [status, {"type": "array", "minItems": 1, "items": status}]}
                },
            },
        ],
    }


def _schedule(level: str) -> dict[str, Any]:
    """The schema of the schedule's model, with what its validators know."""
    schema = SCHEDULES[level].model_json_schema()
    for member in schema["properties"].values():
        if allowed := member.pop("allowed", None):
            member["examples"] = allowed
    days = [*WEEKDAYS, *(day.title() for day in WEEKDAYS)]
    schema["properties"]["weekday"] = {
        "enum": days,
        "description": schema["properties"]["weekday"]["description"],
    }
    schema["allOf"] = [
        {"if": {"properties": {"every": {"const": every}}}, "then": {"required": list(needed)}}
        for every, needed in DETAILS.items()
    ]
    return schema
