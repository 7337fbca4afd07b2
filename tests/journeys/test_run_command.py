"""`certain-eloqua run`: a connector run from the terminal, its plan applied exactly or not at all."""

import json
import re
import subprocess
import sys

import dagster as dg
import pytest
from click.testing import CliRunner

from certain_eloqua.cli import main
from tests.conftest import ROOT
from tests.journeys.conftest import EVENT
from tests.waiting import until_played

pytestmark = pytest.mark.slow


@pytest.fixture
def ours(kept):
    def call(*arguments: str, code: int = 0) -> str:
        done = CliRunner().invoke(main, list(arguments))
        assert done.exit_code == code, done.output + repr(done.exception)
        return done.output

    return call


def _dry_run(ours, *more: str) -> dict:
    output = ours("run", "attendees", "--event", EVENT, "--dry-run", "--json", *more)
    (outcome,) = json.loads(output[output.index("{\n") :])["runs"]
    return outcome


def test_a_dry_run_shows_the_plan_and_writes_nothing(ours, kept):
    output = ours("run", "attendees", "--event", EVENT, "--dry-run")
    assert kept.writes() == {}
    assert " create" in output
    assert "Nothing was written. To deliver exactly this: --apply-plan " in output
    (run,) = kept.instance.get_runs()
    assert (run.job_name, run.tags["dagster/partition"]) == ("attendees_dry_run", EVENT)
    assert run.tags["certain/connector"] == "attendees"
    assert "@" not in output.replace("***@", "")


def test_a_run_shows_its_progress_and_is_stored_in_the_instance(ours, kept):
    output = ours("run", "attendees", "--event", EVENT)
    assert kept.writes().get("eloqua.contact create", 0) > 0
    lines = [line.strip() for line in output.splitlines()]
    assert lines.index("certain/registrations") < lines.index("attendees/plan")
    assert lines.index("attendees/plan") < lines.index("attendees/delivery")
    assert "Completed." in lines
    (run,) = kept.instance.get_runs()
    assert (run.job_name, run.status.value) == ("attendees", "SUCCESS")
    assert f"/runs/{run.run_id}" in output


def test_exactly_the_plan_is_applied(ours, kept):
    planned = _dry_run(ours)
    output = ours("run", "attendees", "--apply-plan", planned["run"][:13], "--json")
    (applied,) = json.loads(output[output.index("{\n") :])["runs"]
    delivered = applied["delivery"]["created"] + applied["delivery"]["updated"]
    assert delivered == sum(planned["plan"][one] for one in ("create", "update", "upsert"))
    assert applied["plan"] == planned["plan"]


def test_a_plan_is_refused_when_the_sources_have_changed_since(ours, kept):
    planned = _dry_run(ours)
    some = [
        one["registrationCode"]
        for one in kept.platforms.registrations(EVENT)
        if one["registrationStatusLabel"] == "Pre-Registered"
    ]
    for code in some[:40]:
        kept.platforms.change_status(code, "Cancelled")
    output = ours("run", "attendees", "--apply-plan", planned["run"], code=1)
    assert "The sources have changed since run" in output
    assert "nothing was written" in output
    assert "records differ" in output or "are no longer in it" in output
    assert "***@" in output
    assert "@" not in output.replace("***@", "")
    assert kept.writes().get("eloqua.contact create", 0) == 0


def test_settings_of_one_run_are_checked_like_those_of_the_file(ours, kept):
    plain, other = _dry_run(ours), _dry_run(ours, "--set", "registration_statuses=[Attended]")
    assert plain["plan"] != other["plan"]
    wrong = ours("run", "attendees", "--event", EVENT, "--set", "registration_status=[A]", code=2)
    assert "`registration_status` is not a setting of this kind" in wrong
    assert "registration_statuses" in wrong
    wrong = ours("run", "attendees", "--event", EVENT, "--set", "registration_statuses=7", code=2)
    assert "registration_statuses: 7 is not allowed" in wrong


