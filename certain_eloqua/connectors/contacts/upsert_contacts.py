"""Kind 4, Create or Update Contacts in Eloqua: registrations become contacts, profiles learn the ids."""

from __future__ import annotations

from certain_eloqua.connectors.contacts import contact_lookup, upsert_delivery, upsert_plan
from certain_eloqua.connectors.contacts.settings import UpsertContactsSettings
from certain_eloqua.connectors.contract.kind import Kind

KIND = Kind(
    name="upsert_contacts",
    title="Create or Update Contacts in Eloqua",
    level="event",
    summary="Creates or updates an Eloqua contact for every registration of the chosen statuses, "
    "and writes the contact's id and source back to the profile.",
    settings=UpsertContactsSettings,
    writes_to="eloqua",
    reads=("profiles", "registrations", "attendee_types", "statuses", "sent"),
    own_read="contacts",
    extract=contact_lookup.extract,
    extract_reads=("registrations", "profiles"),
    plan=upsert_plan.plan_contacts,
    deliver=upsert_delivery.deliver,
)
