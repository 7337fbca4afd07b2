"""Workers that deliver activities are killed, again and again: see `tests/kill_activities.py`."""

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT, clean_environment

pytestmark = pytest.mark.slow


def kill(kills: int, *arguments: str) -> dict[str, int]:
    command = [sys.executable, "-m", "tests.kill_activities", "--kills", str(kills), *arguments]
    ended = subprocess.run(
        command,
        cwd=ROOT,
        env={**clean_environment(), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr[-3000:]
    result: dict[str, int] = json.loads(ended.stdout)
    return result


@pytest.mark.parametrize(("kills", "workers"), [(150, 1), (80, 2)])
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_killed_workers_send_every_change_once(
    request: pytest.FixtureRequest, database: str, kills: int, workers: int
):
    ledger = [] if database == "sqlite" else ["--ledger", request.getfixturevalue("postgres")]
    result = kill(kills, "--workers", str(workers), *ledger)
    assert result["kills"] >= kills
    assert result["changes"] == result["activities"] > 100
    assert (result["missing"], result["doubled"], result["ledger_differs"]) == (0, 0, 0)
