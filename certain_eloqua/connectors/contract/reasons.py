"""Why a record is left out of a plan."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why a record is left out of a plan."""

    NO_EMAIL = "no_email"
    INVALID_EMAIL = "invalid_email"
    NO_NAME = "no_name"
    MERGED = "merged"
    AMBIGUOUS_PROFILE = "ambiguous_profile"
    INACTIVE = "inactive"
    TEST_MODE = "test_mode"
    STATUS_NOT_SELECTED = "status_not_selected"
    TYPE_NOT_SELECTED = "type_not_selected"
    LIST_TRUNCATED = "list_truncated"
    TOO_LONG = "too_long"
    NO_CONTACT_ID = "no_contact_id"
    EMAIL_CHANGED = "email_changed"


EXPECTED = frozenset(
    {
        Reason.STATUS_NOT_SELECTED,
        Reason.TYPE_NOT_SELECTED,
        Reason.TEST_MODE,
        Reason.INACTIVE,
        Reason.MERGED,
        Reason.LIST_TRUNCATED,
    }
)
"""Reasons that were chosen in the settings, or that lose nobody. All others are faults of the data."""
