"""Activities of many events in one run travel together, and each event keeps its own result."""

import dagster as dg
import pytest

from certain_eloqua.assets.many_events import many_events_config
from certain_eloqua.definitions import build_defs
from tests.journeys.conftest import EVENT

pytestmark = pytest.mark.slow

OTHER = "NWEXPO25"
CONNECTOR = """
    kind: registration_status_activities
    events: [NWSUMMIT27, NWEXPO25]
    settings:
      registration_statuses: [Pre-Registered, Attended]
      campaign_id: "1"
      create_activity_types: {create}
    """


class Changes:
    """A connector for two events, its runs, and what they leave."""

    def __init__(self, deployment, *, create: bool = True):
        self.deployment = deployment
        deployment.file("registrations", CONNECTOR.format(create=str(create).lower()))

    def run(self) -> dg.ExecuteInProcessResult:
        job = build_defs(self.deployment.connectors).resolve_job_def("registrations_many_events")
        config = many_events_config("registrations", [EVENT, OTHER])
        return job.execute_in_process(config, instance=self.deployment.instance, raise_on_error=False)

    def change(self, event: str, label: str) -> str:
        frame = self.deployment.frames.frame(("certain", "registrations"), event)
        wanted = frame["registrationStatusLabel"].ne(label) & frame["isActive"].astype(bool)
        code = frame[wanted].iloc[0]["registrationCode"]
        self.deployment.sandbox.control("POST", "/certain/registration", {"code": code, "status": label})
        return code

    def delivered(self, event: str):
        frame = self.deployment.frames.frame(("registrations", "delivery"), event)
        return frame[frame["action"] == "add"]


def test_changes_of_two_events_are_one_import_and_two_results(deployment):
    changes = Changes(deployment)
    assert changes.run().success
    changes.change(EVENT, "Pre-Registered")
    changes.change(OTHER, "Pre-Registered")
    assert changes.run().success
    assert len(deployment.journal(entity="activity")) == 2
    here, there = changes.delivered(EVENT), changes.delivered(OTHER)
    assert (here["outcome"].tolist(), there["outcome"].tolist()) == (["added"], ["added"])
    assert here["sync"].tolist() == there["sync"].tolist()
    writes = deployment.writes()
    assert changes.run().success
    assert deployment.writes() == writes


def test_what_cannot_be_sent_together_fails_each_event_with_the_cause_and_is_sent_later(deployment):
    changes = Changes(deployment, create=False)
    assert changes.run().success
    changes.change(EVENT, "Pre-Registered")
    result = changes.run()
    assert not result.success
    (failure,) = result.get_step_failure_events()
    cause = failure.step_failure_data.user_failure_data.description
    assert "1 of 2 events failed" in cause
    assert "Checking the activity types in Eloqua" in cause
    assert not deployment.journal(entity="activity")
    again = Changes(deployment)
    assert again.run().success
    assert len(deployment.journal(entity="activity")) == 1
