"""Certain, the event platform: its REST API 2.0."""

from certain_eloqua.clients.certain.client import CertainClient, ProfileIdentifier
from certain_eloqua.clients.certain.paging import Pages
from certain_eloqua.clients.certain.programme import session_registration_batch, tags_of
from certain_eloqua.clients.certain.tables import (
    AGENDA_ITEM_SCHEMA,
    AGENDA_REGISTRATION_SCHEMA,
    APPOINTMENT_SCHEMA,
    ATTENDEE_TYPE_SCHEMA,
    EVENT_SCHEMA,
    PROFILE_SCHEMA,
    RATING_SCHEMA,
    REGISTRATION_SCHEMA,
    SESSION_REGISTRATION_SCHEMA,
    SESSION_SCHEMA,
    to_batch,
    to_table,
)
from certain_eloqua.clients.certain.values import as_list, greatest_stamp
from certain_eloqua.clients.certain.writing import Write, WriteResult

__all__ = [
    "AGENDA_ITEM_SCHEMA",
    "AGENDA_REGISTRATION_SCHEMA",
    "APPOINTMENT_SCHEMA",
    "ATTENDEE_TYPE_SCHEMA",
    "EVENT_SCHEMA",
    "PROFILE_SCHEMA",
    "RATING_SCHEMA",
    "REGISTRATION_SCHEMA",
    "SESSION_REGISTRATION_SCHEMA",
    "SESSION_SCHEMA",
    "CertainClient",
    "Pages",
    "ProfileIdentifier",
    "Write",
    "WriteResult",
    "as_list",
    "greatest_stamp",
    "session_registration_batch",
    "tags_of",
    "to_batch",
    "to_table",
]
