"""The settings of the status changes family."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from certain_eloqua.connectors.contract.account_values import values_of
from certain_eloqua.connectors.contract.settings import KindSettings

FirstRun = Literal["baseline", "include"]


class StatusChangeSettings(KindSettings):
    """Whose changes count, and what the first look at an event does."""

    attendee_types: list[str] | None = Field(
        json_schema_extra=values_of("attendee_types"),
        default=None,
        description="Only registrations of these attendee types, by code or name. Left out: all types.",
    )
    attendee_type_tags: list[str] = Field(
        json_schema_extra=values_of("attendee_type_tags"),
        default=[],
        description="Only registrations of attendee types with one of these tags of the account, and of "
        "those in attendee_types.",
    )
    first_run: FirstRun = Field(
        default="baseline",
        description="What the first look at an event does: baseline only remembers the statuses it finds, "
        "include takes them as changed.",
    )


class ActivitySettings(StatusChangeSettings):
    """What the activities of a connector name."""

    campaign_id: str | None = Field(
        json_schema_extra=values_of("campaigns"),
        default=None,
        min_length=1,
        examples=["1"],
        description="Id of the Eloqua campaign that the activities belong to. It must be active. Give this "
        "or campaign_question.",
    )
    campaign_question: str | None = Field(
        json_schema_extra=values_of("event_questions"),
        default=None,
        min_length=1,
        description="Event question whose answer is the id of the event's Eloqua campaign, by name, label or "
        "code. Every event of the connector must answer it.",
    )
    create_activity_types: bool = Field(
        default=False,
        description="Create the external asset type and its activity types in Eloqua when they are missing, "
        "instead of refusing the delivery.",
    )
    create_missing_contacts: bool = Field(
        default=False,
        description="Create a contact, with the fields of the field map, for people whom Eloqua does not "
        "know. Existing contacts are not changed. Otherwise such people are left out with the reason.",
    )

    @model_validator(mode="after")
    def _has_one_campaign(self) -> ActivitySettings:
        if (self.campaign_id is None) == (self.campaign_question is None):
            raise ValueError("give campaign_id or campaign_question, and not both")
        return self


class RegistrationStatusSettings(ActivitySettings):
    """Which statuses of registrations become activities."""

    registration_statuses: list[str] = Field(
        json_schema_extra=values_of("registration_statuses"),
        examples=[["Pre-Registered", "Attended"]],
        description="A change to one of these statuses becomes an activity, by label; [] when only "
        "tags select.",
    )
    registration_status_tags: list[str] = Field(
        json_schema_extra=values_of("registration_status_tags"),
        default=[],
        description="A change to a status with one of these tags of the account becomes an activity, so that "
        "one connector serves events with differing labels.",
    )

    @model_validator(mode="after")
    def _something_is_selected(self) -> RegistrationStatusSettings:
        return _needs_one(self, "registration_statuses", "registration_status_tags")


class SessionStatusSettings(ActivitySettings):
    """Which statuses in which sessions become activities."""

    session_statuses: list[str] = Field(
        min_length=1,
        examples=[["Registered", "Attended"]],
        description="A change to one of these statuses becomes an activity: Registered, Waitlisted, "
        "Attended, Cancelled.",
    )
    sessions: list[str] = Field(
        json_schema_extra=values_of("sessions"),
        examples=[["all"]],
        description="Only these sessions, by session code. [all] means every session.",
    )
    session_tags: list[str] = Field(
        json_schema_extra=values_of("session_tags"),
        default=[],
        description="Also sessions with one of these tags.",
    )
    vanished_as_cancelled: bool = Field(
        default=False,
        description="Take a session registration that is not in Certain any more as cancelled.",
    )

    @model_validator(mode="after")
    def _something_is_selected(self) -> SessionStatusSettings:
        return _needs_one(self, "sessions", "session_tags")


class AgendaItemStatusSettings(ActivitySettings):
    """Which statuses of which agenda items become activities."""

    agenda_statuses: list[str] = Field(
        min_length=1,
        examples=[["Registered", "Attended"]],
        description="A change to one of these statuses becomes an activity: Registered, Waitlisted, "
        "Attended, Cancelled.",
    )
    agenda_items: list[str] = Field(
        json_schema_extra=values_of("agenda_items"),
        examples=[["all"]],
        description="Only these agenda items, by activity code. [all] means every item.",
    )
    agenda_item_tags: list[str] = Field(
        json_schema_extra=values_of("agenda_item_tags"),
        default=[],
        description="Also agenda items with one of these tags.",
    )
    vanished_as_cancelled: bool = Field(
        default=False,
        description="Take an agenda registration that is not in Certain any more as cancelled.",
    )

    @model_validator(mode="after")
    def _something_is_selected(self) -> AgendaItemStatusSettings:
        return _needs_one(self, "agenda_items", "agenda_item_tags")


class ContactListSettings(StatusChangeSettings):
    """Whose contacts are on the list of an event."""

    contact_list_name: str = Field(
        min_length=1,
        max_length=60,
        description="Prefix of the list's name, which becomes <prefix>_<account>_<event>. The list is "
        "created when it is missing.",
    )
    registration_statuses: list[str] = Field(
        json_schema_extra=values_of("registration_statuses"),
        examples=[["Pre-Registered"]],
        description="Contacts whose registration has one of these statuses, by label; [] when only "
        "tags select.",
    )
    registration_status_tags: list[str] = Field(
        json_schema_extra=values_of("registration_status_tags"),
        default=[],
        description="Contacts whose registration has a status with one of these tags.",
    )
    remove_when_leaving: bool = Field(
        default=False,
        description="Remove a contact from the list when none of its registrations is selected any more.",
    )
    first_run: FirstRun = Field(
        default="include",
        description="What the first look at an event does: include fills the list with those who are "
        "selected already, baseline only remembers them.",
    )

    @model_validator(mode="after")
    def _something_is_selected(self) -> ContactListSettings:
        return _needs_one(self, "registration_statuses", "registration_status_tags")


def _needs_one(settings: Any, *names: str) -> Any:
    if not any(getattr(settings, name) for name in names):
        raise ValueError(f"give {' or '.join(names)}, or both")
    return settings
