"""Runs that broke off, and then the whole connector again: nothing is forgotten, nothing stays behind."""

from typing import Any

import pytest

from certain_eloqua.checks.deliveries import RECONCILES, delivery_check_results
from certain_eloqua.clients.errors import AuthError
from certain_eloqua.connectors.delivery.definitions import DELIVERY, READ, group
from certain_eloqua.ledger import AlreadyRunning, RegisteredDefinitions
from tests.contract.connectors.conftest import EVENT, Bench, Ran, bench_at, person
from tests.contract.connectors.test_interruptions import killed_at

KIND = "upsert_contacts"
NEW, OLD = 14, 9
WRITES = range(1, 12)
"""Of an upsert: list; definition, rows, sync, deleting; definition, sync, deleting; then the profiles."""
LOST = {"cut": True, "when": "after"}


def settings(lookup_limit: int = 200) -> dict[str, Any]:
    return {"registration_statuses": ["Invited"], "lookup_limit": lookup_limit}


@pytest.fixture
def people(bench: Bench) -> Bench:
    """Some contacts that have long been there, and registrations of them and of others."""
    bench.sandbox.control("PUT", "/clock", {"at": "2026-01-05T10:00:00Z"})
    old = [{"C_EmailAddress": f"g{n}@upsert.example", "C_FirstName": "Old"} for n in range(OLD)]
    bench.contact_list("Others", old)
    bench.sandbox.control("DELETE", "/clock")
    for n in range(OLD + NEW):
        who = {"firstName": "G", "lastName": "T", "email": f"g{n}@upsert.example", "pin": f"UP-{n}"}
        body = {"profile": who, "registrationStatusLabel": "Invited"}
        bench.certain.create_registration(EVENT, body, "SYNC_PIN")
    return bench


def result(ran: Ran) -> dict[str, str]:
    """Who was created and who updated, by address."""
    assert ran.delivered is not None
    frame = ran.delivered.frame
    return {
        email: outcome
        for email, outcome in zip(frame["email"], frame["outcome"], strict=True)
        if outcome in ("created", "updated")
    }


def undisturbed(bench: Bench, **chosen: Any) -> dict[str, str]:
    """What a run tells that nothing disturbs; both sides are as before afterwards."""
    bench.sandbox.control("POST", "/snapshot/before")
    with bench_at(bench.sandbox, "sqlite://") as other:
        found = result(other.run(KIND, **chosen))
    bench.sandbox.control("POST", "/restore/before")
    assert sorted(found.values()) == ["created"] * NEW + ["updated"] * OLD
    return found


def reconciles(ran: Ran) -> bool:
    assert ran.delivered is not None
    results = delivery_check_results(ran.plan, ran.delivered.frame)
    return next(one.passed for one in results if one.check_name == RECONCILES)


def again(bench: Bench, expected: dict[str, str], **chosen: Any) -> Ran:
    """The whole connector again, which tells all that was done; and once more, which does nothing."""
    looks = bench.sandbox.control("GET", "/settings")["sync_mode"] == "looks"
    calls = bench.eloqua_calls()
    planned = bench.plan(bench.job(KIND, **chosen), KIND)
    assert bench.eloqua_calls() - calls <= 11 or looks
    planned.delivered = bench.deliver(planned, KIND)
    assert bench.eloqua_calls() - calls <= 25 or looks
    assert result(planned) == expected
    assert reconciles(planned)
    assert bench.eloqua.open_definitions() == 0
    assert bench.ledger.registered_definitions("tested", EVENT) == []
    assert {one.state for one in bench.ledger.deliveries()} <= {"finished", "reported"}
    writes = bench.writes()
    third = bench.run(KIND, **chosen)
    assert third.outcomes() == {"unchanged": OLD + NEW}
    assert "settled" not in third.delivered.facts
    assert bench.writes() == writes
    return planned


