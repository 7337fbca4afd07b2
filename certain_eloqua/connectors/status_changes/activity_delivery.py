"""The delivery of the activity kinds: changes into the outbox, activities out of it, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.clients.eloqua import EloquaClient
from certain_eloqua.clients.errors import ClientError, InDoubt, Permanent, ValidationError
from certain_eloqua.connectors.contract.actions import Action, Outcome
from certain_eloqua.connectors.delivery import engine
from certain_eloqua.connectors.status_changes.delivery import (
    addresses_of,
    changes_of,
    record_changes,
    record_outcomes,
)
from certain_eloqua.connectors.status_changes.sending import ActivitySender, Sending
from certain_eloqua.ledger import Filter
from certain_eloqua.ledger.outbox import PENDING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from certain_eloqua.connectors.contract.kind import Delivered, Job, Platforms
    from certain_eloqua.connectors.delivery.engine import Work
    from certain_eloqua.connectors.status_changes.settings import ActivitySettings

ADVICE = "Nothing was sent: the changes are in the outbox and are sent by the next run."


def deliver(job: Job, plan: pd.DataFrame, platforms: Platforms) -> Delivered:
    """Send the activities of a plan, and what earlier runs have left of the event."""
    return engine.deliver(job, plan, platforms, _apply)


def deliver_together(deliveries: Iterable[tuple[Job, pd.DataFrame]], platforms: Platforms) -> dict[str, str]:
    """Send the activities of many events' plans in common imports, so that calls do not grow with events.

    Nothing is recorded as delivered: each event's own delivery does that and finds nothing left to send.
    Interrupted at any time, it leaves what a single delivery leaves: an outbox, and batches to look up.

    Returns:
        Why there are still activities to send, by event; empty if everything has a result.
    """
    ledger = platforms.ledger
    jobs: list[Job] = []
    addresses: dict[tuple[str, str], str] = {}
    without_contact: list[str] = []
    for job, plan in deliveries:
        with ledger.run_lock(job.connector, job.event_code, job.run_id):
            record_changes(job, plan, ledger)
        jobs.append(job)
        addresses |= addresses_of(job, plan)
        without_contact += _emails_without_contact(job, plan)
    if not jobs:
        return {}
    events = [str(job.event_code) for job in jobs]
    try:
        _send(jobs[0], events, addresses, without_contact, platforms)
    except ClientError as error:
        left = ledger.outbox.table(Filter(jobs[0].connector, events=events, states=[PENDING]), ["event"])
        return dict.fromkeys(left["event"].unique().to_pylist(), str(error))
    return {}


def _apply(work: Work) -> None:
    job, plan = work.job, work.plan
    record_changes(job, plan, work.platforms.ledger)
    emails = _emails_without_contact(job, plan)
    done = _send(job, [str(job.event_code)], addresses_of(job, plan), emails, work.platforms)
    if done.recovered:
        work.facts["batches_of_earlier_runs"] = len(done.recovered)
    outcomes = record_outcomes(work)
    sent = outcomes.filter(pc.equal(outcomes["outcome"], Outcome.ADDED.value))
    work.facts |= {
        "status_changes": changes_of(job, plan).num_rows,
        "activities_sent": sent.num_rows,
        "syncs": ", ".join(sorted(set(sent["sync"].to_pylist()) - {None})) or "none",
    }


def _send(
    job: Job,
    events: list[str],
    addresses: dict[tuple[str, str], str],
    without_contact: list[str],
    platforms: Platforms,
) -> Sending:
    """Send what is pending of these events, and finish what earlier runs of the connector have left."""
    eloqua, ledger = platforms.client("eloqua", EloquaClient), platforms.ledger
    wanted = Filter(job.connector, events=events, states=[PENDING])
    pending = ledger.outbox.table(wanted, ["asset_type", "activity_type", "campaign", "contact_id"])
    if pending.num_rows:
        _check_campaigns(eloqua, set(pending["campaign"].to_pylist()) - {""})
        _check_types(eloqua, pending, create=job.settings.create_activity_types)
        _create_contacts(job, eloqua, without_contact)
    sender = ActivitySender(
        eloqua, ledger, job.connector, job.run_id, addresses=addresses, progress=platforms.progress
    )
    return sender.send(events)


def _check_campaigns(eloqua: EloquaClient, campaigns: set[str]) -> None:
    for campaign_id in sorted(campaigns):
        found = eloqua.activity_types.campaign(campaign_id) if campaign_id.isdecimal() else None
        if found is None:
            raise Permanent("Checking the campaign", f"Eloqua has no campaign {campaign_id}", advice=ADVICE)
        if found.status.casefold() not in ("", "active"):
            raise Permanent(
                "Checking the campaign",
                f"the campaign {campaign_id} ({found.name}) is {found.status}, and Eloqua takes activities "
                "of active campaigns only; activate it",
                advice=ADVICE,
            )


def _check_types(eloqua: EloquaClient, pending: pa.Table, *, create: bool) -> None:
    """The asset types and activity types must be there before the first activity."""
    wanted: dict[str, set[str]] = {}
    pairs = pending.group_by(["asset_type", "activity_type"]).aggregate([]).to_pylist()
    for pair in pairs:
        wanted.setdefault(pair["asset_type"], set()).add(pair["activity_type"])
    for asset_type, names in wanted.items():
        found = eloqua.activity_types.find(asset_type)
        known = {name.casefold() for name in found.activity_types} if found else set()
        missing = sorted(name for name in names if name.casefold() not in known)
        if found and not missing:
            continue
        if not create:
            what = (
                f"the external asset type {asset_type!r} has no activity type {', '.join(missing)}"
                if found
                else f"there is no external asset type {asset_type!r} (with {', '.join(missing)})"
            )
            raise Permanent(
                "Checking the activity types in Eloqua",
                f"{what}; create it under external assets, or set create_activity_types",
                advice=ADVICE,
            )
        if found:
            eloqua.activity_types.add(found, missing)
        else:
            _create_type(eloqua, asset_type, missing)


def _create_type(eloqua: EloquaClient, name: str, activity_types: list[str]) -> None:
    try:
        eloqua.activity_types.create(name, activity_types)
    except (InDoubt, ValidationError):
        found = eloqua.activity_types.find(name)  # another run, or the lost request, has created it
        if found is None:
            raise
        eloqua.activity_types.add(found, activity_types)


def _emails_without_contact(job: Job, plan: pd.DataFrame) -> list[str]:
    """The addresses for which contacts are created first, where the settings say so."""
    settings: ActivitySettings = job.settings
    if not settings.create_missing_contacts:
        return []
    rows = plan[plan["action"] == Action.ADD]
    emails: list[str] = rows.loc[rows["contact_id"].fillna("").eq(""), "email"].dropna().unique().tolist()
    return emails


def _create_contacts(job: Job, eloqua: EloquaClient, emails: list[str]) -> None:
    """Create contacts for people without one. Harmless to repeat."""
    if emails:
        eloqua.import_contacts(
            pa.table({"email": pa.array(dict.fromkeys(emails), pa.string())}),
            fields={"email": "{{Contact.Field(C_EmailAddress)}}"},
            identifier="email",
            name=f"{job.connector} contacts",
        )
