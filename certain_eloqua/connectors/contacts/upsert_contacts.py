"""Kind 4, Create or Update Contacts in Eloqua: registrations become contacts, profiles learn the ids."""

from __future__ import annotations

from certain_eloqua.connectors.contacts import contact_lookup, upsert_delivery, upsert_plan
from certain_eloqua.connectors.contacts.columns import COLUMNS
from certain_eloqua.connectors.contacts.plan_checks import NO_CONTACT_LEFT_BEHIND, ONE_CONTACT_PER_EMAIL
from certain_eloqua.connectors.contacts.settings import UpsertContactsSettings
from certain_eloqua.connectors.contract.kind import Kind

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
    ledger_reads={"sent": lambda ledger, job: ledger.sent_values(job.account)},
    plan=upsert_plan.plan_contacts,
    deliver=upsert_delivery.deliver,
)
