"""Putting back what a delivery wrote (undo), or writing it again where others have changed it (repair).

Both need the same of a kind: read the values that it has written as they are now, and write given values.
Which values these are is found in the plans and deliveries of earlier runs, the same way for every kind.
"""

from __future__ import annotations

from enum import StrEnum

ON_LIST, OFF_LIST = "On the list", "Not on the list"
"""The two values of a membership."""
DELETE = "delete"
"""In a plan's `write`: the records that are deleted, with their ids, in place of fields."""
RECORD_ID = "record_id"
"""Column of a record's own id, in the values as they are now."""
SUBJECT = "subject"
"""Column by which values as they are now are joined to the rows that wrote them."""


class NotRestored(StrEnum):
    """Why a value is not put back, or not written again."""

    CREATED = "created"
    OLD_VALUE_UNKNOWN = "old_value_unknown"
    CHANGED_SINCE = "changed_since"
    GONE = "gone"
    CANNOT_BE_UNDONE = "cannot_be_undone"


WORDS = {
    NotRestored.CREATED: "created by that run and left; --delete-created deletes it",
    NotRestored.OLD_VALUE_UNKNOWN: "its old value was not known",
    NotRestored.CHANGED_SINCE: "changed since by another",
    NotRestored.GONE: "the record is not there any more",
}
"""The same in plain words, to follow the name of a field or record."""
