import json
from typing import Any

import pyarrow as pa
import pytest

from certain_eloqua.clients.errors import AuthError, Permanent
from certain_eloqua.mapping import FieldMap, Pair
from tests.contract.connectors.conftest import EVENT, Bench, person

KIND = "import_registrations"
SETTINGS: dict[str, Any] = {
    "contact_list_name": "Guests",
    "profile_deduplication": "email",
    "attendee_type_code": "DELEGATE",
    "registration_status": "Invited",
    "overwrite_registration_status": False,
}


def run(bench: Bench, **changed: Any) -> Any:
    return bench.run(KIND, **{**SETTINGS, **changed})


def test_a_list_becomes_profiles_and_registrations_and_a_second_run_writes_nothing(bench: Bench):
    bench.contact_list("Guests", [person(n, C_City="Lyon", C_Country="France") for n in range(30)])
    bench.sandbox.control("DELETE", "/counters")
    first = run(bench)
    assert first.outcomes() == {"created": 30}
    assert bench.registrations()["registrationStatusLabel"].tolist() == ["Invited"] * 30
    assert bench.registrations()["attendeeTypeCode"].tolist() == ["DELEGATE"] * 30
    guest = bench.profile(email="guest7@import.example")
    contact = first.of(email="guest7@import.example")["contact_id"]
    assert (guest["externalKey"], guest["sourceOfProfile"]) == (contact, "Eloqua")
    assert (guest["address.city"], guest["address.country"]) == ("Lyon", "FR")
    writes = bench.writes()
    second = run(bench)
    assert second.outcomes() == {"unchanged": 30}
    assert bench.writes() == writes


@pytest.mark.parametrize(("overwrite", "status"), [(True, "Pre-Registered"), (False, "Invited")])
def test_an_existing_registration_gets_the_status_only_when_it_is_to_be_overwritten(
    bench: Bench, overwrite: bool, status: str
):
    bench.contact_list("Guests", [person(1)])
    run(bench)
    ran = run(bench, registration_status="Pre-Registered", overwrite_registration_status=overwrite)
    assert ran.outcomes() == {"updated" if overwrite else "unchanged": 1}
    assert bench.registrations()["registrationStatusLabel"].tolist() == [status]


def test_the_attendee_type_of_an_existing_registration_stays(bench: Bench):
    bench.contact_list("Guests", [person(1)])
    run(bench)
    run(bench, attendee_type_code="VIP", registration_status="Attended", overwrite_registration_status=True)
    assert bench.registrations()["attendeeTypeCode"].tolist() == ["DELEGATE"]


def test_an_unknown_attendee_type_is_refused_with_what_is_allowed_and_what_was_meant(bench: Bench):
    bench.contact_list("Guests", [person(1)])
    with pytest.raises(Permanent) as error:
        run(bench, attendee_type_code="DELEGAT")
    message = str(error.value)
    assert "Did you mean 'DELEGATE'?" in message
    assert "Allowed: DELEGATE, EXHIBITOR, SPEAKER, VIP" in message
    assert bench.registrations().empty


def test_an_unknown_status_is_refused_with_what_is_allowed_and_what_was_meant(bench: Bench):
    bench.contact_list("Guests", [person(1)])
    with pytest.raises(Permanent, match=r"Did you mean 'Invited'\?.*Allowed: Attended, Cancelled, "):
        run(bench, registration_status="Invted")


@pytest.mark.parametrize(
    "name", ["A list with  blanks", "Ines' Friends", "100% sure_*", "Größe & Co.", "a,b;c", 'The "real" ones']
)
def test_a_list_is_found_by_its_exact_name_whatever_is_in_it(bench: Bench, name: str):
    bench.contact_list(name, [person(1)])
    bench.contact_list(f"{name} 2", [person(2)])
    assert run(bench, contact_list_name=name).outcomes() == {"created": 1}