@pytest.mark.parametrize("lookup_limit", [200, 0])
@pytest.mark.parametrize("mode", ["at_once", "looks"])
def test_what_a_run_had_created_when_it_was_refused_is_reported_by_the_next(
    people: Bench, mode: str, lookup_limit: int
):
    chosen = settings(lookup_limit)
    expected = undisturbed(people, **chosen)
    broken = people.plan(people.job(KIND, **chosen), KIND)
    people.sandbox.control("PUT", "/settings", {"sync_mode": mode})
    refused = {"method": "GET", "path": r"/syncs/\d+$", "times": -1, "answer": {"status": 401}}
    people.sandbox.control("POST", "/faults", refused)
    with pytest.raises(AuthError):
        people.deliver(broken, KIND)
    people.sandbox.control("DELETE", "/faults")
    assert people.eloqua.open_definitions() == 1  # its sync may be running, so it was left alone
    ran = again(people, expected, **chosen)
    message = f"an interrupted delivery of run {broken.job.run_id} was settled: {NEW} created, {OLD} updated"
    assert ran.read_facts["settled"] == message
    assert ran.read_facts["orphaned_definitions_deleted"] == 1
    assert ran.delivered.facts["settled"] == message
    assert ran.actions() == {"link": OLD + NEW}
    row = ran.of(email="g20@upsert.example")["delivered"]
    assert (row["outcome"], row["code"]) == ("created", "settled")
    assert row["cause"] == f"created by the interrupted run {broken.job.run_id}, linked by this one"
    (old,) = (one for one in people.ledger.deliveries() if one.run_id == broken.job.run_id)
    assert (old.state, old.counts) == ("reported", {"created": NEW, "updated": OLD})


@pytest.mark.slow
@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("number", WRITES)
def test_what_a_killed_run_had_created_is_reported_by_the_next(people: Bench, number: int, answered: bool):
    chosen = settings(0 if number % 2 else 200)
    expected = undisturbed(people, **chosen)
    broken = people.plan(people.job(KIND, **chosen), KIND)
    assert killed_at(number, broken, people, KIND, answered=answered)
    again(people, expected, **chosen)


def test_a_run_that_was_killed_at_its_very_end_is_reported_although_nothing_is_left_to_do(
    people: Bench, monkeypatch: pytest.MonkeyPatch
):
    expected = undisturbed(people, **settings())

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    from certain_eloqua.ledger import Delivery

    broken = people.plan(people.job(KIND, **settings()), KIND)
    with monkeypatch.context() as patch:
        patch.setattr(Delivery, "finish", killed)
        with pytest.raises(KeyboardInterrupt):
            people.deliver(broken, KIND)
    ran = again(people, expected, **settings())
    assert ran.actions() == {"unchanged": OLD + NEW}
    row = ran.of(email="g20@upsert.example")["delivered"]
    assert row["cause"] == f"created by the interrupted run {broken.job.run_id}"


def test_two_interrupted_runs_are_reported_together_and_a_change_in_between_is_sent(people: Bench):
    expected = undisturbed(people, **settings())
    refused = {"method": "GET", "path": r"/syncs/\d+$", "times": -1, "answer": {"status": 401}}
    first = people.plan(people.job(KIND, **settings()), KIND)
    people.sandbox.control("POST", "/faults", refused)
    with pytest.raises(AuthError):
        people.deliver(first, KIND)
    people.sandbox.control("DELETE", "/faults")
    people.certain.update_profile("UP-20", {"organization": "Contoso"})
    second = people.plan(people.job(KIND, **settings()), KIND)
    assert second.of(email="g20@upsert.example")["action"] == "update"
    people.sandbox.control("POST", "/faults", refused)
    with pytest.raises(AuthError):
        people.deliver(second, KIND)
    people.sandbox.control("DELETE", "/faults")
    ran = again(people, expected, **settings())
    (contact,) = people.eloqua.find_contacts(["g20@upsert.example"], ["C_Company"])
    assert contact.fields["C_Company"] == "Contoso"
    facts = ran.delivered.facts["settled"]
    assert first.job.run_id in facts
    assert f"{second.job.run_id} was settled: 1 updated" in facts


def test_rows_that_were_staged_and_never_synced_are_not_reported_as_sent(people: Bench):
    expected = undisturbed(people, **settings())
    broken = people.plan(people.job(KIND, **settings()), KIND)
    assert killed_at(4, broken, people, KIND, answered=False)  # before the sync is asked for
    ran = again(people, expected, **settings())
    assert ran.actions() == {"create": NEW, "update": OLD}
    assert "nothing was written" in ran.read_facts["settled"]


def test_an_interrupted_delivery_that_is_gone_on_with_needs_no_settling(people: Bench):
    broken = people.plan(people.job(KIND, **settings()), KIND)
    assert killed_at(4, broken, people, KIND, answered=True)
    done = people.deliver(broken, KIND)
    assert sorted(done.frame["outcome"]) == ["created"] * NEW + ["updated"] * OLD
    assert people.eloqua.open_definitions() == 0
    assert "settled" not in people.run(KIND, **settings()).delivered.facts


