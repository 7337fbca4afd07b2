"""The delivery of the activity kinds: changes into the outbox, activities out of it, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from certain_eloqua.clients.eloqua import EloquaClient
from certain_eloqua.clients.errors import InDoubt, Permanent, ValidationError
from certain_eloqua.connectors.contract.actions import Action
from certain_eloqua.connectors.delivery import engine
from certain_eloqua.connectors.status_changes.delivery import addresses_of, record_changes, record_outcomes
from certain_eloqua.connectors.status_changes.sending import ActivitySender
from certain_eloqua.ledger import Filter
from certain_eloqua.ledger.outbox import PENDING

if TYPE_CHECKING:
    import pandas as pd

    from certain_eloqua.connectors.contract.kind import Delivered, Job, Platforms
    from certain_eloqua.connectors.delivery.engine import Work
    from certain_eloqua.connectors.status_changes.settings import ActivitySettings

ADVICE = "Nothing was sent: the changes are in the outbox and are sent by the next run."


def deliver(job: Job, plan: pd.DataFrame, platforms: Platforms) -> Delivered:
    """Send the activities of a plan, and what earlier runs have left of the event."""
    return engine.deliver(job, plan, platforms, _apply)


def _apply(work: Work) -> None:
    job, ledger = work.job, work.platforms.ledger
    eloqua = work.platforms.client("eloqua", EloquaClient)
    work.facts["statuses_seen"] = record_changes(work)
    wanted = Filter(job.connector, events=[str(job.event_code)], states=[PENDING])
    pending = ledger.outbox.table(wanted, ["asset_type", "activity_type", "campaign", "contact_id"])
    if pending.num_rows:
        _check_campaigns(eloqua, set(pending["campaign"].to_pylist()) - {""})
        _check_types(eloqua, pending, create=job.settings.create_activity_types)
        _create_contacts(work, eloqua)
    sender = ActivitySender(
        eloqua,
        ledger,
        job.connector,
        job.run_id,
        addresses=addresses_of(work),
        progress=work.platforms.progress,
    )
    done = sender.send([str(job.event_code)])
    work.facts |= {"activities_sent": done.sent, "syncs": ", ".join(done.syncs) or "none"}
    if done.recovered:
        work.facts["batches_of_earlier_runs"] = len(done.recovered)
    record_outcomes(work)


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


def _create_contacts(work: Work, eloqua: EloquaClient) -> None:
    """Create contacts for people without a contact id, where the settings say so. Harmless to repeat."""
    settings: ActivitySettings = work.job.settings
    if not settings.create_missing_contacts:
        return
    rows = work.plan[work.plan["action"] == Action.ADD]
    emails = rows.loc[rows["contact_id"].fillna("").eq(""), "email"].dropna().unique().tolist()
    if emails:
        eloqua.import_contacts(
            pa.table({"email": pa.array(emails, pa.string())}),
            fields={"email": "{{Contact.Field(C_EmailAddress)}}"},
            identifier="email",
            name=f"{work.job.connector} contacts",
        )
        work.facts["contacts_created_or_found"] = len(emails)
