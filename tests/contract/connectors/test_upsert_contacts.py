from typing import Any

import pytest

from certain_eloqua.clients.errors import Permanent
from tests.contract.connectors.conftest import EVENT, Bench

KIND = "upsert_contacts"
SETTINGS: dict[str, Any] = {"registration_statuses": ["Invited"]}


def register(bench: Bench, number: int, status: str = "Invited", **profile: Any) -> dict[str, Any]:
    """Somebody is registered for the event, not by us."""
    who = {
        "firstName": f"Guest{number}",
        "lastName": "Tester",
        "email": f"guest{number}@upsert.example",
        "pin": f"UP-{number}",
        **profile,
    }
    body = {"profile": who, "registrationStatusLabel": status, "attendeeTypeCode": "DELEGATE"}
    return bench.certain.create_registration(EVENT, body, "SYNC_PIN")


def run(bench: Bench, **changed: Any) -> Any:
    return bench.run(KIND, **{**SETTINGS, **changed})


def contact(bench: Bench, email: str) -> Any:
    (found,) = bench.eloqua.find_contacts([email], ["C_FirstName", "C_Company", "C_City", "C_Country"])
    return found


def in_eloqua(bench: Bench, number: int, **fields: str) -> None:
    bench.contact_list("Others", [{"C_EmailAddress": f"guest{number}@upsert.example", **fields}])


def test_registrations_become_contacts_and_profiles_learn_the_ids(bench: Bench):
    register(bench, 1, address={"city": "Oslo", "country": "NO"})
    in_eloqua(bench, 2, C_FirstName="Old")
    register(bench, 2)
    ran = run(bench)
    assert ran.actions() == {"create": 1, "update": 1}
    assert ran.outcomes() == {"created": 1, "updated": 1}
    new = contact(bench, "guest1@upsert.example")
    assert (new.fields["C_City"], new.fields["C_Country"]) == ("Oslo", "Norway")
    profile = bench.profile(profilePin="UP-1")
    assert (profile["externalKey"], profile["sourceOfProfile"]) == (new.id, "Eloqua")
    assert contact(bench, "guest2@upsert.example").fields["C_FirstName"] == "Guest2"
    assert ran.of(email="guest2@upsert.example")["changes"][0] == {
        "on": "contact",
        "field": "C_FirstName",
        "new": "Guest2",
        "old": "Old",
    }


@pytest.mark.parametrize("lookup_limit", [200, 0])
def test_a_second_run_writes_nothing(bench: Bench, lookup_limit: int):
    for number in range(8):
        register(bench, number)
    run(bench, lookup_limit=lookup_limit)
    writes = bench.writes()
    again = run(bench, lookup_limit=lookup_limit)
    assert again.outcomes() == {"unchanged": 8}
    assert bench.writes() == writes


def test_beyond_the_lookup_limit_the_delivery_finds_out_who_is_new(bench: Bench):
    for number in range(6):
        register(bench, number)
    for number in range(3):
        in_eloqua(bench, number)
    ran = run(bench, lookup_limit=2)
    assert ran.actions() == {"upsert": 6}
    assert ran.outcomes() == {"created": 3, "updated": 3}
    for number in range(6):
        row = ran.of(email=f"guest{number}@upsert.example")["delivered"]
        assert row["outcome"] == ("updated" if number < 3 else "created")
        assert row["contact_id"] == contact(bench, f"guest{number}@upsert.example").id


def test_a_blank_field_never_erases_a_value(bench: Bench):
    in_eloqua(bench, 1, C_Company="Fabrikam", C_FirstName="Gus")
    register(bench, 1, organization="", position="  ")
    register(bench, 2, organization="Contoso")
    run(bench)
    found = contact(bench, "guest1@upsert.example")
    assert (found.fields["C_Company"], found.fields["C_FirstName"]) == ("Fabrikam", "Guest1")


def test_only_what_changed_since_it_was_sent_is_sent_again(bench: Bench):
    register(bench, 1, organization="Fabrikam", address={"city": "Oslo"})
    run(bench)
    in_eloqua(bench, 1, C_City="Bergen")  # a marketer changed it
    bench.certain.update_profile("UP-1", {"organization": "Contoso"})
    ran = run(bench)
    row = ran.of(email="guest1@upsert.example")
    assert row["action"] == "update"
    assert row["write"] == {"contact": {"C_Company": "Contoso", "C_EmailAddress": "guest1@upsert.example"}}
    assert row["changes"] == [{"on": "contact", "field": "C_Company", "new": "Contoso", "old": "Fabrikam"}]
    found = contact(bench, "guest1@upsert.example")
    assert (found.fields["C_Company"], found.fields["C_City"]) == ("Contoso", "Bergen")


def test_everything_is_sent_again_when_asked(bench: Bench):
    register(bench, 1, address={"city": "Oslo"})
    run(bench)
    in_eloqua(bench, 1, C_City="Bergen")
    assert run(bench).outcomes() == {"unchanged": 1}
    assert run(bench, refresh_all=True).outcomes() == {"updated": 1}
    assert contact(bench, "guest1@upsert.example").fields["C_City"] == "Oslo"


