"""The demo's step of metrics: what attendees did at an event, in Eloqua's custom objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from certain_eloqua.cli.demonstration.report import Report
    from certain_eloqua.cli.demonstration.runs import Ran, Runner
    from certain_eloqua.cli.demonstration.snapshots import Platforms

PAST_EVENT, EXAMPLE_EVENT = "NWEXPO25", "NWFORUM27"
ENGAGEMENT, INTEREST = "attendee_engagement", "attendee_interest"
ENGAGEMENT_OBJECT, INTEREST_OBJECT = "Certain Engagement Metrics", "Certain Interest Metrics"
CANCELLED_ITEM, ITS_TAG = "K3", "security"


def show_metrics(runner: Runner, platforms: Platforms, report: Report) -> None:
    """Upload both metrics of a past event, then cancel an item of another and upload again."""
    report.chapter("9", f"What attendees did at {PAST_EVENT} is computed and stands in Eloqua")
    ran = runner.together([ENGAGEMENT, INTEREST], PAST_EVENT)
    _engagement(ran, platforms, report)
    done = ran.of(f"{INTEREST}/delivery")
    records = platforms.custom_object_records(INTEREST_OBJECT)
    report.paragraph(_points(ran))
    report.expect(
        f"Eloqua has {len(records):,} records of interest by tag, as Dagster says",
        ran.success and len(records) == done.get("created") and bool(records),
        ran.failure or f"Dagster: {done.get('created')}",
    )
    _cancelled_item(runner, platforms, report)
    before = platforms.writes()
    again = [runner.together([ENGAGEMENT, INTEREST], PAST_EVENT), runner.job(INTEREST, EXAMPLE_EVENT)]
    report.expect(
        "both have nothing left to do", all(ran.success for ran in again) and platforms.writes() == before
    )


def _engagement(ran: Ran, platforms: Platforms, report: Report) -> None:
    metrics, done = ran.of("metrics/engagement"), ran.of(f"{ENGAGEMENT}/delivery")
    report.paragraph(
        f"{metrics.get('registrations_that_count', 0):,} registrations count: "
        f"{metrics.get('SessionsRegistered', 0):,} sessions registered, "
        f"{metrics.get('SessionsAttended', 0):,} attended."
    )
    report.expect(
        "the run succeeded and its checks passed", ran.success and all(ran.checks.values()), ran.failure
    )
    records = platforms.custom_object_records(ENGAGEMENT_OBJECT)
    linked = sum(bool(record["contact"]) for record in records)
    report.expect(
        f"Eloqua has a new custom object with {len(records):,} records, as Dagster says",
        len(records) == done.get("created") and bool(records),
        f"Dagster: {done.get('created')}",
    )
    waiting = len(records) - linked
    report.expect(
        f"{linked:,} of them are linked to their contacts; {waiting:,} wait for one and are listed",
        linked == done.get("records_linked_to_contacts") and linked > 0,
    )


def _cancelled_item(runner: Runner, platforms: Platforms, report: Report) -> None:
    first = runner.job(INTEREST, EXAMPLE_EVENT)
    mine = [
        record
        for record in platforms.custom_object_records(INTEREST_OBJECT)
        if record["EventCode"] == EXAMPLE_EVENT and record["TagName"] == ITS_TAG and float(record["Points"])
    ]
    report.expect(
        f"the interest of {EXAMPLE_EVENT} is there as well", first.success and bool(mine), first.failure
    )
    if not mine:
        return
    platforms.cancel_agenda_item(EXAMPLE_EVENT, mine[0]["RegistrationCode"], CANCELLED_ITEM)
    ran = runner.job(INTEREST, EXAMPLE_EVENT)
    after = {record["InterestID"]: record for record in platforms.custom_object_records(INTEREST_OBJECT)}[
        mine[0]["InterestID"]
    ]
    report.paragraph(
        f"An attendee cancels {CANCELLED_ITEM}, the only item with the tag {ITS_TAG}: "
        f"{ran.of(f'{INTEREST}/plan').get('plan_update', 0)} record changes."
    )
    report.expect(
        f"its {float(mine[0]['Points']):g} points became 0 in Eloqua, and nothing else was sent",
        ran.success and float(after["Points"]) == 0 and ran.of(f"{INTEREST}/plan").get("plan_update") == 1,
        ran.failure,
    )


def _points(ran: Ran) -> str:
    results = ran.of("metrics/interest")
    found = [
        (name.removeprefix("points_of_"), n) for name, n in results.items() if name.startswith("points_of_")
    ]
    return "Points by tag: " + ", ".join(f"{tag} {points:,.0f}" for tag, points in found) + "."
