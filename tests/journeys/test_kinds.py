"""A story per kind, through `build_defs`: what both platforms hold afterwards, and that a second run writes
nothing.
"""

import pytest

from tests.journeys.conftest import EVENT, READS


def delivered(ran, name):
    return sum(ran.of(f"{name}/delivery").get(what, 0) for what in ("created", "updated", "linked", "added"))


def test_a_list_becomes_profiles(deployment):
    before = deployment.platforms.snapshot()
    ran = deployment.job("readers")
    assert ran.success, ran.failure
    grown = deployment.platforms.snapshot().grown(before)
    assert grown["profiles in Certain"] == ran.of("readers/delivery")["created"] > 0
    assert all(ran.checks.values()), ran.checks
    assert ran.of("readers/contacts")["eloqua_calls"] <= 11


def test_a_list_becomes_registrations_of_an_event(deployment):
    before = deployment.platforms.snapshot(EVENT)
    ran = deployment.job("prospects", EVENT)
    assert ran.success, ran.failure
    done = ran.of("prospects/delivery")
    grown = deployment.platforms.snapshot(EVENT).grown(before)
    assert grown[f"registrations of {EVENT}"] == done["created"] > 0
    assert ran.of("prospects/plan")["dagster/row_count"] == ran.of("prospects/contacts")["dagster/row_count"]
    assert ran.checks["prospects/delivery: everything_planned_has_an_outcome"]


def test_registrations_become_contacts_and_profiles_learn_their_ids(deployment):
    before = deployment.platforms.snapshot(EVENT)
    ran = deployment.job("attendees", EVENT)
    assert ran.success, ran.failure
    done = ran.of("attendees/delivery")
    grown = deployment.platforms.snapshot(EVENT).grown(before)
    assert grown["contacts in Eloqua"] == done["created"] > 0
    assert grown["profiles that know their contact"] > 0
    assert done["eloqua_calls"] <= 25
    assert deployment.sandbox.control("GET", "counters")["open_definitions"] == 0


@pytest.mark.parametrize(("name", "event"), [("readers", None), ("prospects", EVENT), ("attendees", EVENT)])
def test_a_second_run_writes_nothing(deployment, name, event):
    first = deployment.job(name, event)
    assert first.success, first.failure
    before = deployment.writes()
    again = deployment.job(name, event)
    assert again.success, again.failure
    assert delivered(again, name) == 0
    assert deployment.writes() == before


def test_a_plan_alone_is_a_dry_run_and_its_delivery_applies_that_very_plan(deployment):
    before = deployment.writes()
    planned = deployment.runner().assets([*READS, "attendees/contacts", "attendees/plan"], EVENT)
    assert planned.success, planned.failure
    assert deployment.writes() == before
    done = deployment.runner().assets(["attendees/delivery"], EVENT)
    assert done.success, done.failure
    assert done.of("attendees/delivery")["plan_id"] == planned.of("attendees/plan")["plan_id"]
    assert deployment.writes() != before


def test_a_plan_is_delivered_once(deployment):
    assert deployment.job("attendees", EVENT).success
    before = deployment.writes()
    again = deployment.runner().assets(["attendees/delivery"], EVENT)
    assert again.success
    assert "nothing was written by this run" in again.of("attendees/delivery")["already_delivered"]
    assert again.of("attendees/delivery")["created"] > 0
    assert deployment.writes() == before


def test_the_whole_of_a_run_is_in_its_parquet_files(deployment):
    ran = deployment.job("attendees", EVENT)
    frame = deployment.frames.frame(("attendees", "delivery"), EVENT)
    assert ran.of("attendees/delivery")["parquet"].endswith(".parquet")
    assert len(frame) == ran.of("attendees/delivery")["dagster/row_count"]


def test_a_plan_is_shown_as_a_short_diff_without_telling_who_people_are(deployment):
    ran = deployment.job("prospects", EVENT)
    head, _, *rows = ran.of("prospects/plan")["changes"].splitlines()
    assert head == "| person | action | field: old → new | reason |"
    assert len(rows) >= 6
    assert all("***@" in row.split("|")[1] for row in rows if "no e-mail" not in row), rows
    actions = {row.split("|")[2].strip() for row in rows}
    assert {"create", "link", "update", "skip"} <= actions
    created = next(row for row in rows if "| create |" in row)
    assert "attendeeTypeCode: – → `DELEGATE`" in created
    records = ran.of("prospects/delivery")["records"]
    assert records.splitlines()[0] == "| person | outcome | ids | cause |"
    assert "| linked | `P-" in records


def test_another_platform_in_doubt_keeps_the_last_snapshot(deployment):
    """Could not read is never "nothing there": a failed read keeps what was read before, and nothing is
    planned.
    """
    assert deployment.job("attendees", EVENT).success
    before = deployment.frames.facts(("certain", "profiles"), None)
    fault = {
        "method": "GET",
        "path": "/Profile/",
        "times": -1,
        "answer": {"status": 400, "body": {"errorMessage": "no"}},
    }
    deployment.sandbox.control("POST", "/faults", fault)
    ran = deployment.job("attendees", EVENT)
    assert not ran.success
    assert "attendees/plan" not in ran.metadata
    assert deployment.frames.facts(("certain", "profiles"), None) == before


def test_profiles_are_read_again_only_where_they_changed_unless_asked(deployment):
    runner = deployment.runner()
    everything = runner.assets(["certain/profiles"]).of("certain/profiles")["read"]
    assert runner.assets(["certain/profiles"]).of("certain/profiles")["read"] < everything
    job = runner.definitions.resolve_implicit_global_asset_job_def()
    config = {"ops": {"certain__profiles": {"config": {"full": True}}}}
    full = runner._run(job, None, config, [_key("certain/profiles")])
    assert full.of("certain/profiles")["read"] == everything


def _key(name):
    import dagster as dg

    return dg.AssetKey(name.split("/"))
