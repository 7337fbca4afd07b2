"""A run that is terminated in the UI stops, says what it has written, and the next run delivers the rest."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from certain_eloqua.cli import main
from certain_eloqua.ledger import Ledger
from tests.browser.conftest import running_dagster
from tests.journeys.conftest import EVENT
from tests.waiting import until, until_played

pytestmark = pytest.mark.slow
TERMINATE = """mutation($id:String!){terminateRun(runId:$id){__typename
  ... on TerminateRunFailure{message} ... on PythonError{message}}}"""
STATUS = "query($id:ID!){runOrError(runId:$id){... on Run{status}}}"


@pytest.mark.timeout(900)
def test_a_terminated_run_stops_and_the_next_one_completes_it(deployment, tmp_path_factory, monkeypatch):
    home = tmp_path_factory.mktemp("terminated")
    sandbox = deployment.sandbox
    twice = _twice(deployment)
    # Single writes to Certain, each of which takes long from the seventh on.
    slow = {"method": "POST", "path": "/Registration/", "skip": 6, "times": -1, "answer": {"delay_ms": 2_000}}
    sandbox.control("POST", "faults", [slow])
    with running_dagster(
        sandbox.url, home, CERTAIN_ELOQUA_CONNECTORS=str(deployment.connectors), CERTAIN_WRITERS="1"
    ) as server:
        launched = server.launch("prospects", EVENT)
        until_played(sandbox, "the slow write was not reached")
        answer = server.ask(TERMINATE, id=launched)["terminateRun"]
        assert answer["__typename"] == "TerminateRunSuccess", answer
        until(lambda: _status(server, launched) == "CANCELED", "the run did not end")
        written = deployment.writes()["certain.registration create"]
        stopped = server.error(launched)
        words = r"The run was terminated. Of 294 records to write, (\d+) have a recorded outcome"
        recorded = int(re.search(words, stopped)[1])
        assert 6 <= recorded < 294
        with Ledger(f"sqlite:///{home}/certain_eloqua/ledger.sqlite") as ledger:
            ((delivery, counts),) = ledger.deliveries_of_run(launched)
        assert sum(counts.values()) == recorded
        assert counts["created"] == written  # nothing was written whose outcome is not recorded
        assert delivery.state == "failed"
        assert delivery.cause in stopped
        # A second run, and a third that waits in the queue behind it, are stopped by the command.
        running, waiting = (server.launch("prospects", EVENT) for _ in range(2))
        sandbox.control("DELETE", "faults")
        sandbox.control("POST", "faults", [slow])
        until_played(sandbox, "the slow write was not reached again")
        until(lambda: _status(server, waiting) == "QUEUED", "the third run does not wait")
        found = {one["run"]: one for one in _stopped(monkeypatch, home, "prospects")}
        assert found[waiting]["how"] == "queued"
        assert (found[running]["how"], found[running]["outcomes"]["created"]) == (
            "stopped",
            deployment.writes()["certain.registration create"] - written,
        )
        sandbox.control("DELETE", "faults")
        ran = server.run("prospects", EVENT)
        assert ran["status"] == "SUCCESS"
    assert _twice(deployment) == twice, "people were registered a second time"


def _stopped(monkeypatch, home: Path, *arguments: str) -> list[dict]:
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    done = CliRunner().invoke(main, ["connectors", "stop", *arguments, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)["runs"]


def _twice(deployment) -> int:
    """How many registrations are of people who have another one."""
    pins = [one["profile"]["pin"] for one in deployment.platforms.registrations(EVENT)]
    return len(pins) - len(set(pins))


def _status(server, run: str) -> str:
    return server.ask(STATUS, id=run)["runOrError"]["status"]