# -- definitions left behind


@pytest.fixture
def guests(bench: Bench) -> Bench:
    bench.contact_list("Guests", [person(n) for n in range(3)])
    return bench


IMPORT = {"contact_list_name": "Guests", "profile_deduplication": "email"}


@pytest.mark.parametrize("path", ["contacts/imports$", "contacts/exports$"])
def test_a_definition_whose_answer_got_lost_is_deleted_at_once(people: Bench, path: str):
    people.run(KIND, **settings())
    people.certain.update_profile("UP-20", {"organization": "Contoso"})
    people.sandbox.control("POST", "/faults", {"method": "POST", "path": path, "answer": LOST})
    assert people.run(KIND, **settings()).outcomes()["updated"] == 1
    assert people.eloqua.open_definitions() == 0


@pytest.mark.parametrize("broken", [401, "killed"])
def test_what_an_interrupted_read_left_is_deleted_by_the_next(guests: Bench, broken: Any):
    job = guests.job("import_profiles", None, **IMPORT)
    if broken == 401:
        fault = {"method": "GET", "path": r"/syncs/\d+$", "times": -1, "answer": {"status": 401}}
        guests.sandbox.control("POST", "/faults", fault)
        with pytest.raises(AuthError):
            guests.plan(job, "import_profiles")
        guests.sandbox.control("DELETE", "/faults")
    else:
        guests.ledger.register_definitions("tested", None, RegisteredDefinitions(job.run_id, READ))
        definition(guests, f"{group(job)} {job.run_id}")
    assert guests.eloqua.open_definitions() == 1
    ran = guests.plan(guests.job("import_profiles", None, **IMPORT), "import_profiles")
    assert ran.read_facts["orphaned_definitions_deleted"] == 1
    assert guests.eloqua.open_definitions() == 0
    assert guests.ledger.registered_definitions("tested", None) == []
    calls = guests.eloqua_calls()
    guests.plan(guests.job("import_profiles", None, **IMPORT), "import_profiles")
    assert guests.eloqua_calls() - calls <= 9  # nobody is asked for orphaned_definitions when there are none


def test_only_what_is_ours_and_of_this_event_is_deleted(guests: Bench):
    job = guests.job(KIND, **settings())
    guests.ledger.register_definitions("tested", EVENT, RegisteredDefinitions("old-run", DELIVERY))
    definition(guests, f"{group(job)} old-run ids")
    others = [f"{group(job)} new-run", "tested NWIND_NWSUMMIT27 old-run", "tested2 old-run", "other"]
    for name in others:
        definition(guests, name)
    guests.plan(job, KIND)
    left = sorted(one["name"] for one in guests.eloqua._definitions.ours())
    assert [name.rpartition(" ")[0] for name in left] == sorted(f"certain_eloqua {name}" for name in others)


def test_nothing_is_taken_from_a_run_that_is_alive(guests: Bench):
    guests.ledger.register_definitions("tested", EVENT, RegisteredDefinitions("old-run", DELIVERY))
    job = guests.job(KIND, **settings())
    definition(guests, f"{group(job)} old-run")
    with (
        guests.ledger.run_lock("tested", EVENT, "old-run"),
        pytest.raises(AlreadyRunning, match="run old-run"),
    ):
        guests.plan(job, KIND)
    assert guests.eloqua.open_definitions() == 1


def test_what_cannot_be_deleted_now_is_tried_again_next_time(guests: Bench):
    guests.ledger.register_definitions("tested", EVENT, RegisteredDefinitions("old-run", READ))
    job = guests.job(KIND, **settings())
    definition(guests, f"{group(job)} old-run")
    guests.sandbox.control(
        "POST", "/faults", {"method": "DELETE", "path": "exports", "answer": {"status": 403}}
    )
    guests.plan(job, KIND)
    assert guests.eloqua.open_definitions() == 1
    guests.plan(guests.job(KIND, **settings()), KIND)
    assert guests.eloqua.open_definitions() == 0


def definition(bench: Bench, name: str) -> None:
    """An export as a run leaves it that is killed."""
    body = {"name": bench.eloqua._definitions.name(name), "fields": {"id": "{{Contact.Id}}"}}
    bench.eloqua._definitions.create("/contacts/exports", body, "x")
