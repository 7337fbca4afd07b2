"""The columns of a plan and of a delivery: a common core, and the key columns of the kind between them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class KeyColumn:
    """A column that says which record a row is about, beside its `key`.

    Attributes:
        name: the column's name, the same in plan and delivery.
        description: its meaning, for lists and documents.
        personal: an e-mail address; shown to people only masked.
    """

    name: str
    description: str
    personal: bool = False


_BEFORE = (
    pa.field("key", pa.string(), nullable=False),  # unique in the plan
    pa.field("action", pa.string(), nullable=False),
    pa.field(
        "record", pa.string(), nullable=False
    ),  # what kind of thing: contact, registration, activity ...
)

_PLAN = (
    pa.field("reason", pa.string()),  # reason code of a skipped record, e.g. no_email
    pa.field("detail", pa.string()),  # the same in plain words, without personal data
)
_PLAN_AFTER = (
    pa.field("changes", pa.string()),  # JSON [{"on", "field", "old", "new"}]; "old" missing = not known
    pa.field("write", pa.string()),  # JSON {record: {field: value}}
    pa.field("plan", pa.string()),  # the run that made the plan; the same in every row
)
_DELIVERY = (
    pa.field("outcome", pa.string(), nullable=False),
    pa.field("code", pa.string()),  # the platform's code: ELQ-00002, 400 ...
    pa.field("cause", pa.string()),  # in plain words, without personal data
)
_DELIVERY_AFTER = (pa.field("sync", pa.string()),)  # /syncs/123 when it went through a Bulk sync

CORE = frozenset(field.name for field in (*_BEFORE, *_PLAN, *_PLAN_AFTER, *_DELIVERY, *_DELIVERY_AFTER))
"""Names that no key column may have."""


def plan_schema(columns: Iterable[KeyColumn]) -> pa.Schema:
    """The schema of a kind's plans: one row per record."""
    return pa.schema([*_BEFORE, *_PLAN, *_keys(columns), *_PLAN_AFTER])


def delivery_schema(columns: Iterable[KeyColumn]) -> pa.Schema:
    """The schema of a kind's deliveries: one row per row of the plan, with its outcome."""
    return pa.schema([*_BEFORE, *_DELIVERY, *_keys(columns), *_DELIVERY_AFTER])


def _keys(columns: Iterable[KeyColumn]) -> list[pa.Field]:
    return [pa.field(column.name, pa.string()) for column in columns]
