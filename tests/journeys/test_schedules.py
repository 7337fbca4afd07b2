"""A schedule under a real daemon: next ticks are shown, missed ones made up for once, runs never overlap."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
import requests

from certain_eloqua.definitions import build_defs
from tests.browser.conftest import CODE_LOCATION, running_dagster
from tests.waiting import until

pytestmark = pytest.mark.slow
NAME = "prospects_schedule"
SELECTOR = {**CODE_LOCATION, "scheduleName": NAME}
START = """mutation($schedule:ScheduleSelector!){startSchedule(scheduleSelector:$schedule){__typename
  ... on PythonError{message}}}"""
SHOWN = """query($schedule:ScheduleSelector!){scheduleOrError(scheduleSelector:$schedule){... on Schedule{
  description futureTicks(limit:2){results{timestamp}}
  scheduleState{status ticks{status skipReason runIds}}}}}"""
SCHEDULE = """
    schedule:
      first_run: 2020-01-01
      last_run: event_end + 900 days
      every: hour
      minute: 0
    """


def add_schedule(deployment):
    path = deployment.connectors / "prospects.yaml"
    lines = [line.removeprefix("    ") for line in SCHEDULE.splitlines()]
    path.write_text(path.read_text().rstrip() + "\n".join(lines) + "\n")


def let_three_days_pass(home, monkeypatch):
    """As if the schedule had been switched on three days ago, and no daemon had run since."""
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    with dg.DagsterInstance.get() as instance:
        (state,) = (one for one in instance.all_instigator_state() if one.instigator_name == NAME)
        then = (datetime.now(UTC) - timedelta(days=3)).timestamp()
        data = type(state.instigator_data)(state.instigator_data.cron_schedule, then)
        instance.update_instigator_state(state.with_data(data))


def evaluate(deployment, home, at):
    """The schedule evaluated at an instant, as the daemon does, on the instance of the daemon."""
    defs = build_defs(deployment.connectors)
    with dg.DagsterInstance.get() as instance:
        needed = {name: defs.resources[name] for name in ("certain", "ledger", "deployment")}
        with dg.build_schedule_context(instance, at, needed, defs.get_repository_def()) as context:
            return defs.get_repository_def().get_schedule_def(NAME).evaluate_tick(context)


@pytest.mark.timeout(900)
def test_missed_ticks_are_made_up_for_once_and_runs_do_not_overlap(deployment, tmp_path_factory, monkeypatch):
    add_schedule(deployment)
    home = tmp_path_factory.mktemp("scheduled")
    environment = {"CERTAIN_ELOQUA_CONNECTORS": str(deployment.connectors), "CERTAIN_WRITERS": "1"}
    with running_dagster(deployment.sandbox.url, home, **environment) as server:
        assert server.ask(START, schedule=SELECTOR)["startSchedule"]["__typename"] == "ScheduleStateResult"
        shown = server.ask(SHOWN, schedule=SELECTOR)["scheduleOrError"]
    assert shown["scheduleState"]["status"] == "RUNNING"
    assert "every hour at minute 00, from 2020-01-01 to event_end + 900 days" in shown["description"]
    first, second = (one["timestamp"] for one in shown["futureTicks"]["results"])
    assert (first % 900, second - first) == (0, 900)

    let_three_days_pass(home, monkeypatch)
    slow = {"method": "POST", "path": "/Registration/", "skip": 2, "times": -1, "answer": {"delay_ms": 2_000}}
    deployment.sandbox.control("POST", "faults", [slow])
    with running_dagster(deployment.sandbox.url, home, **environment) as server:
        until(lambda: _played(deployment.sandbox), "the schedule started no run that writes")
        quarter = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(hours=2)
        meanwhile = evaluate(deployment, home, quarter)
        deployment.sandbox.control("DELETE", "faults")
        until(lambda: server.statuses("prospects_many_events") == ["SUCCESS"], "the run did not succeed")
        ticks = server.ask(SHOWN, schedule=SELECTOR)["scheduleOrError"]["scheduleState"]["ticks"]
    assert meanwhile.run_requests == []
    assert "has not ended; due since" in meanwhile.skip_message
    assert "NWFORUM27" in meanwhile.skip_message
    assert [len(one["runIds"]) for one in ticks if one["status"] == "SUCCESS"] == [1], "three days, one run"

    now = datetime.now(UTC)
    again = evaluate(deployment, home, now.replace(second=0, microsecond=0))
    assert "the next tick is" in (again.skip_message or ""), "the ticks were served"
    (request,) = evaluate(deployment, home, quarter).run_requests
    assert request.run_config["ops"]["run_prospects_for_events"]["config"]["events"] == [
        "NWFORUM27",
        "NWSUMMIT27",
    ]
    for code in ("NWFORUM27", "NWSUMMIT27"):
        move_event(deployment.sandbox.url, code)
    moved = evaluate(deployment, home, quarter)
    assert moved.run_requests == []
    assert "there is no tick any more" in moved.skip_message


def move_event(url, code):
    """Give the event dates of long ago, as an organizer would."""
    answer = requests.post(
        f"{url}/certainExternal/service/v1/Event/NWIND/{code}",
        json={"startDate": "2020-01-02T09:00:00", "endDate": "2020-01-03T17:00:00"},
        auth=("demo", "demo"),
        timeout=60,
    )
    answer.raise_for_status()


def _played(sandbox) -> bool:
    return bool(sandbox.control("GET", "faults")["faults"][0]["played"])


def test_a_connector_of_the_account_runs_once_for_its_tick(deployment, tmp_path):
    path = deployment.connectors / "readers.yaml"
    window = "first_run: created + 0 days, last_run: 2099-12-31, every: hour, minute: 0, timezone: Asia/Tokyo"
    path.write_text(f"{path.read_text().rstrip()}\nschedule: {{{window}}}\n")
    defs = build_defs(deployment.connectors)
    at = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:

        def tick(instant):
            needed = {name: defs.resources[name] for name in ("certain", "ledger", "deployment")}
            with dg.build_schedule_context(instance, instant, needed, defs.get_repository_def()) as context:
                return defs.get_repository_def().get_schedule_def("readers_schedule").evaluate_tick(context)

        (request,) = tick(at).run_requests
        assert tick(at).run_requests[0].run_key == request.run_key, (
            "a tick that is repeated starts no other run"
        )
        ran = defs.resolve_job_def("readers").execute_in_process(instance=instance, tags=request.tags)
        assert ran.success
        assert "the account: the next tick is" in tick(at).skip_message
        (following,) = tick(at + timedelta(hours=1)).run_requests
        assert following.run_key != request.run_key
