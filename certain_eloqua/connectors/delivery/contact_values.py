"""Values of Eloqua contacts read by id and written back by id, for undo and repair of several families."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.clients.eloqua import EloquaClient, ImportReceipt
from certain_eloqua.connectors.contract.columns import ROWS_AT_ONCE
from certain_eloqua.connectors.contract.kind import Job, Platforms
from certain_eloqua.connectors.contract.restoring import DELETE, RECORD_ID, SUBJECT
from certain_eloqua.connectors.delivery import definitions
from certain_eloqua.connectors.delivery.engine import PlanRow, Work
from certain_eloqua.mapping import statement

CONTACT = "contact"
ID = "contact_id"
FEW = 200
"""Up to so many contacts are read one by one; more by one export."""

Rejected = Mapping[str, tuple[str, str]]
"""Code and cause of the rows that Eloqua refused, by key."""


def read_contacts(
    job: Job, platforms: Platforms, rows: pd.DataFrame, fields: Sequence[str], within: str | None = None
) -> pd.DataFrame:
    """The fields of the contacts of these rows as they are now; contacts that are gone are left out.

    Args:
        job: the run.
        platforms: the clients.
        rows: with the columns `subject` and `contact_id`.
        fields: internal names.
        within: id of a list that has all these contacts, so that not all of the account are exported.
    """
    eloqua = platforms.client("eloqua", EloquaClient)
    wanted = pa.array(sorted(set(rows[ID]) - {""}), pa.large_string())
    names = list(dict.fromkeys(fields))
    if len(wanted) <= FEW:
        found = eloqua.contacts_by_id(wanted.to_pylist(), names)
        contacts = pd.DataFrame(
            [{ID: one.id, **{name: _value(one.email, one.fields, name) for name in names}} for one in found],
            columns=[ID, *names],
        )
    else:
        contacts = _exported(job, platforms, eloqua, wanted, names, within)
    subjects = rows[[SUBJECT, ID]].drop_duplicates(SUBJECT)
    joined = subjects.merge(contacts, on=ID, how="inner")
    return joined.assign(**{RECORD_ID: joined[ID]})


def _value(email: str, fields: Mapping[str, object], name: str) -> str:
    return email if name == "C_EmailAddress" else str(fields.get(name) or "")


def _exported(
    job: Job,
    platforms: Platforms,
    eloqua: EloquaClient,
    wanted: pa.Array,
    names: list[str],
    within: str | None,
) -> pd.DataFrame:
    columns = {ID: "{{Contact.Id}}", **{name: statement(name) for name in names}}
    chosen = f"EXISTS('{{{{ContactList[{within}]}}}}')" if within else None
    batches = []
    with (
        definitions.registered_use(job, platforms, definitions.READ, job.run_id) as note,
        eloqua.export_contacts(columns, filter=chosen, name=note.name) as export,
    ):
        for batch in export:
            batches.append(batch.filter(pc.is_in(batch[ID].cast(pa.large_string()), value_set=wanted)))
        export.close()
        note.left = export.orphaned_definition is not None
    found: pd.DataFrame = pa.Table.from_batches(batches, export.schema).to_pandas()
    return found.fillna("")


def write_contacts(work: Work) -> Rejected:
    """Write the plan's values of contacts by id; repeating it is harmless.

    Values and blanks go in imports of their own: in one import a blank cell would either never erase a value,
    or erase the fields that other rows change.

    Returns:
        The rows that Eloqua refused.
    """
    eloqua = work.platforms.client("eloqua", EloquaClient)
    names = sorted({name for row in _rows(work) for name, value in row.write[CONTACT].items() if value})
    blank = sorted({name for row in _rows(work) for name, value in row.write[CONTACT].items() if not value})
    rejected: dict[str, tuple[str, str]] = {}
    if not names and not blank:
        return rejected
    plan_id = work.delivery.record.plan_id
    if work.resumed:
        definitions.finish(work.job, work.platforms)
    with definitions.registered_use(work.job, work.platforms, definitions.DELIVERY, plan_id) as note:
        parts = [("values", names, "ifNewIsNotNull")] if names else []
        parts += [(f"blank {name}", [name], "always") for name in blank]
        for what, fields, rule in parts:
            keys: list[str] = []
            receipt = eloqua.import_contacts(
                _batches(work, fields, keys, blank=rule == "always"),
                fields={ID: "{{Contact.Id}}", **{name: statement(name) for name in fields}},
                identifier=ID,
                import_rule="updateOnly",
                update_rule=rule,
                name=f"{note.name} {what}"[:100],
            )
            note.left = note.left or receipt.orphaned_definition
            work.facts.setdefault("import_syncs", []).extend(f"/syncs/{one}" for one in receipt.sync_ids)
            rejected |= _rejected(receipt, keys)
    return rejected


def _rows(work: Work) -> Iterator[PlanRow]:
    return (row for row in work.rows(lambda key, _: key not in work.results) if row.write.get(CONTACT))


def _batches(work: Work, fields: list[str], keys: list[str], *, blank: bool) -> Iterator[pa.RecordBatch]:
    names = [ID, *fields]
    columns: dict[str, list[str]] = {name: [] for name in names}
    for row in _rows(work):
        values = row.write[CONTACT]
        chosen = {name: values[name] for name in fields if name in values and bool(values[name]) is not blank}
        if not chosen:
            continue
        keys.append(row.key)
        columns[ID].append(row.ids[ID])
        for name in fields:
            columns[name].append(chosen.get(name, ""))
        if len(columns[ID]) >= ROWS_AT_ONCE:
            yield pa.RecordBatch.from_pydict(columns)
            columns = {name: [] for name in names}
    if columns[ID]:
        yield pa.RecordBatch.from_pydict({name: pa.array(v, pa.string()) for name, v in columns.items()})


def _rejected(receipt: ImportReceipt, keys: list[str]) -> dict[str, tuple[str, str]]:
    return {
        keys[line["row"] - 1]: (line["code"], line["cause"] or line["message"])
        for line in receipt.rejects.to_pylist()
        if line["row"] is not None
    }


def deletes(row: PlanRow, on: str) -> str | None:
    """The id of the record that a row deletes, None if it does not."""
    return row.write.get(DELETE, {}).get(on)
