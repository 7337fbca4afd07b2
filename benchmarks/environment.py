"""A sandbox and an environment for a benchmark that lays its own data down."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path


def start_sandbox(home: Path, *options: str) -> tuple[subprocess.Popen[bytes], str]:
    """A sandbox on a free port, and its address."""
    ready = home / "ready.json"
    command = [sys.executable, "-m", "certain_eloqua_sandbox", "--port", "0", "--ready-file", str(ready)]
    server = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL)
    while not (ready.exists() and ready.read_text()):
        if server.poll() is not None:
            raise SystemExit("the sandbox did not start")
        time.sleep(0.05)
    return server, json.loads(ready.read_text())["url"]


def environment_for(home: Path, url: str) -> dict[str, str]:
    """Our settings for a process whose Dagster home is `home`."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("ELOQUA_", "CERTAIN_"))},
        "ELOQUA_BASE_URL": url,
        "CERTAIN_BASE_URL": url,
        "DAGSTER_HOME": str(home),
        "CERTAIN_ELOQUA_CONNECTORS": str(home / "connectors"),
        "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
    }
