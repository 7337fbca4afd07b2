"""Runs that are killed anywhere, and started again."""

import os
from itertools import count
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from certain_eloqua.clients.errors import Transient
from certain_eloqua.connectors.catalogue import KINDS
from certain_eloqua.ledger import AlreadyRunning
from tests.contract.connectors.conftest import EVENT, Bench, Ran, bench_at, person

DIED = 9
TWENTY = range(1, 21)
IMPORT: dict[str, Any] = {
    "contact_list_name": "Guests",
    "profile_deduplication": "email",
    "attendee_type_code": "DELEGATE",
    "registration_status": "Invited",
    "overwrite_registration_status": True,
}


def killed_at(number: int, ran: Ran, bench: Bench, kind: str, *, answered: bool) -> bool:
    """Deliver in a process that dies at its nth write, before or after the platform has carried it out.

    Whether it died; a delivery with fewer writes ends well.
    """
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == DIED
    try:
        _die_at(number, answered=answered)
        with bench_at(bench.sandbox, bench.ledger_url) as own:
            KINDS[kind].deliver(ran.job, ran.plan, own.platforms())
    finally:
        os._exit(0)


def _die_at(number: int, *, answered: bool) -> None:
    real, done = HTTPAdapter.send, count(1)

    def send(self: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        mine = next(done) if request.method != "GET" else 0
        if mine == number and not answered:
            os._exit(DIED)
        answer = real(self, request, **options)
        if mine == number:
            os._exit(DIED)
        return answer

    HTTPAdapter.send = send


@pytest.mark.slow
@pytest.mark.parametrize("number", TWENTY)
def test_an_import_killed_at_any_write_ends_as_an_undisturbed_one(bench: Bench, number: int):
    bench.certain.create_profile({"firstName": "G", "lastName": "Tester", "email": "guest3@import.example"})
    bench.contact_list("Guests", [person(n) for n in range(20)])
    ran = bench.plan(bench.job("import_registrations", **IMPORT), "import_registrations")
    assert killed_at(number, ran, bench, "import_registrations", answered=number % 2 == 0)
    done = bench.deliver(ran, "import_registrations")
    assert done.frame["outcome"].tolist() == ["created"] * 20
    assert done.frame["registration_code"].is_unique
    assert done.frame["registration_code"].notna().all()
    found = bench.registrations()
    assert len(found) == 20
    assert found["profile.email"].str.casefold().is_unique
    assert bench.profiles()["email"].str.casefold().str.endswith("@import.example").sum() == 20
    assert bench.run("import_registrations", **IMPORT).outcomes() == {"unchanged": 20}


@pytest.mark.slow
@pytest.mark.parametrize("number", TWENTY)
def test_an_upsert_killed_at_any_write_ends_as_an_undisturbed_one(bench: Bench, number: int):
    for n in range(15):
        who = {"firstName": "G", "lastName": "T", "email": f"g{n}@upsert.example", "pin": f"UP-{n}"}
        bench.certain.create_registration(
            EVENT, {"profile": who, "registrationStatusLabel": "Invited"}, "SYNC_PIN"
        )
    settings = {"registration_statuses": ["Invited"], "lookup_limit": 0}
    ran = bench.plan(bench.job("upsert_contacts", **settings), "upsert_contacts")
    assert killed_at(number, ran, bench, "upsert_contacts", answered=number % 2 == 0)
    done = bench.deliver(ran, "upsert_contacts")
    assert done.frame["outcome"].tolist() == ["created"] * 15
    found = {c.email: c.id for c in bench.eloqua.find_contacts([f"g{n}@upsert.example" for n in range(15)])}
    assert len(found) == 15
    profiles = bench.profiles()
    profiles = profiles[profiles["email"].fillna("").str.endswith("@upsert.example")]
    assert dict(zip(profiles["email"], profiles["externalKey"], strict=True)) == found
    again = bench.run("upsert_contacts", **settings)
    assert again.outcomes() == {"unchanged": 15}
    assert len(bench.eloqua.find_contact_lists(f"certain_eloqua tested NWIND_{EVENT}")) == 1


def test_a_finished_plan_is_not_delivered_twice(bench: Bench):
    bench.contact_list("Guests", [person(n) for n in range(3)])
    ran = bench.run("import_registrations", **IMPORT)
    code = bench.registrations()["registrationCode"][0]
    bench.certain.update_registration(EVENT, code, {"registrationStatusLabel": "Attended"})
    writes = bench.writes()
    again = bench.deliver(ran, "import_registrations")
    assert bench.writes() == writes
    assert again.frame["outcome"].tolist() == ["created"] * 3
    assert "already_delivered" in again.facts


def test_the_same_change_is_delivered_again_when_it_is_planned_again(bench: Bench):
    bench.contact_list("Guests", [person(1)])
    code = bench.run("import_registrations", **IMPORT).delivered.frame["registration_code"].iloc[0]
    for _ in range(2):
        bench.certain.update_registration(EVENT, code, {"registrationStatusLabel": "New"})
        assert bench.run("import_registrations", **IMPORT).outcomes() == {"updated": 1}


def test_a_person_registered_since_the_plan_was_made_is_not_registered_twice(bench: Bench):
    bench.contact_list("Guests", [person(1), person(2)])
    ran = bench.plan(bench.job("import_registrations", **IMPORT), "import_registrations")
    who = {"firstName": "Guest1", "lastName": "Tester", "email": "guest1@import.example"}
    bench.certain.create_registration(EVENT, {"profile": who, "registrationStatusLabel": "Attended"})
    done = bench.deliver(ran, "import_registrations")
    assert sorted(done.frame["outcome"]) == ["created", "unchanged"]
    assert sorted(bench.registrations()["registrationStatusLabel"]) == ["Attended", "Invited"]


def test_a_busy_certain_ends_the_run_and_the_next_attempt_does_the_rest(bench: Bench):
    bench.contact_list("Guests", [person(n) for n in range(30)])
    ran = bench.plan(bench.job("import_registrations", **IMPORT), "import_registrations")
    fault = {"method": "POST", "path": "/Registration/", "skip": 10, "times": -1, "answer": {"status": 503}}
    bench.sandbox.control("POST", "/faults", fault)
    with pytest.raises(Transient, match="run again to deliver the rest"):
        bench.deliver(ran, "import_registrations")
    bench.sandbox.control("DELETE", "/faults")
    made = len(bench.registrations())
    assert made == 10
    bench.sandbox.control("DELETE", "/counters")
    done = bench.deliver(ran, "import_registrations")
    assert done.frame["outcome"].tolist() == ["created"] * 30
    assert "10 rows were delivered before" in done.facts["resumed"]
    assert len(bench.registrations()) == 30


def test_two_runs_of_one_connector_and_event_never_overlap(bench: Bench):
    bench.contact_list("Guests", [person(1)])
    ran = bench.plan(bench.job("import_registrations", **IMPORT), "import_registrations")
    with (
        bench.ledger.run_lock("tested", EVENT, "another-run"),
        pytest.raises(AlreadyRunning, match="run another-run"),
    ):
        bench.deliver(ran, "import_registrations")
    assert bench.registrations().empty
    bench.deliver(ran, "import_registrations")


def test_calls_to_eloqua_do_not_grow_with_people(bench: Bench):
    calls: dict[int, int] = {}
    for size in (5, 60):
        for n in range(size):
            who = {
                "firstName": "G",
                "lastName": "T",
                "email": f"g{n}.{size}@upsert.example",
                "pin": f"U{size}-{n}",
            }
            body = {"profile": who, "registrationStatusLabel": "Invited"}
            bench.certain.create_registration(EVENT, body, "SYNC_PIN")
        before = bench.eloqua_calls()
        settings = {"registration_statuses": ["Invited"], "lookup_limit": 0}
        bench.run("upsert_contacts", connector=f"c{size}", **settings)
        calls[size] = bench.eloqua_calls() - before
    assert calls[60] <= calls[5] + 1
    assert max(calls.values()) <= 25
