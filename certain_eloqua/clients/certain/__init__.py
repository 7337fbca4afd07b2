"""Certain, the event platform: its REST API 2.0."""

from certain_eloqua.clients.certain.client import CertainClient, ProfileIdentifier
from certain_eloqua.clients.certain.paging import Pages
from certain_eloqua.clients.certain.tables import (
    ATTENDEE_TYPE_SCHEMA,
    EVENT_SCHEMA,
    PROFILE_SCHEMA,
    REGISTRATION_SCHEMA,
    to_batch,
    to_table,
)
from certain_eloqua.clients.certain.values import as_list, greatest_stamp
from certain_eloqua.clients.certain.writing import Write, WriteResult

__all__ = [
    "ATTENDEE_TYPE_SCHEMA",
    "EVENT_SCHEMA",
    "PROFILE_SCHEMA",
    "REGISTRATION_SCHEMA",
    "CertainClient",
    "Pages",
    "ProfileIdentifier",
    "Write",
    "WriteResult",
    "as_list",
    "greatest_stamp",
    "to_batch",
    "to_table",
]
