"""Kind 4, Create or Update Contacts in Eloqua: registrations become contacts, profiles learn the ids."""

from __future__ import annotations

from pydantic import Field

from certain_eloqua.connectors import contact_delivery, contact_plan, known_contacts
from certain_eloqua.connectors.kind import Kind, KindSettings


class Settings(KindSettings):
    """Which registrations become contacts, and how thoroughly."""

    registration_statuses: list[str] = Field(
        min_length=1, description="Registrations with one of these statuses are sent, by label."
    )
    attendee_types: list[str] | None = Field(
        default=None, description="Only registrations of these attendee types, by code. Left out: all types."
    )
    take_over_source: bool = Field(
        default=False,
        description="Write External Profile ID and Source also on profiles that another system (Marketo …) "
        "has marked as its own.",
    )
    refresh_all: bool = Field(
        default=False,
        description="Send every mapped field of everybody again, not only what changed since it was last "
        "sent.",
    )
    lookup_limit: int = Field(
        default=200,
        ge=0,
        le=10_000,
        description="Up to this many e-mail addresses that no earlier run has met are looked up in Eloqua, "
        "so that the plan says create or update; when there are more it says upsert, and the "
        "delivery finds out.",
    )


KIND = Kind(
    name="upsert_contacts",
    title="Create or Update Contacts in Eloqua",
    level="event",
    summary="Creates or updates an Eloqua contact for every registration of the chosen statuses, "
    "and writes the contact's id and source back to the profile.",
    settings=Settings,
    writes_to="eloqua",
    reads=("profiles", "registrations", "attendee_types", "statuses", "sent"),
    own_read="contacts",
    gather=known_contacts.gather,
    gather_reads=("registrations", "profiles"),
    plan=contact_plan.plan_contacts,
    deliver=contact_delivery.deliver,
)
