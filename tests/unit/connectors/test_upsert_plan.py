import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certain_eloqua.connectors.catalogue import KINDS
from certain_eloqua.connectors.contract.actions import WRITES, Action
from certain_eloqua.ledger import person_key, value_digest
from tests.unit.connectors.conftest import (
    LINKED,
    Planned,
    frame,
    job,
    profile,
    reads,
    registration,
)

Plan = Callable[..., Planned]
KIND = "upsert_contacts"
SETTINGS: dict[str, Any] = {"registration_statuses": ["Invited"]}
WORKING = "certain_eloqua tested NWIND_SUMMIT"


def known(number: int, contact_id: str, **fields: str) -> dict[str, Any]:
    """A contact that the own read knows, of the person p<number>; without an id it is known not to exist."""
    base = {"contact_id": contact_id, "C_EmailAddress": f"p{number}@x.example"}
    return {**base, "C_FirstName": "Ann", "C_LastName": "Lee", **fields}


def sent(number: int, contact_id: str, working_list: str = WORKING, **fields: str) -> dict[str, Any]:
    digests = {name: value_digest(name, value) for name, value in fields.items()}
    person = person_key("NWIND", f"p{number}@x.example")
    return {
        "person": person,
        "contact_id": contact_id,
        "working_list": working_list,
        "fields": json.dumps(digests),
    }


def remembered(*rows: dict[str, Any]) -> pd.DataFrame:
    return frame(list(rows), "person", "contact_id", "working_list", "fields")


def test_a_person_nobody_has_looked_up_is_an_upsert(plan_of: Plan):
    row = plan_of(KIND, SETTINGS, profiles=[profile(1)], registrations=[registration(1)])["R1"]
    assert row["action"] == "upsert"
    assert row["write"] == {
        "contact": {"C_FirstName": "Ann", "C_LastName": "Lee", "C_EmailAddress": "p1@x.example"},
        "profile": {"externalKey": "{contact_id}", "sourceOfProfile": "Eloqua"},
    }


def test_a_person_who_was_looked_up_and_not_found_is_created(plan_of: Plan):
    there = {"profiles": [profile(1)], "registrations": [registration(1)]}
    row = plan_of(KIND, SETTINGS, contacts=[known(1, "")], **there)["R1"]
    assert row["action"] == "create"
    assert row["changes"][0] == {"on": "contact", "field": "C_FirstName", "new": "Ann", "old": ""}


def test_a_known_contact_gets_only_what_differs(plan_of: Plan):
    there = {
        "profiles": [profile(1, organization="Contoso", externalKey="70", **LINKED)],
        "registrations": [registration(1)],
    }
    row = plan_of(KIND, SETTINGS, contacts=[known(1, "70", C_Company="Fabrikam")], **there)["R1"]
    assert row["action"] == "update"
    assert row["write"] == {"contact": {"C_Company": "Contoso", "C_EmailAddress": "p1@x.example"}}
    assert row["changes"] == [{"on": "contact", "field": "C_Company", "new": "Contoso", "old": "Fabrikam"}]


def test_a_known_contact_that_is_already_so_only_lacks_the_link(plan_of: Plan):
    there = {"profiles": [profile(1)], "registrations": [registration(1)]}
    row = plan_of(KIND, SETTINGS, contacts=[known(1, "70")], **there)["R1"]
    assert row["action"] == "link"
    assert row["write"] == {"profile": {"externalKey": "70", "sourceOfProfile": "Eloqua"}}


def test_a_blank_field_is_never_sent(plan_of: Plan):
    there = {
        "profiles": [profile(1, organization=" ", externalKey="70", **LINKED)],
        "registrations": [registration(1)],
    }
    planned = plan_of(KIND, SETTINGS, contacts=[known(1, "70", C_Company="Fabrikam")], **there)
    assert planned.actions() == {"R1": "unchanged"}


def test_what_was_sent_is_not_sent_again_although_eloqua_has_changed_it(plan_of: Plan):
    memory = remembered(sent(1, "70", C_FirstName="Ann", C_LastName="Lee"))
    there = {"profiles": [profile(1, externalKey="70", **LINKED)], "registrations": [registration(1)]}
    planned = plan_of(KIND, SETTINGS, contacts=[known(1, "70", C_FirstName="Anna")], sent=memory, **there)
    assert planned.actions() == {"R1": "unchanged"}


def test_what_was_sent_is_sent_again_when_it_is_asked_for(plan_of: Plan):
    memory = remembered(sent(1, "70", C_FirstName="Ann", C_LastName="Lee"))
    there = {"profiles": [profile(1, externalKey="70", **LINKED)], "registrations": [registration(1)]}
    planned = plan_of(
        KIND, {**SETTINGS, "refresh_all": True}, contacts=[known(1, "70")], sent=memory, **there
    )
    assert planned.actions() == {"R1": "update"}


def test_a_contact_another_connector_sent_is_known_by_the_ledger(plan_of: Plan):
    memory = remembered(
        sent(1, "70", "certain_eloqua other NWIND_SUMMIT", C_FirstName="Ann", C_LastName="Lee")
    )
    there = {"profiles": [profile(1)], "registrations": [registration(1)]}
    row = plan_of(KIND, SETTINGS, sent=memory, **there)["R1"]
    assert (row["action"], row["contact_id"]) == ("link", "70")


