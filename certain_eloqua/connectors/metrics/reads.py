"""What metrics are computed from: the reads of one event, as Arrow tables with Certain's own columns."""

from __future__ import annotations

from dataclasses import dataclass, fields

import pyarrow as pa
import pyarrow.compute as pc

COLUMNS: dict[str, tuple[str, ...]] = {
    "registrations": (
        "registrationCode",
        "registrationStatusLabel",
        "attendeeTypeCode",
        "attendeeType",
        "isActive",
        "isTestMode",
        "profile.email",
        "profile.externalKey",
        "profile.sourceOfProfile",
    ),
    "statuses": ("label", "classification"),
    "sessions": ("instanceId", "status", "isActive", "points", "tags"),
    "session_registrations": ("registrationCode", "instanceId", "regSessionStatus"),
    "agenda_items": ("activityCode", "startDate", "isActive", "points", "tags"),
    "agenda_registrations": ("registrationCode", "activityCode", "status"),
    "appointments": (
        "appointmentId",
        "status",
        "registration.regCode",
        "targetRegistration.regCode",
        "rating.registration",
        "rating.targetRegistration",
    ),
    "ratings": ("registrationCode", "instanceId", "activityCode", "rating", "dateModified"),
}
"""The columns of each read that metrics need; no others are loaded."""

_FLAGS = ("isActive", "isTestMode")


@dataclass(frozen=True, slots=True)
class ProgrammeReads:
    """The reads of one event, each with the columns of :data:`COLUMNS`."""

    registrations: pa.Table
    statuses: pa.Table
    sessions: pa.Table
    session_registrations: pa.Table
    agenda_items: pa.Table
    agenda_registrations: pa.Table
    appointments: pa.Table
    ratings: pa.Table

    @classmethod
    def of_rows(cls, **rows: list[dict[str, object]]) -> ProgrammeReads:
        """Reads made from rows, for examples; reads that are left out are empty."""
        return cls(**{one.name: _table(rows.get(one.name, []), COLUMNS[one.name]) for one in fields(cls)})


def column(table: pa.Table, name: str) -> pa.Array:
    """A column in one piece."""
    found = table[name].combine_chunks()
    return found.cast(pa.string()) if pa.types.is_large_string(found.type) else found


def words(table: pa.Table, name: str) -> pa.Array:
    """A column of statuses and the like, trimmed and in lower case; "" where there is nothing."""
    return pc.utf8_lower(pc.utf8_trim_whitespace(pc.fill_null(column(table, name), "")))


def _table(rows: list[dict[str, object]], names: tuple[str, ...]) -> pa.Table:
    schema = pa.schema([(name, pa.bool_() if name in _FLAGS else pa.string()) for name in names])
    return pa.Table.from_pylist([{name: row.get(name) for name in names} for row in rows], schema=schema)
