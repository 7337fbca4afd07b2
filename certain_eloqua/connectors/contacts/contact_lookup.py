"""The contacts an upsert already knows: its own read (kind 4).

Every delivery adds its contacts to the connector's working list, so the next run reads back by one export
whom it knows, with ids and present values. The few it does not know are looked up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.clients.certain import PROFILE_SCHEMA, REGISTRATION_SCHEMA, CertainClient, to_table
from certain_eloqua.clients.eloqua import EloquaClient
from certain_eloqua.clients.errors import Permanent
from certain_eloqua.connectors.contacts.candidates import Candidates, People
from certain_eloqua.connectors.contacts.columns import CONTACT_ID
from certain_eloqua.connectors.contacts.identity import EXTERNAL_KEY, SOURCE, is_ours
from certain_eloqua.connectors.contacts.interrupted_upserts import Interrupted
from certain_eloqua.connectors.contract.addresses import normalised_emails
from certain_eloqua.connectors.contract.contact_fields import contact_types
from certain_eloqua.connectors.contract.kind import Extract, Job, Platforms
from certain_eloqua.connectors.contract.validation import check_field_map
from certain_eloqua.connectors.delivery import definitions
from certain_eloqua.domain.email import normalise_email
from certain_eloqua.mapping import ELOQUA_EMAIL, FieldMap
from certain_eloqua.mapping.field_types import types_as_json

if TYPE_CHECKING:
    import pandas as pd

    from certain_eloqua.clients.eloqua import ContactList

CREATED_AT = "created_at"
FIELD_TYPES = "field_types"
"""Types and sizes of Eloqua's contact fields, stored with the extract for the plan."""
LONGEST_LIST_NAME = 100


def working_list_name(job: Job) -> str:
    """The list of the contacts a connector has sent for an event; cut to Eloqua's length, still its own."""
    name = f"certain_eloqua {job.connector} {job.account}_{job.event.code if job.event else ''}"
    if len(name) <= LONGEST_LIST_NAME:
        return name
    mark = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: LONGEST_LIST_NAME - 9]} {mark}"


def find_working_list(eloqua: EloquaClient, name: str) -> ContactList | None:
    """The working list, None if there is none yet."""
    found = eloqua.find_contact_lists(name)
    if len(found) > 1:
        raise Permanent(
            f"Looking for the working list {name!r}",
            f"Eloqua has {len(found)} lists of this name: ids {', '.join(one.id for one in found)}",
            advice="Delete or rename all but the one that has members, then run again; nothing was written.",
        )
    return found[0] if found else None


def contact_columns(field_map: FieldMap) -> dict[str, str]:
    """What is read of a contact: id, date of creation, and every field the map fills."""
    return {
        CONTACT_ID: "{{Contact.Id}}",
        CREATED_AT: "{{Contact.CreatedAt}}",
        **field_map.statements(field_map.outgoing),
    }


def extract(job: Job, platforms: Platforms, reads: Mapping[str, pd.DataFrame] | None = None) -> Extract:
    """The members of the working list, and the few unknown addresses as Eloqua has them.

    An address that was looked up and is not in Eloqua has a row without an id. `reads` holds registrations
    and profiles if they are at hand; otherwise they are asked of Certain.
    """
    left = definitions.finish(job, platforms)
    eloqua = platforms.client("eloqua", EloquaClient)
    check_field_map(job.field_map, eloqua)
    fields = contact_columns(job.field_map)
    schema = pa.schema([(name, pa.string()) for name in fields])
    name = working_list_name(job)
    found = find_working_list(eloqua, name)
    facts: dict[str, Any] = {
        "working_list": name,
        "working_list_id": found.id if found else None,
        "field_map": job.field_map.version,
    }
    if left:
        facts["orphaned_definitions_deleted"] = sum(one.deleted for one in left)
    interrupted = Interrupted(job, platforms, left)
    contacts = _contacts(job, platforms, reads, found, interrupted, fields, schema, facts)
    kept = {FIELD_TYPES: types_as_json(contact_types(eloqua))}
    return Extract(schema, contacts, facts, kept)


