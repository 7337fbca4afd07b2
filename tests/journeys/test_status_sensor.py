"""A status changes in Certain, the sensor sees it with few calls, one run sends it."""

import dagster as dg
import pytest

from certain_eloqua.definitions import build_defs
from tests.journeys.conftest import EVENT

pytestmark = pytest.mark.slow

CONNECTOR = """
    kind: registration_status_activities
    events: {status: [Live, On-Site]}
    settings:
      registration_statuses: [Pre-Registered, Attended]
      campaign_id: "1"
      create_activity_types: true
      create_missing_contacts: true
    """


class Daemon:
    """Evaluates the sensor and runs what it asks for, as the daemon does."""

    def __init__(self, deployment):
        deployment.file("registrations", CONNECTOR)
        self.deployment = deployment
        self.defs = build_defs(deployment.connectors)
        self.sensor = self.defs.get_repository_def().get_sensor_def("registration_status_changes")
        self.cursor = None
        self.keys = set()

    def tick(self):
        """The requests of a tick whose keys are new."""
        needed = {name: self.defs.resources[name] for name in ("certain", "ledger", "deployment")}
        with dg.build_sensor_context(
            instance=self.deployment.instance, cursor=self.cursor, resources=needed
        ) as context:
            result = self.sensor.evaluate_tick(context)
        self.cursor = result.cursor
        new = [one for one in result.run_requests if one.run_key not in self.keys]
        self.keys |= {one.run_key for one in new}
        return new

    def run(self, requests):
        for request in requests:
            job = self.defs.resolve_job_def(request.job_name)
            done = job.execute_in_process(instance=self.deployment.instance, run_config=request.run_config)
            assert done.success


@pytest.fixture
def daemon(deployment):
    return Daemon(deployment)


def events_of(request):
    (config,) = request.run_config["ops"].values()
    return config["config"]["events"]


def change(deployment, code, status):
    deployment.sandbox.control("POST", "/certain/registration", {"code": code, "status": status})


def invited(deployment, number=0):
    frame = deployment.frames.frame(("certain", "registrations"), EVENT)
    rows = frame[frame["registrationStatusLabel"].eq("Invited") & frame["isActive"].astype(bool)]
    return rows.iloc[number]["registrationCode"]


def test_a_change_is_seen_by_the_next_tick_and_becomes_one_activity(daemon, deployment):
    (first,) = daemon.tick()
    assert EVENT in events_of(first)  # the first look, at all events in one run
    daemon.run([first])
    assert daemon.tick() == []
    change(deployment, invited(deployment), "Attended")
    (request,) = daemon.tick()
    assert events_of(request) == [EVENT]
    daemon.run([request])
    assert len(deployment.journal(entity="activity")) == 1
    assert daemon.tick() == []


def test_a_status_that_goes_to_and_fro_starts_a_run_each_time(daemon, deployment):
    daemon.run(daemon.tick())
    code = invited(deployment)
    for status in ("Attended", "Pre-Registered", "Attended"):
        change(deployment, code, status)
        requests = daemon.tick()
        assert len(requests) == 1
        daemon.run(requests)
    kinds = [line["key"].partition("|")[0] for line in deployment.journal(entity="activity")]
    assert kinds == ["Attended", "Pre-Registered", "Attended"]


def test_a_quiet_tick_costs_few_calls_of_certain(daemon, deployment):
    daemon.run(daemon.tick())
    deployment.sandbox.control("DELETE", "counters")
    assert daemon.tick() == []
    calls = deployment.sandbox.control("GET", "counters")["calls"]
    assert sum(calls.values()) <= 4, calls


def test_certain_being_down_fails_the_tick_and_skips_nothing(daemon, deployment):
    daemon.run(daemon.tick())
    change(deployment, invited(deployment), "Attended")
    refused = {"method": "GET", "path": "/Registration/", "times": -1, "answer": {"status": 400, "body": {}}}
    deployment.sandbox.control("POST", "/faults", refused)
    before = daemon.cursor
    with pytest.raises(dg.Failure, match="Looking for changed"):
        daemon.tick()
    assert daemon.cursor == before
    deployment.sandbox.control("DELETE", "/faults")
    (request,) = daemon.tick()
    assert events_of(request) == [EVENT]
