"""Reading 2,000,000 registrations for sessions from the sandbox: seconds, memory, calls of Certain.

Run with `python -m benchmarks.session_reads [--size N]`: N registrations of one event, each with 20 sessions.
The rows are laid into the sandbox's store; what is measured is the asset, in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.environment import environment_for, start_sandbox
from benchmarks.pipeline import peak_megabytes

SIZE, SESSIONS, EVENT = 100_000, 20, "NWBIG27"
MOST_MEGABYTES = 600
BYTES_OF_MIB = 1024 * 1024
INSTANCES = """INSERT INTO certain_instances (instanceId, sessionId, instanceCode, status, startTime, endTime,
  dateModified) VALUES (?1, ?1, ?2, 'Published', '2027-10-04T09:00:00', '2027-10-04T10:00:00', ?3)"""
SESSION = """INSERT INTO certain_sessions (sessionId, pkEventId, sessionCode, sessionTitle, points,
  dateModified) VALUES (?, ?, ?, 'A session with a name of usual length', 5, ?)"""
TAKEN = """INSERT INTO certain_session_registrations (pkEventId, pkRegId, instanceId, regSessionStatus,
  dateCreated, dateModified) SELECT r.pkEventId, r.pkRegId, i.instanceId,
  CASE WHEN (r.pkRegId + i.instanceId) % 3 THEN 'Attended' ELSE 'Registered' END,
  r.dateModified, r.dateModified FROM certain_registrations r CROSS JOIN certain_instances i
  WHERE r.pkEventId = ? AND i.instanceId BETWEEN ? AND ?"""


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--size", type=int, default=SIZE, help="registrations (default %(default)s)")
    options.add_argument("--read", action="store_true", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.read:
        read()
        return 0
    with tempfile.TemporaryDirectory(prefix="certain_eloqua_bench_") as folder:
        home = Path(folder)
        store = str(home / "store.sqlite")
        server, _ = start_sandbox(home, "--store", store, "--registrations", str(given.size))
        stop(server)
        lay_down(store)
        (home / "ready.json").unlink(missing_ok=True)
        server, url = start_sandbox(home, "--store", store)
        try:
            command = [sys.executable, "-W", "ignore", "-m", "benchmarks.session_reads", "--read"]
            (home / "connectors").mkdir()
            done = subprocess.run(
                command, cwd=home, env=environment_for(home, url), stdout=subprocess.PIPE, check=True
            )
        finally:
            stop(server)
    row = json.loads(done.stdout.splitlines()[-1])
    print("| session registrations read | calls of Certain | peak MB | seconds | own CPU seconds |")
    print("| --- | --- | --- | --- | --- |")
    print(
        f"| {row['rows']:,} | {row['calls']} | {row['megabytes']:.0f} | {row['seconds']:.1f} "
        f"| {row['own']:.1f} |"
    )
    print(f"\nTarget: memory ≤ {MOST_MEGABYTES} MB, every row read.")
    whole = row["rows"] == given.size * SESSIONS
    return 0 if row["success"] and whole and row["megabytes"] <= MOST_MEGABYTES else 1


def stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    server.wait()


def lay_down(store: str) -> None:
    """Sessions of the large event, and every registration in each."""
    with sqlite3.connect(store) as db:
        ((event,),) = db.execute(
            "SELECT eventId FROM certain_events WHERE eventCode = ?", (EVENT,)
        ).fetchall()
        first = 7_000_000
        for number in range(first, first + SESSIONS):
            db.execute(SESSION, (number, event, f"S{number}", "2027-01-01T00:00:00"))
            db.execute(INSTANCES, (number, f"I{number}", "2027-01-01T00:00:00"))
        db.execute(TAKEN, (event, first, first + SESSIONS - 1))


def read() -> None:
    """Materialize what is measured, after what it needs; print one line of JSON."""
    import dagster as dg

    from certain_eloqua.cli.demonstration.runs import Runner
    from certain_eloqua.definitions import build_defs

    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("events", [EVENT])
        runner = Runner(build_defs(Path("connectors")), instance)
        before = runner.assets(["certain/events", "certain/registrations"], EVENT)
        began, busy = time.monotonic(), time.process_time()
        ran = runner.assets(["certain/session_registrations"], EVENT)
        seconds, own = time.monotonic() - began, time.process_time() - busy
    made = ran.of("certain/session_registrations")
    print(
        json.dumps(
            {
                "success": before.success and ran.success,
                "rows": made.get("dagster/row_count", 0),
                "calls": made.get("certain_calls", 0),
                "megabytes": peak_megabytes() * BYTES_OF_MIB / 1e6,
                "seconds": seconds,
                "own": own,
            }
        )
    )
    if not ran.success:
        print(before.failure, ran.failure, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
