from typing import Any

import pytest

from tests.contract.connectors.conftest import Bench, person

KIND = "import_profiles"
SETTINGS: dict[str, Any] = {"contact_list_name": "Guests", "profile_deduplication": "email"}


def run(bench: Bench, **changed: Any) -> Any:
    return bench.run(KIND, None, **{**SETTINGS, **changed})


@pytest.mark.parametrize("mode", ["email", "eloqua_id"])
def test_a_list_becomes_profiles_and_a_second_run_writes_nothing(bench: Bench, mode: str):
    bench.contact_list("Guests", [person(n) for n in range(20)])
    first = run(bench, profile_deduplication=mode)
    assert first.outcomes() == {"created": 20}
    assert first.delivered.frame["profile_pin"].notna().all()
    assert bench.profile(email="guest3@import.example")["sourceOfProfile"] == "Eloqua"
    writes = bench.writes()
    assert run(bench, profile_deduplication=mode).outcomes() == {"unchanged": 20}
    assert bench.writes() == writes


def test_an_existing_profile_is_updated_and_linked(bench: Bench):
    bench.certain.create_profile({"firstName": "Gus", "lastName": "Tester", "email": "GUEST1@import.example"})
    bench.contact_list("Guests", [person(1, C_Title="CTO")])
    ran = run(bench)
    assert ran.outcomes() == {"updated": 1}
    profile = bench.profile(email="guest1@import.example")
    assert (profile["firstName"], profile["position"]) == ("Guest1", "CTO")
    assert profile["externalKey"] == ran.of(email="guest1@import.example")["contact_id"]


def test_a_profile_that_only_lacks_the_id_is_linked(bench: Bench):
    bench.certain.create_profile(
        {"firstName": "Guest1", "lastName": "Tester", "email": "guest1@import.example"}
    )
    bench.contact_list("Guests", [person(1)])
    assert run(bench).outcomes() == {"linked": 1}


def test_a_deleted_profile_is_not_made_anew(bench: Bench):
    bench.contact_list("Guests", [person(1)])
    run(bench)
    pin = bench.profile(email="guest1@import.example")["profilePin"]
    bench.ask_certain("DELETE", f"Profile/NWIND/{pin}")
    assert run(bench).reasons() == {"inactive": 1}


def test_a_contact_without_a_name_is_listed_and_not_sent(bench: Bench):
    bench.contact_list("Guests", [person(1, C_LastName=""), person(2)])
    ran = run(bench)
    assert ran.reasons() == {"no_name": 1}
    assert ran.outcomes() == {"created": 1, "skipped": 1}


def test_a_server_with_other_names_for_id_and_source_is_served(bench: Bench):
    names = {"external_id_member": "externalProfileId", "source_member": "profileSource"}
    bench.sandbox.control("PUT", "/settings", names)
    bench.certain.external_id_member, bench.certain.source_member = names.values()
    bench.contact_list("Guests", [person(n) for n in range(3)])
    assert run(bench).outcomes() == {"created": 3}
    assert run(bench, profile_deduplication="eloqua_id").outcomes() == {"unchanged": 3}


def test_a_server_that_does_not_keep_the_source_is_told_once(bench: Bench):
    bench.sandbox.control("PUT", "/settings", {"source_member": "profileSource"})
    bench.contact_list("Guests", [person(n) for n in range(3)])
    ran = run(bench)
    assert ran.outcomes() == {"created": 3}
    assert "3 profiles" in ran.delivered.facts["source_not_kept"]
