"""One run of a connector for many events: each has its own result, and one that fails stops no other."""

import dagster as dg
import pytest

from certain_eloqua.assets.many_events import many_events_config
from certain_eloqua.definitions import build_defs

pytestmark = pytest.mark.slow

JOB = "attendees_many_events"


def run(deployment, events: list[str], **more) -> dg.ExecuteInProcessResult:
    config = many_events_config("attendees", events, **more)
    job = build_defs(deployment.connectors).resolve_job_def(JOB)
    return job.execute_in_process(config, instance=deployment.instance, raise_on_error=False)


def materialized(deployment, asset: str) -> set[str]:
    return set(deployment.instance.get_materialized_partitions(dg.AssetKey(asset.split("/"))))


def test_every_event_is_materialized_in_its_own_partition(deployment):
    events = ["NWSUMMIT27", "NWEMPTY27"]
    assert run(deployment, events).success
    for asset in ("certain/registrations", "attendees/contacts", "attendees/plan", "attendees/delivery"):
        assert materialized(deployment, asset) == set(events)
    written = deployment.writes()
    assert written
    alone = deployment.job("attendees", "NWSUMMIT27")
    assert alone.success
    assert deployment.writes() == written, "the single run finds nothing left to write"
    checks = deployment.instance.event_log_storage.get_latest_asset_check_execution_by_key(
        [dg.AssetCheckKey(dg.AssetKey(["attendees", "delivery"]), "everything_planned_has_an_outcome")]
    )
    assert len(checks) == 1


def test_a_dry_run_stops_after_the_plans(deployment):
    assert run(deployment, ["NWSUMMIT27", "NWEMPTY27"], dry_run=True).success
    assert materialized(deployment, "attendees/plan") == {"NWSUMMIT27", "NWEMPTY27"}
    assert materialized(deployment, "attendees/delivery") == set()
    assert deployment.writes() == {}


def test_an_event_that_fails_is_named_and_the_others_are_complete(deployment):
    result = run(deployment, ["NOSUCH", "NWEMPTY27"])
    assert not result.success
    (failure,) = result.get_step_failure_events()
    output = failure.step_failure_data.user_failure_data.description
    assert "1 of 2 events failed" in output
    assert "NOSUCH" in output
    assert materialized(deployment, "attendees/delivery") == {"NWEMPTY27"}
