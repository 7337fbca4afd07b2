"""The delivery of metrics in contact fields: one Bulk import that finds contacts by id and creates none.

Sending a contact's numbers twice is harmless, so nothing is checkpointed row by row; a delivery that was
interrupted sends everything again.
"""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.clients.eloqua import EloquaClient
from certain_eloqua.connectors.contract.actions import Outcome
from certain_eloqua.connectors.contract.columns import strings
from certain_eloqua.connectors.contract.kind import Delivered, Job, Platforms
from certain_eloqua.connectors.delivery import definitions, engine
from certain_eloqua.connectors.delivery.engine import Work
from certain_eloqua.connectors.metrics.contact_plan import CONTACT
from certain_eloqua.connectors.metrics.uploaded_rows import SentRows, batches_of, outcomes_of, written
from certain_eloqua.ledger import person_key
from certain_eloqua.ledger.sent_records import SENT_RECORDS_SCHEMA
from certain_eloqua.mapping import statement

ID = "contact_id"


def deliver(job: Job, plan: pd.DataFrame, platforms: Platforms) -> Delivered:
    """Send the numbers."""
    return engine.deliver(job, plan, platforms, _send, remember=_remember)


def _send(work: Work) -> None:
    if not any(batch.num_rows for batch in batches_of(work.plan, CONTACT)):
        return
    if work.resumed:
        definitions.finish(work.job, work.platforms)
    settings = work.job.settings
    fields = [field for _, field in (*settings.total_fields, *settings.tag_fields)]
    eloqua = work.platforms.client("eloqua", EloquaClient)
    sent = SentRows()
    plan_id = work.delivery.record.plan_id
    with definitions.registered_use(work.job, work.platforms, definitions.DELIVERY, plan_id) as note:
        receipt = eloqua.import_contacts(
            _batches(work, fields, sent),
            fields={ID: "{{Contact.Id}}", **{field: statement(field) for field in fields}},
            identifier=ID,
            import_rule="updateOnly",
            update_rule="always",  # a number that is no longer measured is erased
            name=note.name,
        )
        note.left = note.left or receipt.orphaned_definition
    work.facts["import_syncs"] = [f"/syncs/{sync}" for sync in receipt.sync_ids]
    work.facts["sync_status"] = receipt.status
    work.facts["contacts_updated"] = receipt.updated
    if receipt.warnings:
        work.facts["warnings"] = list(receipt.warnings)
    work.record_table(outcomes_of(sent, receipt))


def _batches(work: Work, fields: list[str], sent: SentRows) -> Iterator[pa.RecordBatch]:
    for writes, batch in written(work.plan, CONTACT):
        sent.keys.append(batch["key"])
        sent.actions.append(batch["action"])
        columns = [pa.array([write.get(field, "") for write in writes], pa.string()) for field in fields]
        yield pa.RecordBatch.from_arrays([batch[ID], *columns], names=[ID, *fields])


def _remember(work: Work, frame: pd.DataFrame) -> None:
    """Remember the numbers that were taken, so that only changes are sent next time."""
    rejected = pc.equal(strings(frame, "outcome"), Outcome.REJECTED.value)
    refused = strings(frame, "key").filter(rejected).cast(pa.string())
    account = work.job.account
    for writes, batch in written(work.plan, CONTACT):
        emails = pc.fill_null(batch["email"], "").to_pylist()
        numbers = [orjson.dumps(write).decode() for write in writes]
        blank = [""] * batch.num_rows
        columns = {
            "key": batch["key"],
            "person": pa.array([person_key(account, email) if email else "" for email in emails]),
            "part": pa.array(blank),
            "digest": pa.array(blank),
            "numbers": pa.array(numbers),
        }
        rows = pa.table(
            [columns[name].cast(pa.string()) for name in SENT_RECORDS_SCHEMA.names],
            schema=SENT_RECORDS_SCHEMA,
        )
        rows = rows.filter(pc.invert(pc.is_in(rows["key"], value_set=refused)))
        work.platforms.ledger.sent_records.remember(work.job.connector, None, rows)