def test_every_event_that_the_file_selects_is_run(ours, kept):
    output = ours("run", "prospects", "--all-events", "--dry-run", "--json")
    runs = json.loads(output[output.index("{\n") :])["runs"]
    assert [one["event"] for one in runs] == ["NWFORUM27", "NWSUMMIT27"]
    assert kept.writes() == {}


def test_what_cannot_be_run_is_refused_with_the_nearest_name(ours):
    assert "Did you mean attendees?" in ours("run", "atendees", "--event", EVENT, code=2)
    assert "Did you mean NWSUMMIT27?" in ours("run", "attendees", "--event", "NWSUMIT27", code=2)
    assert "say for which events" in ours("run", "attendees", code=2)
    assert "leave out --event" in ours("run", "readers", "--event", EVENT, code=2)
    assert "there is no run" in ours("run", "attendees", "--apply-plan", "zzzz", code=2)


def test_the_reports_of_a_run_are_beside_its_frames_and_masked(ours, kept, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    ours("run", "attendees", "--event", EVENT)
    (run,) = kept.instance.get_runs()
    printed = ours("report", run.run_id[:8], "--open").splitlines()
    frames = kept.folder / "home" / "certain_eloqua" / "frames" / "attendees"
    files = [frames / step / EVENT / f"{run.run_id}.html" for step in ("plan", "delivery")]
    assert printed == [str(file) for file in files]
    assert opened == [file.as_uri() for file in files]
    for file in files:
        assert "@" not in file.read_text().replace("***@", "")
    assert '<li class="created">' in files[1].read_text()
    metadata = kept.instance.get_latest_materialization_event(
        dg.AssetKey(["attendees", "plan"])
    ).asset_materialization.metadata
    assert metadata["report"].value == str(files[0].relative_to(frames.parent))
    assert run.run_id in metadata["open_report"].value
    made = json.loads(ours("report", run.run_id, "--unmasked", "--out", str(kept.folder / "x"), "--json"))
    (plan, delivery) = [kept.folder / "x" / one["page"] for one in made["reports"]]
    people = plan.read_text()
    assert "@" in people.replace("***@", "")
    assert "C_FirstName" in delivery.read_text()
    assert plan.stat().st_mode & 0o077 == 0


@pytest.mark.timeout(300)
def test_a_run_is_stopped_as_by_ctrl_c_and_the_next_one_delivers_the_rest(ours, kept):
    with_two = _people_with_two(kept)
    slow = {"method": "POST", "path": "/Registration/", "skip": 6, "times": -1, "answer": {"delay_ms": 2_000}}
    kept.sandbox.control("POST", "faults", slow)
    process = subprocess.Popen(
        [sys.executable, "-m", "certain_eloqua.cli", "run", "prospects", "--event", EVENT],
        cwd=kept.folder,
        env={**kept.environment, "CERTAIN_WRITERS": "1", "PYTHONPATH": str(ROOT)},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    until_played(kept.sandbox, "the slow write was not reached")
    # From another terminal: the command sends the signal that Ctrl-C sends.
    (stopped,) = json.loads(ours("connectors", "stop", "prospects", "--event", EVENT, "--json"))["runs"]
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 130, output
    assert stopped["how"] == "stopped"
    assert stopped["outcomes"]["created"] == kept.writes()["certain.registration create"]
    assert "Nothing is running or queued." in ours("connectors", "stop", "prospects", code=1)
    words = r"The run was terminated. Of 294 records to write, (\d+) have a recorded outcome"
    assert 6 <= int(re.search(words, output)[1]) < 294
    kept.sandbox.control("DELETE", "faults")
    output = ours("run", "prospects", "--event", EVENT, "--json")
    (outcome,) = json.loads(output[output.index("{\n") :])["runs"]
    assert outcome["succeeded"]
    assert _people_with_two(kept) == with_two
    output = ours("run", "prospects", "--event", EVENT, "--dry-run", "--json")
    (outcome,) = json.loads(output[output.index("{\n") :])["runs"]
    assert set(outcome["plan"]) <= {"unchanged", "skip"}


def _people_with_two(kept) -> int:
    """How many registrations are of people who have another one."""
    pins = [one["profile"]["pin"] for one in kept.platforms.registrations(EVENT)]
    return len(pins) - len(set(pins))
