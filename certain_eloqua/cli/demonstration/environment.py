"""The environment of the demo: a sandbox and a home of its own, and none of the deployment's settings.

The demo must never reach a real account: it clears every setting, works in a folder without `.env`, and
refuses to begin if the settings name anything but its own sandbox.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

STARTS_WITHIN = 60.0
CONFIG = "telemetry: {enabled: false}\nnux: {enabled: false}\n"


MAKE_DEMO_FOLDER = ".demo"
"""Where `make demo` keeps its runs, in the checkout."""
MARKER = ".certain_eloqua_demo"
"""The file that marks a folder as made by the demo, which alone may be replaced."""


class CannotRun(Exception):
    """The demo cannot begin; the message says why."""


def run_demo(home: Path | None, contacts: int, *, replace: bool = False) -> int:
    """Make the environment, run the scenario, clear away. Returns the exit code.

    Args:
        home: the folder in which everything is kept; nothing is kept if left out.
        contacts: how many contacts the sandbox's Eloqua has.
        replace: remove what an earlier demo left in the folder.
    """
    with contextlib.ExitStack() as stack:
        if home is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="certain_eloqua_demo_")))
        else:
            folder = _new_folder(home.absolute(), replace)
        store = folder / "sandbox.db" if home else None
        url = stack.enter_context(sandbox(folder, contacts, store))
        connectors = _isolate(folder, url, full=home is not None)
        _silence()
        from certain_eloqua.cli.demonstration.scenario import Scenario

        worked = Scenario(url, connectors, kept=home is not None).run()
        _show_how_to_look(home, folder)
    return 0 if worked else 1


def _new_folder(folder: Path, replace: bool) -> Path:
    if folder.exists() and any(folder.iterdir()):
        if not replace:
            raise CannotRun(
                f"{folder} is not empty. Name a new folder, or add --replace for an earlier demo's."
            )
        if not (folder / MARKER).exists():
            raise CannotRun(f"{folder} was not made by the demo, so it is not replaced. Name a new folder.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER).touch()
    return folder


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
                raise CannotRun(f"The sandbox did not start.\n{log.read_text()[-2000:]}")
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


def _isolate(folder: Path, url: str, *, full: bool) -> Path:
    """Remove every setting of the deployment and set the demo's. Returns the folder of connectors.

    With `full` the home has the deployment's dagster.yaml, so that `make ui` can go on with it.
    """
    from certain_eloqua.settings import VARIABLES, Settings, project

    for name in VARIABLES:
        os.environ.pop(name, None)
    shipped = project() / "connectors"
    os.chdir(folder)
    dagster_home = folder / "dagster_home"
    dagster_home.mkdir()
    config = shipped.parent / "dagster.yaml"
    (dagster_home / "dagster.yaml").write_text(config.read_text() if full and config.exists() else CONFIG)
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
        raise CannotRun("The settings name something else than the demo's own sandbox; nothing was done.")
    return connectors


def _copy(source: Path, target: Path) -> None:
    if not source.is_dir():
        raise CannotRun(
            f"The shipped connectors are not in {source}. Run the demo from a checkout of the project."
        )
    shutil.copytree(source, target)


def _silence() -> None:
    """Dagster's own log goes to its home; the terminal shows the scenario."""
    warnings.filterwarnings("ignore")
    logging.getLogger("dagster").setLevel(logging.CRITICAL)


def _show_how_to_look(home: Path | None, folder: Path) -> None:
    import click

    if home is None:
        click.echo("Nothing was kept. To look at the runs in the browser: make demo, then make ui.")
    elif folder.name == MAKE_DEMO_FOLDER and (folder.parent / "bin" / "ui").exists():
        click.echo("See these runs in the browser: DEMO=1 make ui")
    else:
        click.echo(
            f"Everything is kept. To look at it again, in two terminals:\n"
            f"  certain-eloqua sandbox --store {folder}/sandbox.db\n"
            f"  DAGSTER_HOME={folder}/dagster_home CERTAIN_ELOQUA_CONNECTORS={folder}/connectors dagster dev"
        )
