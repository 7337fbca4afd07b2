"""The settings of the two uploads."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from certain_eloqua.connectors.contract.account_values import values_of
from certain_eloqua.connectors.contract.settings import KindSettings
from certain_eloqua.connectors.metrics.criteria import Criteria
from certain_eloqua.connectors.metrics.interest import InterestRules


class UploadSettings(KindSettings):
    """Which registrations count, and which custom object they go to."""

    registration_statuses: list[str] | None = Field(
        json_schema_extra=values_of("registration_statuses"),
        default=None,
        description="Registrations with one of these statuses count, by label. Left out: all statuses that "
        "Certain classifies as Accepted.",
    )
    attendee_types: list[str] | None = Field(
        json_schema_extra=values_of("attendee_types"),
        default=None,
        description="Only registrations of these attendee types, by code. Left out: all types.",
    )
    create_custom_object: bool = Field(
        default=True,
        description="Create the custom object if Eloqua has none of that name; if off, that is an error.",
    )
    refresh_all: bool = Field(
        default=False,
        description="Send every record again, not only what changed since it was last sent.",
    )

    @property
    def criteria(self) -> Criteria:
        """Which registrations count."""
        return Criteria(self.registration_statuses, self.attendee_types)


class EngagementSettings(UploadSettings):
    """Which registrations count, what is counted, and where it goes."""

    custom_object: str = Field(
        json_schema_extra=values_of("custom_objects"),
        default="Certain Engagement Metrics",
        min_length=1,
        max_length=100,
        description="Name or id of the Eloqua custom object, one for all events.",
    )
    source: Literal["auto", "sessions", "agenda_items"] = Field(
        default="auto",
        description="What SessionsRegistered counts; auto means sessions if the event has published "
        "ones, else scheduled agenda items.",
    )
    include_appointments: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="Whether appointments are uploaded; auto means if the event has any, on means 0 where "
        "there are none, off leaves them blank.",
    )
    ratings_source: Literal["certain", "none"] = Field(
        default="certain",
        description="Where ratings come from, Certain or nowhere; with none the averages stay blank.",
    )


class InterestSettings(UploadSettings):
    """Which registrations count, which items give points, and where they go."""

    custom_object: str = Field(
        json_schema_extra=values_of("custom_objects"),
        default="Certain Interest Metrics",
        min_length=1,
        max_length=100,
        description="Name or id of the Eloqua custom object, one for all events.",
    )
    source: Literal["auto", "sessions", "agenda_items", "both"] = Field(
        default="auto",
        description="Which items give points; auto means sessions if the event has published ones, else "
        "scheduled agenda items.",
    )
    count_statuses: Literal["registered_and_attended", "attended"] = Field(
        default="registered_and_attended",
        description="Which status an item must have to give its points.",
    )
    default_points: float = Field(
        default=0, ge=0, le=1_000_000, description="Points of items that have none."
    )

    def rules(self, used: Literal["sessions", "agenda_items"] | None) -> InterestRules:
        """The rules; `used` is what the event's metrics count by default."""
        source = self.source if self.source != "auto" else (used or "sessions")
        return InterestRules(source, self.count_statuses, self.default_points)
