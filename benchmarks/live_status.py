"""From a status change in Certain to its activity in Eloqua, with sensors, daemon and webserver running.

Run with `python -m benchmarks.live_status [--events 200] [--changes 30]`. It starts a sandbox with so many
live events and `dagster dev`, as `make ui` does, turns the sensor on, and changes statuses: first some, one
every few seconds in different events, then one in every event within the same second.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import dagster as dg
import requests

from benchmarks.environment import environment_for, start_sandbox
from certain_eloqua.domain.email import is_valid_email
from certain_eloqua.ledger import Filter, Ledger

ROOT = Path(__file__).resolve().parents[1]
EVENTS, CHANGES = 200, 30
APART = 4.7
"""Seconds between two of the first changes: no divisor of a tick, so that they fall at all times of one."""
QUIET = 60.0
"""Seconds in which nothing changes, to count the calls of a tick."""
LOOK_EVERY = 0.25
"""Seconds between two looks at whether something has happened: the precision of the figures."""
PATIENCE = 600.0
"""Seconds after which a measurement is given up."""
TICK = 15.0
"""Seconds between two ticks of the sensor."""
PARTS = (
    "until a tick has asked for a run",
    "until its process works",
    "reading and planning",
    "sending and Eloqua's sync",
)
TARGET_P95, TARGET_TOGETHER, TARGET_CALLS = 30.0, 120.0, 4.0
JSON = {"Accept": "application/json"}
SENSOR = "registration_status_changes"
NAME = "registration_activities"
CONNECTOR = """\
kind: registration_status_activities
events: {events}
settings:
  registration_statuses: [Pre-Registered, Attended]
  campaign_id: "1"
  create_activity_types: true
"""


class Platforms:
    """The sandbox's Certain and Eloqua, by plain HTTP."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._certain = f"{url}/certainExternal/service/v1"

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """A POST to Certain as another client of it would make."""
        answer = requests.post(
            f"{self._certain}/{path}", json=body, auth=("demo", "demo"), headers=JSON, timeout=60
        )
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def control(self, path: str) -> dict[str, Any]:
        """A GET at the control door."""
        found: dict[str, Any] = requests.get(f"{self.url}/_sandbox/{path}", timeout=60).json()
        return found

    def emails(self, count: int) -> list[str]:
        """Addresses of some of Eloqua's contacts."""
        answer = requests.get(
            f"{self.url}/api/REST/2.0/data/contacts",
            params={"count": "1000", "depth": "minimal"},  # some have none
            auth=("Sandbox\\demo", "demo"),
            timeout=60,
        )
        found = [one.get("emailAddress") for one in answer.json()["elements"]]
        return [email for email in found if email and is_valid_email(email)][:count]

    def lay_down(self, events: list[str]) -> dict[str, str]:
        """Live events with a registration each; its code by event."""
        people = self.emails(len(events))

        def one(number: int) -> tuple[str, str]:
            event, email = events[number], people[number]
            day = {"startDate": "2027-05-04T09:00:00", "endDate": "2027-05-06T17:00:00"}
            self.post("Event/NWIND", {"eventCode": event, "eventName": event, "eventStatus": "Live", **day})
            profile = {"email": email, "firstName": "Guest", "lastName": f"No {number}"}
            body = {"profile": profile, "registrationStatusLabel": "Invited"}
            return event, str(self.post(f"Registration/NWIND/{event}", body)["registrationCode"])

        with ThreadPoolExecutor(4) as pool:
            return dict(pool.map(one, range(len(events))))

    def change(self, code: str, label: str) -> None:
        """Change a registration's status, as a user of Certain does."""
        body = {"code": code, "status": label}
        requests.post(f"{self.url}/_sandbox/certain/registration", json=body, timeout=60).raise_for_status()

    def activities(self) -> dict[str, int]:
        """How many activities there are, by asset name."""
        items = self.control("journal?entity=activity&limit=10000")["items"]
        counts: dict[str, int] = {}
        for item in items:
            name = str(item["key"])
            counts[name] = counts.get(name, 0) + 1
        return counts

    def certain_calls(self) -> int:
        """Calls of Certain since the sandbox began."""
        calls = self.control("counters")["calls"]
        return sum(number for route, number in calls.items() if "certainExternal" in route)


