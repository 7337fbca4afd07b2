"""The stage of the demo: a sandbox of its own, a home of its own, and nothing of the deployment's settings.

The demo must never reach a real account: it clears every setting, works in a folder without `.env`, and
refuses
to begin if the settings name anything but its own sandbox.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

STARTS_WITHIN = 60.0
CONFIG = "telemetry: {enabled: false}\nnux: {enabled: false}\n"


class CannotPlay(Exception):
    """The demo cannot begin; the message says why."""


def play(home: Path | None, contacts: int) -> int:
    """Set the stage, tell the story, clear away. Returns the exit code."""
    with contextlib.ExitStack() as stack:
        kept = home is not None
        if home is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="certain_eloqua_demo_")))
        else:
            folder = home.absolute()
            if folder.exists() and any(folder.iterdir()):
                raise CannotPlay(f"{home} is not empty; name a new folder.")
            folder.mkdir(parents=True, exist_ok=True)
        store = folder / "sandbox.db" if kept else None
        url = stack.enter_context(sandbox(folder, contacts, store))
        connectors = _alone(folder, url)
        _quietly()
        from certain_eloqua.cli.demonstration.story import Story

        worked = Story(url, connectors, kept).tell()
        if kept:
            _how_to_look(folder)
    return 0 if worked else 1


@contextlib.contextmanager
def sandbox(folder: Path, contacts: int, store: Path | None) -> Iterator[str]:
    """The address of a sandbox that lives as long as the block."""
    ready, log = folder / "sandbox.json", folder / "sandbox.log"
    command = [sys.executable, "-m", "certain_eloqua_sandbox", "--port", "0", "--ready-file", str(ready)]
    command += ["--contacts", str(contacts), *(["--store", str(store)] if store else [])]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, [_root(), os.environ.get("PYTHONPATH")])),
    }
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, cwd=folder, stdout=output, stderr=subprocess.STDOUT, env=environment
        )
    try:
        deadline = time.monotonic() + STARTS_WITHIN
        while not (ready.exists() and ready.stat().st_size):
            if server.poll() is not None or time.monotonic() > deadline:
                raise CannotPlay(f"The sandbox did not start.\n{log.read_text()[-2000:]}")
            time.sleep(0.02)
        yield str(json.loads(ready.read_text())["url"])
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _root() -> str:
    return str(Path(__file__).resolve().parents[3])


def _alone(folder: Path, url: str) -> Path:
    """Take every setting of the deployment away and put the stage's in place. Returns the folder of
    connectors.
    """
    from certain_eloqua.settings import VARIABLES, Settings, project

    for name in VARIABLES:
        os.environ.pop(name, None)
    shipped = project() / "connectors"
    os.chdir(folder)
    dagster_home = folder / "dagster_home"
    dagster_home.mkdir()
    (dagster_home / "dagster.yaml").write_text(CONFIG)
    connectors = folder / "connectors"
    _copy(shipped, connectors)
    os.environ.update(
        DAGSTER_HOME=str(dagster_home),
        ELOQUA_BASE_URL=url,
        CERTAIN_BASE_URL=url,
        CERTAIN_ELOQUA_CONNECTORS=str(connectors),
    )
    settings = Settings.read()
    if {settings.eloqua_address, settings.certain_address} != {url}:
        raise CannotPlay("The settings name something else than the demo's own sandbox; nothing was done.")
    return connectors


def _copy(source: Path, target: Path) -> None:
    import shutil

    if not source.is_dir():
        raise CannotPlay(
            f"The shipped connectors are not in {source}. Run the demo from a checkout of the project."
        )
    shutil.copytree(source, target)


def _quietly() -> None:
    """Dagster's own log goes to its home; people see the story."""
    warnings.filterwarnings("ignore")
    logging.getLogger("dagster").setLevel(logging.CRITICAL)


def _how_to_look(folder: Path) -> None:
    import click

    click.echo(
        f"\nEverything is kept. To look at it again, in two terminals:\n"
        f"  certain-eloqua sandbox --store {folder}/sandbox.db\n"
        f"  DAGSTER_HOME={folder}/dagster_home CERTAIN_ELOQUA_CONNECTORS={folder}/connectors dagster dev"
    )
