"""Kind 2, Import Eloqua Contacts as Registrations: each member of a list is registered for the event."""

from __future__ import annotations

from certain_eloqua.connectors.contacts import import_delivery, import_plan, list_members
from certain_eloqua.connectors.contacts.columns import COLUMNS
from certain_eloqua.connectors.contacts.plan_checks import NOTHING_CUT
from certain_eloqua.connectors.contacts.requirements import field_map_fits, list_exists, new_registrations_fit
from certain_eloqua.connectors.contacts.restoring import IMPORTS
from certain_eloqua.connectors.contacts.settings import ImportRegistrationsSettings
from certain_eloqua.connectors.contract.kind import Kind

KIND = Kind(
    name="import_registrations",
    title="Import Eloqua Contacts as Registrations",
    family="contacts",
    level="event",
    summary="Registers every contact of an Eloqua list for the event, and creates or updates their profiles.",
    settings=ImportRegistrationsSettings,
    record="registration",
    reads_from=("eloqua",),
    writes_to=("certain",),
    key_columns=COLUMNS,
    uses_field_map=True,
    plan_checks=(NOTHING_CUT,),
    reads=("profiles", "registrations", "attendee_types", "statuses"),
    own_read="contacts",
    extract=list_members.extract,
    plan=import_plan.plan_registrations,
    requirements=(field_map_fits, list_exists, new_registrations_fit),
    deliver=import_delivery.deliver,
    restoring=IMPORTS,
)
