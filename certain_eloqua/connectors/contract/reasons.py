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
