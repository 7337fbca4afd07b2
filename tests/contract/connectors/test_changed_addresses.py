"""The address of a linked profile changes: what each setting does with the contact that has the old one."""

import pytest
import requests

from certain_eloqua.clients.errors import Permanent
from tests.contract.connectors.conftest import Bench
from tests.contract.connectors.test_interruptions import killed_at
from tests.contract.connectors.test_upsert_contacts import contact, register, run

OLD, NEW = "guest1@upsert.example", "moved@upsert.example"


def linked_and_moved(bench: Bench) -> str:
    """Guest 1 became a contact; then the address changed in Certain. The contact's id."""
    register(bench, 1)
    assert run(bench).outcomes() == {"created": 1}
    bench.certain.update_profile("UP-1", {"email": NEW})
    return contact(bench, OLD).id


def emails(bench: Bench, *addresses: str) -> dict[str, str]:
    return {one.email: one.id for one in bench.eloqua.find_contacts(addresses)}


def test_by_default_another_contact_is_created_and_the_plan_names_the_one_left_behind(bench: Bench):
    old = linked_and_moved(bench)
    ran = run(bench)
    assert ran.outcomes() == {"created": 1}
    row = ran.of(email=NEW)
    assert f"contact {old} keeps the old one and is left behind" in row["detail"]
    found = emails(bench, OLD, NEW)
    assert found[OLD] == old
    assert bench.profile(profilePin="UP-1")["externalKey"] == found[NEW] != old
    assert run(bench).outcomes() == {"unchanged": 1}


@pytest.mark.parametrize("lookup_limit", [200, 0])
def test_the_linked_contact_gets_the_new_address(bench: Bench, lookup_limit: int):
    old = linked_and_moved(bench)
    more = {"when_email_changes": "update_contact", "lookup_limit": lookup_limit}
    ran = run(bench, **more)
    assert ran.outcomes() == {"updated": 1}
    assert ran.of(email=NEW)["changes"][0] == {
        "on": "contact",
        "field": "C_EmailAddress",
        "new": NEW,
        "old": OLD,
    }
    assert emails(bench, OLD, NEW) == {NEW: old}
    assert bench.profile(profilePin="UP-1")["externalKey"] == old
    assert run(bench, **more).outcomes() == {"unchanged": 1}


def test_a_contact_that_only_the_profile_names_is_found_by_its_id(bench: Bench):
    """It was linked by an import, so no working list has it."""
    bench.contact_list("Others", [{"C_EmailAddress": OLD, "C_FirstName": "Guest1"}])
    old = contact(bench, OLD).id
    register(bench, 1, email=NEW)
    bench.certain.update_profile("UP-1", {"externalKey": old, "sourceOfProfile": "Eloqua"})
    ran = run(bench, when_email_changes="update_contact")
    assert ran.outcomes() == {"updated": 1}
    assert emails(bench, OLD, NEW) == {NEW: old}


def test_an_address_that_another_contact_has_is_not_taken_from_it(bench: Bench):
    old = linked_and_moved(bench)
    bench.contact_list("Others", [{"C_EmailAddress": NEW, "C_FirstName": "Other"}])
    other = contact(bench, NEW).id
    ran = run(bench, when_email_changes="update_contact")
    assert ran.outcomes() == {"updated": 1}
    assert f"contact {other} has the new address already" in ran.of(email=NEW)["detail"]
    assert emails(bench, OLD, NEW) == {OLD: old, NEW: other}


def test_an_address_that_is_taken_between_plan_and_delivery_is_rejected_with_the_reason(bench: Bench):
    old = linked_and_moved(bench)
    job = bench.job("upsert_contacts", registration_statuses=["Invited"], when_email_changes="update_contact")
    ran = bench.plan(job, "upsert_contacts")
    bench.contact_list("Others", [{"C_EmailAddress": NEW, "C_FirstName": "Other"}])
    ran.delivered = bench.deliver(ran, "upsert_contacts")
    assert ran.outcomes() == {"rejected": 1}
    assert "address was not changed" in ran.of(email=NEW)["delivered"]["cause"]
    assert emails(bench, OLD, NEW)[OLD] == old
    assert contact(bench, NEW).fields["C_FirstName"] == "Other"


