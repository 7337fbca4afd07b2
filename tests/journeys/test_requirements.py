"""Everything that a connector needs and does not find is named at once, before anything is written."""

import pytest

from tests.journeys.conftest import EVENT

WRONG = {
    "import_registrations": (
        """
kind: import_registrations
events: all
settings:
  contact_list_name: Sumit Prospects
  profile_deduplication: email
  attendee_type_code: DELEGAT
  registration_status: Invitd
  overwrite_registration_status: false
""",
        ["Sumit Prospects", "DELEGAT", "Invitd"],
    ),
    "upsert_contacts": (
        "kind: upsert_contacts\nevents: all\n"
        "settings: {registration_statuses: [Atended, Invited, Pre-Registerd], attendee_types: [VIPP]}\n",
        ["Atended", "Pre-Registerd", "VIPP"],
    ),
    "upload_engagement_metrics": (
        "kind: upload_engagement_metrics\nevents: all\n"
        "settings: {custom_object: Nothing Like It, create_custom_object: false, attendee_types: [VIPP]}\n",
        ["Nothing Like It", "VIPP"],
    ),
    "session_status_activities": (
        "kind: session_status_activities\nevents: all\n"
        "settings: {session_statuses: [Registerd], sessions: [NOPE1, NOPE2], attendee_types: [VIPP], "
        'campaign_id: "999999"}\n',
        ["Registerd", "NOPE1", "NOPE2", "VIPP", "999999", "external asset type"],
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_all_that_is_missing_on_both_sides_is_named_at_once(deployment, kind):
    text, wanted = WRONG[kind]
    deployment.file("wrong", text)
    before = deployment.writes()
    ran = deployment.job("wrong", EVENT)
    assert not ran.success
    for part in wanted:
        assert part in ran.failure, part
    assert f"{len(wanted)} things are missing" in ran.failure
    assert deployment.writes() == before


def test_one_thing_that_is_missing_is_named_as_before(deployment):
    deployment.file(
        "wrong", "kind: upsert_contacts\nevents: all\nsettings: {registration_statuses: [Atended]}\n"
    )
    ran = deployment.job("wrong", EVENT)
    assert "Atended" in ran.failure
    assert "things are missing" not in ran.failure


def test_a_dry_run_says_what_a_delivery_would_be_refused_for(deployment):
    deployment.file(
        "activities",
        "kind: registration_status_activities\nevents: all\n"
        'settings: {registration_statuses: [Attended], campaign_id: "999999"}\n',
    )
    ran = deployment.runner().job("activities", EVENT, dry_run=True)
    assert ran.success, ran.failure
    words = ran.of("activities/plan")["a_delivery_would_be_refused"]
    assert "Eloqua has no campaign 999999" in words
    assert "outbox" not in words