def test_who_is_left_out_is_listed_with_the_reason(bench: Bench):
    register(bench, 1)
    register(bench, 2, status="Cancelled")
    register(bench, 3, email="")
    register(bench, 4, email="nobody at example")
    code = register(bench, 5)["registrationCode"]
    bench.ask_certain("DELETE", f"Registration/NWIND/{EVENT}/{code}")
    code = register(bench, 6)["registrationCode"]
    bench.certain.update_registration(EVENT, code, {"isTestMode": True})
    register(bench, 7)
    bench.ask_certain("DELETE", "Profile/NWIND/UP-7")
    ran = run(bench)
    assert ran.reasons() == {
        "status_not_selected": 1,
        "no_email": 1,
        "invalid_email": 1,
        "inactive": 2,
        "test_mode": 1,
    }
    assert ran.outcomes() == {"created": 1, "skipped": 6}


def test_attendee_types_narrow_the_choice(bench: Bench):
    register(bench, 1)
    register(bench, 2)
    bench.certain.update_registration(
        EVENT, bench.registrations()["registrationCode"][0], {"attendeeTypeCode": "VIP"}
    )
    ran = run(bench, attendee_types=["VIP"])
    assert ran.reasons() == {"type_not_selected": 1}
    assert ran.outcomes() == {"created": 1, "skipped": 1}


def test_one_contact_per_address_and_the_newest_wins(bench: Bench):
    bench.sandbox.control("PUT", "/clock", {"at": "2026-11-01T10:00:00Z", "frozen": True})
    register(bench, 1, organization="Old Inc.", email="same@upsert.example")
    bench.sandbox.control("POST", "/clock/advance", {"seconds": 60})
    register(bench, 2, organization="New Inc.", email="SAME@upsert.example ")
    ran = run(bench)
    assert ran.outcomes() == {"created": 1, "skipped": 1}
    assert ran.reasons() == {"merged": 1}
    assert contact(bench, "same@upsert.example").fields["C_Company"] == "New Inc."


def test_id_and_source_are_written_only_where_they_differ(bench: Bench):
    in_eloqua(bench, 1, C_FirstName="Guest1", C_LastName="Tester")
    known = contact(bench, "guest1@upsert.example").id
    register(bench, 1, externalKey=known, sourceOfProfile="Eloqua")
    register(bench, 2, externalKey="77777", sourceOfProfile="Eloqua")
    bench.sandbox.control("DELETE", "/counters")
    before = bench.writes().get("certain.profile", {})
    ran = run(bench)
    assert ran.outcomes() == {"unchanged": 1, "created": 1}
    after = bench.writes()["certain.profile"]
    assert after["update"] - before.get("update", 0) == 1
    assert bench.profile(profilePin="UP-2")["externalKey"] == contact(bench, "guest2@upsert.example").id


def test_a_profile_that_only_lacks_the_id_is_linked(bench: Bench):
    in_eloqua(bench, 1, C_FirstName="Guest1", C_LastName="Tester")
    register(bench, 1)
    ran = run(bench)
    assert ran.actions() == {"link": 1}
    assert ran.outcomes() == {"linked": 1}
    assert bench.profile(profilePin="UP-1")["sourceOfProfile"] == "Eloqua"
    assert run(bench).outcomes() == {"unchanged": 1}


@pytest.mark.parametrize(("take_over", "source"), [(False, "Marketo"), (True, "Eloqua")])
def test_the_source_of_another_system_is_taken_over_only_when_told(
    bench: Bench, take_over: bool, source: str
):
    register(bench, 1, externalKey="M-1", sourceOfProfile="Marketo")
    assert run(bench, take_over_source=take_over).outcomes() == {"created": 1}
    assert bench.profile(profilePin="UP-1")["sourceOfProfile"] == source


def test_what_eloqua_rejects_is_joined_to_its_row(bench: Bench):
    for number in range(5):
        register(bench, number)
    register(bench, 9)
    ran = bench.plan(bench.job(KIND, **SETTINGS), KIND)
    # An address that we take for valid and Eloqua does not.
    ran.plan["write"] = ran.plan["write"].str.replace("guest9@upsert.example", "guest9 at upsert.example")
    ran.delivered = bench.deliver(ran, KIND)
    assert ran.outcomes() == {"created": 5, "rejected": 1}
    row = ran.delivered.frame.query("outcome == 'rejected'").iloc[0]
    assert row["code"] == "ELQ-00002"
    assert row["profile_pin"] == "UP-9"
    assert row["cause"]
    assert (
        bench.profile(profilePin="UP-9")["externalKey"] != bench.profile(profilePin="UP-9")["externalKey"]
    )  # nan


