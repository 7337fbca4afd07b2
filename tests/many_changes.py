"""Delivers many status changes of one event and says what it took.

    python -m tests.many_changes URL-OF-A-SANDBOX [--changes 100000]

In a process of its own, so that its peak memory is that of plan and delivery. Prints a line of JSON.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from certain_eloqua.clients.eloqua import BasicLogin, EloquaClient
from certain_eloqua.clients.polling import PollSettings
from certain_eloqua.connectors.contract.kind import Job, Platforms
from certain_eloqua.connectors.status_changes.registration_status_activities import KIND
from certain_eloqua.domain.event import Event
from certain_eloqua.ledger import Ledger

EVENT = Event("NWSUMMIT27", "Summit", "NWIND", "Live", None, None, "America/Los_Angeles")
CONTACTS = 3_000


def reads(changes: int) -> dict[str, pd.DataFrame]:
    """What Certain would have said."""
    numbers = range(changes)
    stamps = pd.Timestamp("2026-10-01") + pd.to_timedelta(pd.Series(numbers), unit="s")
    registrations = pd.DataFrame(
        {
            "registrationCode": [f"30210-{n}" for n in numbers],
            "registrationStatusLabel": "Attended",
            "statusModified": stamps.dt.strftime("%Y-%m-%dT%H:%M:%S"),
            "profile.pin": [f"P{n}" for n in numbers],
            "profile.email": [f"guest{n}@many.example" for n in numbers],
            "profile.externalKey": [str(1 + n % CONTACTS) for n in numbers],
            "profile.sourceOfProfile": "Eloqua",
            "isActive": True,
            "isTestMode": False,
        }
    )
    return {
        "registrations": registrations,
        "profiles": pd.DataFrame({"profilePin": pd.Series([], dtype="str")}),
        "attendee_types": pd.DataFrame({"attendeeTypeCode": ["DELEGATE"]}),
        "statuses": pd.DataFrame({"label": ["Attended"], "tags": [""]}),
    }


def peak_megabytes() -> float:
    """The most memory of this process. Not ru_maxrss: that begins with what the starting process had."""
    (line,) = [one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def main() -> int:
    """The command."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("url")
    options.add_argument("--changes", type=int, default=100_000)
    given = options.parse_args()
    settings = KIND.settings(
        registration_statuses=["Attended"], campaign_id="1", first_run="include", create_activity_types=True
    )
    login = BasicLogin("Sandbox", "demo", "demo")
    poll = PollSettings(first=0.1, cap=0.5)
    with (
        tempfile.TemporaryDirectory() as folder,
        Ledger(f"sqlite:///{Path(folder)}/ledger.sqlite") as ledger,
        EloquaClient(login, login_url=given.url, poll=poll) as eloqua,
    ):
        job = Job("many", "NWIND", EVENT, settings, "run")
        frames = reads(given.changes)
        frames |= {name: read(ledger, job, frames) for name, read in KIND.ledger_reads.items()}
        began = time.monotonic()
        plan = KIND.plan(job, frames)
        planned = time.monotonic()
        frames.clear()
        delivered = KIND.deliver(job, plan, Platforms({"eloqua": eloqua}, ledger))
        done = time.monotonic()
        outcomes = delivered.frame["outcome"].value_counts().to_dict()
        calls = eloqua.usage.total_calls
    peak = peak_megabytes()
    result = {
        "changes": given.changes,
        "outcomes": outcomes,
        "eloqua_calls": calls,
        "plan_seconds": round(planned - began, 1),
        "delivery_seconds": round(done - planned, 1),
        "peak_mb": round(peak),
    }
    sys.stdout.write(json.dumps(result) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
