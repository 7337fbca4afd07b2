"""What is refused, before anything is written, and how it is reported."""

import dagster as dg
import pytest

from tests.journeys.conftest import EVENT, READS


def refused(deployment, *args, **settings):
    before = deployment.writes()
    ran = deployment.job(*args, **settings)
    assert not ran.success
    assert deployment.writes() == before
    return ran.failure


def test_an_event_outside_of_the_selection(deployment):
    message = refused(deployment, "prospects", "NWEXPO25")
    assert "prospects is not for event NWEXPO25: its file says NWSUMMIT27, NWFORUM27" in message
    assert "prospects.yaml" in message
    assert "events that are Live or On-Site" in refused(deployment, "attendees", "NWFORUM27")


def test_an_event_that_certain_does_not_have(deployment):
    assert "Event NOSUCH not found" in refused(deployment, "attendees", "NOSUCH")


@pytest.mark.parametrize(
    ("settings", "result"),
    [
        ({"contact_list_name": "Roadshow Invitees"}, "Roadshow_Invitees"),
        ({"contact_list_name": "Partners"}, "2 lists of this name"),
        ({"registration_status": "Invitd"}, "Did you mean 'Invited'?"),
        ({"attendee_type_code": "DELEGAT"}, "DELEGATE"),
        ({"retrieval_page_size": 0}, "retrieval_page_size: 0 is not allowed: it should be greater than"),
        (
            {"contact_list_name": ""},
            "contact_list_name: '' is not allowed: it should have at least 1 character",
        ),
        ({"starting_page": 3, "ending_page": 2}, "ending_page: 2 is not allowed: the last page is before"),
    ],
)
def test_a_setting_that_cannot_be_is_told_with_what_was_meant(deployment, settings, result):
    assert result in refused(deployment, "prospects", EVENT, **settings)


def test_an_overridden_setting_reaches_the_read_the_plan_and_the_delivery(deployment):
    ran = deployment.job("prospects", EVENT, contact_list_name="VIPs", registration_status="Pre-Registered")
    assert ran.success, ran.failure
    assert ran.of("prospects/contacts")["contact_list"] == "VIPs"
    assert ran.of("prospects/plan")["settings"]["registration_status"] == "Pre-Registered"
    created = deployment.frames.frame(("prospects", "delivery"), EVENT).query("outcome == 'created'")
    labels = {
        one["registrationCode"]: one["registrationStatusLabel"]
        for one in deployment.platforms.registrations(EVENT)
    }
    assert len(created)
    assert {labels[code] for code in created["registration_code"]} == {"Pre-Registered"}


def test_a_list_read_with_one_setting_is_not_planned_with_another(deployment):
    runner = deployment.runner()
    assert runner.assets([*READS, "prospects/contacts"], EVENT).success
    job = runner.definitions.resolve_implicit_global_asset_job_def()
    import dagster as dg

    config = {"resources": {"prospects_settings": {"config": {"contact_list_name": "VIPs"}}}}
    ran = runner._run(job, EVENT, config, [dg.AssetKey(["prospects", "plan"])])
    assert "prospects/contacts was read with other settings (contact_list_name)" in ran.failure


def test_a_plan_without_its_reads_says_at_once_what_to_select(deployment):
    for asset, wanted in (("plan", "plan"), ("delivery", "plan"), ("contacts", "contacts")):
        ran = deployment.runner().assets([f"attendees/{asset}"], EVENT)
        assert not ran.success
        assert ran.seconds < 15, "it was tried again, or waited"
        assert f"""dg launch --assets '+key:"attendees/{wanted}"' --partition {EVENT}""" in ran.failure
        assert "has not been materialized" in ran.failure


