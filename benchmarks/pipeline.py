"""Import of a list of 100,000 contacts and upsert of 100,000 registrations: calls, memory, time of our own.

Run with `python -m benchmarks.pipeline [--size N]`. Each job runs in a process of its own, so that its
peak memory is its own. The time the sandbox needs to answer, in place of the platforms' own time, is
measured from the outside and shown beside the whole.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TypedDict


class Row(TypedDict):
    """What a process reports of its job: seconds, Eloqua calls, peak memory, records by outcome."""

    what: str
    success: bool
    failure: str
    calls: int
    megabytes: float
    seconds: float
    waiting: float
    own: float
    steps: dict[str, float]
    outcomes: dict[str, int]


SIZE = 100_000
EVENT = "NWBIG27"
READ_CALLS_BESIDES_PAGES = 10
UPSERT_CALLS = 25
MOST_MEGABYTES = 600
MOST_MEGABYTES_UNCHANGED = 400
MOST_OWN_SECONDS_UNCHANGED = 8.0
"""Of the second run, which finds nothing to do, on the machine that measured it first."""
CONNECTORS = {
    "import_list": """\
kind: import_profiles
settings: {contact_list_name: All Contacts, profile_deduplication: email}
""",
    "upsert": """\
kind: upsert_contacts
events: all
settings: {registration_statuses: [Pre-Registered, New, Invited, Attended, No-show, Invitation Sent]}
""",
}


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--size", type=int, default=SIZE, help="contacts and registrations (default %(default)s)"
    )
    options.add_argument("--only", choices=("read", "upsert"), help="one of the two")
    given = options.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="certain_eloqua_bench_") as folder:
        if given.only in (None, "read"):
            rows.append(measured(Path(folder), "read", given.size, contacts=given.size, registrations=0))
        if given.only in (None, "upsert"):
            rows.append(
                measured(Path(folder), "upsert", given.size, contacts=4_000, registrations=given.size)
            )
            rows.append(measured(Path(folder), "upsert", given.size, again=True))
            stop()
    return 0 if table(rows, given.size) else 1


_server: subprocess.Popen[bytes] | None = None
_url = ""


def start(folder: Path, contacts: int, registrations: int) -> None:
    global _server, _url
    stop()
    ready = folder / f"ready-{time.monotonic_ns()}.json"
    command = [sys.executable, "-m", "certain_eloqua_sandbox", "--port", "0", "--ready-file", str(ready)]
    command += [
        "--contacts",
        str(contacts),
        *(["--registrations", str(registrations)] if registrations else []),
    ]
    _server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while not (ready.exists() and ready.read_text()):
        if _server.poll() is not None:
            raise SystemExit("the sandbox did not start")
        time.sleep(0.05)
    _url = json.loads(ready.read_text())["url"]


def stop() -> None:
    global _server
    if _server is not None:
        _server.terminate()
        _server.wait()
        _server = None


def measured(
    folder: Path, what: str, size: int, *, contacts: int = 0, registrations: int = 0, again: bool = False
) -> Row:
    """Run one job in a process of its own and bring back what it says."""
    if not again:
        start(folder, contacts, registrations)
        home = folder / what
        (home / "connectors").mkdir(parents=True)
        for name, text in CONNECTORS.items():
            (home / "connectors" / f"{name}.yaml").write_text(text)
    home = folder / what
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("ELOQUA_", "CERTAIN_"))},
        "ELOQUA_BASE_URL": _url,
        "CERTAIN_BASE_URL": _url,
        "DAGSTER_HOME": str(home),
        "CERTAIN_ELOQUA_CONNECTORS": str(home / "connectors"),
        "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "benchmarks.pipeline_run", what],
        cwd=home,
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
    )
    result: Row = json.loads(done.stdout.splitlines()[-1])
    result["what"] = f"{what}{' again' if again else ''}"
    return result


def table(rows: list[Row], size: int) -> bool:
    """Print the figures beside their targets; whether all are met."""
    good = True
    print(
        f"| {size:,} records | Eloqua calls | target | peak RSS MB | target | seconds | of them Certain's "
        f"answers | own computing | target |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        pages = math.ceil(size / 50_000)
        target = pages + READ_CALLS_BESIDES_PAGES if row["what"] == "read" else UPSERT_CALLS
        again = row["what"] == "upsert again"
        most = MOST_MEGABYTES_UNCHANGED if again else MOST_MEGABYTES
        own_target = f"{MOST_OWN_SECONDS_UNCHANGED:.0f}" if again and size == SIZE else ""
        good = good and row["calls"] <= target and row["megabytes"] <= most and bool(row["success"])
        good = good and (not own_target or row["own"] <= MOST_OWN_SECONDS_UNCHANGED)
        print(
            f"| {row['what']} | {row['calls']} | {target} | {row['megabytes']:.0f} | {most} "
            f"| {row['seconds']:.1f} | {row['waiting']:.1f} | {row['own']:.1f} | {own_target} |"
        )
        print(f"|   {row['outcomes']} steps: {row['steps']} | | | | | | | | |", file=sys.stderr)
    return good


def peak_megabytes() -> float:
    """The most memory of this process. Not ru_maxrss: that begins with what the starting process had."""
    (line,) = [one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    sys.exit(main())
