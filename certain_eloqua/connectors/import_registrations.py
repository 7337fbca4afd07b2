"""Kind 2, Import Eloqua Contacts as Registrations: each member of a list is registered for the event."""

from __future__ import annotations

from pydantic import Field

from certain_eloqua.connectors import import_delivery, import_plan, list_members
from certain_eloqua.connectors.import_settings import ListImportSettings
from certain_eloqua.connectors.kind import Kind


class Settings(ListImportSettings):
    """Which list is read, and what its members become in the event."""

    attendee_type_code: str = Field(
        min_length=1,
        description="Attendee type of new registrations, by its code. Existing ones keep theirs.",
    )
    registration_status: str = Field(
        min_length=1, description="Status of new registrations, by its label, for example Invited."
    )
    overwrite_registration_status: bool = Field(
        description="Whether existing registrations change to registration_status too, or keep their status.",
    )


KIND = Kind(
    name="import_registrations",
    title="Import Eloqua Contacts as Registrations",
    level="event",
    summary="Registers every contact of an Eloqua list for the event, and creates or updates their profiles.",
    settings=Settings,
    writes_to="certain",
    reads=("profiles", "registrations", "attendee_types", "statuses"),
    own_read="contacts",
    gather=list_members.gather,
    plan=import_plan.plan_registrations,
    deliver=import_delivery.deliver,
)
