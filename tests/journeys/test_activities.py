"""Kinds 7, 8 and 9 through `build_defs`: a status changes in Certain, one activity appears in Eloqua."""

import pytest

from tests.journeys.conftest import EVENT, READS

pytestmark = pytest.mark.slow

ACTIVITIES = {
    "registrations": """
        kind: registration_status_activities
        events: {status: [Live, On-Site]}
        settings:
          registration_statuses: [Pre-Registered, Attended]
          campaign_id: "1"
          create_activity_types: true
          create_missing_contacts: true
        """,
    "agenda": """
        kind: agenda_item_status_activities
        events: {status: [Live, On-Site]}
        settings:
          agenda_statuses: [Registered, Cancelled]
          agenda_items: [all]
          campaign_id: "1"
          create_activity_types: true
        """,
    "sessions": """
        kind: session_status_activities
        events: all
        settings: {session_statuses: [Attended], sessions: [all], campaign_id: "1"}
        """,
}


def change(deployment, label, number=0):
    """A registration that is Invited changes; its code."""
    frame = deployment.frames.frame(("certain", "registrations"), EVENT)
    invited = frame[frame["registrationStatusLabel"].eq("Invited") & frame["isActive"].astype(bool)]
    code = invited.iloc[number]["registrationCode"]
    body = {"code": code, "status": label}
    deployment.sandbox.control("POST", "/certain/registration", body)
    return code


@pytest.fixture
def activities(deployment):
    for name, text in ACTIVITIES.items():
        deployment.file(name, text)
    return deployment


def test_a_registration_goes_from_invited_to_attended_and_leaves_two_activities(activities):
    first = activities.job("registrations", EVENT)
    assert first.success, first.failure
    assert not activities.journal(entity="activity")
    code = change(activities, "Pre-Registered")
    ran = activities.job("registrations", EVENT)
    assert ran.success, ran.failure
    assert all(ran.checks.values()), ran.checks
    assert ran.of("registrations/delivery")["added"] == 1
    body = {"code": code, "status": "Attended"}
    activities.sandbox.control("POST", "/certain/registration", body)
    assert activities.job("registrations", EVENT).of("registrations/delivery")["added"] == 1
    kinds = [line["key"].partition("|")[0] for line in activities.journal(entity="activity")]
    assert kinds == ["Pre-Registered", "Attended"]


def test_a_second_run_writes_nothing(activities):
    activities.job("registrations", EVENT)
    change(activities, "Pre-Registered")
    assert activities.job("registrations", EVENT).success
    before = activities.writes()
    again = activities.job("registrations", EVENT)
    assert again.success, again.failure
    assert activities.writes() == before


def test_a_plan_alone_remembers_nothing(activities):
    activities.job("registrations", EVENT)
    change(activities, "Pre-Registered")
    for _ in range(2):
        planned = activities.runner().assets([*READS, "registrations/plan"], EVENT)
        assert planned.success, planned.failure
        assert planned.of("registrations/plan")["plan_add"] == 1
    assert not activities.journal(entity="activity")


@pytest.mark.parametrize("name", ["agenda", "sessions"])
def test_the_other_kinds_look_and_find_nothing_new(activities, name):
    for _ in range(2):
        ran = activities.job(name, EVENT)
        assert ran.success, ran.failure
        assert all(ran.checks.values()), ran.checks
    assert not activities.journal(entity="activity")
