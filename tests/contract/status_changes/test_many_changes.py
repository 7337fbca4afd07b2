"""100,000 status changes of one event: calls, memory, and one activity each."""

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT, Sandbox, clean_environment

pytestmark = pytest.mark.slow


def test_a_hundred_thousand_changes_take_few_calls_and_little_memory(sandbox: Sandbox):
    command = [sys.executable, "-m", "tests.many_changes", sandbox.url, "--changes", "100000"]
    ended = subprocess.run(
        command,
        cwd=ROOT,
        env={**clean_environment(), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    result = json.loads(ended.stdout)
    assert result["outcomes"] == {"added": 100_000, "skipped": 1}  # the event's first look
    assert result["eloqua_calls"] <= 20
    assert result["peak_mb"] <= 400  # measured: 378
    assert sandbox.control("GET", "/journal?entity=activity&limit=1")["count"] == 100_000
