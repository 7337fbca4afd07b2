"""The delivery of the activity kinds: changes into the outbox, activities out of it, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.clients.eloqua import EloquaClient
from certain_eloqua.clients.eloqua.activity_types import AssetType
from certain_eloqua.clients.errors import ClientError, InDoubt, Permanent, ValidationError
from certain_eloqua.connectors.contract.actions import Action, Outcome
from certain_eloqua.connectors.delivery import engine
from certain_eloqua.connectors.status_changes.delivery import (
    addresses_of,
    changes_of,
    record_changes,
    record_outcomes,
)
from certain_eloqua.connectors.status_changes.new_contacts import create_contacts
from certain_eloqua.connectors.status_changes.sending import ActivitySender, Sending
from certain_eloqua.ledger import Filter
from certain_eloqua.ledger.outbox import PENDING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from certain_eloqua.connectors.contract.kind import Delivered, Job, Platforms
    from certain_eloqua.connectors.delivery.engine import Work
    from certain_eloqua.connectors.status_changes.new_contacts import Values
    from certain_eloqua.ledger import Ledger

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
    new: list[Values] = []
    for job, plan in deliveries:
        with ledger.run_lock(job.connector, job.event_code, job.run_id):
            _record(job, plan, ledger)
        jobs.append(job)
        addresses |= addresses_of(job, plan)
        new += _new_contacts(plan)
    if not jobs:
        return {}
    events = [str(job.event_code) for job in jobs]
    wanted = Filter(jobs[0].connector, events=events, states=[PENDING])
    try:
        causes = _without_campaign(platforms.client("eloqua", EloquaClient), ledger, wanted)
        _send(jobs[0], [one for one in events if one not in causes], addresses, new, platforms)
    except ClientError as error:
        left = ledger.outbox.table(wanted, ["event"])["event"].unique().to_pylist()
        return dict.fromkeys(left, str(error))
    return causes


def _without_campaign(eloqua: EloquaClient, ledger: Ledger, wanted: Filter) -> dict[str, str]:
    """Why activities cannot be sent with their campaign, by event: that stops no other event.

    With one campaign for all there is nothing to distinguish, and sending checks it.
    """
    pairs = ledger.outbox.table(wanted, ["event", "campaign"]).group_by(["event", "campaign"]).aggregate([])
    if len(pairs["campaign"].unique()) < 2:
        return {}
    faults: dict[str, str | None] = {}
    causes: dict[str, str] = {}
    for pair in pairs.to_pylist():
        campaign = pair["campaign"]
        if campaign not in faults:
            try:
                check_campaign(eloqua, campaign)
                faults[campaign] = None
            except Permanent as error:
                faults[campaign] = str(error)
        if (fault := faults[campaign]) is not None:
            causes[pair["event"]] = fault
    return causes


def _apply(work: Work) -> None:
    job, plan = work.job, work.plan
    _record(job, plan, work.platforms.ledger)
    addresses = addresses_of(job, plan)
    done = _send(job, [str(job.event_code)], addresses, _new_contacts(plan), work.platforms)
    if done.recovered:
        work.facts["batches_of_earlier_runs"] = len(done.recovered)
    outcomes = record_outcomes(work)
    sent = outcomes.filter(pc.equal(outcomes["outcome"], Outcome.ADDED.value))
    work.facts |= {
        "status_changes": changes_of(job, plan).num_rows,
        "activities_sent": sent.num_rows,
        "syncs": ", ".join(sorted(set(sent["sync"].to_pylist()) - {None})) or "none",
    }


def _record(job: Job, plan: pd.DataFrame, ledger: Ledger) -> None:
    record_changes(job, plan, ledger)
    for campaign in plan["campaign"].dropna().unique()[:1]:
        ledger.outbox.move_to_campaign(job.connector, str(job.event_code), str(campaign))


def _send(
    job: Job,
    events: list[str],
    addresses: dict[tuple[str, str], str],
    new: list[Values],
    platforms: Platforms,
) -> Sending:
    """Send what is pending of these events, and finish what earlier runs of the connector have left."""
    eloqua, ledger = platforms.client("eloqua", EloquaClient), platforms.ledger
    wanted = Filter(job.connector, events=events, states=[PENDING])
    pending = ledger.outbox.table(wanted, ["asset_type", "activity_type", "campaign", "contact_id"])
    if pending.num_rows:
        for campaign in sorted(set(pending["campaign"].to_pylist())):
            check_campaign(eloqua, campaign)
        _check_types(eloqua, pending, create=job.settings.create_activity_types)
        if new:
            create_contacts(eloqua, job.field_map, new, f"{job.connector} contacts")
    sender = ActivitySender(
        eloqua, ledger, job.connector, job.run_id, addresses=addresses, progress=platforms.progress
    )
    return sender.send(events)


def check_campaign(eloqua: EloquaClient, campaign_id: str) -> None:
    """Refuse a campaign that is not there or not active; "" is no campaign.

    Raises:
        Permanent: it cannot take activities.
    """
    if not campaign_id:
        return
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
        found, missing = missing_types(eloqua, asset_type, names, create=create)
        if found and missing:
            eloqua.activity_types.add(found, missing)
        elif not found:
            _create_type(eloqua, asset_type, missing)


def missing_types(
    eloqua: EloquaClient, asset_type: str, names: set[str], *, create: bool
) -> tuple[AssetType | None, list[str]]:
    """The external asset type, None if there is none, and the activity types that it lacks.

    Raises:
        Permanent: something is missing, and it must not be created.
    """
    found = eloqua.activity_types.find(asset_type)
    known = {name.casefold() for name in found.activity_types} if found else set()
    missing = sorted(name for name in names if name.casefold() not in known)
    if not create and (missing or not found):
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
    return found, missing


def _create_type(eloqua: EloquaClient, name: str, activity_types: list[str]) -> None:
    try:
        eloqua.activity_types.create(name, activity_types)
    except (InDoubt, ValidationError):
        found = eloqua.activity_types.find(name)  # another run, or the lost request, has created it
        if found is None:
            raise
        eloqua.activity_types.add(found, activity_types)


def _new_contacts(plan: pd.DataFrame) -> list[Values]:
    """The contacts that are created first for people whom Eloqua does not know; see `new_contacts`."""
    writes = plan.loc[plan["action"].eq(Action.ADD), "write"].dropna()
    return [orjson.loads(text)["contact"] for text in writes if text]
