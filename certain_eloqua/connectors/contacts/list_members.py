"""The members of an Eloqua contact list: the own read of both imports (kinds 1 and 2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from heapq import nlargest
from itertools import islice
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.clients.eloqua import EloquaClient
from certain_eloqua.clients.errors import Permanent
from certain_eloqua.connectors.contacts.columns import CONTACT_ID
from certain_eloqua.connectors.contacts.settings import ListImportSettings
from certain_eloqua.connectors.contract.kind import Extract, Job, Platforms
from certain_eloqua.connectors.contract.reasons import Reason
from certain_eloqua.connectors.contract.validation import check_field_map
from certain_eloqua.connectors.delivery import definitions
from certain_eloqua.mapping import FieldMap

if TYPE_CHECKING:
    from certain_eloqua.clients.eloqua import ContactList

KNOWN_PIN = "known_profile_pin"
"""Column with the PIN of the profile an earlier run wrote for the contact, from the ledger."""
LEFT_OUT = "left_out"
"""Column that says why a member is outside of the pages asked for; blank for all others."""
_LISTS_LOOKED_AT = 5_000


def contact_fields(field_map: FieldMap) -> dict[str, str]:
    """The columns of the export: the id, and every field the map brings into Certain."""
    return {CONTACT_ID: "{{Contact.Id}}", **field_map.statements(field_map.incoming)}


def extract(job: Job, platforms: Platforms) -> Extract:
    """All members of the connector's list, those outside of its pages marked as left out."""
    settings: ListImportSettings = job.settings
    left = definitions.finish(job, platforms)
    eloqua = platforms.client("eloqua", EloquaClient)
    check_field_map(job.field_map, eloqua)
    found = find_list(eloqua, settings.contact_list_name)
    fields = contact_fields(job.field_map)
    schema = pa.schema(
        [*((name, pa.string()) for name in fields), (LEFT_OUT, pa.string()), (KNOWN_PIN, pa.string())]
    )
    facts: dict[str, Any] = {
        "contact_list": found.name,
        "contact_list_id": found.id,
        "field_map": job.field_map.version,
    }
    if left:
        facts["orphaned_definitions_deleted"] = sum(one.deleted for one in left)
    return Extract(schema, _members(job, platforms, found, fields, schema, facts), facts)


def find_list(eloqua: EloquaClient, name: str) -> ContactList:
    """The one list of exactly this name.

    Raises:
        Permanent: there is none, or several; the message offers candidates with their ids.
    """
    found = eloqua.find_contact_lists(name)
    if len(found) == 1:
        return found[0]
    doing = f"Looking for the contact list {name!r}"
    if found:
        candidates = ", ".join(f"id {one.id} ({_members_of(one)})" for one in found)
        raise Permanent(
            doing,
            f"Eloqua has {len(found)} lists of this name, in different folders: {candidates}",
            advice="Rename all but one of them in Eloqua, then run again; nothing was written.",
        )
    similar = _similar(name, islice(eloqua.iter_contact_lists(), _LISTS_LOOKED_AT))
    hint = "; ".join(f"{one.name!r} (id {one.id}, {_members_of(one)})" for one in similar)
    raise Permanent(
        doing,
        "Eloqua has no list of this name" + (f". The nearest are: {hint}" if hint else ", and none like it"),
        advice="Correct contact_list_name (upper and lower case count), then run again; nothing was written.",
    )


def _members_of(one: ContactList) -> str:
    return "size unknown" if one.count is None else f"{one.count} members"


def _similar(name: str, lists: Iterator[ContactList]) -> list[ContactList]:
    wanted = name.casefold()

    def likeness(one: ContactList) -> float:
        other = one.name.casefold()
        return 1.0 if wanted in other or other in wanted else SequenceMatcher(None, wanted, other).ratio()

    scored = ((likeness(one), one.name, one.id, one) for one in lists if one.name)
    return [one for score, _, _, one in nlargest(5, scored, key=lambda s: s[:3]) if score >= 0.5]


def _members(
    job: Job,
    platforms: Platforms,
    found: ContactList,
    fields: dict[str, str],
    schema: pa.Schema,
    facts: dict[str, Any],
) -> Iterator[pa.RecordBatch]:
    settings: ListImportSettings = job.settings
    whole = settings.starting_page == 1 and settings.ending_page is None
    # The manual promises no order, so pages are counted in the order of the contacts' ids.
    waiting: list[pa.RecordBatch] = []
    members = 0
    known = platforms.ledger.known_profiles(job.account)
    with (
        definitions.registered_use(job, platforms, definitions.READ, job.run_id) as note,
        platforms.client("eloqua", EloquaClient).export_contact_list(
            found.id, fields, name=note.name
        ) as export,
    ):
        for batch in export:
            members += batch.num_rows
            if whole:
                marks = pa.array([""] * batch.num_rows, pa.string())
                yield pa.record_batch([*batch.columns, marks, _pins(batch, known)], schema=schema)
            else:
                waiting.append(batch)
        facts["export_sync"] = f"/syncs/{export.sync_id}"
        export.close()
        note.left = export.orphaned_definition is not None
    left_out = 0
    if not whole:
        table, left_out = _in_pages(pa.Table.from_batches(waiting, schema=_bare(schema)), settings)
        table = table.append_column(KNOWN_PIN, _pins(table, known))
        yield from table.cast(schema).to_batches()
    facts.update(members=members, imported_from_list=members - left_out, left_out=left_out)
    if left_out:
        which = f"all {members}" if left_out == members else f"{left_out} of {members}"
        facts[Reason.LIST_TRUNCATED.value] = (
            f"{which} contacts are outside of {pages_in_words(settings)} and are not imported"
        )
        platforms.progress(facts[Reason.LIST_TRUNCATED.value])


def _in_pages(table: pa.Table, settings: ListImportSettings) -> tuple[pa.Table, int]:
    order = pc.sort_indices(pc.cast(table.column(CONTACT_ID), pa.int64()))
    table = table.take(order)
    first = (settings.starting_page - 1) * settings.retrieval_page_size
    last = (
        table.num_rows
        if settings.ending_page is None
        else settings.ending_page * settings.retrieval_page_size
    )
    first, last = min(first, table.num_rows), min(last, table.num_rows)
    marks = [Reason.LIST_TRUNCATED.value] * table.num_rows
    marks[first:last] = [""] * max(0, last - first)
    return table.append_column(LEFT_OUT, pa.array(marks, pa.string())), table.num_rows - max(0, last - first)


def _bare(schema: pa.Schema) -> pa.Schema:
    return pa.schema([column for column in schema if column.name not in (LEFT_OUT, KNOWN_PIN)])


def _pins(rows: pa.RecordBatch | pa.Table, known: Mapping[str, str]) -> pa.Array:
    return pa.array([known.get(contact, "") for contact in rows.column(CONTACT_ID).to_pylist()], pa.string())


def pages_in_words(settings: ListImportSettings) -> str:
    """The pages asked for: `pages 1 to 2 of 1000`."""
    last = "the last" if settings.ending_page is None else str(settings.ending_page)
    return f"pages {settings.starting_page} to {last} of {settings.retrieval_page_size} contacts"
