"""What every test may ask for: a clean environment, the sandbox as a server, a Dagster home of its own.

Fixtures of one area belong into `tests/<area>/conftest.py`.
"""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dotenv
import hypothesis
import pytest

ROOT = Path(__file__).resolve().parents[1]

# No example may fail because the machine is busy: neither by its own time, nor by that of making it.
hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")
SLOW_FIRST = ("browser", "journeys", "contract", "unit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slowest areas first: a worker that begins one of them last would keep the others waiting."""
    order = {name: number for number, name in enumerate(SLOW_FIRST)}
    items.sort(key=lambda item: order.get(item.path.relative_to(ROOT / "tests").parts[0], len(order)))


OURS = ("ELOQUA_", "CERTAIN_")
OURS_TOO = {"SMTP_URL", "DAGSTER_HOME", "DAGSTER_MODULE_NAME"}


def _is_ours(name: str) -> bool:
    return name.startswith(OURS) or name in OURS_TOO


def clean_environment() -> dict[str, str]:
    """The environment without anything that configures us, for programs that tests start.

    Start them outside the checkout: `dagster` reads a `.env` in its working directory, and that wins over the
    environment. They find the package because it is installed.
    """
    return {name: value for name, value in os.environ.items() if not _is_ours(name)}


@pytest.fixture(autouse=True)
def _no_settings_from_outside(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's credentials and nobody's Dagster home reach a test, except one marked `real`.

    A developer's `.env` in the checkout is overlooked; a test of `.env` files writes its own elsewhere.
    """
    if request.node.get_closest_marker("real"):
        return
    for name in [name for name in os.environ if _is_ours(name)]:
        monkeypatch.delenv(name)

    def overlooking_ours(path: Any = None, *args: Any, **more: Any) -> dict[str, str | None]:
        return {} if path and Path(path).resolve() == ROOT / ".env" else read(path, *args, **more)

    read = dotenv.dotenv_values
    monkeypatch.setattr(dotenv, "dotenv_values", overlooking_ours)


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox: its address and its control door."""

    url: str

    def control(self, method: str, path: str, json_body: Any = None, timeout: float = 60) -> Any:
        """Ask the control door, for example `control("POST", "/faults", [...])`; the answer, decoded."""
        body = None if json_body is None else json.dumps(json_body).encode()
        request = urllib.request.Request(
            f"{self.url}/_sandbox/{path.lstrip('/')}",
            data=body,
            method=method,
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            message = error.read().decode(errors="replace")
            raise AssertionError(f"{method} {path}: the sandbox answered {error.code} {message}") from None
        return json.loads(text) if text else None


@pytest.fixture(scope="session")
def sandbox_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a sandbox started as its users start it; one for each xdist worker."""
    home = tmp_path_factory.mktemp("sandbox")
    ready, log = home / "ready.json", home / "sandbox.log"
    command = [sys.executable, "-m", "certain_eloqua_sandbox", "--port", "0", "--ready-file", str(ready)]
    with log.open("w") as output:
        server = subprocess.Popen(
            command, cwd=home, env=clean_environment(), stdout=output, stderr=subprocess.STDOUT
        )
    try:
        deadline = time.monotonic() + 240
        while not (ready.exists() and ready.read_text().strip()):
            if server.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"The sandbox did not start.\n{log.read_text()[-4000:]}", pytrace=False)
            time.sleep(0.02)
        yield json.loads(ready.read_text())["url"]
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@pytest.fixture
def sandbox(sandbox_server: str) -> Sandbox:
    """The sandbox as freshly started: default seed, no faults, counters at zero."""
    handle = Sandbox(sandbox_server)
    handle.control("POST", "/reset")
    return handle


@pytest.fixture
def dagster_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh Dagster home, with the deployment's dagster.yaml, for this test and the programs it starts."""
    import dagster as dg

    home = tmp_path / "dagster_home"
    home.mkdir()
    (home / "dagster.yaml").write_text((ROOT / "dagster.yaml").read_text())
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    # Made here, by one process: two that create the same SQLite files at once break them.
    with dg.DagsterInstance.get() as instance:
        instance.get_runs(limit=1)
    return home