def test_a_missing_list_is_refused_with_the_nearest_names_and_their_ids(bench: Bench):
    with pytest.raises(Permanent, match=r"'Summit Prospects' \(id 1, \d+ members\)"):
        run(bench, contact_list_name="summit prospect")


def test_an_ambiguous_list_is_refused_with_the_ids(bench: Bench):
    with pytest.raises(Permanent, match=r"2 lists of this name.*id 6 \(75 members\), id 7 \(130 members\)"):
        run(bench, contact_list_name="Partners")


def test_an_empty_list_is_an_empty_plan(bench: Bench):
    ran = run(bench, contact_list_name="Empty List")
    assert ran.plan.empty
    assert ran.delivered.frame.empty


def test_a_window_of_pages_says_how_many_contacts_it_leaves_out(bench: Bench):
    bench.contact_list("Guests", [person(n) for n in range(25)])
    ran = run(bench, retrieval_page_size=10, starting_page=1, ending_page=2)
    assert ran.outcomes() == {"created": 20, "skipped": 5}
    assert ran.reasons() == {"list_truncated": 5}
    assert ran.read_facts["members"] == 25
    assert ran.read_facts["left_out"] == 5
    assert "5 of 25" in ran.read_facts["list_truncated"]
    assert any("5 of 25" in result for result in bench.result)
    rest = run(bench, retrieval_page_size=10, starting_page=3)
    assert rest.outcomes() == {"created": 5, "skipped": 20}


def test_certains_own_page_settings_are_accepted(bench: Bench):
    bench.contact_list("Guests", [person(n) for n in range(5)])
    ran = run(bench, retrieval_page_size=1000, starting_page=1, ending_page=2)
    assert ran.outcomes() == {"created": 5}
    assert "list_truncated" not in ran.read_facts


def test_a_blank_contact_field_never_clears_a_profile(bench: Bench):
    bench.contact_list("Guests", [person(1, C_Company="Fabrikam", C_City="Oslo")])
    run(bench)
    empty = FieldMap("NWIND")
    bench.eloqua.import_contacts(
        pa.table({"C_EmailAddress": ["guest1@import.example"], "C_Company": [""], "C_City": ["Bergen"]}),
        fields=empty.statements(
            p for p in empty.pairs if p.eloqua in ("C_EmailAddress", "C_Company", "C_City")
        ),
        identifier="C_EmailAddress",
        update_rule="always",
        name="blank",
    )
    ran = run(bench)
    assert ran.of(email="guest1@import.example")["write"] == {"profile": {"address.city": "Bergen"}}
    profile = bench.profile(email="guest1@import.example")
    assert (profile["organization"], profile["address.city"]) == ("Fabrikam", "Bergen")


def test_bad_records_are_reported_and_the_others_go_through(bench: Bench):
    bench.contact_list("Guests", [person(n) for n in range(6)])
    bench.sandbox.control(
        "POST",
        "/faults",
        {
            "method": "POST",
            "path": "/Registration/NWIND",
            "skip": 2,
            "times": 1,
            "answer": {"status": 400, "body": "<h1>HTTP Status 400 - Field firstName is cursed</h1>"},
        },
    )
    ran = run(bench)
    assert ran.outcomes() == {"created": 5, "rejected": 1}
    rejected = ran.delivered.frame.query("outcome == 'rejected'").iloc[0]
    assert rejected["code"] == "400"
    assert "cursed" in rejected["cause"]
    assert run(bench).outcomes() == {"unchanged": 5, "created": 1}


def test_wrong_credentials_stop_the_run(bench: Bench):
    bench.contact_list("Guests", [person(n) for n in range(6)])
    ran = bench.plan(bench.job(KIND, **SETTINGS), KIND)
    fault = {
        "method": "POST",
        "path": "/Registration/",
        "skip": 2,
        "times": -1,
        "answer": {"status": 401, "body": "no"},
    }
    bench.sandbox.control("POST", "/faults", fault)
    with pytest.raises(AuthError):
        bench.deliver(ran, KIND)
    bench.sandbox.control("DELETE", "/faults")
    before = len(bench.registrations())
    assert before >= 2
    done = bench.deliver(ran, KIND)
    assert done.frame["outcome"].tolist() == ["created"] * 6
    assert len(bench.registrations()) == 6
    assert bench.ledger.deliveries()[0].attempts == 2


