"""Kills workers that deliver activities, again and again, and counts what arrived.

    python -m tests.kill_activities --kills 1000 [--workers 2] [--ledger URL] [--seed N]

A worker polls statuses, records changes and sends activities to a sandbox over HTTP, until it is ended by
SIGKILL: at a random moment, or right before or after one of its steps. Meanwhile answers get lost, the server
is busy, and syncs outlive whoever waits for them. At the end the sandbox's journal must have exactly one
activity for each change, and the ledger must agree with it line by line. Prints a line of JSON; the exit code
is 1 if not.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from certain_eloqua.clients.eloqua import BasicLogin, EloquaClient
from certain_eloqua.clients.errors import ClientError
from certain_eloqua.clients.polling import PollSettings
from certain_eloqua.clients.retry import RetryPolicy
from certain_eloqua.connectors.status_changes.changes import CURRENT, Poll, Selection, find_changes
from certain_eloqua.connectors.status_changes.sending import ActivitySender
from certain_eloqua.ledger import CHANGES_SCHEMA, AlreadyRunning, BatchMoved, Filter, Ledger

CONNECTOR = "activities"
EVENTS = ("SUMMIT26", "EXPO26")
STATUSES = ("Invited", "Pre-Registered", "Attended", "Cancelled")
ASSET_TYPE = "Event of the kill test"
PEOPLE = 30
START = datetime(2026, 10, 1, tzinfo=UTC)
UNKNOWN_ID = "99999999"

FAULTS: list[dict[str, Any]] = [
    {"method": "POST", "path": "/activities/imports$", "answer": {"cut": True, "when": "after"}},
    {"method": "POST", "path": "/imports/[0-9]+/data$", "answer": {"cut": True, "when": "after"}},
    {"method": "POST", "path": "/imports/[0-9]+/data$", "answer": {"status": 500, "when": "after"}},
    {"method": "POST", "path": "/syncs$", "answer": {"cut": True, "when": "after"}},
    {"method": "POST", "path": "/syncs$", "answer": {"status": 500, "when": "after"}},
    {"method": "POST", "path": "/syncs$", "answer": {"cut": True, "when": "before"}},
    {"method": "POST", "path": "/syncs$", "answer": {"status": 503}},
    {"method": "POST", "path": "/syncs$", "answer": {"status": 429, "headers": {"Retry-After": "0"}}},
    {"method": "GET", "path": "/syncs", "answer": {"status": 503}},
    {"method": "GET", "path": "/syncs/[0-9]+/rejects", "answer": {"cut": True, "when": "after"}},
    {"method": "DELETE", "path": "/data$", "answer": {"cut": True, "when": "after"}},
    {"method": "*", "path": "/bulk/", "answer": {"status": 429, "headers": {"Retry-After": "0"}}},
]
SYNC_MODES: list[dict[str, Any]] = [
    {"sync_mode": "at_once"},
    {"sync_mode": "looks", "sync_looks": 3},
    {"sync_mode": "clock", "sync_seconds": 0.05},
]


# -- the worker


def client(url: str) -> EloquaClient:
    """A client that does not wait long, because the sandbox does not keep it waiting."""
    return EloquaClient(
        BasicLogin("Sandbox", "demo", "demo"),
        login_url=url,
        retry=RetryPolicy(attempts=6, first=0.005, cap=0.02),
        poll=PollSettings(first=0.005, grow=1.2, cap=0.03, deadline=20),
    )


class Steps:
    """Counts the steps of a worker, and ends its process at one of them."""

    def __init__(self, kill_at: int | None) -> None:
        self._left = kill_at

    def __call__(self, name: str) -> None:
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                os.kill(os.getpid(), signal.SIGKILL)


def work(url: str, ledger_url: str, source: Path, run_id: str, kill_at: int | None) -> None:
    """Poll and send until killed."""
    step = Steps(kill_at)
    with Ledger(ledger_url) as ledger, client(url) as eloqua:
        while True:
            addresses: dict[tuple[str, str], str] = {}
            for event in EVENTS:
                rows = json.loads(source.read_text())[event]
                addresses |= {(event, row["registration"]): row["email"] for row in rows}
                try:
                    with ledger.run_lock(CONNECTOR, event, run_id):
                        observe(ledger, event, rows, run_id, step)
                except AlreadyRunning:
                    continue
            sender = ActivitySender(
                eloqua, ledger, CONNECTOR, run_id, addresses=addresses, at_most=7, step=step
            )
            try:
                sender.send()
            except (ClientError, BatchMoved, AlreadyRunning):
                time.sleep(0.005)  # as a run that failed: the next one continues
            if kill_at is None and not ledger.outbox.find(Filter(states=["pending", "batched"]), limit=1):
                return
            time.sleep(0.002)


def observe(ledger: Ledger, event: str, rows: list[dict[str, str]], run_id: str, step: Steps) -> None:
    """One poll: find the changes and record them."""
    frame = pd.DataFrame(rows).assign(
        item="", stamp=[row["at"] for row in rows], item_code="", attendee_type=""
    )
    frame["happened_at"] = pd.to_datetime(frame["at"], utc=True)
    poll = Poll(CONNECTOR, event, datetime.now(UTC), Selection.of(list(STATUSES)), "include")
    found = find_changes(poll, frame[CURRENT], ledger.outbox.seen(CONNECTOR, event))
    if found.empty:
        return
    people = frame.set_index("registration")
    found["contact_id"] = found["registration"].map(people["contact_id"]).fillna("")
    found = found.assign(
        person="",
        state="pending",
        code=None,
        cause=None,
        asset_type=ASSET_TYPE,
        asset_name=f"{event}: an event",
        activity_type=found["status"],
        campaign="",
    )
    step("before recording changes")
    table = pa.Table.from_pandas(found[CHANGES_SCHEMA.names], schema=CHANGES_SCHEMA, preserve_index=False)
    ledger.outbox.record(CONNECTOR, event, table, run_id)
    step("after recording changes")


# -- the harness


class Sandbox:
    """A sandbox of our own."""

    def __init__(self, home: Path) -> None:
        ready = home / "ready.json"
        command = [sys.executable, "-m", "certain_eloqua_sandbox", "--port", "0", "--ready-file", str(ready)]
        self.process = subprocess.Popen(
            command, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 240
        while not (ready.exists() and ready.read_text().strip()):
            if self.process.poll() is not None or time.monotonic() > until:
                raise SystemExit("The sandbox did not start.")
            time.sleep(0.02)
        self.url: str = json.loads(ready.read_text())["url"]

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the control door."""
        request = urllib.request.Request(
            f"{self.url}/_sandbox{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or "null")

    def activities(self) -> Counter[str]:
        """What the journal has, by its key."""
        found: Counter[str] = Counter()
        after = 0
        while True:
            page = self.control("GET", f"/journal?entity=activity&after={after}&limit=10000")["items"]
            if not page:
                return found
            found.update(line["key"] for line in page)
            after = page[-1]["seq"]


class Statuses:
    """The source: registrations, whose statuses change only after the last change was seen."""

    def __init__(self, path: Path, contacts: list[tuple[str, str]]) -> None:
        self._path = path
        self.moment = START
        self.expected: list[str] = []
        self.rows: dict[str, list[dict[str, str]]] = {event: [] for event in EVENTS}
        for event in EVENTS:
            for number in range(PEOPLE):
                contact_id, email = contacts[number]
                # A third is found by id, a third by e-mail, a third has an id that is not in Eloqua any more.
                known = (contact_id, "", UNKNOWN_ID)[number % 3]
                row = {"registration": f"R{number:03}", "email": email, "contact_id": known}
                self.rows[event].append(row)
                self._change(event, row, STATUSES[0])
        self.write()

    def _change(self, event: str, row: dict[str, str], status: str) -> None:
        self.moment += timedelta(seconds=1)
        row |= {"status": status, "at": self.moment.isoformat()}
        self.expected.append(f"{status}|{event}: an event|{row['email']}|{int(self.moment.timestamp())}")

    def change_some(self, ledger: Ledger, chance: random.Random) -> None:
        """Move a few registrations on whose last change was seen."""
        for event in EVENTS:
            seen = ledger.outbox.seen(CONNECTOR, event)
            known = dict(zip(seen["registration"], seen["status"], strict=True))
            ready = [row for row in self.rows[event] if known.get(row["registration"]) == row["status"]]
            for row in chance.sample(ready, min(len(ready), chance.randint(0, 4))):
                others = [status for status in STATUSES if status != row["status"]]
                self._change(event, row, chance.choice(others))
        self.write()

    def write(self) -> None:
        """Replace the file at once, so that no worker reads half of it."""
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps(self.rows))
        draft.replace(self._path)