def test_a_contact_that_left_the_working_list_is_sent_anew(plan_of: Plan):
    memory = remembered(sent(1, "70", C_FirstName="Ann", C_LastName="Lee"))
    there = {"profiles": [profile(1)], "registrations": [registration(1)]}
    row = plan_of(KIND, SETTINGS, sent=memory, **there)["R1"]
    assert row["action"] == "upsert"
    assert "not in Eloqua any more" in row["detail"]


def test_the_profiles_values_win_over_the_nested_ones(plan_of: Plan):
    nested = registration(1, **{"profile.firstName": "Old", "profile.email": "old@x.example"})
    row = plan_of(KIND, SETTINGS, profiles=[profile(1)], registrations=[nested])["R1"]
    assert row["write"]["contact"]["C_FirstName"] == "Ann"
    assert row["email"] == "p1@x.example"


def test_the_nested_values_do_when_there_is_no_profile(plan_of: Plan):
    nested = registration(1, **{"profile.firstName": "Bo", "profile.email": "bo@x.example"})
    row = plan_of(KIND, SETTINGS, registrations=[nested])["R1"]
    assert row["write"]["contact"] == {"C_FirstName": "Bo", "C_EmailAddress": "bo@x.example"}


@pytest.mark.parametrize(
    ("registered", "person", "reason"),
    [
        ({"isActive": False}, {}, "inactive"),
        ({}, {"isActive": False}, "inactive"),
        ({"isTestMode": True}, {}, "test_mode"),
        ({"status": "Cancelled"}, {}, "status_not_selected"),
        ({}, {"email": ""}, "no_email"),
        ({}, {"email": "a@b@c"}, "invalid_email"),
    ],
)
def test_who_is_left_out_has_a_reason(
    plan_of: Plan, registered: dict[str, Any], person: dict[str, Any], reason: str
):
    planned = plan_of(
        KIND, SETTINGS, profiles=[profile(1, **person)], registrations=[registration(1, **registered)]
    )
    assert planned.actions() == {"R1": reason}
    assert planned["R1"]["detail"]


def test_one_contact_per_address_and_the_newest_wins(plan_of: Plan):
    people = [profile(1, "same@x.example"), profile(2, " SAME@x.example", dateModified="2026-05-01T00:00:00")]
    planned = plan_of(KIND, SETTINGS, profiles=people, registrations=[registration(1), registration(2)])
    assert planned.actions() == {"R1": "merged", "R2": "upsert"}
    assert "R2" in planned["R1"]["detail"]


def test_a_left_out_registration_does_not_merge_with_another(plan_of: Plan):
    regs = [registration(1), registration(2, "P1", status="Cancelled", dateModified="2026-09-01T00:00:00")]
    assert plan_of(KIND, SETTINGS, profiles=[profile(1)], registrations=regs).actions() == {
        "R1": "upsert",
        "R2": "status_not_selected",
    }


def test_another_systems_mark_is_kept(plan_of: Plan):
    people = [profile(1, externalKey="M1", sourceOfProfile="Marketo")]
    row = plan_of(KIND, SETTINGS, profiles=people, registrations=[registration(1)])["R1"]
    assert "profile" not in row["write"]
    assert "Marketo" in row["detail"]


def test_no_detail_names_a_person(plan_of: Plan):
    people = [profile(1, "same@x.example"), profile(2, "same@x.example"), profile(3, "bad address")]
    regs = [registration(n) for n in (1, 2, 3)]
    planned = plan_of(KIND, SETTINGS, profiles=people, registrations=regs)
    assert not planned.frame["detail"].dropna().str.contains("x.example|Ann|Lee|bad address").any()


addresses = st.sampled_from(["a@x.example", "A@x.example ", "b@x.example", "", "bad"])
rows = st.tuples(
    addresses, st.sampled_from(["Invited", "Attended"]), st.booleans(), st.booleans(), st.integers(1, 9)
)


@settings(deadline=None, max_examples=60)
@given(st.lists(rows, max_size=8))
def test_every_registration_has_one_row_and_every_address_one_write(given_rows: list[Any]):
    people = [profile(n, email) for n, (email, *_) in enumerate(given_rows)]
    regs = [
        registration(
            n, status=status, isActive=active, isTestMode=test, dateModified=f"2026-01-0{day}T00:00:00"
        )
        for n, (_, status, active, test, day) in enumerate(given_rows)
    ]
    plan = KINDS[KIND].plan(job(KIND, **SETTINGS), reads((), people, regs))
    assert sorted(plan["key"]) == sorted(reg["registrationCode"] for reg in regs)
    assert set(plan["action"]) <= set(Action)
    assert plan[plan["action"] == "skip"]["reason"].notna().all()
    writes = plan[plan["action"].isin(WRITES)]
    assert writes["email"].str.strip().str.casefold().is_unique
    assert writes["write"].notna().all()