@contextlib.contextmanager
def dagster_dev(home: Path, environment: dict[str, str]) -> Iterator[None]:
    """`dagster dev` with the sensor on."""
    where = ["-w", str(ROOT / "workspace.yaml")]
    dagster = [sys.executable, "-W", "ignore", "-m", "dagster"]
    subprocess.run([*dagster, "sensor", "start", SENSOR, *where], env=environment, cwd=ROOT, check=True)
    with (home / "dagster.log").open("wb") as log:
        started = subprocess.Popen(
            [*dagster, "dev", *where, "-h", "127.0.0.1", "-p", "0"],
            env=environment,
            cwd=ROOT,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield
        finally:
            os.killpg(started.pid, signal.SIGINT)
            started.wait(60)


def wait(done: Any, what: str) -> float:
    """Wait for a condition; the time at which it was met."""
    until = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > until:
            raise SystemExit(f"{what} did not happen within {PATIENCE:.0f} s")
        time.sleep(LOOK_EVERY)
    return time.monotonic()


def main() -> int:
    """The command."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=EVENTS)
    options.add_argument("--changes", type=int, default=CHANGES)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="certain_eloqua_live_") as folder:
        return measure(Path(folder), given.events, min(given.changes, given.events))


def measure(home: Path, size: int, changes: int) -> int:
    """Start everything, change statuses, print the table."""
    names = [f"LIVE{number:04d}" for number in range(size)]
    (home / "connectors").mkdir()
    (home / "connectors" / f"{NAME}.yaml").write_text(CONNECTOR.replace("{events}", f"[{', '.join(names)}]"))
    shutil.copy(ROOT / "dagster.yaml", home / "dagster.yaml")
    server, url = start_sandbox(home, "--contacts", str(max(1_000, size)))
    try:
        platforms = Platforms(url)
        codes = platforms.lay_down(names)
        environment = environment_for(home, url)
        subprocess.run(
            [str(ROOT / "bin" / "dagster-home")], env=environment, check=True, stdout=subprocess.DEVNULL
        )
        with dagster_dev(home, environment):
            figures = watch(home, platforms, codes, changes)
        return report(figures)
    finally:
        server.terminate()
        server.wait()


@dataclass
class Figures:
    """What was measured, in seconds.

    Attributes:
        took: from each single change to its activity.
        parts: what those seconds are made of, by name, one value for each change.
        calls: calls of Certain in a quiet tick.
        together: from the last of many changes in the same second to the last activity.
        together_parts: what the last of these activities waited for.
        runs: how many runs sent the many changes.
    """

    took: list[float] = field(default_factory=list)
    parts: dict[str, list[float]] = field(default_factory=dict)
    calls: float = 0.0
    together: float = 0.0
    together_parts: dict[str, list[float]] = field(default_factory=dict)
    runs: int = 0


def watch(home: Path, platforms: Platforms, codes: dict[str, str], changes: int) -> Figures:
    """Change statuses, and measure when their activities are there."""
    found = Figures()
    with Ledger(f"sqlite:///{home / 'certain_eloqua' / 'ledger.sqlite'}") as ledger:
        wait(lambda: len(ledger.watermarks.looks(NAME)) == len(codes), "the first look at all events")
        note("the first look at all events is done")
        at = _one_after_the_other(platforms, list(codes), codes, changes, found)
        wait(lambda: _sent(ledger) == changes, "the record of every activity")
        note(f"{changes} single changes are there")
        found.parts = _parts(home, ledger, at)
        before = platforms.certain_calls()
        time.sleep(QUIET)
        found.calls = (platforms.certain_calls() - before) / (QUIET / TICK)
        note("all events change in the same second")
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda code: platforms.change(code, "Attended"), codes.values()))
        began, now = time.monotonic(), datetime.now(UTC)
        wanted = changes + len(codes)

        def all_there() -> bool:
            return sum(platforms.activities().values()) >= wanted

        found.together = wait(all_there, "an activity for every event") - began
        wait(lambda: _sent(ledger) == wanted, "the record of every activity")
        seen = dict.fromkeys(codes, now)
        found.together_parts = _parts(home, ledger, seen, "Attended")
        found.runs = len({row.seen_by for row in ledger.outbox.find(Filter()) if row.status == "Attended"})
    return found


def _one_after_the_other(
    platforms: Platforms, events: list[str], codes: dict[str, str], changes: int, found: Figures
) -> dict[str, datetime]:
    """Change one event after the other; when each was changed."""
    at: dict[str, datetime] = {}
    open_: dict[str, float] = {}
    due = time.monotonic()

    def look() -> bool:
        there = " ".join(platforms.activities())
        now = time.monotonic()
        for event in [one for one in open_ if f"{one}:" in there]:
            found.took.append(now - open_.pop(event))
        return not open_

    for event in events[:changes]:
        while time.monotonic() < due:
            look()
            time.sleep(LOOK_EVERY)
        platforms.change(codes[event], "Pre-Registered")
        open_[event], at[event] = time.monotonic(), datetime.now(UTC)
        due = time.monotonic() + APART
    wait(look, "the activity of every change")
    return at


def _sent(ledger: Ledger) -> int:
    """How many changes are recorded as sent."""
    return sum(row.sent_at is not None for row in ledger.outbox.find(Filter(NAME)))


def _parts(
    home: Path, ledger: Ledger, at: dict[str, datetime], status: str = "Pre-Registered"
) -> dict[str, list[float]]:
    """What the time between change and activity is made of, by the times of runs and ledger."""
    parts: dict[str, list[float]] = {name: [] for name in PARTS}
    with dg.DagsterInstance.from_config(str(home)) as instance:
        for row in ledger.outbox.find(Filter(NAME)):
            run = instance.get_run_record_by_id(row.seen_by)
            if row.status != status or row.event not in at or row.sent_at is None or run is None:
                continue
            created = run.create_timestamp.replace(tzinfo=UTC)
            started = datetime.fromtimestamp(run.start_time or 0, UTC)
            moments = [at[row.event], created, started, row.seen_at, row.sent_at]
            for name, (first, then) in zip(PARTS, pairwise(moments), strict=True):
                parts[name].append((then - first).total_seconds())
    return parts


def report(found: Figures) -> int:
    """Print the figures beside their targets; 0 if all are met."""
    p95 = _percentile(found.took, 0.95)
    print("| | measured | target |\n| --- | --- | --- |")
    print(f"| p50 of {len(found.took)} single changes | {statistics.median(found.took):.1f} s | |")
    print(f"| p95 of them | {p95:.1f} s | {TARGET_P95:.0f} s |")
    print(f"| calls of Certain in a quiet tick | {found.calls:.1f} | {TARGET_CALLS:.0f} |")
    print(
        f"| a change in every event in the same second | {found.together:.1f} s | {TARGET_TOGETHER:.0f} s |"
    )
    print(f"| runs that sent them | {found.runs} | |")
    print("\n| made of (median seconds) | single changes | all at once |\n| --- | --- | --- |")
    for name in PARTS:
        single, all_ = found.parts[name], found.together_parts[name]
        print(f"| {name} | {statistics.median(single):.1f} | {statistics.median(all_):.1f} |")
    met = p95 <= TARGET_P95 and found.calls <= TARGET_CALLS and found.together <= TARGET_TOGETHER
    return 0 if met else 1


def _percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * len(ordered)))]


def note(text: str) -> None:
    """A line about the progress."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