def start(*arguments: Any) -> int:
    """A worker in a process of its own; forked, because starting Python takes longer than its life."""
    child = os.fork()
    if child:
        return child
    try:
        work(*arguments)
    except BaseException as error:  # noqa: BLE001 - the child must never return into the harness
        sys.stderr.write(f"worker: {type(error).__name__}: {error}\n")
        sys.stderr.flush()
        os._exit(3)
    os._exit(0)


def run(kills: int, workers: int, ledger_url: str, seed: int, home: Path) -> dict[str, Any]:
    """Kill so many workers and compare what arrived; the result."""
    chance = random.Random(seed)
    sandbox = Sandbox(home)
    try:
        with client(sandbox.url) as eloqua:
            eloqua.activity_types.create(ASSET_TYPE, STATUSES)
            fields = {"id": "{{Contact.Id}}", "email": "{{Contact.Field(C_EmailAddress)}}"}
            people = eloqua.export_contacts(fields, name="people").read_all().to_pylist()
        contacts = [(one["id"], one["email"]) for one in people if one["email"]][:PEOPLE]
        before = sandbox.activities()
        statuses = Statuses(home / "statuses.json", contacts)
        with Ledger(ledger_url) as ledger:
            began = time.monotonic()
            done, crashed = _kill(kills, workers, ledger_url, sandbox, statuses, ledger, chance)
            sandbox.control("DELETE", "/faults")
            sandbox.control("PUT", "/settings", {"sync_mode": "at_once"})
            last = start(sandbox.url, ledger_url, home / "statuses.json", "last", None)
            status = os.waitstatus_to_exitcode(os.waitpid(last, 0)[1])
            result = _compare(sandbox.activities() - before, statuses, ledger)
            result |= {"kills": done, "crashed": crashed, "seconds": round(time.monotonic() - began, 1)}
            result["ok"] = result["ok"] and status == 0 and crashed == 0
        return result
    finally:
        sandbox.process.terminate()
        sandbox.process.wait()


