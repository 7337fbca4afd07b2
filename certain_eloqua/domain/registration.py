"""Registration statuses: the eleven standard ones, and what a custom one means."""

from dataclasses import dataclass
from enum import Enum


class Classification(Enum):
    """What a status means for the event. Every status, standard or custom, has one of these four."""

    ACCEPTED = "Accepted"
    PENDING = "Pending"
    CANCELLED = "Cancelled"
    DENIED = "Denied"

    @classmethod
    def from_label(cls, label: str | None) -> "Classification | None":
        """The classification with this label in any case; None when it is not one."""
        wanted = (label or "").strip().casefold()
        return next((c for c in cls if c.value.casefold() == wanted), None)


@dataclass(frozen=True)
class RegistrationStatus:
    """One status an event's registrations can have, by its label: statuses have no code of their own.

    `classification` is None when the status was only seen on a registration and nothing says what it means.
    """

    label: str
    classification: Classification | None = None
    is_standard: bool = False
    tags: tuple[str, ...] = ()


def _standard(label: str, classification: Classification) -> RegistrationStatus:
    return RegistrationStatus(label, classification, is_standard=True)


# Certain help, "Custom Statuses".
STANDARD_STATUSES: tuple[RegistrationStatus, ...] = (
    _standard("New", Classification.ACCEPTED),
    _standard("Requested Invitation", Classification.PENDING),
    _standard("Waitlist Hold", Classification.PENDING),
    _standard("Invited", Classification.PENDING),
    _standard("Request Denied", Classification.DENIED),
    _standard("Invitation Sent", Classification.PENDING),
    _standard("Pre-Registered", Classification.ACCEPTED),
    _standard("Declined Invitation", Classification.DENIED),
    _standard("Cancelled", Classification.CANCELLED),
    _standard("No-show", Classification.ACCEPTED),
    _standard("Attended", Classification.ACCEPTED),
)

WAITLIST_HOLD = "Waitlist Hold"
"""Given by Certain itself when the attendee type's inventory is used up."""


@dataclass(frozen=True)
class AttendeeType:
    """A kind of attendee of one event. `inventory` is how many may register; None means no limit is known."""

    code: str
    name: str
    event_code: str
    inventory: int | None = None
    is_active: bool = True
