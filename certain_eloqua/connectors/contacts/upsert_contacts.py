"""Kind 4, Create or Update Contacts in Eloqua: registrations become contacts, profiles learn the ids."""

from __future__ import annotations

from certain_eloqua.clients.certain import PROFILE_SCHEMA, REGISTRATION_SCHEMA
from certain_eloqua.connectors.contacts import contact_lookup, upsert_delivery, upsert_plan
from certain_eloqua.connectors.contacts.candidates import PROFILE_COLUMNS, REGISTRATION_COLUMNS
from certain_eloqua.connectors.contacts.columns import COLUMNS
from certain_eloqua.connectors.contacts.identity import EXTERNAL_KEY, SOURCE
from certain_eloqua.connectors.contacts.plan_checks import NO_CONTACT_LEFT_BEHIND, ONE_CONTACT_PER_EMAIL
from certain_eloqua.connectors.contacts.requirements import field_map_fits, selection_exists
from certain_eloqua.connectors.contacts.restoring import UPSERTS
from certain_eloqua.connectors.contacts.settings import UpsertContactsSettings
from certain_eloqua.connectors.contract.columns import EXTRA
from certain_eloqua.connectors.contract.kind import Job, Kind


def _read_columns(job: Job) -> dict[str, list[str]]:
    """What extract and plan use of registrations and profiles; `extra` for members without a column."""
    members = [EXTERNAL_KEY, SOURCE, *(pair.certain for pair in job.field_map.outgoing)]
    columns = {
        "registrations": [*REGISTRATION_COLUMNS, *(f"profile.{member}" for member in members)],
        "profiles": [*PROFILE_COLUMNS, *members],
    }
    schemas = {"registrations": REGISTRATION_SCHEMA, "profiles": PROFILE_SCHEMA}
    return {
        read: names if set(names) <= set(schemas[read].names) else [*names, EXTRA]
        for read, names in columns.items()
    }


KIND = Kind(
    name="upsert_contacts",
    title="Create or Update Contacts in Eloqua",
    family="contacts",
    level="event",
    summary="Creates or updates an Eloqua contact for every registration of the chosen statuses, "
    "and writes the contact's id and source back to the profile.",
    settings=UpsertContactsSettings,
    record="contact",
    writes_to=("eloqua", "certain"),
    key_columns=COLUMNS,
    uses_field_map=True,
    plan_checks=(ONE_CONTACT_PER_EMAIL, NO_CONTACT_LEFT_BEHIND),
    reads=("profiles", "registrations", "attendee_types", "statuses"),
    own_read="contacts",
    extract=contact_lookup.extract,
    extract_reads=("registrations", "profiles"),
    read_columns=_read_columns,
    ledger_reads={"sent": upsert_plan.sent_before},
    plan=upsert_plan.plan_contacts,
    requirements=(field_map_fits, selection_exists),
    deliver=upsert_delivery.deliver,
    restoring=UPSERTS,
)
