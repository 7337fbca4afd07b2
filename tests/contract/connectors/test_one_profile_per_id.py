"""An External Profile ID is not written onto a second profile: mode `eloqua_id` could not tell them apart."""

from typing import Any

import pytest

from tests.contract.connectors.conftest import EVENT, Bench, person

REGISTRATIONS: dict[str, Any] = {
    "contact_list_name": "Guests",
    "attendee_type_code": "DELEGATE",
    "registration_status": "Invited",
    "overwrite_registration_status": False,
}
PROFILES: dict[str, Any] = {"contact_list_name": "Guests"}
UPSERT: dict[str, Any] = {"registration_statuses": ["Invited"]}


def linked_profile(bench: Bench, contact: str, **more: Any) -> str:
    """A profile with another address that has the contact's id; its PIN."""
    who = {"firstName": "Old", "lastName": "Tester", "email": "old@import.example", "pin": "CARRIER"}
    linked = {"externalKey": contact, "sourceOfProfile": "Eloqua"}
    bench.certain.create_profile({**who, **linked, **more})
    return "CARRIER"


def contact_of(bench: Bench, email: str) -> str:
    (found,) = bench.eloqua.find_contacts([email])
    return found.id


def carrying(bench: Bench, contact: str) -> list[str]:
    found = bench.profiles()
    return sorted(found[found["externalKey"].fillna("") == contact]["profilePin"])


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize(
    ("kind", "event", "settings"),
    [("import_profiles", None, PROFILES), ("import_registrations", EVENT, REGISTRATIONS)],
)
def test_an_import_by_address_leaves_the_id_off(
    bench: Bench, kind: str, event: str | None, settings: dict[str, Any], there: bool
):
    bench.contact_list("Guests", [person(1, C_Title="CTO"), person(2)])
    contact = contact_of(bench, "guest1@import.example")
    linked_profile(bench, contact)
    if there:
        who = {"firstName": "Guest1", "lastName": "Tester", "email": "guest1@import.example"}
        bench.certain.create_profile(who)
    ran = bench.run(kind, event, **settings, profile_deduplication="email")
    row = ran.of(email="guest1@import.example")
    assert f"profile CARRIER carries the External Profile ID {contact} already" in row["detail"]
    assert row["delivered"]["outcome"] in ("created", "updated")
    assert carrying(bench, contact) == ["CARRIER"]
    assert bench.profile(email="guest1@import.example")["position"] == "CTO"
    assert bench.profile(email="guest2@import.example")["sourceOfProfile"] == "Eloqua"
    again = bench.run(kind, event, **settings, profile_deduplication="email")
    assert again.outcomes() == {"unchanged": 2}
    by_id = bench.run(kind, event, **settings, profile_deduplication="eloqua_id")
    assert "ambiguous_profile" not in by_id.reasons()


@pytest.mark.parametrize("gone", [{"isActive": False}, {"sourceOfProfile": "Marketo"}])
def test_an_id_of_a_deleted_profile_or_of_another_system_is_no_obstacle(bench: Bench, gone: dict[str, Any]):
    bench.contact_list("Guests", [person(1)])
    contact = contact_of(bench, "guest1@import.example")
    pin = linked_profile(bench, contact, **{k: v for k, v in gone.items() if k != "isActive"})
    if "isActive" in gone:
        bench.ask_certain("DELETE", f"Profile/NWIND/{pin}")
    who = {"firstName": "Guest1", "lastName": "Tester", "email": "guest1@import.example"}
    bench.certain.create_profile(who)
    bench.run("import_profiles", None, **PROFILES, profile_deduplication="email")
    assert bench.profile(email="guest1@import.example")["externalKey"] == contact


@pytest.mark.parametrize("lookup_limit", [200, 0])
def test_an_upsert_leaves_the_id_off_whether_the_plan_knew_it_or_not(bench: Bench, lookup_limit: int):
    bench.contact_list("Others", [person(1, C_FirstName="Old"), person(2, C_FirstName="Old")])
    contact = contact_of(bench, "guest1@import.example")
    linked_profile(bench, contact)
    for n in (1, 2):
        who = {"firstName": "New", "lastName": "T", "email": f"guest{n}@import.example", "pin": f"UP-{n}"}
        body = {"profile": who, "registrationStatusLabel": "Invited"}
        bench.certain.create_registration(EVENT, body, "SYNC_PIN")
    ran = bench.run("upsert_contacts", **UPSERT, lookup_limit=lookup_limit)
    assert ran.outcomes() == {"updated": 2}
    assert carrying(bench, contact) == ["CARRIER"]
    row = ran.of(profile_pin="UP-1")
    message = f"profile CARRIER carries the External Profile ID {contact} already"
    assert message in (row["detail"] if lookup_limit else row["delivered"]["cause"])
    assert ran.delivered.facts.get("ids_carried_by_another_profile") == (None if lookup_limit else 1)
    assert bench.profile(profilePin="UP-2")["sourceOfProfile"] == "Eloqua"
    again = bench.run("upsert_contacts", **UPSERT, lookup_limit=lookup_limit)
    assert again.outcomes() == {"unchanged": 2}
    assert message in again.of(profile_pin="UP-1")["detail"]
