"""Pages become columns by whole columns; the result is that of reading member by member."""

import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from certain_eloqua.clients.certain.tables import EXTRA, PROFILE_SCHEMA, REGISTRATION_SCHEMA, to_batch
from certain_eloqua.clients.certain.values import as_bool, as_text

RENAMED = {"externalProfileId": "externalKey"}


def row_by_row(items: list[dict[str, Any]], schema: pa.Schema, renamed: Mapping[str, str]) -> list[dict]:
    """The same, slowly: every member of every object separately."""
    rows = []
    for item in items:
        flat: dict[str, Any] = {}
        flatten(item, renamed, "", flat)
        row: dict[str, Any] = {}
        for column in schema:
            if column.name != EXTRA:
                read = as_bool if pa.types.is_boolean(column.type) else as_text
                row[column.name] = read(flat.get(column.name))
        row[EXTRA] = {k: v for k, v in flat.items() if k not in schema.names and v is not None} or None
        rows.append(row)
    return rows


def flatten(item: Mapping[str, Any], renamed: Mapping[str, str], prefix: str, flat: dict[str, Any]) -> None:
    for member, value in item.items():
        name = f"{prefix}{renamed.get(member, member)}"
        if isinstance(value, Mapping):
            flatten(value, renamed, f"{name}.", flat)
        elif not isinstance(value, list):
            flat[name] = value


scalars = st.one_of(st.none(), st.text(max_size=4), st.integers(-9, 9), st.booleans(), st.just("true"))
address = st.dictionaries(st.sampled_from(["line1", "city", "country", "planet"]), scalars, max_size=3)
person = st.fixed_dictionaries(
    {},
    optional={
        "profilePin": scalars,
        "pin": scalars,
        "email": scalars,
        "externalProfileId": scalars,
        "isActive": scalars,
        "nickname": scalars,
        "address": st.one_of(scalars, address),
        "preferences": st.dictionaries(st.sampled_from(["meal", "seat"]), scalars, max_size=2),
        "groups": st.lists(scalars, max_size=2),
    },
)
registration = st.fixed_dictionaries(
    {},
    optional={
        "registrationCode": scalars,
        "profile.firstName": scalars,
        "isTestMode": scalars,
        "badge": scalars,
        "profile": st.one_of(st.none(), person),
    },
)


def check(items: list[dict[str, Any]], schema: pa.Schema) -> None:
    rows = to_batch(items, schema, RENAMED).to_pylist()
    for row in rows:
        row[EXTRA] = json.loads(row[EXTRA]) if row[EXTRA] else None
    assert rows == row_by_row(items, schema, RENAMED)


@given(st.lists(person, max_size=5))
def test_profiles_are_read_as_member_by_member(items):
    check(items, PROFILE_SCHEMA)


@given(st.lists(registration, max_size=5))
def test_registrations_are_read_as_member_by_member(items):
    check(items, REGISTRATION_SCHEMA)
