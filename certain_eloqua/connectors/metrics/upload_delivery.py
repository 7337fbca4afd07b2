"""The delivery of an upload: Bulk imports into the custom object, records linked to contacts by e-mail.

Sending a record twice is harmless: Eloqua finds it by its unique code. So nothing is checkpointed row by row;
a delivery that was interrupted sends everything again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial

import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.clients.eloqua import CustomObject, EloquaClient, ImportReceipt
from certain_eloqua.connectors.contract.actions import Outcome
from certain_eloqua.connectors.contract.columns import strings
from certain_eloqua.connectors.contract.kind import Delivered, Job, Platforms
from certain_eloqua.connectors.delivery import definitions, engine
from certain_eloqua.connectors.delivery.engine import Work
from certain_eloqua.connectors.metrics.custom_object import ensure
from certain_eloqua.connectors.metrics.object_designs import CALCULATED, RECORD, ZERO, ObjectDesign
from certain_eloqua.connectors.metrics.upload_plan import digest_of, starts
from certain_eloqua.connectors.metrics.uploaded_rows import SentRows, batches_of, outcomes_of, written
from certain_eloqua.ledger import person_key
from certain_eloqua.ledger.sent_records import SENT_RECORDS_SCHEMA
from certain_eloqua.mapping.field_types import fitted

READ_BACK_ROWS = 200_000
"""Up to so many records are read back to find those that Eloqua could not link; more are only counted."""

UNLINKED = "no contact in Eloqua has this address yet; the record is there and waits for it"
_IDS = {
    "EmailAddress": "email",
    "RegistrationCode": "registration_code",
    "TagName": "tag",
}


def deliver_upload(job: Job, plan: pd.DataFrame, platforms: Platforms, design: ObjectDesign) -> Delivered:
    """Send the records of a plan to the custom object."""
    return engine.deliver(
        job,
        plan,
        platforms,
        lambda work: _Upload(work, design).run(),
        remember=partial(_remember, design=design),
    )


class _Upload:
    def __init__(self, work: Work, design: ObjectDesign) -> None:
        self.work = work
        self.job = work.job
        self.design = design
        self.eloqua = work.platforms.client("eloqua", EloquaClient)
        self.now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")

    def run(self) -> None:
        counts = {what: self._count(what) for what in (RECORD, ZERO)}
        if not any(counts.values()):
            return
        found = ensure(self.eloqua, self.job, self.design)
        self.work.facts["custom_object"] = found.name
        self.work.facts["custom_object_id"] = found.id
        if self.work.resumed:
            definitions.finish(self.job, self.work.platforms)
        plan_id = self.work.delivery.record.plan_id
        with definitions.registered_use(self.job, self.work.platforms, definitions.DELIVERY, plan_id) as note:
            for what, rows in counts.items():
                if rows:
                    self._import(found, what, note)

    def _count(self, what: str) -> int:
        return sum(batch.num_rows for batch in batches_of(self.work.plan, what))

    def _import(self, found: CustomObject, what: str, note: definitions.InUse) -> None:
        names = self._fields(what)
        statements = {}
        for name in names:
            one = found.field(name)
            if one is None:  # `ensure` has refused an object without it
                raise LookupError(name)
            statements[name] = found.statement(one)
        sent = SentRows()
        receipt = self.eloqua.import_custom_object_records(
            found,
            self._batches(what, names, sent),
            fields=statements,
            identifier=self.design.unique,
            name=f"{note.name} {what}",
            link_by_email=self.design.email if what == RECORD else None,
        )
        note.left = note.left or receipt.orphaned_definition
        outcomes = outcomes_of(sent, receipt)
        self._report(what, receipt)
        if what == RECORD:
            outcomes = self._unlinked(found, receipt, outcomes, note)
        self.work.record_table(outcomes)

    def _fields(self, what: str) -> list[str]:
        if what == RECORD:
            return [one.name for one in self.design.fields]
        taken_back = {*self.design.numbers, *self.design.averages, "RegistrationStatus", CALCULATED}
        return [self.design.unique] + [one.name for one in self.design.fields if one.name in taken_back]

    def _batches(self, what: str, names: list[str], sent: SentRows) -> Iterator[pa.RecordBatch]:
        """Records to upload, some thousand at a time."""
        event = self.job.event
        event_name = fitted("EventName", event.name if event else "", self.design.types["EventName"])
        constants = {
            "AccountCode": self.job.account,
            "EventCode": self.job.event_code or "",
            "EventName": event_name.value or "",
            "EventStartDate": starts(self.job),
            CALCULATED: self.now,
        }
        for writes, batch in written(self.work.plan, what):
            sent.keys.append(batch["key"])
            sent.actions.append(batch["action"])
            columns = []
            for name in names:
                if name == self.design.unique:
                    columns.append(batch["key"])
                elif name == "AttendeeID":
                    columns.append(self._attendees(batch))
                elif name in constants:
                    columns.append(pa.repeat(constants[name], batch.num_rows))
                elif name in _IDS and what == RECORD:
                    columns.append(pc.fill_null(batch[_IDS[name]], ""))
                else:
                    columns.append(pa.array([write.get(name, "") for write in writes], pa.string()))
            yield pa.RecordBatch.from_arrays(columns, names=names)

    def _attendees(self, batch: pa.RecordBatch) -> pa.Array:
        prefix = f"{self.job.account}.{self.job.event_code}"
        return pc.binary_join_element_wise(prefix, batch["registration_code"], ".")

    def _report(self, what: str, receipt: ImportReceipt) -> None:
        facts = self.work.facts
        facts[f"{what}_syncs"] = [f"/syncs/{sync}" for sync in receipt.sync_ids]
        facts[f"{what}_sync_status"] = receipt.status
        facts[f"{what}s_uploaded"] = receipt.rows
        if what == RECORD:
            facts["records_created_in_eloqua"] = receipt.created
            facts["records_updated_in_eloqua"] = receipt.updated
            facts["records_linked_to_contacts"] = receipt.linked
        if receipt.warnings:
            facts[f"{what}_warnings"] = list(receipt.warnings)

    def _unlinked(
        self, found: CustomObject, receipt: ImportReceipt, outcomes: pa.Table, note: definitions.InUse
    ) -> pa.Table:
        """The outcomes, with a remark on the records that Eloqua could not link to a contact."""
        missing = receipt.rows - receipt.rejected - receipt.linked
        self.work.facts["records_without_contact"] = max(missing, 0)
        event_code = found.field("EventCode")
        unique = found.field(self.design.unique)
        if missing <= 0 or receipt.rows > READ_BACK_ROWS or event_code is None or unique is None:
            return outcomes
        fields = {"key": found.statement(unique), "contact": found.linked_contact}
        waiting: list[pa.Array] = []
        with self.eloqua.export_custom_object_records(
            found,
            fields,
            filter=f"'{found.statement(event_code)}' = '{self.job.event_code}'",
            name=f"{note.name} links",
        ) as export:
            for batch in export:
                waiting.append(batch["key"].filter(pc.equal(batch["contact"], "")))
        note.left = note.left or export.orphaned_definition is not None
        if not waiting:
            return outcomes
        unlinked = pc.is_in(outcomes["key"], value_set=pa.concat_arrays(waiting))
        remark = pc.if_else(
            pc.and_(unlinked, pc.is_null(outcomes["cause"])), pa.scalar(UNLINKED), outcomes["cause"]
        )
        return outcomes.set_column(outcomes.schema.get_field_index("cause"), "cause", remark)


def _remember(work: Work, frame: pd.DataFrame, design: ObjectDesign) -> None:
    """Remember the records that were taken, so that only changes are sent next time."""
    rejected = pc.equal(strings(frame, "outcome"), Outcome.REJECTED.value)
    refused = strings(frame, "key").filter(rejected).cast(pa.string())
    persons: dict[str, str] = {}
    ledger = work.platforms.ledger.sent_records
    for what in (RECORD, ZERO):
        for writes, batch in written(work.plan, what):
            sent = _as_sent(work.job, design, what, writes, batch, persons)
            sent = sent.filter(pc.invert(pc.is_in(sent["key"], value_set=refused)))
            # Piece by piece: what is remembered twice is the same, what is not is sent again.
            ledger.remember(work.job.connector, work.job.event_code, sent)


def _as_sent(
    job: Job,
    design: ObjectDesign,
    what: str,
    writes: list[dict[str, str]],
    batch: pa.RecordBatch,
    persons: dict[str, str],
) -> pa.Table:
    lists: dict[str, list[str]] = {
        name: pc.fill_null(batch[name], "").to_pylist() for name in batch.schema.names
    }
    for email in lists["email"]:
        if email not in persons:
            persons[email] = person_key(job.account, email) if email else ""
    kept = (*design.numbers, *design.averages)
    numbers = [orjson.dumps({n: w[n] for n in kept if n in w}).decode() for w in writes]
    size = batch.num_rows
    digests = _digests(job, design, writes, lists) if what == RECORD else [""] * size
    columns: Mapping[str, list[str]] = {
        "key": lists["key"],
        "person": [persons[email] for email in lists["email"]],
        "part": lists.get("tag", [""] * size),
        "digest": digests,
        "numbers": numbers,
    }
    return pa.table(
        [pa.array(columns[name], pa.string()) for name in SENT_RECORDS_SCHEMA.names],
        schema=SENT_RECORDS_SCHEMA,
    )


def _digests(
    job: Job, design: ObjectDesign, writes: list[dict[str, str]], lists: Mapping[str, list[str]]
) -> list[str]:
    """The digests that the next plan will compute of the same values, in the same order."""
    constants = {"AccountCode", "EventCode", "EventName", "EventStartDate", "AttendeeID", CALCULATED}
    columns = []
    for one in design.fields:
        if one.name == design.unique:
            columns.append(lists["key"])
        elif one.name in _IDS:
            columns.append(lists[_IDS[one.name]])
        elif one.name not in constants:
            columns.append([write.get(one.name, "") for write in writes])
    return [digest_of(job, values) for values in zip(*columns, strict=True)]
