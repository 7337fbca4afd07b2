"""The list of connectors with the status of each, and the removal of ended runs."""

import json
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from click.testing import CliRunner

from certain_eloqua.cli import main
from tests.journeys.conftest import EVENT

pytestmark = pytest.mark.slow


@pytest.fixture
def ours(kept):
    def call(*arguments: str, code: int = 0) -> str:
        done = CliRunner().invoke(main, list(arguments))
        assert done.exit_code == code, done.output + repr(done.exception)
        return done.output

    return call


def _row(ours, name: str) -> dict:
    listed = json.loads(ours("connectors", "list", "--json"))["connectors"]
    return next(one for one in listed if one["name"] == name)


def test_the_list_shows_the_status_of_the_latest_run(ours, kept, monkeypatch):
    assert _row(ours, "readers")["status"] == "Never run"
    assert kept.runner().job("prospects", EVENT, dry_run=True).success
    assert _row(ours, "prospects")["last_run"]["dry_run"]
    assert "dry run" in ours("connectors", "list")
    assert kept.job("prospects", EVENT).success
    row = _row(ours, "prospects")
    assert (row["status"], row["application"]) == ("Completed", "Eloqua")
    assert row["last_run"]["event"] == EVENT
    assert row["last_run"]["outcome"]["created"] > 0
    with monkeypatch.context() as patch:
        patch.setenv("ELOQUA_PASSWORD", "wrong")
        kept.job("prospects", EVENT)
    assert _row(ours, "prospects")["status"] == "Failed"
    assert "Failed" in ours("connectors", "list")
    answer = {"status": 400, "body": '{"error": {"code": "1", "message": "no"}}'}
    kept.sandbox.control(
        "POST", "faults", {"method": "POST", "path": "/Profile/", "times": 1, "answer": answer}
    )
    kept.job("readers")
    assert _row(ours, "readers")["status"] == "Completed with errors"
    assert kept.runner().assets(["standing/connector_files"]).success
    made = kept.instance.get_latest_materialization_event(
        dg.AssetKey(["standing", "connector_files"])
    ).asset_materialization.metadata["connectors"]
    shown = {record.data["name"]: record.data["status"] for record in made.records}
    assert shown["readers"] == "Completed with errors"
    assert shown["prospects"] == "Failed"


def test_the_list_shows_the_next_run_by_the_dates_of_the_events(ours, kept):
    assert _row(ours, "prospects")["next_run"] is None, "it is started by hand"
    for name, zone in (("prospects", "event"), ("readers", "Europe/Berlin")):
        path = kept.connectors / f"{name}.yaml"
        window = "first_run: 2020-01-01, last_run: 2099-12-31, every: hour, minute: 30"
        path.write_text(f"{path.read_text().rstrip()}\nschedule: {{{window}, timezone: {zone}}}\n")
    assert _row(ours, "prospects")["next_run"]["at"] is None, "the events were never read"
    assert kept.runner().assets(["certain/events"]).success
    row, account = _row(ours, "prospects"), _row(ours, "readers")
    assert row["next_run"]["event"] in ("NWFORUM27", EVENT)
    assert (account["next_run"]["event"], account["next_run"]["time_zone"]) == (None, "Europe/Berlin")
    for one in (row, account):
        at = datetime.fromisoformat(one["next_run"]["at"])
        assert timedelta(0) < at - datetime.now(UTC) <= timedelta(hours=1)
        assert (at.minute, one["next_run"]["switched_on"]) == (30, False)
    assert ":30 CE" in ours("connectors", "list")
    assert "(off)" in ours("connectors", "list")


def test_only_ended_runs_are_removed(ours, kept):
    assert kept.job("readers").success
    assert kept.job("readers").success
    latest, older = kept.instance.get_runs()
    others = {
        status: kept.instance.create_run_for_job(
            kept.runner().definitions.resolve_job_def("readers"),
            tags={"certain/connector": "readers"},
            status=status,
        ).run_id
        for status in (dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTED)
    }
    removed = json.loads(ours("connectors", "clear", "--yes", "--json"))["removed"]
    assert removed == [older.run_id]
    removed = json.loads(ours("connectors", "clear", "readers", "--all", "--yes", "--json"))["removed"]
    assert removed == [latest.run_id]
    assert {run.run_id for run in kept.instance.get_runs()} == set(others.values())
    assert "there is no connector 'nobody'" in ours("connectors", "clear", "nobody", "--yes", code=2)
