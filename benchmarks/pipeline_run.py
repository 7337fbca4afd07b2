"""One job of the benchmark, in its own process; prints one line of JSON at the end."""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

import dagster as dg
import requests

from benchmarks.pipeline import EVENT, peak_megabytes
from certain_eloqua.cli.demonstration.runs import Runner
from certain_eloqua.definitions import build_defs


class Waiting:
    """Seconds in which at least one request to a platform was under way: that of `path`, or any of them."""

    def __init__(self, path: str = "/") -> None:
        self.seconds = 0.0
        self._open = 0
        self._since = 0.0
        self._lock = threading.Lock()
        real = requests.Session.send

        def send(
            session: requests.Session, request: requests.PreparedRequest, **more: Any
        ) -> requests.Response:
            if path not in (request.url or ""):
                return real(session, request, **more)
            self._begin()
            try:
                return real(session, request, **more)
            finally:
                self._end()

        requests.Session.send = send

    def _begin(self) -> None:
        with self._lock:
            if not self._open:
                self._since = time.monotonic()
            self._open += 1

    def _end(self) -> None:
        with self._lock:
            self._open -= 1
            if not self._open:
                self.seconds += time.monotonic() - self._since


def main(what: str) -> None:
    waiting, on_all = Waiting("/certainExternal/"), Waiting()
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("events", [EVENT])
        runner = Runner(build_defs(Path("connectors")), instance)
        began = time.monotonic()
        ran = runner.assets(["import_list/contacts"]) if what == "read" else runner.job("upsert", EVENT)
        seconds = time.monotonic() - began
    steps = {name: result["seconds"] for name, result in ran.metadata.items()}
    calls = sum(result.get("eloqua_calls", 0) for result in ran.metadata.values())
    done = ran.of("upsert/delivery")
    outcomes = {
        name: done[name]
        for name in ("created", "updated", "linked", "unchanged", "skipped", "rejected")
        if name in done
    }
    print(
        json.dumps(
            {
                "success": ran.success,
                "failure": ran.failure,
                "calls": calls,
                "megabytes": peak_megabytes(),
                "seconds": seconds,
                "waiting": waiting.seconds,
                "own": seconds - on_all.seconds,
                "steps": steps,
                "outcomes": outcomes,
            }
        )
    )
    if not ran.success:
        print(ran.failure, file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1])