def test_a_full_attendee_type_is_reported_as_waitlisted_and_not_forced(bench: Bench):
    bench.contact_list("Guests", [person(n) for n in range(24)])  # VIP has 20 places
    settings = {"attendee_type_code": "VIP", "registration_status": "Pre-Registered"}
    ran = run(bench, **settings)
    assert ran.outcomes() == {"created": 24}
    assert ran.delivered.facts["waitlisted"] == 4
    causes = ran.delivered.frame["cause"].dropna()
    assert len(causes) == 4
    assert causes.str.contains("Waitlist Hold").all()
    again = run(bench, **settings, overwrite_registration_status=True)
    assert again.outcomes() == {"unchanged": 24}
    assert again.plan["detail"].dropna().str.contains("not forced").sum() == 4
    assert (bench.registrations()["registrationStatusLabel"] == "Waitlist Hold").sum() == 4


def test_of_several_registrations_the_newest_active_one_gets_the_status(bench: Bench):
    bench.contact_list("Guests", [person(1)])
    run(bench)
    pin = bench.profile(email="guest1@import.example")["profilePin"]
    body = {"profile": {"pin": pin}, "registrationStatusLabel": "New", "attendeeTypeCode": "VIP"}
    bench.ask_certain("POST", f"Registration/NWIND/{EVENT}", body, profileIdentifier="PIN")
    assert len(bench.registrations()) == 2
    ran = run(bench, registration_status="Attended", overwrite_registration_status=True)
    row = ran.of(email="guest1@import.example")
    assert "2 registrations of this person" in row["detail"]
    statuses = dict(
        zip(
            bench.registrations()["registrationCode"],
            bench.registrations()["registrationStatusLabel"],
            strict=True,
        )
    )
    assert sorted(statuses.values()) == ["Attended", "Invited"]
    assert statuses[row["registration_code"]] == "Attended"


def test_a_deleted_registration_is_not_made_anew(bench: Bench):
    bench.contact_list("Guests", [person(1)])
    code = run(bench).delivered.frame["registration_code"].iloc[0]
    bench.ask_certain("DELETE", f"Registration/NWIND/{EVENT}/{code}")
    ran = run(bench)
    assert ran.reasons() == {"inactive": 1}
    assert len(bench.registrations()) == 1


def test_an_anonymised_person_is_not_made_anew(bench: Bench):
    bench.contact_list("Guests", [person(1), person(2)])
    run(bench)
    key = bench.profile(email="guest1@import.example")["pkProfileId"]
    bench.ask_certain("POST", "ProfileAnonymize/NWIND", {"pkProfileId": [key]})
    count = len(bench.profiles())
    ran = run(bench)
    assert ran.reasons() == {"inactive": 1}
    assert ran.outcomes() == {"unchanged": 1, "skipped": 1}
    assert len(bench.profiles()) == count


def test_by_id_a_profile_is_found_although_its_address_changed(bench: Bench):
    bench.contact_list("Guests", [person(1)])
    run(bench)
    pin = bench.profile(email="guest1@import.example")["profilePin"]
    bench.certain.update_profile(pin, {"email": "another@import.example"})
    ran = run(bench, profile_deduplication="eloqua_id")
    assert ran.outcomes() == {"updated": 1}
    assert bench.profile(profilePin=pin)["email"] == "guest1@import.example"


