"""Metrics of 100,000 registrations with 20 sessions each, computed and uploaded: calls, memory, growth.

Run with `python -m benchmarks.metrics [--size N]`. The reads are laid down as frames and the people are
contacts of the sandbox, so what is measured is computing, planning and uploading, each run a process.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TypedDict

from benchmarks.environment import environment_for, start_sandbox


class Row(TypedDict):
    """What a process reports of its run: records in all and sent, Eloqua calls, peak MB, seconds, own CPU."""

    size: int
    what: str
    success: bool
    records: int
    sent: int
    calls: int
    megabytes: float
    seconds: float
    own: float
    steps: dict[str, float]


SIZE, SMALL = 100_000, 10_000
SESSIONS = 20
CALLS = 30
MOST_MEGABYTES = 1_000
MOST_GROWTH = 1.15
CONNECTORS = {
    "engagement": "kind: upload_engagement_metrics\nevents: all\nsettings: {}\n",
    "interest": "kind: upload_interest_metrics\nevents: all\nsettings: {}\n",
}


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--size", type=int, default=SIZE, help="registrations (default %(default)s)")
    options.add_argument("--small", type=int, default=SMALL, help="the size it is compared with")
    given = options.parse_args()
    rows: list[Row] = []
    for size in (given.small, given.size):
        with tempfile.TemporaryDirectory(prefix="certain_eloqua_bench_") as folder:
            rows += _measured(Path(folder), size)
    return 0 if _table(rows, given.small, given.size) else 1


def _measured(home: Path, size: int) -> list[Row]:
    (home / "connectors").mkdir()
    for name, text in CONNECTORS.items():
        (home / "connectors" / f"{name}.yaml").write_text(text)
    server, url = start_sandbox(home)
    try:
        environment = environment_for(home, url)
        _run(home, environment, "prepare", size)
        found = []
        for what in ("engagement", "interest"):
            for again in (False, True):
                row = _run(home, environment, what, size)
                found.append({"what": f"{what}{' again' if again else ''}", "size": size, **row})
        return found
    finally:
        server.terminate()
        server.wait()


def _run(home: Path, environment: dict[str, str], what: str, size: int) -> Row:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "benchmarks.metrics_run", what, str(size)],
        cwd=home,
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
    )
    result: Row = json.loads(done.stdout.splitlines()[-1])
    return result


def _table(rows: list[Row], small: int, large: int) -> bool:
    good = True
    print(
        "| registrations | run | records sent | Eloqua calls | peak RSS MB | seconds | own CPU µs a record |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    cost: dict[tuple[int, str], float] = {}
    for row in rows:
        records = row["records"]
        each = row["own"] / records * 1e6 if records else 0.0
        cost[row["size"], row["what"]] = each
        again = row["what"].endswith("again")
        met = row["success"] and row["calls"] <= CALLS and row["megabytes"] <= MOST_MEGABYTES
        good = good and met and not (again and row["sent"])
        print(
            f"| {row['size']:,} | {row['what']} | {row['sent']:,} | {row['calls']} | {row['megabytes']:.0f} "
            f"| {row['seconds']:.1f} | {each:.1f} |"
        )
        print(f"  {row['what']}: {row['steps']}", file=sys.stderr)
    print(f"\nTargets: calls ≤ {CALLS}, memory ≤ {MOST_MEGABYTES} MB, nothing sent again.")
    for what in ("engagement", "interest"):
        before, after = cost[small, what], cost[large, what]
        ratio = after / before if before else 0.0
        good = good and ratio <= MOST_GROWTH
        print(f"Growth a record, {what}, from {small:,} to {large:,}: {ratio:.2f} (≤ {MOST_GROWTH})")
    return good


if __name__ == "__main__":
    began = time.monotonic()
    code = main()
    print(f"{time.monotonic() - began:.0f} s in all", file=sys.stderr)
    sys.exit(code)
