"""Undo and repair of metrics: numbers in records of a custom object, and in contact fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.clients.eloqua import EloquaClient
from certain_eloqua.clients.errors import ClientError
from certain_eloqua.connectors.contract.actions import DELIVERED, Action, Outcome
from certain_eloqua.connectors.contract.columns import Mask, iter_texts
from certain_eloqua.connectors.contract.kind import Current, Delivered, Job, Platforms, Restoring, Touched
from certain_eloqua.connectors.contract.restoring import DELETE, RECORD_ID, SUBJECT
from certain_eloqua.connectors.delivery import definitions, engine
from certain_eloqua.connectors.delivery.contact_values import CONTACT, deletes, read_contacts, write_contacts
from certain_eloqua.connectors.delivery.engine import OUTCOMES, PlanRow, Work, is_fatal, rejected
from certain_eloqua.connectors.metrics.custom_object import find
from certain_eloqua.connectors.metrics.object_designs import RECORD, ZERO, ObjectDesign
from certain_eloqua.ledger import DeliveredRow
from certain_eloqua.ledger.sent_records import SENT_RECORDS_SCHEMA

RESTORED = "restored"
"""Digest of a record that was put back: the next run sends it again if its numbers differ."""


# -- records of a custom object


def of_records(design: ObjectDesign) -> Restoring:
    """How an upload into this custom object is put back."""

    def read(job: Job, touched: Touched, platforms: Platforms) -> Current:
        return _read_records(design, job, touched, platforms)

    def deliver(job: Job, plan: pd.DataFrame, platforms: Platforms) -> Delivered:
        return engine.deliver(
            job,
            plan,
            platforms,
            lambda work: _write_records(work, design),
            remember=_remember_records,
            recorded_as=f"{job.connector} (restored)",
        )

    return Restoring(read, deliver, _created, deletable=frozenset({RECORD}))


def _created(planned: pd.DataFrame, delivered: pd.DataFrame) -> Mapping[str, Mask]:
    return {RECORD: np.array([one == Outcome.CREATED for one in iter_texts(delivered, "outcome")], np.bool_)}


def _read_records(design: ObjectDesign, job: Job, touched: Touched, platforms: Platforms) -> Current:
    eloqua = platforms.client("eloqua", EloquaClient)
    found = find(eloqua, job.settings.custom_object)
    names = list(dict.fromkeys(name for fields in touched.fields.values() for name in fields))
    columns = {SUBJECT: design.unique, **{name: name for name in names}}
    batches: list[pa.RecordBatch] = []
    schema = pa.schema([(name, pa.string()) for name in (*columns, RECORD_ID)])
    if found is not None:
        fields = {}
        for name, field_name in columns.items():
            field = found.field(field_name)
            if field is not None:
                fields[name] = found.statement(field)
        fields[RECORD_ID] = f"{{{{CustomObject[{found.id}].Id}}}}"
        code = found.field("EventCode")
        chosen = f"'{found.statement(code)}' = '{job.event_code}'" if code and job.event_code else None
        with (
            definitions.registered_use(job, platforms, definitions.READ, job.run_id) as note,
            eloqua.export_custom_object_records(found, fields, filter=chosen, name=note.name) as export,
        ):
            wanted = pa.array(touched.rows[SUBJECT].drop_duplicates(), pa.string())
            batches = [batch.filter(pc.is_in(batch[SUBJECT], value_set=wanted)) for batch in export]
            schema = export.schema
            export.close()
            note.left = export.orphaned_definition is not None
    frame = pa.Table.from_batches(batches, schema).to_pandas().fillna("")
    return dict.fromkeys(touched.fields, frame)


def _write_records(work: Work, design: ObjectDesign) -> None:
    eloqua = work.platforms.client("eloqua", EloquaClient)
    found = find(eloqua, work.job.settings.custom_object)
    if found is None:
        return
    if work.resumed:
        definitions.finish(work.job, work.platforms)
    plan_id = work.delivery.record.plan_id
    refused: dict[str, tuple[str, str]] = {}
    with definitions.registered_use(work.job, work.platforms, definitions.DELIVERY, plan_id) as note:
        for what, names, rule, chosen in _imports(work):
            statements = {}
            for name in (design.unique, *names):
                field = found.field(name)
                if field is None:
                    raise LookupError(name)
                statements[name] = found.statement(field)
            keys = [row.key for row in _rows(work) if any(n in chosen(_numbers(row)) for n in names)]
            receipt = eloqua.import_custom_object_records(
                found,
                pa.table(
                    {
                        design.unique: keys,
                        **{
                            name: [
                                chosen(_numbers(row)).get(name, "")
                                for row in _rows(work)
                                if any(n in chosen(_numbers(row)) for n in names)
                            ]
                            for name in names
                        },
                    }
                ),
                fields=statements,
                identifier=design.unique,
                update_rule=rule,
                name=f"{note.name} {what}"[:100],
            )
            note.left = note.left or receipt.orphaned_definition
            refused |= {
                keys[line["row"] - 1]: (line["code"], line["cause"] or line["message"])
                for line in receipt.rejects.to_pylist()
                if line["row"] is not None and not line["written"]
            }
    for row in _rows(work):
        if row.key in refused:
            code, cause = refused[row.key]
            work.record(DeliveredRow(row.key, Outcome.REJECTED.value, code=code, cause=cause))
        else:
            work.record(_deleted(eloqua, found.id, row))
    work.checkpoint()


def _deleted(eloqua: EloquaClient, object_id: str, row: PlanRow) -> DeliveredRow:
    record = deletes(row, RECORD)
    if record:
        try:
            eloqua.custom_objects.delete_record(object_id, record)
        except ClientError as error:
            if is_fatal(error):
                raise
            return rejected(row.key, error)
    return DeliveredRow(row.key, OUTCOMES[row.action].value)


Chosen = Callable[[Mapping[str, str]], Mapping[str, str]]


def _imports(work: Work) -> Iterator[tuple[str, list[str], str, Chosen]]:
    """One import for all values, and one for each field that becomes blank somewhere."""

    def values(numbers: Mapping[str, str]) -> Mapping[str, str]:
        return {name: value for name, value in numbers.items() if value}

    def blanks(numbers: Mapping[str, str]) -> Mapping[str, str]:
        return {name: value for name, value in numbers.items() if not value}

    names = sorted({name for row in _rows(work) for name in values(_numbers(row))})
    if names:
        yield "values", names, "ifNewIsNotNull", values
    for name in sorted({name for row in _rows(work) for name in blanks(_numbers(row))}):
        yield f"blank {name}", [name], "always", blanks


def _rows(work: Work) -> Iterator[PlanRow]:
    done = set(work.results)
    return work.rows(lambda key, _: key not in done)


def _numbers(row: PlanRow) -> dict[str, str]:
    return {**row.write.get(RECORD, {}), **row.write.get(ZERO, {})}


def _remember_records(work: Work, frame: pd.DataFrame) -> None:
    _remember(work, frame, work.job.event_code)


# -- contact fields


def read_contact_values(job: Job, touched: Touched, platforms: Platforms) -> Current:
    """The contact fields of some rows."""
    return {on: read_contacts(job, platforms, touched.rows, fields) for on, fields in touched.fields.items()}


def deliver_contact_values(job: Job, plan: pd.DataFrame, platforms: Platforms) -> Delivered:
    """Write the contact fields of the plan."""
    return engine.deliver(
        job,
        plan,
        platforms,
        _write_contact_values,
        remember=lambda work, frame: _remember(work, frame, None),
        recorded_as=f"{job.connector} (restored)",
    )


def _write_contact_values(work: Work) -> None:
    refused = write_contacts(work)
    for row in _rows(work):
        code, cause = refused.get(row.key, (None, None))
        outcome = Outcome.REJECTED if row.key in refused else OUTCOMES[row.action]
        work.record(DeliveredRow(row.key, outcome.value, code=code, cause=cause))
    work.checkpoint()


CONTACT_VALUES = Restoring(read_contact_values, deliver_contact_values)


# -- what the next run must know


def _remember(work: Work, frame: pd.DataFrame, event: str | None) -> None:
    """The numbers that are there now, as if sent last; records that were deleted are forgotten."""
    outcomes = zip(iter_texts(frame, "key"), iter_texts(frame, "outcome"), strict=True)
    done = {key for key, outcome in outcomes if outcome in DELIVERED}
    ledger, connector = work.platforms.ledger.sent_records, work.job.connector
    changed: dict[str, dict[str, str]] = {}
    gone = []
    for row in work.rows(lambda key, _: key in done):
        if row.action is Action.DELETE and DELETE in row.write:
            gone.append(row.key)
        else:
            changed[row.key] = {**_numbers(row), **row.write.get(CONTACT, {})}
    ledger.forget(connector, event, gone)
    sent = ledger.read(connector, event)
    sent = sent.filter(pc.is_in(sent["key"], value_set=pa.array(list(changed), pa.string())))
    rows = sent.to_pylist()
    for row in rows:
        numbers = {**orjson.loads(row["numbers"]), **changed[row["key"]]}
        row["numbers"] = orjson.dumps({name: value for name, value in numbers.items() if value}).decode()
        row["digest"] = RESTORED
        row["person"] = ""
    if rows:
        ledger.remember(connector, event, pa.Table.from_pylist(rows, schema=SENT_RECORDS_SCHEMA))