def test_a_refused_link_is_said_beside_the_contact_that_was_sent(bench: Bench):
    register(bench, 1)
    register(bench, 2)
    fault = {
        "method": "POST",
        "path": "/Profile/NWIND/UP-1",
        "times": 1,
        "answer": {"status": 400, "body": "no"},
    }
    bench.sandbox.control("POST", "/faults", fault)
    ran = run(bench)
    assert ran.outcomes() == {"created": 2}
    row = ran.of(email="guest1@upsert.example")["delivered"]
    assert "not linked" in row["cause"]
    assert ran.delivered.facts["profiles_not_linked"] == 1
    assert run(bench).actions() == {"link": 1, "unchanged": 1}


def test_a_contact_deleted_in_eloqua_is_sent_anew(bench: Bench):
    register(bench, 1, address={"city": "Oslo"})
    run(bench)
    old = contact(bench, "guest1@upsert.example").id
    bench.eloqua._session.json("DELETE", f"/api/rest/1.0/data/contact/{old}", doing="x")
    ran = run(bench)
    assert ran.outcomes() == {"created": 1}
    new = contact(bench, "guest1@upsert.example")
    assert new.fields["C_City"] == "Oslo"
    assert bench.profile(profilePin="UP-1")["externalKey"] == new.id != old


def test_a_status_the_event_does_not_have_is_refused(bench: Bench):
    register(bench, 1)
    with pytest.raises(Permanent, match="Did you mean 'Invited'"):
        run(bench, registration_statuses=["Inivted"])


def test_two_events_share_what_was_sent(bench: Bench):
    register(bench, 1)
    run(bench)
    body = {"profile": {"pin": "UP-1"}, "registrationStatusLabel": "Invited", "attendeeTypeCode": "DELEGATE"}
    bench.certain.create_registration("NWFORUM27", body, "PIN")
    ran = bench.run(KIND, "NWFORUM27", **SETTINGS)
    assert ran.of(email="guest1@upsert.example")["action"] == "unchanged"


def test_no_whole_address_is_told(bench: Bench):
    register(bench, 1)
    ran = run(bench)
    message = f"{ran.delivered.facts}{ran.read_facts}{bench.result}"
    assert "@upsert.example" not in message


ALIKE = [
    ("weiß@upsert.example", "weiss@upsert.example"),
    ("\u0131lker@upsert.example", "ilker@upsert.example"),
    ("νικος@upsert.example", "νικοσ@upsert.example"),
]


@pytest.mark.parametrize("pair", ALIKE, ids=["sharp s", "dotless i", "final sigma"])
@pytest.mark.parametrize("lookup_limit", [200, 0])
def test_addresses_that_folding_would_make_one_are_two_people(
    bench: Bench, pair: tuple[str, str], lookup_limit: int
):
    for number, email in enumerate(pair, 1):
        register(bench, number, email=email)
    ran = run(bench, lookup_limit=lookup_limit)
    assert ran.outcomes() == {"created": 2}
    found = {one.email: one for one in bench.eloqua.find_contacts(list(pair), ["C_FirstName"])}
    assert {email: one.fields["C_FirstName"] for email, one in found.items()} == {
        pair[0]: "Guest1",
        pair[1]: "Guest2",
    }
    assert bench.profile(profilePin="UP-1")["externalKey"] == found[pair[0]].id
    assert bench.profile(profilePin="UP-2")["externalKey"] == found[pair[1]].id
    assert run(bench, lookup_limit=lookup_limit).outcomes() == {"unchanged": 2}


def test_an_accent_typed_as_two_characters_is_the_same_person(bench: Bench):
    register(bench, 1, email="jos\u00e9@upsert.example")
    register(bench, 2, email="jose\u0301@upsert.example")
    ran = run(bench)
    assert ran.outcomes() == {"created": 1, "skipped": 1}
    assert ran.reasons() == {"merged": 1}


COMPANY = "The Honourable Company of " + "very " * 60 + "long names"


def test_a_value_too_long_for_its_field_is_cut_and_the_plan_says_so(bench: Bench):
    register(bench, 1, organization=COMPANY)
    ran = run(bench)
    row = ran.of(email="guest1@upsert.example")
    assert f"C_Company holds 100 characters and the value has {len(COMPANY)}: cut to fit" in row["detail"]
    assert ran.outcomes() == {"created": 1}
    assert ran.plan_facts["values_cut_to_fit"] == 1
    assert contact(bench, "guest1@upsert.example").fields["C_Company"] == COMPANY[:100].rstrip()
    assert run(bench).outcomes() == {"unchanged": 1}


def test_a_value_too_long_for_its_field_can_be_left_out(bench: Bench):
    register(bench, 1, organization=COMPANY)
    assert run(bench, too_long="omit").outcomes() == {"created": 1}
    assert contact(bench, "guest1@upsert.example").fields["C_Company"] == ""
    assert run(bench, too_long="omit").outcomes() == {"unchanged": 1}


def test_a_record_with_a_value_too_long_can_be_left_out(bench: Bench):
    register(bench, 1, organization=COMPANY)
    register(bench, 2)
    ran = run(bench, too_long="skip_record")
    assert ran.outcomes() == {"created": 1, "skipped": 1}
    assert ran.reasons() == {"too_long": 1}
    assert COMPANY[:20] not in ran.of(email="guest1@upsert.example")["detail"]