def test_two_people_who_swap_addresses_are_not_merged(bench: Bench):
    register(bench, 1)
    register(bench, 2)
    run(bench)
    before = emails(bench, OLD, "guest2@upsert.example")
    bench.certain.update_profile("UP-1", {"email": "guest2@upsert.example"})
    bench.certain.update_profile("UP-2", {"email": OLD})
    run(bench, when_email_changes="update_contact")
    assert emails(bench, OLD, "guest2@upsert.example") == before


def test_a_skipped_person_is_listed_with_the_reason(bench: Bench):
    old = linked_and_moved(bench)
    ran = run(bench, when_email_changes="skip")
    assert ran.outcomes() == {"skipped": 1}
    assert ran.reasons() == {"email_changed": 1}
    assert f"contact {old} keeps the old one" in ran.of(email=NEW)["detail"]
    assert emails(bench, OLD, NEW) == {OLD: old}


def test_a_linked_contact_that_was_deleted_is_no_obstacle(bench: Bench):
    old = linked_and_moved(bench)
    gone = requests.delete(
        f"{bench.sandbox.url}/api/rest/1.0/data/contact/{old}", auth=("Sandbox\\demo", "demo"), timeout=30
    )
    assert gone.ok
    assert run(bench, when_email_changes="update_contact").outcomes() == {"created": 1}
    assert list(emails(bench, OLD, NEW)) == [NEW]


def linked_by_an_import(bench: Bench, new: str = NEW) -> str:
    """A profile has another address than its linked contact, which no working list has. The contact's id."""
    bench.contact_list("Others", [{"C_EmailAddress": OLD, "C_FirstName": "Guest1"}])
    old = contact(bench, OLD).id
    register(bench, 1, email=new)
    bench.certain.update_profile("UP-1", {"externalKey": old, "sourceOfProfile": "Eloqua"})
    return old


@pytest.mark.parametrize("mode", ["update_contact", "skip"])
def test_more_linked_contacts_than_may_be_looked_up_are_refused_with_the_remedy(bench: Bench, mode: str):
    linked_by_an_import(bench)
    with pytest.raises(Permanent, match="Set lookup_limit to 1 or more"):
        run(bench, when_email_changes=mode, lookup_limit=0)
    assert list(emails(bench, OLD, NEW)) == [OLD]


def test_by_default_they_are_counted(bench: Bench):
    linked_by_an_import(bench)
    ran = run(bench, lookup_limit=0)
    assert ran.read_facts["linked_contacts_not_checked"] == 1
    assert ran.outcomes() == {"created": 1}


@pytest.mark.parametrize("mode", ["create", "update_contact", "skip"])
def test_a_new_address_that_is_known_already_does_not_hide_the_linked_contact(bench: Bench, mode: str):
    register(bench, 2, email=NEW)
    run(bench)
    bench.contact_list("Others", [{"C_EmailAddress": OLD, "C_FirstName": "Guest1"}])
    old = contact(bench, OLD).id
    bench.certain.update_profile("UP-2", {"externalKey": old, "sourceOfProfile": "Eloqua"})
    ran = run(bench, when_email_changes=mode)
    assert f"contact {old} keeps the old one" in ran.of(email=NEW)["detail"]


def test_an_address_that_is_taken_by_an_unknown_contact_is_no_lasting_obstacle(bench: Bench):
    linked_and_moved(bench)
    bench.contact_list("Others", [{"C_EmailAddress": NEW, "C_FirstName": "Other"}])
    more = {"when_email_changes": "update_contact", "lookup_limit": 0}
    assert run(bench, **more).outcomes() == {"updated": 1}
    assert run(bench, **more).outcomes() == {"unchanged": 1}


@pytest.mark.slow
@pytest.mark.parametrize("again", ["same plan", "new run"])
@pytest.mark.parametrize("number", range(1, 10))
def test_a_kill_during_a_change_of_address_leaves_one_contact(bench: Bench, number: int, again: str):
    old = linked_and_moved(bench)
    job = bench.job("upsert_contacts", registration_statuses=["Invited"], when_email_changes="update_contact")
    ran = bench.plan(job, "upsert_contacts")
    killed_at(number, ran, bench, "upsert_contacts", answered=number % 2 == 0)
    if again == "same plan":
        assert bench.deliver(ran, "upsert_contacts").frame["outcome"].tolist() == ["updated"]
    else:
        run(bench, when_email_changes="update_contact")
    assert emails(bench, OLD, NEW) == {NEW: old}
    assert bench.profile(profilePin="UP-1")["externalKey"] == old
    assert run(bench, when_email_changes="update_contact").outcomes() == {"unchanged": 1}
