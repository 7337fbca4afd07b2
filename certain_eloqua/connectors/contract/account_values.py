"""The values that exist in an account, by the subject that a setting names, so that a person can choose.

A setting that takes such values is marked: `Field(json_schema_extra=values_of("sessions"))`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

EloquaSubject = Literal["contact_lists", "custom_objects", "campaigns", "contact_fields"]
CertainSubject = Literal[
    "events",
    "event_questions",
    "registration_statuses",
    "registration_status_tags",
    "attendee_types",
    "attendee_type_tags",
    "sessions",
    "session_tags",
    "agenda_items",
    "agenda_item_tags",
    "item_tags",
]
Subject = EloquaSubject | CertainSubject
ELOQUA_SUBJECTS: tuple[str, ...] = get_args(EloquaSubject)
CERTAIN_SUBJECTS: tuple[str, ...] = get_args(CertainSubject)

_MARK = "x-values-of"


@dataclass(frozen=True, slots=True)
class Value:
    """One value as it is written in a file, and its name where that is another."""

    value: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.value} ({self.name})" if self.name and self.name != self.value else self.value


@dataclass(frozen=True, slots=True)
class AccountValues:
    """What was read, by subject, and why other things were not.

    Attributes:
        values: by subject, in the platform's order. A subject that is absent was not read.
        unread: why a platform could not be read, by its title.
        events: codes of the events whose statuses, types and items are in `values`.
        more_events: how many other events the account has.
    """

    values: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    events: tuple[str, ...] = ()
    more_events: int = 0

    def of(self, name: FieldInfo) -> tuple[Value, ...] | None:
        """The values that a setting can name; None if it names none, or they were not read."""
        subject = subject_of(name)
        return self.values.get(subject) if subject else None


def values_of(subject: Subject) -> dict[str, Any]:
    """The mark of a setting that names values of the account; it is in the JSON schema, too."""
    return {_MARK: subject}


def subject_of(name: FieldInfo) -> str | None:
    """Which values of the account a setting names, None for one that names none."""
    extra = name.json_schema_extra
    return str(extra[_MARK]) if isinstance(extra, dict) and _MARK in extra else None
