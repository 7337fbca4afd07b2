"""Third-party clients from the registry, each in its own environment, led to the sandbox from outside."""

import os
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import clean_environment
from tests.contract.third_party.redirect import Redirect, redirect
from tests.journeys.conftest import deployment

__all__ = ["deployment"]  # a fixture of the journeys that these tests use, too

# Newer ones may be published at any time; what we show is that these, unmodified, work.
CLIENTS = {"tap-eloqua": "tap-eloqua==1.3.0", "pyeloqua": "pyeloqua==0.5.11"}
PROXIES = {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}


def _install(name: str, folder: Path) -> Path:
    home = folder / name
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    done = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", CLIENTS[name]],
        capture_output=True,
        text=True,
        timeout=600,
    )
    if done.returncode:
        pytest.fail(f"pip could not install {CLIENTS[name]}:\n{done.stderr[-3000:]}", pytrace=False)
    return python


@pytest.fixture(scope="session")
def pyeloqua_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that has pyeloqua."""
    return _install("pyeloqua", tmp_path_factory.mktemp("venv"))


@pytest.fixture(scope="session")
def tap_eloqua(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program tap-eloqua."""
    return _install("tap-eloqua", tmp_path_factory.mktemp("venv")).parent / "tap-eloqua"


@pytest.fixture(scope="session")
def eloqua_hosts(sandbox_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redirect]:
    """Eloqua's hosts, led to the sandbox."""
    with redirect(sandbox_server, tmp_path_factory.mktemp("certificates")) as running:
        yield running


@pytest.fixture
def run_outside(eloqua_hosts: Redirect) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a program with Eloqua's hosts led to the sandbox, and nothing else of ours in its environment."""
    outside = {name: value for name, value in clean_environment().items() if name.lower() not in PROXIES}
    outside.pop("PYTHONPATH", None)

    def run(*command: str | Path, timeout: float = 150) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [os.fspath(part) for part in command],
            env={**outside, **eloqua_hosts.environment()},
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        assert done.returncode == 0, f"{command[0]} failed\n{done.stdout[-2000:]}\n{done.stderr[-5000:]}"
        return done

    return run


if sys.version_info >= (3, 13):  # pragma: no cover
    collect_ignore = ["test_tap_eloqua.py"]  # its pinned requests of 2018 needs the module cgi