def test_a_plan_of_old_reads_says_so(deployment, monkeypatch):
    runner = deployment.runner()
    assert runner.assets([*READS, "attendees/contacts", "attendees/plan"], EVENT).success
    fresh = runner.assets(["attendees/plan"], EVENT).of("attendees/plan")
    assert "warning_reads_are_old" not in fresh
    assert fresh["field_map_from"] == "default table"
    monkeypatch.setenv("CERTAIN_ELOQUA_MAX_PLAN_AGE_HOURS", "0.0000001")
    result = runner.assets(["attendees/plan"], EVENT).of("attendees/plan")["warning_reads_are_old"]
    for read in ("certain/events", "certain/profiles", "certain/registrations", "attendees/contacts"):
        assert f"{read} is 0.0 hours old" in result


def test_a_plan_that_is_too_old(deployment, monkeypatch):
    assert deployment.runner().assets([*READS, "attendees/contacts", "attendees/plan"], EVENT).success
    monkeypatch.setenv("CERTAIN_ELOQUA_MAX_PLAN_AGE_HOURS", "0.0000001")
    before = deployment.writes()
    ran = deployment.runner().assets(["attendees/delivery"], EVENT)
    assert "CERTAIN_ELOQUA_MAX_PLAN_AGE_HOURS" in ran.failure
    assert "Materialize the plan again" in ran.failure
    assert deployment.writes() == before


def test_a_plan_that_failed_its_checks_is_not_delivered_on_its_own_either(deployment):
    assert deployment.runner().assets([*READS, "attendees/contacts", "attendees/plan"], EVENT).success
    key = ("attendees", "plan")
    plan = deployment.frames.frame(key, EVENT)
    facts = dict(plan.attrs)
    plan.loc[1, "key"] = plan.loc[0, "key"]
    deployment.frames.write(key, EVENT, facts["plan_id"], plan, facts)
    before = deployment.writes()
    ran = deployment.runner().assets(["attendees/delivery"], EVENT)
    assert "keys_are_unique" in ran.failure
    assert deployment.writes() == before


def test_a_broken_file_fails_its_check_and_leaves_the_others_alone(deployment):
    deployment.file("broken", "kind: upsert_contacts\nevents: all\nsettings: {registraton_statuses: [x]}\n")
    runner = deployment.runner()
    ran = runner.assets(["standing/connector_files"])
    name = "standing/connector_files: all_can_be_used"
    assert ran.checks[name] is False
    assert "broken.yaml:3" in ran.check_words[name]
    assert "Did you mean `registration_statuses`?" in ran.check_words[name]
    assert runner.job("readers").success


def test_standing_checks_are_quiet_when_all_is_well(deployment):
    assert deployment.job("readers").success
    ran = deployment.runner().job("standing")
    assert ran.success, ran.failure
    assert all(ran.checks.values()), ran.checks


def test_a_login_that_is_refused_says_so_without_the_password(deployment, monkeypatch):
    monkeypatch.setenv("ELOQUA_PASSWORD", "wrong-horse-battery")
    message = refused(deployment, "readers")
    assert "credentials" in message
    assert "wrong-horse" not in message


def test_a_ledger_that_cannot_be_opened_says_where(deployment, monkeypatch):
    monkeypatch.setenv("CERTAIN_ELOQUA_LEDGER_URL", "sqlite:////proc/nowhere/ledger.sqlite")
    ran = deployment.job("readers")
    assert not ran.success


def test_a_platform_that_cannot_be_reached_ends_the_run_with_what_to_check(deployment, monkeypatch):
    """Steps are not tried again either: with their pauses it took almost six minutes."""
    monkeypatch.setenv("CERTAIN_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("ELOQUA_BASE_URL", "http://127.0.0.1:9")
    ran = deployment.runner().assets(["certain/events"])
    assert not ran.success
    assert "http://127.0.0.1:9 cannot be reached: the connection is refused" in ran.failure
    assert "Check CERTAIN_BASE_URL" in ran.failure
    (run,) = deployment.instance.get_runs(limit=1)
    again = deployment.instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_UP_FOR_RETRY)
    assert again == []
