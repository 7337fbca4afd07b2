"""The two custom objects: their fields, and what is wrong with an object that is there already."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from certain_eloqua.clients.eloqua import CustomObject, NewField
from certain_eloqua.mapping.field_types import CUSTOM_OBJECT_TEXT, FieldType, eloqua_type

TEXT, COUNT, DECIMAL, DATE = "text", "number", "numeric", "date"

RECORD, ZERO = "record", "zero"
"""What a row of a plan writes: a whole record, or the numbers of one that no longer counts."""


@dataclass(frozen=True, slots=True)
class ObjectDesign:
    """A custom object as we need it.

    Attributes:
        fields: in the order of upload; the first is the unique code field.
        numbers: those that are set to 0 when a registration no longer counts.
        averages: those that become blank then.
        description: of the object, as Eloqua shows it.
        shown_when_new: the numbers that a plan shows of a new record; there are many records.
        email: the field by which a record is linked to its contact.
    """

    fields: tuple[NewField, ...]
    numbers: tuple[str, ...]
    averages: tuple[str, ...]
    description: str
    shown_when_new: tuple[str, ...]
    email: str = "EmailAddress"

    @property
    def unique(self) -> str:
        """The unique code field."""
        return self.fields[0].name

    @property
    def types(self) -> dict[str, FieldType]:
        """What each field can hold."""
        found = {one.name: eloqua_type(one.data_type, "text", CUSTOM_OBJECT_TEXT) for one in self.fields}
        return {name: kind for name, kind in found.items() if kind is not None}

    @property
    def plain_fields(self) -> frozenset[str]:
        """Fields whose values say nothing about who a person is, as metadata names them."""
        names = (*self.numbers, *self.averages, "RegistrationStatus")
        return frozenset(f"{on}.{name}" for on in (RECORD, ZERO) for name in names)


def _fields(**types: str) -> tuple[NewField, ...]:
    return tuple(NewField(name, kind) for name, kind in types.items())  # type: ignore[arg-type]


CALCULATED = "LastCalculated"

ENGAGEMENT_OBJECT = ObjectDesign(
    fields=_fields(
        AttendeeID=TEXT,
        EmailAddress=TEXT,
        EloquaContactID=TEXT,
        AccountCode=TEXT,
        EventCode=TEXT,
        EventName=TEXT,
        EventStartDate=DATE,
        RegistrationCode=TEXT,
        RegistrationStatus=TEXT,
        AttendeeType=TEXT,
        SessionsRegistered=COUNT,
        SessionsAttended=COUNT,
        SessionsRated=COUNT,
        AverageSessionRating=DECIMAL,
        AppointmentsScheduled=COUNT,
        AppointmentsAttended=COUNT,
        AverageAppointmentRating=DECIMAL,
        LastCalculated=DATE,
    ),
    numbers=(
        "SessionsRegistered",
        "SessionsAttended",
        "SessionsRated",
        "AppointmentsScheduled",
        "AppointmentsAttended",
    ),
    averages=("AverageSessionRating", "AverageAppointmentRating"),
    description="What attendees did at events of Certain: one record per registration.",
    shown_when_new=("SessionsRegistered", "SessionsAttended", "AverageSessionRating"),
)

INTEREST_OBJECT = ObjectDesign(
    fields=_fields(
        InterestID=TEXT,
        AttendeeID=TEXT,
        EmailAddress=TEXT,
        EloquaContactID=TEXT,
        AccountCode=TEXT,
        EventCode=TEXT,
        EventName=TEXT,
        RegistrationCode=TEXT,
        TagName=TEXT,
        TagLabel=TEXT,
        Points=DECIMAL,
        ItemsCounted=COUNT,
        LastCalculated=DATE,
    ),
    numbers=("Points", "ItemsCounted"),
    averages=(),
    description="What attendees of events of Certain are interested in: one record per registration and tag.",
    shown_when_new=("Points",),
)


def as_rows(found: CustomObject) -> list[dict[str, str | None]]:
    """An object as the rows of the connector's own read: one per field."""
    return [
        {
            "object_id": found.id,
            "object_name": found.name,
            "field_id": one.id,
            "field_name": one.name,
            "data_type": one.data_type,
            "role": "unique" if one.id == found.unique_code_field else None,
        }
        for one in found.fields
    ]


def problems(design: ObjectDesign, rows: pd.DataFrame) -> list[str]:
    """Everything that is wrong with the object that these rows describe; nothing if it fits."""
    found = {
        str(name).casefold(): (str(kind), role == "unique")
        for name, kind, role in zip(rows["field_name"], rows["data_type"], rows["role"], strict=True)
    }
    wrong = []
    for field in design.fields:
        if field.name.casefold() not in found:
            wrong.append(f"the field {field.name} ({field.data_type}) is missing")
            continue
        kind, unique = found[field.name.casefold()]
        if kind != field.data_type:
            wrong.append(f"the field {field.name} is {kind}, it must be {field.data_type}{_why(field, kind)}")
        if field.name == design.unique and not unique:
            wrong.append(f"the field {field.name} is not the unique code field")
    return wrong


def _why(field: NewField, kind: str) -> str:
    if kind == "largeText" and field.data_type == TEXT:
        return (
            f" (small text, {CUSTOM_OBJECT_TEXT} characters: large text cannot be segmented on or identify a "
            "record)"
        )
    if kind == COUNT and field.data_type == DECIMAL:
        return " (it holds decimals)"
    return ""
