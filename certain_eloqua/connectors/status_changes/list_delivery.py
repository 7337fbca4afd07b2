"""The delivery of kind 3: contacts join and leave the event's list by sync actions. Repeating is harmless."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certain_eloqua.clients.eloqua import EloquaClient
from certain_eloqua.clients.errors import InDoubt, Permanent, ValidationError
from certain_eloqua.connectors.delivery import engine
from certain_eloqua.connectors.status_changes.delivery import record_changes, record_outcomes
from certain_eloqua.connectors.status_changes.list_plan import list_name
from certain_eloqua.ledger import Filter, Refused
from certain_eloqua.ledger.outbox import PENDING

if TYPE_CHECKING:
    import pandas as pd

    from certain_eloqua.clients.eloqua.metadata import ContactList
    from certain_eloqua.connectors.contract.kind import Delivered, Job, Platforms
    from certain_eloqua.connectors.delivery.engine import Work

NOT_THERE = "ELQ-00034"


def deliver(job: Job, plan: pd.DataFrame, platforms: Platforms) -> Delivered:
    """Bring the list to what the plan says."""
    return engine.deliver(job, plan, platforms, _apply)


def _apply(work: Work) -> None:
    job, outbox = work.job, work.platforms.ledger.outbox
    eloqua = work.platforms.client("eloqua", EloquaClient)
    record_changes(job, work.plan, work.platforms.ledger)
    wanted = Filter(job.connector, events=[str(job.event_code)], states=[PENDING])
    rows = outbox.table(wanted, ["number", "contact_id", "activity_type"]).to_pandas()
    if len(rows):
        # Only where a contact ends counts: joining and leaving between two runs is no call.
        last = rows.drop_duplicates("contact_id", keep="last")
        numbers = set(rows["number"]) - set(last["number"])
        outbox.skip(sorted(numbers), "overtaken", "the contact's membership changed again before it was sent")
        found = contact_list(eloqua, list_name(job))
        work.facts |= {"contact_list": found.name, "contact_list_id": found.id}
        for action in ("remove", "add"):
            chosen = last[last["activity_type"].eq(action)]
            if len(chosen):
                _change(work, eloqua, found, action, chosen)
    record_outcomes(work)


def _change(work: Work, eloqua: EloquaClient, found: ContactList, action: str, rows: pd.DataFrame) -> None:
    receipt = eloqua.run_sync_action(
        rows["contact_id"],
        action=action,
        list_id=found.id,
        name=f"{work.job.connector} {action}",
        by="id",
    )
    numbers = rows["number"].tolist()
    refused = {
        numbers[reject["row"] - 1]: Refused(reject["code"], reject["cause"])
        for reject in receipt.rejects.to_pylist()
        if reject["row"] is not None and not reject["written"]
    }
    work.platforms.ledger.outbox.sent(numbers, f"/syncs/{receipt.sync_id}", refused)
    work.facts[f"sync_{action}"] = f"/syncs/{receipt.sync_id}"


def contact_list(eloqua: EloquaClient, name: str) -> ContactList:
    """The list of exactly this name, created when there is none."""
    found = eloqua.find_contact_lists(name)
    if not found:
        try:
            return eloqua.create_contact_list(name)
        except (InDoubt, ValidationError):
            found = eloqua.find_contact_lists(name)  # the lost request, or another run, has created it
            if not found:
                raise
    if len(found) > 1:
        ids = ", ".join(one.id for one in found)
        raise Permanent(
            "Looking for the contact list",
            f"Eloqua has {len(found)} lists named {name!r} (ids {ids})",
            advice="Rename all but one of them and run again; nothing was written.",
        )
    return found[0]
