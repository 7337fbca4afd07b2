"""The JSON schema of field maps, for editors."""

from __future__ import annotations

from typing import Any

from certain_eloqua.mapping.pairs import PROFILE_MEMBERS, QUESTION, Direction
from certain_eloqua.mapping.values import TABLES

FILE = "field_map.json"
FIRST_LINE = f"# yaml-language-server: $schema=../schema/{FILE}"
"""First line of a field map, by which an editor finds its schema."""


def field_map_schema() -> dict[str, Any]:
    """The schema of field maps."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Field map of certain_eloqua",
        "type": "object",
        "required": ["fields"],
        "additionalProperties": False,
        "properties": {
            "account": {"type": "string", "description": "Code of the Certain account it is for."},
            "extends": {
                "const": "default",
                "description": "The default table holds, and these pairs are added or replace its pairs. "
                "Left out: the file is the whole table.",
            },
            "fields": {"type": "array", "minItems": 1, "items": _pair()},
        },
    }


def _pair() -> dict[str, Any]:
    question = {"type": "string", "pattern": f"^{QUESTION.replace('.', '[.]')}.*[^ ].*$"}
    no_table = {"direction": False, "values": False, "other_values": False}
    return {
        "type": "object",
        "anyOf": [
            {"required": ["certain", "eloqua"], "properties": {"constant": False}},
            {"required": ["constant", "eloqua"], "properties": {"certain": False, **no_table}},
            {"required": ["constant", "certain"], "properties": {"eloqua": False, **no_table}},
        ],
        "additionalProperties": False,
        "properties": {
            "certain": {
                "description": f"Member of the profile, or {QUESTION}<name> for the answer to a question.",
                "anyOf": [{"enum": list(PROFILE_MEMBERS)}, question],
            },
            "eloqua": {
                "type": "string",
                "minLength": 1,
                "description": "Internal name of the contact field.",
            },
            "constant": {
                "type": ["string", "number"],
                "description": "The same text for every person; give the field it is for, certain or eloqua.",
            },
            "direction": {
                "enum": [one.value for one in Direction],
                "description": "in: only from Eloqua to Certain; out: only from Certain to Eloqua.",
            },
            "values": {
                "description": "A table of values by name, or Eloqua's word for each of Certain's.",
                "oneOf": [
                    {"enum": list(TABLES)},
                    {"type": "object", "additionalProperties": {"type": ["string", "integer"]}},
                ],
            },
            "other_values": {
                "enum": ["refuse", "keep"],
                "description": "What happens to a value that is not in your own table.",
            },
        },
    }