class _Known:
    """Ids and addresses of the contacts read so far."""

    def __init__(self) -> None:
        self._ids: list[pa.Array] = []
        self._addresses: list[pa.Array] = []

    def add(self, batch: pa.RecordBatch) -> None:
        """Add a batch's contacts; rows without an id are addresses that Eloqua does not have."""
        ids = pc.fill_null(batch.column(CONTACT_ID), "").cast(pa.large_string())
        there = pc.not_equal(ids, "")
        self._ids.append(ids.filter(there))
        self._addresses.append(normalised_emails(batch.column(ELOQUA_EMAIL)).filter(there))

    def __len__(self) -> int:
        return sum(len(ids) for ids in self._ids)

    @property
    def ids(self) -> pa.Array:
        return _joined(self._ids)

    @property
    def addresses(self) -> pa.Array:
        return _joined(self._addresses)


def _joined(arrays: Sequence[pa.Array]) -> pa.Array:
    return pa.concat_arrays(arrays) if arrays else pa.array([], pa.large_string())


def _contacts(
    job: Job,
    platforms: Platforms,
    reads: Mapping[str, pd.DataFrame] | None,
    found: ContactList | None,
    interrupted: Interrupted,
    fields: Mapping[str, str],
    schema: pa.Schema,
    facts: dict[str, Any],
) -> Iterator[pa.RecordBatch]:
    known = _Known()
    eloqua = platforms.client("eloqua", EloquaClient)
    if found is not None:
        with (
            definitions.registered_use(job, platforms, definitions.READ, job.run_id) as note,
            eloqua.export_contact_list(found.id, fields, name=note.name) as rows,
        ):
            for batch in rows:
                if interrupted.sought:
                    interrupted.find_in(_members(batch))
                known.add(batch)
                yield batch
            facts["export_sync"] = f"/syncs/{rows.sync_id}"
            rows.close()
            note.left = rows.orphaned_definition is not None
    facts["settled"] = interrupted.settle()
    facts["contacts_in_working_list"] = len(known)
    people = _people(job, platforms, reads)
    linked = _linked_contacts(job, people)
    addresses = known.addresses
    unknown = linked["email"].filter(pc.invert(pc.is_in(linked["email"], addresses))).to_pylist()
    facts["unknown_addresses"] = len(unknown)
    facts["looked_up"] = len(unknown) if len(unknown) <= job.settings.lookup_limit else 0
    if facts["looked_up"]:
        batch = _looked_up(eloqua, unknown, fields, schema)
        known.add(batch)
        addresses = pa.concat_arrays([addresses, pa.array(unknown, pa.large_string())])
        facts["found_by_lookup"] = sum(1 for contact in batch.column(CONTACT_ID).to_pylist() if contact)
        yield batch
    yield from _changed_addresses(job, eloqua, linked, known, addresses, fields, schema, facts)


def _changed_addresses(
    job: Job,
    eloqua: EloquaClient,
    linked: pa.Table,
    known: _Known,
    addresses: pa.Array,
    fields: Mapping[str, str],
    schema: pa.Schema,
    facts: dict[str, Any],
) -> Iterator[pa.RecordBatch]:
    """The contacts that profiles are linked to under another address, and whoever has the new address.

    Raises:
        Permanent: there are more of them than may be looked up, and the connector is to treat them specially.
    """
    contact = linked["contact_id"]
    elsewhere = pc.and_(pc.not_equal(contact, ""), pc.invert(pc.is_in(contact, known.ids)))
    ids = pc.unique(contact.filter(elsewhere)).to_pylist()
    limit = job.settings.lookup_limit
    if len(ids) > limit:
        facts["linked_contacts_not_checked"] = len(ids)
        if job.settings.when_email_changes != "create":
            raise Permanent(
                f"Looking for changed addresses of {job.connector}",
                f"{len(ids)} profiles are linked to contacts that no earlier run has sent, and at most "
                f"{limit} are looked up",
                advice=f"Set lookup_limit to {len(ids)} or more (at most 10,000), or when_email_changes to "
                "create; nothing was written.",
            )
        return
    if ids:
        facts["looked_up_by_id"] = len(ids)
        batch = _looked_up_by_id(eloqua, ids, fields, schema)
        known.add(batch)
        yield batch
    position = pc.index_in(contact, known.ids)
    has_now = pc.fill_null(known.addresses.take(position), linked["email"])
    moved = pc.and_(pc.invert(pc.is_in(linked["email"], addresses)), pc.not_equal(has_now, linked["email"]))
    emails = linked["email"].filter(moved).to_pylist()
    if emails:
        yield _looked_up(eloqua, emails, fields, schema)


