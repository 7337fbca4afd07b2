"""A status in a session or an agenda item changes in Certain, the sensor sees it, one run sends it."""

import dagster as dg
import pytest
import requests

from certain_eloqua.definitions import build_defs
from tests.journeys.conftest import EVENT

pytestmark = pytest.mark.slow

COMMON = """
      campaign_id: "1"
      create_activity_types: true
      create_missing_contacts: true
"""
CONNECTORS = {
    "sessions": f"""
    kind: session_status_activities
    events: [NWEXPO25]
    settings:
      session_statuses: [Registered, Attended, Cancelled]
      sessions: [all]{COMMON}""",
    "agenda": f"""
    kind: agenda_item_status_activities
    events: [{EVENT}]
    settings:
      agenda_statuses: [Registered, Attended, Cancelled]
      agenda_items: [all]{COMMON}""",
}
WHERE = {"sessions": "NWEXPO25", "agenda": EVENT}


class Daemon:
    """Evaluates the sensor and runs what it asks for, as the daemon does."""

    def __init__(self, deployment):
        for name, text in CONNECTORS.items():
            deployment.file(name, text)
        self.deployment = deployment
        self.defs = build_defs(deployment.connectors)
        self.sensor = self.defs.get_repository_def().get_sensor_def("programme_status_changes")
        self.cursor = None

    def tick(self):
        needed = {name: self.defs.resources[name] for name in ("certain", "ledger", "deployment")}
        with dg.build_sensor_context(
            instance=self.deployment.instance, cursor=self.cursor, resources=needed
        ) as context:
            result = self.sensor.evaluate_tick(context)
        self.cursor = result.cursor
        return result.run_requests

    def run(self, requests):
        for request in requests:
            job = self.defs.resolve_job_def(request.job_name)
            done = job.execute_in_process(instance=self.deployment.instance, run_config=request.run_config)
            assert done.success

    def ask(self, method, path, body):
        answer = requests.request(
            method, self.deployment.sandbox.url + path, auth=("demo", "demo"), json=body, timeout=30,
            headers={"Accept": "application/json"},
        )  # fmt: skip
        assert answer.ok, answer.text

    def change(self, name):
        """Somebody who is registered has attended; in a session or for an agenda item."""
        frames = self.deployment.frames
        if name == "sessions":
            rows = frames.frame(("certain", "session_registrations"), WHERE[name])
            row = rows[rows["regSessionStatus"].eq("Registered")].iloc[0]
            path = f"/api/standard/2.0/accounts/NWIND/events/{WHERE[name]}/registrations/sessions"
            body = [
                {
                    "registrationCode": row["registrationCode"],
                    "instanceId": int(row["instanceId"]),
                    "status": "Attended",
                }
            ]
            self.ask("POST", path, body)
            return
        rows = frames.frame(("certain", "agenda_registrations"), WHERE[name])
        row = rows[rows["status"].eq("REGISTERED")].iloc[0]
        path = f"/certainExternal/service/v1/RegistrationAgenda/NWIND/{WHERE[name]}"
        path += f"/{row['registrationCode']}/{row['activityCode']}"
        self.ask("POST", path, {"status": "ATTENDED"})


@pytest.fixture
def daemon(deployment):
    daemon = Daemon(deployment)
    daemon.run(daemon.tick())  # the first look at every event
    for _ in range(2):  # what the overlap reads again is looked at once more
        daemon.run(daemon.tick())
    assert not deployment.journal(entity="activity")
    return daemon


def events_of(request):
    (config,) = request.run_config["ops"].values()
    return config["config"]["events"]


@pytest.mark.parametrize("name", CONNECTORS)
def test_a_change_is_seen_and_becomes_one_activity(daemon, deployment, name):
    assert daemon.tick() == []
    daemon.change(name)
    (request,) = daemon.tick()
    assert (request.job_name, events_of(request)) == (f"{name}_many_events", [WHERE[name]])
    daemon.run([request])
    assert len(deployment.journal(entity="activity")) == 1
    assert daemon.tick() == []


def test_a_quiet_tick_costs_few_calls_of_certain(daemon, deployment):
    deployment.sandbox.control("DELETE", "counters")
    assert daemon.tick() == []
    calls = deployment.sandbox.control("GET", "counters")["calls"]
    assert sum(calls.values()) <= 4, calls


def test_certain_being_down_fails_the_tick_and_skips_nothing(daemon, deployment):
    daemon.change("agenda")
    refused = {"method": "GET", "path": "/Event", "times": -1, "answer": {"status": 400, "body": {}}}
    deployment.sandbox.control("POST", "/faults", refused)
    before = daemon.cursor
    with pytest.raises(dg.Failure, match="Looking for changed"):
        daemon.tick()
    assert daemon.cursor == before
    deployment.sandbox.control("DELETE", "/faults")
    (request,) = daemon.tick()
    assert events_of(request) == [WHERE["agenda"]]


def test_an_event_that_cannot_be_read_keeps_no_other_from_its_turn(daemon, deployment):
    daemon.change("agenda")
    refused = {"method": "GET", "path": "/registrations", "times": -1, "answer": {"status": 400, "body": {}}}
    deployment.sandbox.control("POST", "/faults", refused)
    (request,) = daemon.tick()
    assert events_of(request) == [WHERE["agenda"]]
    deployment.sandbox.control("DELETE", "/faults")
