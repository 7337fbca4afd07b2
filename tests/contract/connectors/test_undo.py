"""Undo and repair of the contacts family: the state of both platforms before is that after do and undo."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certain_eloqua.connectors.catalogue import KINDS
from tests.contract.connectors.conftest import EVENT, Bench, Ran, bench_at, person
from tests.contract.connectors.undoing import deliver_undo, plan_of_undo, state, undo
from tests.contract.undoing import killed_at

UPSERT = "upsert_contacts"
IMPORT = "import_registrations"
IMPORT_SETTINGS: dict[str, Any] = {
    "contact_list_name": "Guests",
    "profile_deduplication": "email",
    "attendee_type_code": "DELEGATE",
    "registration_status": "Invited",
    "overwrite_registration_status": True,
}


def register(bench: Bench, number: int, **profile: Any) -> dict[str, Any]:
    who = {
        "firstName": f"Guest{number}",
        "lastName": "Tester",
        "email": f"guest{number}@upsert.example",
        "pin": f"UP-{number}",
        **profile,
    }
    body = {"profile": who, "registrationStatusLabel": "Invited", "attendeeTypeCode": "DELEGATE"}
    return bench.certain.create_registration(EVENT, body, "SYNC_PIN")


def in_eloqua(bench: Bench, number: int, **fields: str) -> None:
    bench.contact_list("Others", [{"C_EmailAddress": f"guest{number}@upsert.example", **fields}])


def prepare_upsert(bench: Bench) -> None:
    """Somebody new, somebody known, and somebody whose fields are blank in Eloqua."""
    register(bench, 1, address={"city": "Oslo", "country": "NO"})
    in_eloqua(bench, 2, C_FirstName="Old", C_City="Bergen")
    register(bench, 2, address={"city": "Oslo", "country": "NO"}, organization="Northwind")
    in_eloqua(bench, 3, C_LastName="Tester")
    register(bench, 3)


def test_an_upsert_is_undone_with_the_contacts_that_it_created(bench: Bench):
    prepare_upsert(bench)
    before = state(bench)
    ran = bench.run(UPSERT, registration_statuses=["Invited"])
    assert state(bench) != before
    undone = undo(bench, ran, UPSERT, delete_created=True)
    assert undone.outcomes() == {"deleted": 1, "updated": 2}
    assert state(bench) == before


def test_created_contacts_are_left_unless_they_are_to_be_deleted(bench: Bench):
    prepare_upsert(bench)
    ran = bench.run(UPSERT, registration_statuses=["Invited"])
    undone = undo(bench, ran, UPSERT)
    assert undone.outcomes() == {"updated": 3}  # of the new one the link in its profile
    (row,) = undone.plan[undone.plan["email"] == "guest1@upsert.example"].to_dict("records")
    assert "--delete-created" in row["detail"]
    assert bench.profile(profilePin="UP-1")["externalKey"] in (None, "")
    assert len(bench.eloqua.find_contacts(["guest1@upsert.example"])) == 1


def test_what_others_have_changed_since_stays(bench: Bench):
    prepare_upsert(bench)
    ran = bench.run(UPSERT, registration_statuses=["Invited"])
    in_eloqua(bench, 2, C_City="Tromsø")
    undone = undo(bench, ran, UPSERT)
    (row,) = undone.plan[undone.plan["email"] == "guest2@upsert.example"].to_dict("records")
    assert row["detail"] == "C_City: changed since by another"
    (contact,) = bench.eloqua.find_contacts(["guest2@upsert.example"], ["C_City", "C_FirstName"])
    assert (contact.fields["C_City"], contact.fields["C_FirstName"]) == ("Tromsø", "Old")


def test_a_second_undo_writes_nothing(bench: Bench):
    prepare_upsert(bench)
    ran = bench.run(UPSERT, registration_statuses=["Invited"])
    undo(bench, ran, UPSERT, delete_created=True)
    writes = bench.writes()
    again = undo(bench, ran, UPSERT, delete_created=True)
    assert set(again.outcomes()) == {"unchanged"}
    assert bench.writes() == writes


def test_after_an_undo_the_next_run_does_it_again(bench: Bench):
    prepare_upsert(bench)
    ran = bench.run(UPSERT, registration_statuses=["Invited"])
    after = state(bench)
    undo(bench, ran, UPSERT, delete_created=True)
    again = bench.run(UPSERT, registration_statuses=["Invited"])
    assert again.outcomes() == {"created": 1, "updated": 2}
    assert [row[:4] for row in state(bench)["contacts"]] == [row[:4] for row in after["contacts"]]


def test_a_repair_writes_again_what_others_have_changed(bench: Bench):
    prepare_upsert(bench)
    ran = bench.run(UPSERT, registration_statuses=["Invited"])
    after = state(bench)
    in_eloqua(bench, 2, C_City="Tromsø")
    bench.certain.update_profile("UP-3", {"externalKey": "4711"})
    planned = plan_of_undo(bench, ran, UPSERT, repair=True)
    assert planned.actions() == {"update": 2, "unchanged": 1}
    undo(bench, ran, UPSERT, repair=True)
    assert state(bench) == after


def test_an_import_is_undone_with_the_profiles_and_registrations_that_it_created(bench: Bench):
    bench.certain.create_profile(
        {"firstName": "Guest1", "lastName": "Before", "email": "guest1@import.example", "pin": "IM-1"},
        "SYNC_PIN",
    )
    known = {"firstName": "Guest2", "lastName": "Tester", "email": "guest2@import.example", "pin": "IM-2"}
    bench.certain.create_registration(
        EVENT,
        {"profile": known, "registrationStatusLabel": "Cancelled", "attendeeTypeCode": "DELEGATE"},
        "SYNC_PIN",
    )
    bench.contact_list("Guests", [person(number, C_City="Lyon") for number in range(4)])
    there = state(bench)
    ran = bench.run(IMPORT, **IMPORT_SETTINGS)
    assert ran.outcomes() == {"created": 3, "updated": 1}
    undone = undo(bench, ran, IMPORT, delete_created=True)
    assert undone.outcomes() == {"deleted": 3, "updated": 1}
    assert state(bench) == there


# -- any people, any fields


FIELDS = {"C_FirstName": "firstName", "C_Company": "organization", "C_City": "city"}
SOME = st.sampled_from(["", "Ada", "Zoë", "O'Neil & Sons", "Straße 1"])


@st.composite
def somebody(draw: st.DrawFn) -> dict[str, Any]:
    """A person registered in Certain: known to Eloqua or not, linked or not."""
    return {
        "there": {name: draw(SOME) for name in FIELDS},
        "here": {name: draw(SOME) for name in FIELDS.values()},
        "known": draw(st.booleans()),
        "linked": draw(st.booleans()),
    }


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(somebody(), min_size=1, max_size=5))
def test_whatever_an_upsert_writes_is_put_back(sandbox: Any, tmp_path: Path, people: list[dict[str, Any]]):
    sandbox.control("POST", "/reset")
    with bench_at(sandbox, f"sqlite:///{tmp_path}/{uuid.uuid4()}.sqlite") as bench:
        for number, one in enumerate(people):
            prepare(bench, number, one)
        before = state(bench)
        ran = bench.run(UPSERT, registration_statuses=["Invited"])
        undo(bench, ran, UPSERT, delete_created=True)
        assert state(bench) == before


def prepare(bench: Bench, number: int, one: dict[str, Any]) -> None:
    if one["known"]:
        in_eloqua(bench, number, **{name: value for name, value in one["there"].items() if value})
    here = {name: value for name, value in one["here"].items() if name != "city" and value}
    register(bench, number, **({"firstName": "Guest"} | here), address={"city": one["here"]["city"]})
    if one["linked"]:
        found = bench.eloqua.find_contacts([f"guest{number}@upsert.example"])
        key = found[0].id if found else "4711"
        bench.certain.update_profile(f"UP-{number}", {"externalKey": key, "sourceOfProfile": "Eloqua"})


@st.composite
def member(draw: st.DrawFn) -> dict[str, Any]:
    """A member of a list: new to Certain, a profile there, or registered already."""
    return {
        "there": {name: draw(SOME) for name in ("C_Company", "C_City")},
        "profile": draw(st.none() | st.fixed_dictionaries({"organization": SOME, "linked": st.booleans()})),
        "status": draw(st.none() | st.sampled_from(["Invited", "Cancelled", "Pre-Registered"])),
    }


@pytest.mark.parametrize("kind", ["import_profiles", IMPORT])
@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(member(), min_size=1, max_size=5))
def test_whatever_an_import_writes_is_put_back(
    sandbox: Any, tmp_path: Path, kind: str, people: list[dict[str, Any]]
):
    sandbox.control("POST", "/reset")
    with bench_at(sandbox, f"sqlite:///{tmp_path}/{uuid.uuid4()}.sqlite") as bench:
        for number, one in enumerate(people):
            prepare_member(bench, number, one)
        before = state(bench)
        of_kind = KINDS[kind].settings.model_fields
        ran = bench.run(kind, **{name: one for name, one in IMPORT_SETTINGS.items() if name in of_kind})
        undo(bench, ran, kind, delete_created=True)
        assert state(bench) == before


def prepare_member(bench: Bench, number: int, one: dict[str, Any]) -> None:
    bench.contact_list("Guests", [person(number, **{n: value for n, value in one["there"].items() if value})])
    if one["profile"] is None:
        return
    known = {
        "firstName": f"Guest{number}",
        "lastName": "Before",
        "email": f"guest{number}@import.example",
        "pin": f"IM-{number}",
        "organization": one["profile"]["organization"],
    }
    if one["profile"]["linked"]:
        known |= {"externalKey": "4711", "sourceOfProfile": "Eloqua"}
    if one["status"] is None:
        bench.certain.create_profile(known, "SYNC_PIN")
    else:
        body = {"profile": known, "registrationStatusLabel": one["status"], "attendeeTypeCode": "DELEGATE"}
        bench.certain.create_registration(EVENT, body, "SYNC_PIN")


# -- killed on the way


def deliver_alone(bench: Bench, undoing: Ran, kind: str) -> None:
    """With clients of its own, for a process of its own."""
    with bench_at(bench.sandbox, bench.ledger_url) as own:
        deliver_undo(own, undoing, kind)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, 11))
def test_an_undo_of_an_upsert_killed_at_any_write_ends_the_same(bench: Bench, number: int):
    prepare_upsert(bench)
    before = state(bench)
    ran = bench.run(UPSERT, registration_statuses=["Invited"])
    undoing = plan_of_undo(bench, ran, UPSERT, delete_created=True)
    killed_at(number, lambda: deliver_alone(bench, undoing, UPSERT), answered=number % 2 == 0)
    undo(bench, ran, UPSERT, delete_created=True)
    assert state(bench) == before
    assert set(undo(bench, ran, UPSERT, delete_created=True).outcomes()) == {"unchanged"}


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, 11))
def test_an_undo_of_an_import_killed_at_any_write_ends_the_same(bench: Bench, number: int):
    bench.contact_list("Guests", [person(one, C_City="Lyon") for one in range(6)])
    before = state(bench)
    ran = bench.run(IMPORT, **IMPORT_SETTINGS)
    undoing = plan_of_undo(bench, ran, IMPORT, delete_created=True)
    assert killed_at(number, lambda: deliver_alone(bench, undoing, IMPORT), answered=number % 2 == 0)
    undo(bench, ran, IMPORT, delete_created=True)
    assert state(bench) == before
