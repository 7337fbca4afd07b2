"""The schemas for editors: what the reader takes they take, and what they can know they refuse."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from certain_eloqua.connectors.catalogue import KINDS
from certain_eloqua.connectors.files.json_schema import FILE, FIRST_LINE, connector_schema, schema_text
from certain_eloqua.connectors.files.loader import load_connector_text
from certain_eloqua.connectors.files.template import template
from certain_eloqua.mapping.json_schema import FILE as MAP_FILE
from certain_eloqua.mapping.json_schema import FIRST_LINE as MAP_FIRST_LINE
from certain_eloqua.mapping.json_schema import field_map_schema
from certain_eloqua.mapping.strict_yaml import decode_document
from tests.conftest import ROOT

FOLDER = ROOT / "connectors"
CONNECTORS = Draft202012Validator(connector_schema())
FIELD_MAPS = Draft202012Validator(field_map_schema())


def faults(validator: Draft202012Validator, text: str) -> list[str]:
    return [error.message for error in validator.iter_errors(decode_document(text.encode()).content)]


def test_the_schemas_are_schemas():
    Draft202012Validator.check_schema(connector_schema())
    Draft202012Validator.check_schema(field_map_schema())


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_shipped_file_names_its_schema_and_fits_it(path: Path):
    assert path.read_text().startswith(FIRST_LINE + "\n")
    assert (path.parent / FIRST_LINE.partition("$schema=")[2]).is_file()
    assert faults(CONNECTORS, path.read_text()) == []


def test_the_shipped_field_map_names_its_schema_and_fits_it():
    path = FOLDER / "field_maps" / "NWIND.yaml"
    assert path.read_text().startswith(MAP_FIRST_LINE + "\n")
    assert (path.parent / MAP_FIRST_LINE.partition("$schema=")[2]).resolve().is_file()
    assert faults(FIELD_MAPS, path.read_text()) == []


def test_the_shipped_schemas_are_those_of_the_models():
    """When this fails: certain-eloqua connectors schema --write."""
    for name, schema in ((FILE, connector_schema()), (MAP_FILE, field_map_schema())):
        assert (FOLDER / "schema" / name).read_text() == schema_text(schema), name


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_fits_the_schema_and_begins_with_it(kind: str):
    text = template(kind)
    assert text.startswith(FIRST_LINE + "\n")
    assert faults(CONNECTORS, text) == []


UPSERT: dict[str, Any] = {
    "kind": "upsert_contacts",
    "events": "all",
    "settings": {"registration_statuses": ["Attended"]},
}
SCHEDULE = {"first_run": "event_start", "last_run": "event_end", "every": "day", "at": "06:00"}


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "upsert_contact"},
        {"kind": None},
        {"events": None},
        {"events": "SUMMIT"},
        {"events": []},
        {"events": {"statuss": "Live"}},
        {"setings": {}},
        {"settings": {}},
        {"settings": {"registration_statuses": []}},
        {"settings": {"registration_statuses": "Attended"}},
        {"settings": {"registration_statuses": [7]}},
        {"settings": {"registration_statuses": ["A"], "take_over_sorce": True}},
        {"settings": {"registration_statuses": ["A"], "refresh_all": "yes"}},
        {"settings": {"registration_statuses": ["A"], "lookup_limit": -1}},
        {"settings": {"registration_statuses": ["A"], "when_email_changes": "ignore"}},
        {"schedule": {**SCHEDULE, "every": "year"}},
        {"schedule": {"every": "day"}},
        {"schedule": {**SCHEDULE, "everyy": 1}},
        {"kind": "import_profiles", "settings": {"contact_list_name": "L", "profile_deduplication": "email"}},
    ],
    ids=str,
)
def test_what_the_reader_refuses_the_schema_refuses(change: dict[str, Any]):
    text = yaml.safe_dump({key: value for key, value in {**UPSERT, **change}.items() if value is not None})
    assert load_connector_text(text.encode(), Path("tried.yaml"))[0] is None
    assert faults(CONNECTORS, text)


def test_a_schedule_that_is_right_fits():
    assert not faults(CONNECTORS, yaml.safe_dump({**UPSERT, "schedule": SCHEDULE}))


@pytest.mark.parametrize(
    "pair",
    [
        {"certain": "firstname", "eloqua": "C_FirstName"},
        {"certain": "profileQuestions.", "eloqua": "C_Industry1"},
        {"certain": "fax"},
        {"certain": "fax", "eloqua": "C_Fax", "direction": "inwards"},
        {"certain": "fax", "eloqua": "C_Fax", "values": "country"},
        {"certain": "fax", "eloqua": "C_Fax", "value": {"A": "B"}},
        {"certain": "fax", "eloqua": "C_Fax", "other_values": "drop"},
    ],
    ids=str,
)
def test_a_wrong_pair_does_not_fit_the_schema_of_field_maps(pair: dict[str, Any]):
    good = {"certain": "profileQuestions.Industry", "eloqua": "C_Industry1", "direction": "in"}
    assert not faults(FIELD_MAPS, json.dumps({"extends": "default", "fields": [good]}))
    assert faults(FIELD_MAPS, json.dumps({"extends": "default", "fields": [good, pair]}))