def test_by_id_a_profile_of_the_same_address_without_an_id_is_linked(bench: Bench):
    bench.certain.create_profile(
        {"firstName": "Guest1", "lastName": "Tester", "email": "guest1@import.example"}
    )
    bench.contact_list("Guests", [person(1)])
    ran = run(bench, profile_deduplication="eloqua_id")
    row = ran.of(email="guest1@import.example")
    assert row["write"]["profile"] == {"externalKey": row["contact_id"], "sourceOfProfile": "Eloqua"}
    assert bench.profile(email="guest1@import.example")["externalKey"] == row["contact_id"]


@pytest.mark.parametrize("mode", ["email", "eloqua_id"])
def test_two_profiles_of_one_address_are_ambiguous(bench: Bench, mode: str):
    for _ in range(2):
        bench.certain.create_profile(
            {"firstName": "Guest1", "lastName": "T", "email": "guest1@import.example"}
        )
    bench.contact_list("Guests", [person(1)])
    assert run(bench, profile_deduplication=mode).reasons() == {"ambiguous_profile": 1}


@pytest.mark.parametrize(("take_over", "source"), [(False, "Marketo"), (True, "Eloqua")])
def test_the_source_of_another_system_is_taken_over_only_when_told(
    bench: Bench, take_over: bool, source: str
):
    marked = {"externalKey": "M-1", "sourceOfProfile": "Marketo"}
    bench.certain.create_profile(
        {"firstName": "Guest1", "lastName": "Tester", "email": "guest1@import.example", **marked}
    )
    bench.contact_list("Guests", [person(1)])
    ran = run(bench, take_over_source=take_over)
    assert ran.outcomes() == {"created": 1}
    profile = bench.profile(email="guest1@import.example")
    assert profile["sourceOfProfile"] == source
    assert (profile["externalKey"] == "M-1") is not take_over


def test_a_field_map_that_does_not_fit_is_refused_before_anything_is_written(bench: Bench):
    bench.contact_list("Guests", [person(1)])
    bench.field_map = FieldMap("NWIND", (*bench.field_map.pairs, Pair("department", "C_Departmnt1")))
    with pytest.raises(Permanent, match="no contact field with the internal name C_Departmnt1"):
        run(bench)
    assert bench.registrations().empty


def test_the_plan_shows_old_and_new_and_nothing_else_is_written(bench: Bench):
    bench.contact_list("Guests", [person(1, C_Title="CTO")])
    run(bench)
    pin = bench.profile(email="guest1@import.example")["profilePin"]
    bench.certain.update_profile(pin, {"position": "Intern"})
    ran = bench.plan(bench.job(KIND, **SETTINGS), KIND)
    row = ran.of(email="guest1@import.example")
    assert row["changes"] == [{"on": "profile", "field": "position", "new": "CTO", "old": "Intern"}]
    assert row["write"] == {"profile": {"position": "CTO"}}
    assert bench.profile(profilePin=pin)["position"] == "Intern"  # a plan writes nothing
    json.dumps(row["changes"])


def test_a_registration_that_went_since_it_was_read_says_to_read_again(bench: Bench):
    bench.contact_list("Guests", [person(1)])
    run(bench)
    settings = {**SETTINGS, "registration_status": "Pre-Registered", "overwrite_registration_status": True}
    ran = bench.plan(bench.job(KIND, **settings), KIND)
    bench.sandbox.control("POST", "/reset")  # what was created is gone; our plan believes in it
    delivered = bench.deliver(ran, KIND)
    (cause,) = delivered.frame["cause"]
    assert delivered.frame["outcome"].tolist() == ["rejected"]
    assert "what was read of Certain is out of date, read it again with `full: true`" in cause


def test_a_window_beyond_the_list_says_that_nobody_is_in_it(bench: Bench):
    bench.contact_list("Guests", [person(n) for n in range(3)])
    ran = run(bench, starting_page=2, retrieval_page_size=5)
    assert ran.reasons() == {"list_truncated": 3}
    message = "all 3 contacts are outside of pages 2 to the last of 5 contacts and are not imported"
    assert message in bench.result
