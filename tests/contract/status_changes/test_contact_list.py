"""Kind 3 with the real clients against the sandbox: who joins the event's list and who leaves it."""

from __future__ import annotations

from typing import Any

import pytest

from certain_eloqua.clients.errors import Permanent
from certain_eloqua.connectors.status_changes import update_contact_list
from certain_eloqua.ledger import person_key
from tests.contract.status_changes.test_activity_kinds import ACCOUNT, EVENT, Bench, bench

__all__ = ["bench"]

KIND = update_contact_list.KIND
NAME = f"Coming_{ACCOUNT}_{EVENT}"
SETTINGS: dict[str, Any] = {"contact_list_name": "Coming", "registration_statuses": ["Pre-Registered"]}


def members(bench: Bench) -> set[str]:
    (found,) = bench.eloqua.find_contact_lists(NAME)
    with bench.eloqua.export_contact_list(found.id, {"id": "{{Contact.Id}}"}, name="members") as rows:
        return set(rows.read_all()["id"].to_pylist())


def linked(bench: Bench, status: str) -> list[tuple[str, str]]:
    """Registrations of a status whose profiles carry a contact id: code and id."""
    from certain_eloqua.connectors.status_changes.people import people_of

    reads = bench.reads(KIND)
    people = people_of(reads["registrations"], reads["profiles"])
    chosen = people[people["status"].eq(status) & people["contact_id"].ne("")]
    return list(zip(chosen["registration"], chosen["contact_id"], strict=True))


def link(bench: Bench, status: str, number: int = 0) -> tuple[str, str]:
    """Tie the profile of a registration to a contact of Eloqua; the registration's code and the id."""
    rows = bench.reads(KIND)["registrations"]
    row = rows[rows["registrationCode"].isin(bench.codes(status))].iloc[number]
    contact_id = str(100 + number)
    fields = {"externalKey": contact_id, "sourceOfProfile": "Eloqua"}
    bench.certain.update_profile(row["profile.pin"], fields)
    return str(row["registrationCode"]), contact_id


def test_the_first_run_fills_the_list_and_a_second_changes_nothing(bench: Bench):
    link(bench, "Pre-Registered")
    expected = {contact for _, contact in linked(bench, "Pre-Registered")}
    assert bench.run(KIND, **SETTINGS) == {"added": len(expected)}
    assert members(bench) == expected
    bench.sandbox.control("DELETE", "/counters")
    assert not bench.run(KIND, **SETTINGS)
    calls = bench.sandbox.control("GET", "/counters")["calls"]
    assert not [route for route in calls if "bulk" in route.lower()]


def test_a_change_to_the_status_adds_and_leaving_it_removes_only_if_wanted(bench: Bench):
    bench.run(KIND, **SETTINGS, remove_when_leaving=True)
    code, contact = link(bench, "Invited")
    bench.change(code, "Pre-Registered")
    assert bench.run(KIND, **SETTINGS, remove_when_leaving=True) == {"added": 1}
    assert contact in members(bench)
    bench.change(code, "Cancelled")
    assert not bench.run(KIND, **SETTINGS)
    assert contact in members(bench)
    bench.change(code, "Pre-Registered")
    bench.run(KIND, **SETTINGS, remove_when_leaving=True)
    bench.change(code, "Cancelled")
    assert bench.run(KIND, **SETTINGS, remove_when_leaving=True) == {"removed": 1}
    assert contact not in members(bench)


def test_a_cancelled_and_a_confirmed_registration_of_one_person_count_as_confirmed(bench: Bench):
    wanted = SETTINGS | {"remove_when_leaving": True}
    bench.run(KIND, **wanted)
    one, contact = link(bench, "Invited")
    rows = bench.reads(KIND)["registrations"]
    other = rows[rows["registrationCode"].isin(bench.codes("Invited")) & rows["registrationCode"].ne(one)]
    fields = {"externalKey": contact, "sourceOfProfile": "Eloqua"}
    bench.certain.update_profile(other.iloc[0]["profile.pin"], fields)
    for code in (one, other.iloc[0]["registrationCode"]):
        bench.change(code, "Pre-Registered")
    assert bench.run(KIND, **wanted) == {"added": 1}
    bench.change(one, "Cancelled")
    assert not bench.run(KIND, **wanted)
    assert contact in members(bench)
    bench.change(str(other.iloc[0]["registrationCode"]), "Cancelled")
    assert bench.run(KIND, **wanted) == {"removed": 1}
    assert contact not in members(bench)


def test_who_has_no_contact_id_is_reported_with_the_remedy(bench: Bench):
    _, plan = bench.plan(KIND, **SETTINGS)
    left_out = plan[plan["reason"].eq("no_contact_id")]
    assert len(left_out) > 0
    assert left_out["detail"].str.contains("upsert_contacts").all()
    for _ in range(2):
        bench.run(KIND, **SETTINGS)
    email, code = left_out[["email", "registration_code"]].dropna().iloc[0]
    decided = bench.ledger.decisions.find(person_key(ACCOUNT, email))
    assert [(one.registration, one.decision) for one in decided if one.registration == code] == [
        (code, "no_contact_id")
    ]


def test_who_is_not_selected_is_left_out_with_the_reason_and_remembered(bench: Bench):
    member, _ = link(bench, "Pre-Registered")
    _, plan = bench.plan(KIND, **SETTINGS)
    left_out = plan[plan["action"].eq("skip")].set_index("registration_code")["reason"]
    invited = bench.codes("Invited")[0]
    assert left_out[invited] == "status_not_selected"
    assert member not in left_out.index
    _, others = bench.plan(KIND, **SETTINGS, attendee_types=["SPEAKER"])
    assert others.set_index("registration_code")["reason"][member] == "type_not_selected"
    bench.run(KIND, **SETTINGS)
    email = plan.set_index("registration_code")["email"][invited]
    decided = bench.ledger.decisions.find(person_key(ACCOUNT, email))
    assert (invited, "status_not_selected") in {(one.registration, one.decision) for one in decided}


def test_a_baseline_remembers_and_adds_nobody(bench: Bench):
    link(bench, "Pre-Registered")
    assert not bench.run(KIND, **SETTINGS, first_run="baseline")
    assert not bench.eloqua.find_contact_lists(NAME)


def test_an_id_that_eloqua_does_not_know_is_rejected_and_the_others_are_added(bench: Bench):
    bench.run(KIND, **SETTINGS)
    good = link(bench, "Invited")
    rows = bench.reads(KIND)["registrations"]
    row = rows[rows["registrationCode"].isin(bench.codes("Invited"))].iloc[1]
    lost = {"externalKey": "99999999", "sourceOfProfile": "Eloqua"}
    bench.certain.update_profile(row["profile.pin"], lost)
    for code in (good[0], row["registrationCode"]):
        bench.change(code, "Pre-Registered")
    outcomes = bench.run(KIND, **SETTINGS)
    assert outcomes["added"] == 1
    assert outcomes["rejected"] == 1
    assert good[1] in members(bench)


def test_a_name_that_is_too_long_is_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(update_contact_list.list_plan, "LONGEST", 70)
    with pytest.raises(Permanent, match="Shorten contact_list_name"):
        bench.plan(KIND, **SETTINGS | {"contact_list_name": "x" * 60})


def test_an_event_without_people_is_looked_at(bench: Bench):
    bench.event = "NWEMPTY27"
    for _ in range(2):
        assert not bench.run(KIND, **SETTINGS | {"remove_when_leaving": True})
