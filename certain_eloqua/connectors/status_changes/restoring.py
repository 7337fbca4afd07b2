"""Undo and repair of contact lists: contacts leave the list they were added to, and come back to it.

An activity in Eloqua can be neither changed nor deleted, so the activity kinds have none of this.
"""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.clients.eloqua import EloquaClient
from certain_eloqua.connectors.contract.actions import DELIVERED, Action, Outcome
from certain_eloqua.connectors.contract.columns import iter_texts
from certain_eloqua.connectors.contract.kind import Current, Delivered, Job, Platforms, Restoring, Touched
from certain_eloqua.connectors.contract.restoring import SUBJECT
from certain_eloqua.connectors.delivery import definitions, engine
from certain_eloqua.connectors.delivery.engine import OUTCOMES, Work
from certain_eloqua.connectors.status_changes.list_delivery import contact_list
from certain_eloqua.connectors.status_changes.list_plan import OFF, ON, list_name
from certain_eloqua.ledger import CHANGES_SCHEMA, DeliveredRow
from certain_eloqua.ledger.outbox import SKIPPED

MEMBER, STATUS, CONTACT_ID = "member", "status", "contact_id"
RESTORED = "restored"
"""Decision of a membership that an undo or a repair has changed."""

ACTIVITIES_STAY = "Eloqua offers no call that changes or deletes an external activity"


def read(job: Job, touched: Touched, platforms: Platforms) -> Current:
    """Who of the contacts is on the list; nobody, if there is no list any more."""
    eloqua = platforms.client("eloqua", EloquaClient)
    found = eloqua.find_contact_lists(list_name(job))
    batches: list[pa.Array] = []
    if found:
        with (
            definitions.registered_use(job, platforms, definitions.READ, job.run_id) as note,
            eloqua.export_contact_list(found[0].id, {"id": "{{Contact.Id}}"}, name=note.name) as export,
        ):
            batches = [batch["id"] for batch in export]
            export.close()
            note.left = export.orphaned_definition is not None
    members = pa.concat_arrays([pa.array([], pa.string()), *batches]).cast(pa.large_string())
    subjects = touched.rows[SUBJECT].drop_duplicates()
    on = pc.is_in(pa.array(subjects, pa.large_string()), value_set=members)
    status = pc.if_else(on, ON, OFF).to_pandas()
    return {MEMBER: pd.DataFrame({SUBJECT: subjects.to_numpy(), STATUS: status.to_numpy()})}


def deliver(job: Job, plan: pd.DataFrame, platforms: Platforms) -> Delivered:
    """Add and remove the contacts of the plan."""
    return engine.deliver(
        job, plan, platforms, _apply, remember=_remember, recorded_as=f"{job.connector} (restored)"
    )


def _apply(work: Work) -> None:
    eloqua = work.platforms.client("eloqua", EloquaClient)
    for action in (Action.REMOVE, Action.ADD):
        rows = [row for row in work.rows(lambda key, _: key not in work.results) if row.action is action]
        if not rows:
            continue
        found = contact_list(eloqua, list_name(work.job))
        work.facts |= {"contact_list": found.name, "contact_list_id": found.id}
        receipt = eloqua.run_sync_action(
            [row.ids[CONTACT_ID] for row in rows],
            action=action.value,
            list_id=found.id,
            name=f"{work.job.connector} restore {action.value}",
            by="id",
        )
        sync = f"/syncs/{receipt.sync_id}"
        refused = {
            reject["row"] - 1: reject
            for reject in receipt.rejects.to_pylist()
            if reject["row"] is not None and not reject["written"]
        }
        work.record_many(
            DeliveredRow(
                row.key,
                Outcome.REJECTED.value if number in refused else OUTCOMES[action].value,
                code=refused[number]["code"] if number in refused else None,
                cause=refused[number]["cause"] if number in refused else None,
                sync=sync,
            )
            for number, row in enumerate(rows)
        )


def _remember(work: Work, frame: pd.DataFrame) -> None:
    """Move the membership last seen, so that the next run of the connector sees what there is now."""
    done = {
        key: outcome
        for key, outcome in zip(iter_texts(frame, "key"), iter_texts(frame, "outcome"), strict=True)
        if outcome in DELIVERED
    }
    job, outbox = work.job, work.platforms.ledger.outbox
    status = {
        row.ids[CONTACT_ID]: ON if row.action is Action.ADD else OFF
        for row in work.rows(lambda key, _: key in done)
    }
    seen = outbox.seen(job.connector, str(job.event_code))
    seen = seen[seen["registration"].isin(list(status))]
    now = seen["registration"].map(status)
    seen, now = seen[seen["status"].ne(now)], now[seen["status"].ne(now)]
    blank = dict.fromkeys(CHANGES_SCHEMA.names, "")
    changes = pd.DataFrame(
        {
            **{name: pd.Series(value, index=seen.index, dtype="str") for name, value in blank.items()},
            "registration": seen["registration"],
            "previous": seen["status"],
            "status": now,
            "ordinal": seen["ordinal"] + 1,
            "decision": pd.Series(RESTORED, index=seen.index, dtype="str"),
            "state": pd.Series(SKIPPED, index=seen.index, dtype="str"),
            "contact_id": seen["registration"],
            "happened_at": pd.Series(pd.NaT, index=seen.index, dtype="datetime64[us, UTC]"),
        }
    )
    table = pa.Table.from_pandas(changes, schema=CHANGES_SCHEMA, preserve_index=False, safe=False)
    if table.num_rows:
        outbox.record(job.connector, str(job.event_code), table, job.run_id)


LISTS = Restoring(read, deliver, subject=CONTACT_ID, memberships=True)
