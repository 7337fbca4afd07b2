"""The command: where it listens, how it ends, what it keeps, its message when it cannot start."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import clean_environment
from tests.contract.sandbox_control.conftest import ELOQUA, Caller

COMMAND = [sys.executable, "-m", "certain_eloqua_sandbox"]
Start = Callable[..., tuple[subprocess.Popen[str], Caller]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a sandbox of one's own."""
    running: list[subprocess.Popen[str]] = []

    def begin(*options: str) -> tuple[subprocess.Popen[str], Caller]:
        ready = tmp_path / f"ready-{len(running)}.json"
        program = subprocess.Popen(
            [*COMMAND, "--port", "0", "--ready-file", str(ready), *options],
            cwd=tmp_path,
            env=clean_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running.append(program)
        deadline = time.monotonic() + 240
        while not ready.exists():
            assert program.poll() is None, program.stdout and program.stdout.read()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        started = json.loads(ready.read_text())
        assert started["pid"] == program.pid
        return program, Caller(started["url"])

    yield begin
    for program in running:
        program.kill()
        program.communicate()


def _run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *options], capture_output=True, text=True, timeout=240, env=clean_environment()
    )


@pytest.mark.parametrize("way", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly(start: Start, way: signal.Signals) -> None:
    program, _ = start("--seed", "empty")
    program.send_signal(way)

    output, _ = program.communicate(timeout=120)

    assert program.returncode == 0
    assert "Traceback" not in output
    assert "company Sandbox, username demo, password demo" in output


def test_a_taken_port_is_said_plainly(start: Start) -> None:
    _, call = start("--seed", "empty")

    done = _run("--port", call.url.rsplit(":", 1)[1], "--seed", "empty")

    assert done.returncode == 2
    assert "is taken" in done.stderr
    assert "--port 0" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--host", "0.0.0.0"), "--allow-remote"),
        (("--host", "example.org"), "--allow-remote"),
        (("--seed", "nothing"), "there is no seed 'nothing'; there are demo, empty, large"),
        (("--store", "/nowhere/at/all.db"), "does not exist"),
        (("--contacts", "-1"), "must not be negative"),
    ],
)
def test_what_cannot_be_is_refused(options: tuple[str, ...], message: str) -> None:
    done = _run("--port", "0", *options)

    assert done.returncode == 2
    assert message in done.stderr


def test_a_store_has_everything_after_a_restart(start: Start, tmp_path: Path) -> None:
    store = str(tmp_path / "kept.db")
    program, call = start("--store", store, "--contacts", "20")
    call("POST", "/api/rest/1.0/data/contact", {"emailAddress": "kept@store.example"}, ELOQUA)
    call("PUT", "/_sandbox/settings", {"sync_mode": "looks"})
    call("PUT", "/_sandbox/clock", {"at": "2031-01-01T00:00:00Z", "frozen": True})
    program.terminate()
    program.communicate(timeout=120)

    program, call = start("--store", store)

    assert call("GET", "/_sandbox/journal?key=kept@store.example").json()["count"] == 1
    assert call("GET", "/_sandbox/view/summary").json()["eloqua"]["contacts"] == 21
    assert call("GET", "/_sandbox/settings").json()["sync_mode"] == "looks"
    assert call("GET", "/_sandbox/clock").json()["iso"] == "2031-01-01T00:00:00.000Z"
    call("POST", "/_sandbox/reset")
    assert call("GET", "/_sandbox/view/summary").json()["eloqua"]["contacts"] == 20


def test_a_store_with_another_seed_is_not_mixed_up(start: Start, tmp_path: Path) -> None:
    store = str(tmp_path / "kept.db")
    program, _ = start("--store", store, "--seed", "empty")
    program.terminate()
    program.communicate(timeout=120)

    done = _run("--port", "0", "--store", store, "--seed", "demo")

    assert done.returncode == 2
    assert "already holds the seed empty" in done.stderr


@pytest.mark.parametrize(("option", "most"), [("--contacts", "5,000,000"), ("--registrations", "1,000,000")])
def test_a_seed_that_would_never_be_ready_is_refused(option: str, most: str) -> None:
    done = _run(option, "1000000000000")

    assert done.returncode == 2
    assert f"argument {option}: must be at most {most}" in done.stderr


def test_what_is_no_http_is_logged_in_one_line(start: Start) -> None:
    program, call = start("--seed", "empty", "--quiet")
    assert call("GET", "/_sandbox/clock", headers={"X-Long": "x" * 30_000}).status == 200
    assert call("GET", "/_sandbox/clock", headers={"X-Long": "x" * 70_000}).status == 400
    program.send_signal(signal.SIGTERM)
    output = program.communicate(timeout=120)[0].splitlines()

    assert len(output) == 2
    assert output[1].startswith("unreadable request: Got more than 65536 bytes")


def test_a_store_of_another_version_is_refused_with_what_to_do(start: Start, tmp_path: Path) -> None:
    store = tmp_path / "old.db"
    program, _ = start("--seed", "empty", "--store", str(store))
    program.terminate()
    program.wait(30)
    with closing(sqlite3.connect(store)) as old, old:
        old.execute("DELETE FROM sandbox_state WHERE name = 'tables'")
    refused = _run("--port", "0", "--store", str(store))
    assert refused.returncode != 0
    assert "another version of the sandbox" in refused.stderr
    assert "Delete it, or name another file." in refused.stderr