def _kill(
    kills: int,
    workers: int,
    ledger_url: str,
    sandbox: Sandbox,
    statuses: Statuses,
    ledger: Ledger,
    chance: random.Random,
) -> tuple[int, int]:
    """Start workers and kill them; how many were killed, and how many ended by themselves."""
    done = crashed = 0
    while done < kills:
        statuses.change_some(ledger, chance)
        sandbox.control("DELETE", "/faults")
        sandbox.control("PUT", "/settings", chance.choice(SYNC_MODES))
        faults = chance.sample(FAULTS, chance.randint(0, 3))
        if faults:
            sandbox.control("POST", "/faults", [{**one, "skip": chance.randint(0, 2)} for one in faults])
        alive = []
        for number in range(workers):
            at = chance.randint(0, 60) if chance.random() < 0.5 else 10**9
            arguments = (sandbox.url, ledger_url, statuses._path, f"run-{done}-{number}", at)
            alive.append(start(*arguments))
        time.sleep(chance.uniform(0.0, 0.35))  # the random moment
        for child in alive:
            os.kill(child, signal.SIGKILL)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            done += code == -signal.SIGKILL
            crashed += code != -signal.SIGKILL
    return done, crashed


def _compare(there: Counter[str], statuses: Statuses, ledger: Ledger) -> dict[str, Any]:
    """The journal against the changes, and the ledger against the journal, line by line."""
    expected = Counter(statuses.expected)
    rows = ledger.outbox.find(Filter())
    address = {(event, row["registration"]): row["email"] for event in EVENTS for row in statuses.rows[event]}
    sent = Counter(
        f"{row.activity_type}|{row.asset_name}|{address[row.event, row.registration]}"
        f"|{int(row.happened_at.timestamp())}"
        for row in rows
        if row.state == "sent"
    )
    result = {
        "changes": len(statuses.expected),
        "activities": sum(there.values()),
        "missing": sum((expected - there).values()),
        "doubled": sum((there - expected).values()),
        "ledger_differs": sum(((sent - there) + (there - sent)).values()),
        "states": ledger.outbox.counts(),
        "batches": Counter(batch.cause or batch.state for batch in ledger.batches.of(CONNECTOR)),
    }
    result["ok"] = not (result["missing"] or result["doubled"] or result["ledger_differs"])
    return result


def main() -> int:
    """The command."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--kills", type=int, default=150)
    options.add_argument("--workers", type=int, default=1)
    options.add_argument("--ledger", default="", help="SQLAlchemy URL of an empty database; default SQLite")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        url = given.ledger or f"sqlite:///{home}/ledger.sqlite"
        result = run(given.kills, given.workers, url, given.seed, home)
    sys.stdout.write(json.dumps(result) + "\n")
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
