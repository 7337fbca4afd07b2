"""The demo's step of status changes: what a person does at an event, as activities and list memberships."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg

if TYPE_CHECKING:
    from certain_eloqua.cli.demonstration.report import Report
    from certain_eloqua.cli.demonstration.runs import Runner
    from certain_eloqua.cli.demonstration.snapshots import Platforms

EVENT, SESSION = "NWSUMMIT27", "S-KEY"
REGISTRATIONS, SESSIONS, MEMBERS = "registration_activities", "session_activities", "pre_registered_list"
LIST = "Pre-Registered_NWIND_NWSUMMIT27"
KILLED_WITHIN = 60.0


def show_status_changes(runner: Runner, platforms: Platforms, report: Report) -> None:
    """A person registers, takes part in a session, cancels it and attends; a worker is killed on the way."""
    _StatusChanges(runner, platforms, report).show()


class _StatusChanges:
    def __init__(self, runner: Runner, platforms: Platforms, report: Report) -> None:
        self.runner, self.platforms, self.report = runner, platforms, report

    def show(self) -> None:
        self.report.chapter("10", "Status changes become activities and list memberships, each once")
        person = self._person()
        if person is None:
            self.report.expect("an invited person is known to Eloqua", so=False)
            return
        self.code = str(person["registrationCode"])
        self.email = str(person["profile"]["email"])
        self.contact_id = str(person["profile"]["externalKey"])
        self._first_look()
        self._registers()
        self._attends()
        self._again()

    def _person(self) -> dict[str, Any] | None:
        """A person who is invited, whose profile knows the contact, and who registered once only."""
        found = self.platforms.registrations(EVENT)
        often = Counter(one["profile"].get("externalKey") for one in found)
        for one in found:
            profile = one["profile"]
            usable = one["isActive"] and profile["isActive"] and not one["isTestMode"]
            ours = profile.get("sourceOfProfile") == "Eloqua" and often[profile.get("externalKey")] == 1
            if usable and ours and one["registrationStatusLabel"] == "Invited":
                return one
        return None

    def _first_look(self) -> None:
        self._run()
        members = self.platforms.list_members(LIST)
        self.report.paragraph(
            "Three connectors look at the event for the first time. Activities begin with a baseline: the "
            "statuses there are now are only remembered. "
            f"The list {LIST} is filled with {len(members):,} people."
        )
        self.report.expect("no activity was created", not self.platforms.activities_of(self.email))
        self.report.expect(f"{len(members):,} contacts joined the list", bool(members))
        self.report.expect("the invited person is not among them", self.contact_id not in members)

    def _registers(self) -> None:
        self.platforms.change_status(self.code, "Pre-Registered")
        self.platforms.register_for_session(EVENT, SESSION, self.code)
        self.report.paragraph(
            f"The person pre-registers and takes a seat in {SESSION}. A worker starts to send the first "
            "activity and is ended by SIGKILL in the middle of it."
        )
        killed = self._killed_worker()
        self.report.expect("the worker was killed while Eloqua was asked to import the activity", killed)
        self._run()
        found = self.platforms.activities_of(self.email)
        self.report.expect(
            "the next run has looked up what the killed one left, and both activities are there, once",
            Counter(kind for kind, _ in found) == {"Pre-Registered": 1, "Registered": 1},
            str(found),
        )
        self.report.expect("the person is on the list", self.contact_id in self.platforms.list_members(LIST))

    def _attends(self) -> None:
        self.platforms.change_status(self.code, "Attended")
        self.platforms.cancel_session(EVENT, SESSION, self.code)
        self.report.paragraph(f"The person attends the event, and cancels {SESSION}.")
        self._run()
        found = self.platforms.activities_of(self.email)
        for kind, asset in found:
            self.report.paragraph(f"  {kind:<16} {asset}")
        wanted = {"Pre-Registered": 1, "Registered": 1, "Attended": 1, "Cancelled": 1}
        self.report.expect(
            "four changes are four activities", Counter(kind for kind, _ in found) == wanted, str(found)
        )
        self.report.expect(
            "the person has left the list", self.contact_id not in self.platforms.list_members(LIST)
        )

    def _again(self) -> None:
        before = self.platforms.writes()
        self._run()
        self.report.expect("run once more, they write nothing", self.platforms.writes() == before)

    # -- parts of several steps

    def _run(self) -> None:
        """All three connectors in one run."""
        ran = self.runner.together((REGISTRATIONS, SESSIONS, MEMBERS), EVENT)
        self.report.expect("the run of all three succeeded", ran.success, ran.failure)

    def _killed_worker(self) -> bool:
        """Start a run in a process of its own, and kill it when its sync is being created."""
        hang = {"delay_ms": int(KILLED_WITHIN * 1000), "cut": True}
        fault = {"method": "POST", "path": "/api/bulk/2.0/syncs$", "times": 1, "answer": hang}
        self.platforms.control("POST", "faults", fault)
        command = [sys.executable, "-m", "certain_eloqua.cli", "run", REGISTRATIONS, "--event", EVENT]
        with tempfile.TemporaryFile() as output:
            worker = subprocess.Popen(command, stdout=output, stderr=output, env=_with_this_package())
            try:
                until = time.monotonic() + KILLED_WITHIN
                while not self.platforms.control("GET", "faults")["faults"][0]["played"]:
                    if worker.poll() is not None or time.monotonic() > until:
                        return False
                    time.sleep(0.02)
                return worker.poll() is None
            finally:
                worker.send_signal(signal.SIGKILL)
                worker.wait()
                self.platforms.control("DELETE", "faults")
                self._end_killed_runs()

    def _end_killed_runs(self) -> None:
        """Mark the killed run as failed, as Dagster's run monitoring would after a while."""
        alive = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING]
        for run in self.runner.instance.get_runs(dg.RunsFilter(statuses=alive)):
            self.runner.instance.report_run_failed(run, "The demo has killed this run's process.")


def _with_this_package() -> dict[str, str]:
    root = str(Path(__file__).resolve().parents[3])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, "PYTHONWARNINGS": "ignore"}
