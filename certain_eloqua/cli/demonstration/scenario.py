"""The scenario of the demo: ten steps, each compared with what both platforms hold afterwards."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from certain_eloqua.cli.demonstration.metrics_steps import show_metrics
from certain_eloqua.cli.demonstration.report import Report
from certain_eloqua.cli.demonstration.runs import Ran, Runner, at_home
from certain_eloqua.cli.demonstration.snapshots import Platforms
from certain_eloqua.cli.demonstration.status_steps import show_status_changes

EVENT = "NWSUMMIT27"
PROSPECTS, READERS, ATTENDEES = "summit_prospects", "newsletter_profiles", "attendees_to_eloqua"
ACCEPTED = "Pre-Registered"
CHANGED_PEOPLE = 25
BROKEN_FILE = """\
kind: upsert_contacts
events: all
settings:
  registraton_statuses: [Pre-Registered]
"""
WARNINGS = ("few_are_left_out", "no_contact_is_left_behind")
"""Checks of a plan that warn of the data and keep nothing from being delivered."""


class Scenario:
    """Runs every step once, on one sandbox."""

    def __init__(self, url: str, connectors: Path, kept: bool) -> None:
        self.platforms = Platforms(url)
        self.kept = kept
        self.connectors = connectors
        self.report = Report()
        self.began = time.monotonic()

    def run(self) -> bool:
        """Whether everything worked."""
        from certain_eloqua.definitions import build_defs

        with at_home(self.kept) as instance:
            self.runner = Runner(build_defs(self.connectors), instance)
            self.before = self.platforms.snapshot(EVENT)
            self._account()
            self._registrations()
            self._profiles()
            self._changes()
            self._dry_run()
            self._delivery()
            self._broken()
            self._again()
            show_metrics(self.runner, self.platforms, self.report)
            show_status_changes(self.runner, self.platforms, self.report)
            self._standing_checks()
        return self._ending()

    # -- the steps

    def _account(self) -> None:
        self.report.chapter("1", "Which events are there?")
        ran = self.runner.assets(["certain/events"])
        count = ran.of("certain/events").get("dagster/row_count", 0)
        self.report.paragraph(
            f"Certain has {count} events; each is now a partition that can be chosen in Dagster."
        )
        self.report.expect("the events were read", ran.success and count > 0, ran.failure)

    def _registrations(self) -> None:
        self.report.chapter("2", f"The Eloqua list behind {PROSPECTS} becomes registrations of {EVENT}")
        before = self.platforms.snapshot(EVENT)
        ran = self.runner.job(PROSPECTS, EVENT)
        grown = self.platforms.snapshot(EVENT).grown(before)
        plan, done = ran.of(f"{PROSPECTS}/plan"), ran.of(f"{PROSPECTS}/delivery")
        members = ran.of(f"{PROSPECTS}/contacts").get("dagster/row_count", 0)
        self._counts(ran, PROSPECTS)
        self.report.expect("the run succeeded and all its checks passed or warn", ran.success, ran.failure)
        self.report.expect(f"the list has more than 2,000 contacts ({members:,})", members > 2_000)
        self.report.expect(
            "every contact of the list is in the plan",
            members == plan.get("dagster/row_count"),
            f"{members} members",
        )
        created = grown[f"registrations of {EVENT}"]
        self.report.expect(
            f"Certain has {created:,} registrations more, as Dagster says",
            created > 0 and created == self._new_registrations(done, plan),
            f"Dagster: {self._new_registrations(done, plan)}",
        )
        self._reconciled(ran, PROSPECTS)

    def _profiles(self) -> None:
        self.report.chapter("3", f"Another list becomes profiles of the account ({READERS})")
        before = self.platforms.snapshot()
        ran = self.runner.job(READERS)
        grown = self.platforms.snapshot().grown(before)
        done = ran.of(f"{READERS}/delivery")
        self._counts(ran, READERS)
        self.report.expect("the run succeeded", ran.success, ran.failure)
        self.report.expect(
            f"Certain has {grown['profiles in Certain']:,} profiles more, as Dagster says",
            grown["profiles in Certain"] == done.get("created"),
            f"Dagster: {done.get('created')}",
        )
        self._reconciled(ran, READERS)

    def _changes(self) -> None:
        self.report.chapter("4", "People change in Certain")
        found = [one for one in self.platforms.registrations(EVENT) if _usable(one)]
        invited = [one for one in found if one["registrationStatusLabel"] == "Invited"][:CHANGED_PEOPLE]
        accepted = [one for one in found if one["registrationStatusLabel"] == ACCEPTED][:CHANGED_PEOPLE]
        for one in invited:
            self.platforms.change_status(one["registrationCode"], ACCEPTED)
        for number, one in enumerate(accepted):
            self.platforms.edit_profile(
                one["profile"]["pin"], {"position": f"Head of Demonstration {number}"}
            )
        self.changed = [one["profile"]["email"] for one in accepted]
        self.report.paragraph(
            f"{len(invited)} invited people pre-register for {EVENT}, and {len(accepted)} others have a "
            f"new position."
        )
        self.report.expect("Certain took the changes", bool(invited) and bool(accepted))

    def _dry_run(self) -> None:
        self.report.chapter("5", f"A dry run: what would {ATTENDEES} change in Eloqua?")
        before = self.platforms.writes()
        ran = self.runner.job(ATTENDEES, EVENT, dry_run=True)
        plan = ran.of(f"{ATTENDEES}/plan")
        self.report.counts(plan, "plan_")
        self.report.markdown_table(plan.get("changes") or "")
        self.report.expect(
            "the plan was made and its checks passed", ran.success and _blocking_passed(ran), ran.failure
        )
        self.report.expect("and nothing was written on either platform", self.platforms.writes() == before)
        self.planned = plan

    def _delivery(self) -> None:
        self.report.chapter("6", "That very plan is delivered")
        before = self.platforms.snapshot(EVENT)
        ran = self.runner.assets([f"{ATTENDEES}/delivery"], EVENT)
        grown = self.platforms.snapshot(EVENT).grown(before)
        done = ran.of(f"{ATTENDEES}/delivery")
        self._counts(ran, ATTENDEES)
        self.report.paragraph(
            f"It took {done.get('eloqua_calls', '?')} calls and {done.get('eloqua_syncs', '?')} syncs "
            f"of Eloqua."
        )
        self.report.expect("the run succeeded", ran.success, ran.failure)
        self.report.expect(
            "what was delivered is the plan that was shown",
            done.get("plan_id") == self.planned.get("plan_id"),
        )
        self.report.expect(
            f"Eloqua has {grown['contacts in Eloqua']:,} contacts more, as Dagster says",
            grown["contacts in Eloqua"] == done.get("created"),
            f"Dagster: {done.get('created')}",
        )
        arrived = sum(
            "Head of Demonstration" in str(self.platforms.contact(email)) for email in self.changed[:5]
        )
        self.report.expect(f"Eloqua shows the new positions ({arrived} of {len(self.changed[:5])} looked up)",
                           arrived == len(self.changed[:5]))  # fmt: skip
        self._reconciled(ran, ATTENDEES)

    def _again(self) -> None:
        self.report.chapter("8", "Everything runs once more: nothing is left to do")
        before = self.platforms.writes()
        again = self.runner.assets([f"{ATTENDEES}/delivery"], EVENT)
        notice = again.of(f"{ATTENDEES}/delivery").get("already_delivered", "")
        self.report.paragraph(f"Delivering the same plan again: {notice}")
        self.report.expect(
            "a plan is delivered once", bool(notice) and self.platforms.writes() == before, again.failure
        )
        ran = self.runner.job(PROSPECTS, EVENT)
        came_back = _delivered(ran, PROSPECTS)
        self.report.expect(f"{PROSPECTS} runs after the contacts have changed", ran.success, ran.failure)
        if came_back:
            self.report.paragraph(
                f"People who share one address: {came_back} got back what step 6 wrote to their contact."
            )
        before = self.platforms.writes()
        of_event = self.runner.together([PROSPECTS, ATTENDEES], EVENT)
        for name, ran in ((PROSPECTS, of_event), (READERS, self.runner.job(READERS)), (ATTENDEES, of_event)):
            delivered = _delivered(ran, name)
            unchanged = ran.of(f"{name}/delivery").get("unchanged", 0)
            self.report.paragraph(f"{name}: {delivered} delivered, {unchanged:,} unchanged.")
            self.report.expect(f"{name} has nothing left to do", ran.success and not delivered, ran.failure)
        written = _difference(self.platforms.writes(), before)
        self.report.expect("and nothing was written on either platform", not written, str(written))

    def _broken(self) -> None:
        self.report.chapter("7", "Mistakes are refused before anything is written")
        before = self.platforms.writes()
        ran = self.runner.job(PROSPECTS, EVENT, {"contact_list_name": "Sumit Prospects"})
        self.report.quote("A list that does not exist:", ran.failure)
        self.report.expect("the run failed and named the list that was meant",
                           not ran.success and "Summit Prospects" in ran.failure)  # fmt: skip
        ran = self.runner.job(PROSPECTS, EVENT, {"registration_status": "Invitd"})
        self.report.quote("A status the event does not have:", ran.failure)
        self.report.expect("the run failed and named the status that was meant",
                           not ran.success and "Invited" in ran.failure)  # fmt: skip
        self.report.expect("nothing was written", self.platforms.writes() == before)
        self._broken_file()
        reasons = {name: count for name, count in self.planned.items() if name.startswith("left_out_")}
        self.report.paragraph(
            "People with bad data did not stop anything; the plan of step 5 says why each was left out:"
        )
        self.report.counts(reasons, "left_out_")
        self.report.expect("each person left out has a reason",
                           sum(reasons.values()) == self.planned.get("plan_skip", -1))  # fmt: skip

    def _broken_file(self) -> None:
        from certain_eloqua.definitions import build_defs

        broken = self.connectors / "broken_connector.yaml"
        broken.write_text(BROKEN_FILE)
        definitions = build_defs(self.connectors)
        ran = Runner(definitions, self.runner.instance).assets(["standing/connector_files"])
        name = "standing/connector_files: all_can_be_used"
        words = ran.check_words.get(name, "").replace(f"{self.connectors}/", "")
        broken.unlink()
        self.report.quote("A connector file with a mistake:", words)
        self.report.expect("the standing check fails and says where and what was meant",
                           ran.checks.get(name) is False and "registration_statuses" in words)  # fmt: skip
        jobs = {job.name for job in definitions.resolve_all_job_defs()}
        self.report.expect("the other connectors keep working", {PROSPECTS, READERS, ATTENDEES} <= jobs)

    def _standing_checks(self) -> None:
        ran = self.runner.job("standing")
        self.report.expect(
            "the standing checks pass now",
            ran.success and all(ran.checks.values()),
            ran.failure or str(ran.checks),
        )

    # -- parts of several steps

    def _counts(self, ran: Ran, connector: str) -> None:
        self.report.counts(ran.of(f"{connector}/delivery"), "", only=tuple(_OUTCOMES))

    def _reconciled(self, ran: Ran, connector: str) -> None:
        name = f"{connector}/delivery: everything_planned_has_an_outcome"
        self.report.expect("every planned record has exactly one outcome", ran.checks.get(name) is True)

    def _new_registrations(self, done: Mapping[str, Any], plan: Mapping[str, Any]) -> int:
        """A record of an import is `created` when its registration is."""
        return int(done.get("registrations_created", done.get("created", plan.get("plan_create", 0))))

    def _ending(self) -> bool:
        after = self.platforms.snapshot(EVENT)
        self.report.chapter("", "Both platforms, read over HTTP")
        self.report.platforms(self.before, after)
        left = self.platforms.control("GET", "counters")["open_definitions"]
        left = left if isinstance(left, int) else sum(left.values()) if isinstance(left, dict) else len(left)
        self.report.expect("no Bulk definition was left behind in Eloqua", left == 0, f"{left} are there")
        return self.report.end(time.monotonic() - self.began, self.platforms.calls())


_OUTCOMES = ("created", "updated", "linked", "added", "unchanged", "skipped", "rejected")


def _usable(registration: Mapping[str, Any]) -> bool:
    """Whether a registration is one that goes to Eloqua: active, no test, with an ordinary address."""
    email = str(registration["profile"].get("email") or "")
    plain = email == email.strip().lower() and email.count("@") == 1 and "'" not in email
    active = (
        registration["isActive"] and registration["profile"]["isActive"] and not registration["isTestMode"]
    )
    return bool(plain and active)


def _blocking_passed(ran: Ran) -> bool:
    return all(passed for name, passed in ran.checks.items() if not name.endswith(WARNINGS))


def _delivered(ran: Ran, name: str) -> int:
    """How many records a run of a connector wrote."""
    done = ran.of(f"{name}/delivery")
    return sum(done.get(outcome, 0) for outcome in ("created", "updated", "linked", "added"))


def _difference(after: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
    return {
        name: count - before.get(name, 0) for name, count in after.items() if count != before.get(name, 0)
    }