def _members(batch: pa.RecordBatch) -> Iterator[tuple[str, str, str]]:
    columns = (batch.column(name).to_pylist() for name in (CONTACT_ID, ELOQUA_EMAIL, CREATED_AT))
    yield from zip(*columns, strict=True)


def _people(
    job: Job, platforms: Platforms, reads: Mapping[str, pd.DataFrame] | None
) -> Mapping[str, pd.DataFrame]:
    if reads is not None and "registrations" in reads and "profiles" in reads:
        return reads
    certain, event = platforms.client("certain", CertainClient), job.event
    if event is None:
        raise ValueError("contacts are sent for an event")
    registrations = to_table(
        certain.iter_registration_pages(event.code), REGISTRATION_SCHEMA, certain.renamed
    )
    return {
        "registrations": registrations.to_pandas(),
        "profiles": PROFILE_SCHEMA.empty_table().to_pandas(),  # the nested profile will do for an address
    }


def _linked_contacts(job: Job, reads: Mapping[str, pd.DataFrame]) -> pa.Table:
    """`email` of each person who is to be a contact, `contact_id` of the profile's contact, "" if none."""
    found = Candidates(reads["registrations"], reads["profiles"], job.settings)
    rows = np.flatnonzero(found.planned)
    people = People(reads["registrations"], reads["profiles"], [EXTERNAL_KEY, SOURCE], found.profiles)
    values = people.take(rows)
    sources = values[SOURCE].dictionary_encode()
    ours = pa.array([is_ours(source) for source in sources.dictionary.to_pylist()], pa.bool_())
    keys = pc.utf8_trim_whitespace(values[EXTERNAL_KEY])
    contact = pc.if_else(ours.take(sources.indices), keys, "")
    return pa.table({"email": found.emails.take(pa.array(rows)), "contact_id": contact})


def _looked_up_by_id(
    eloqua: EloquaClient, ids: Sequence[str], fields: Mapping[str, str], schema: pa.Schema
) -> pa.RecordBatch:
    names = [name for name in fields if name not in (CONTACT_ID, CREATED_AT)]
    rows = [
        {
            **{name: str(contact.fields.get(name) or "") for name in names},
            ELOQUA_EMAIL: contact.email,
            CONTACT_ID: contact.id,
        }
        for contact in eloqua.contacts_by_id(ids, names)
    ]
    return pa.RecordBatch.from_pylist(rows, schema=schema)


def _looked_up(
    eloqua: EloquaClient, emails: Sequence[str], fields: Mapping[str, str], schema: pa.Schema
) -> pa.RecordBatch:
    names = [name for name in fields if name not in (CONTACT_ID, CREATED_AT)]
    found = {normalise_email(one.email): one for one in eloqua.find_contacts(emails, names)}
    rows = []
    for email in emails:
        contact = found.get(email)
        if contact is None:
            rows.append({ELOQUA_EMAIL: email, CONTACT_ID: ""})
        else:
            values = {name: str(contact.fields.get(name) or "") for name in names}
            rows.append({**values, ELOQUA_EMAIL: contact.email, CONTACT_ID: contact.id})
    return pa.RecordBatch.from_pylist(rows, schema=schema)
