"""The settings of the contacts family. Plans and deliveries import this module; it imports none of theirs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_core.core_schema import ValidationInfo

from certain_eloqua.connectors.contract.account_values import values_of
from certain_eloqua.connectors.contract.settings import KindSettings

ELOQUA_PAGE = 1000
"""Certain's "Eloqua Retrieval Page Size": the size of the pages that starting and ending page count in."""


TooLong = Annotated[
    Literal["truncate", "omit", "skip_record"],
    Field(
        description="What happens to a value that its target field cannot hold: truncate (cut a text, round "
        "a number), omit (do not send the value), or skip_record (leave the record out).",
    ),
]


class ListImportSettings(KindSettings):
    """Which list is read, which part of it, and how its members are matched with profiles."""

    contact_list_name: str = Field(
        json_schema_extra=values_of("contact_lists"),
        min_length=1,
        max_length=100,
        description="Exact name of the Eloqua contact list whose members are imported; case counts.",
    )
    profile_deduplication: Literal["email", "eloqua_id"] = Field(
        description="What makes a profile unique: its e-mail address, or its External Profile ID "
        "(the Eloqua contact id).",
    )
    retrieval_page_size: int = Field(
        default=ELOQUA_PAGE,
        ge=1,
        le=50_000,
        description="Contacts in one page, the unit of starting_page and ending_page.",
    )
    starting_page: int = Field(default=1, ge=1, description="First page of the list to import.")
    ending_page: int | None = Field(
        default=None,
        ge=1,
        description="Last page to import. Left out: the whole list. Contacts outside are listed as left out.",
    )
    take_over_source: bool = Field(
        default=False,
        description="Write External Profile ID and Source also on profiles that another system (Marketo …) "
        "has marked as its own.",
    )
    too_long: TooLong = "truncate"

    @field_validator("ending_page")
    @classmethod
    def _not_before_the_first(cls, ending: int | None, info: ValidationInfo) -> int | None:
        starting = info.data.get("starting_page", 1)
        if ending is not None and ending < starting:
            raise ValueError(f"the last page is before the first ({starting})")
        return ending


class ImportProfilesSettings(ListImportSettings):
    """Which list is read, and how its members are matched with profiles."""


class ImportRegistrationsSettings(ListImportSettings):
    """Which list is read, and what its members become in the event."""

    attendee_type_code: str = Field(
        json_schema_extra=values_of("attendee_types"),
        min_length=1,
        description="Attendee type of new registrations, by its code. Existing ones keep theirs.",
    )
    registration_status: str = Field(
        json_schema_extra=values_of("registration_statuses"),
        min_length=1,
        description="Status of new registrations, by its label, for example Invited.",
    )
    overwrite_registration_status: bool = Field(
        description="Whether existing registrations change to registration_status too, or keep their status.",
    )


class UpsertContactsSettings(KindSettings):
    """Which registrations become contacts, and how thoroughly."""

    registration_statuses: list[str] = Field(
        json_schema_extra=values_of("registration_statuses"),
        min_length=1,
        description="Registrations with one of these statuses are sent, by label.",
    )
    attendee_types: list[str] | None = Field(
        json_schema_extra=values_of("attendee_types"),
        default=None,
        description="Only registrations of these attendee types, by code. Left out: all types.",
    )
    take_over_source: bool = Field(
        default=False,
        description="Write External Profile ID and Source also on profiles that another system (Marketo …) "
        "has marked as its own.",
    )
    when_email_changes: Literal["create", "update_contact", "skip"] = Field(
        default="create",
        description="What happens when the address of a profile that is linked to a contact has changed: "
        "create (as Certain does: another contact, and the linked one stays behind with the old address), "
        "update_contact (the linked contact gets the new address, if no other contact has it), or skip.",
    )
    too_long: TooLong = "truncate"
    refresh_all: bool = Field(
        default=False,
        description="Send every mapped field of each person again, not only what changed since it was last "
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
