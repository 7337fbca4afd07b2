"""Contacts that are created for people whom Eloqua does not know, by the field map, as kind 4 creates them.

Contacts that exist are left unchanged; `upsert_contacts` updates them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa

from certain_eloqua.connectors.contract.actions import Action
from certain_eloqua.connectors.contract.columns import texts
from certain_eloqua.connectors.contract.contact_fields import contact_types
from certain_eloqua.connectors.contract.validation import check_field_map
from certain_eloqua.domain.email import normalise_email
from certain_eloqua.mapping import ELOQUA_EMAIL, FieldMap
from certain_eloqua.mapping.field_types import Fitter
from certain_eloqua.mapping.pairs import statement

if TYPE_CHECKING:
    import pandas as pd

    from certain_eloqua.clients.eloqua import EloquaClient

Values = Mapping[str, str]


def new_contacts(
    field_map: FieldMap, plan: pd.DataFrame, registrations: pd.DataFrame, profiles: pd.DataFrame
) -> list[str | None]:
    """What is written of each row's person if Eloqua does not know them, as the plan's column `write`.

    Only rows that are sent and name no contact have it. The profile's values win over those nested in the
    registration.
    """
    wanted = plan["action"].eq(Action.ADD) & plan["contact_id"].fillna("").eq("")
    codes = plan["registration_code"].where(wanted, "").tolist()
    needed = set(codes) - {""}
    rows = registrations[registrations["registrationCode"].isin(needed)]
    pins = dict(zip(texts(rows, "registrationCode"), texts(rows, "profile.pin"), strict=True))
    members = [pair.certain for pair in field_map.outgoing]
    nested = _by_key(rows, "registrationCode", {f"profile.{one}": one for one in members})
    some = profiles[profiles["profilePin"].isin(set(pins.values()) - {""})]
    own = _by_key(some, "profilePin", {one: one for one in members})
    found: list[str | None] = []
    for code, email in zip(codes, plan["email"].fillna(""), strict=True):
        person = own.get(pins.get(code, "")) or nested.get(code)
        if not code or not email or person is None:
            found.append(None)
            continue
        contact = field_map.to_contact(person) | {ELOQUA_EMAIL: str(email)}
        found.append(orjson.dumps({"contact": contact}).decode())
    return found


def create_contacts(eloqua: EloquaClient, field_map: FieldMap, people: Iterable[Values], name: str) -> int:
    """Create the contacts that Eloqua does not have; how many addresses were tried. Harmless to repeat.

    Values that do not fit their field are cut, as `upsert_contacts` does.
    """
    contacts = {normalise_email(one[ELOQUA_EMAIL]): one for one in people}
    if not contacts:
        return 0
    check_field_map(field_map, eloqua)
    fitter = Fitter(contact_types(eloqua), "truncate")
    rows = [
        {field: fitter.fit(field, value, []) for field, value in one.items()} for one in contacts.values()
    ]
    names = dict.fromkeys([ELOQUA_EMAIL, *(field for row in rows for field, value in row.items() if value)])
    columns = {field: pa.array([row.get(field, "") for row in rows], pa.string()) for field in names}
    eloqua.import_contacts(
        pa.table(columns),
        fields={field: statement(field) for field in names},
        identifier=ELOQUA_EMAIL,
        import_rule="createOnly",
        name=name,
    )
    return len(contacts)


def _by_key(frame: pd.DataFrame, key: str, members: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Rows by a column, with other columns under new names; those the frame does not have are left out."""
    there = {column: name for column, name in members.items() if column in frame.columns}
    rows: list[Any] = frame[list(there)].rename(columns=there).to_dict("records")
    return dict(zip(texts(frame, key), rows, strict=True))
