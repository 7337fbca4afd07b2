"""The records that metrics become: one Arrow table of texts per upload, and who is left out and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.connectors.contract.kind import Job
from certain_eloqua.connectors.contract.reasons import Reason
from certain_eloqua.connectors.metrics.columns import COUNT, PARTS
from certain_eloqua.connectors.metrics.criteria import left_out
from certain_eloqua.connectors.metrics.interest import total
from certain_eloqua.connectors.metrics.numbers import HUNDRED, Ints
from certain_eloqua.connectors.metrics.settings import EngagementSettings, InterestSettings
from certain_eloqua.domain.email import is_valid_email
from certain_eloqua.mapping.field_types import CUSTOM_OBJECT_TEXT, FieldType, fitted_texts

_CUT = ("RegistrationStatus", "AttendeeType", "TagLabel")
"""Texts that only describe: a longer one is cut. One that identifies a record is never cut."""
_SMALL_TEXT = FieldType("text", CUSTOM_OBJECT_TEXT)


@dataclass(slots=True)
class Records:
    """The records of an upload, made some thousand at a time: all of them as texts would be large.

    Attributes:
        names: the fields, without those that are the same for the whole event; the unique code first.
        keys: the unique codes.
        cut: descriptive texts that were too long, in the pieces made so far.
    """

    names: tuple[str, ...]
    keys: pa.Array
    cut: int = 0
    _table: pa.Table = field(default_factory=lambda: pa.table({}))
    _rows: pa.Array = field(default_factory=lambda: pa.nulls(0, pa.int64()))

    @classmethod
    def of(cls, table: pa.Table, names: tuple[str, ...], kept: pa.Array) -> Records:
        """The rows of a table for which `kept` is true."""
        rows = pa.array(np.flatnonzero(kept.to_numpy(zero_copy_only=False)))
        keys = table[names[0]].take(rows).combine_chunks()
        return cls(names, keys, 0, table.select(list(names[1:])), rows)

    def pieces(self, size: int) -> Iterator[tuple[range, dict[str, list[str]]]]:
        """Positions and texts by field, "" where there is nothing."""
        for start in range(0, len(self._rows), size):
            table, cut = _texts(self._table.take(self._rows.slice(start, size)), self.names[1:])
            table = table.add_column(0, self.names[0], self.keys.slice(start, size))
            self.cut += cut
            yield range(start, start + table.num_rows), table.to_pydict()


@dataclass(frozen=True, slots=True)
class UploadRows:
    """What is to stand in the custom object.

    Attributes:
        records: what is to be there.
        left_out: AttendeeID, registration code, reason: one row per registration that is left out.
        statuses: AttendeeID and status of every registration, for records that no longer count.
        facts: for the analyst.
    """

    records: Records
    left_out: pa.Table
    statuses: pa.Table
    facts: dict[str, Any]


def engagement_rows(job: Job, frame: pd.DataFrame) -> UploadRows:
    """The records of an event's engagement by the connector's settings."""
    settings: EngagementSettings = job.settings
    table = _table(frame)
    facts = dict(frame.attrs.get("facts", {}))
    modules: Mapping[str, bool] = facts.get("modules_used", {})
    table = _sourced(table, settings, modules)
    if settings.ratings_source == "none":
        table = _blanked(table, "SessionsRated", "AverageSessionRating", "AverageAppointmentRating")
    if settings.include_appointments == "off":
        table = _blanked(table, "AppointmentsScheduled", "AppointmentsAttended", "AverageAppointmentRating")
    elif settings.include_appointments == "on" and not modules.get("appointments"):
        table = _replaced(table, "AppointmentsScheduled", pa.array(np.zeros(table.num_rows, np.int64)))
    reasons = _reasons(table, settings)
    names = (
        "AttendeeID",
        "EmailAddress",
        "EloquaContactID",
        "RegistrationCode",
        "RegistrationStatus",
        "AttendeeType",
        "SessionsRegistered",
        "SessionsAttended",
        "SessionsRated",
        "AverageSessionRating",
        "AppointmentsScheduled",
        "AppointmentsAttended",
        "AverageAppointmentRating",
    )
    return UploadRows(
        Records.of(table, names, pc.is_null(reasons)),
        _left_out(table, reasons),
        table.select(["AttendeeID", "RegistrationStatus"]),
        {"source": facts.get("source"), "modules_used": modules},
    )


def interest_rows(job: Job, frame: pd.DataFrame) -> UploadRows:
    """The records of an event's interest by the connector's settings."""
    settings: InterestSettings = job.settings
    table = _table(frame)
    facts = dict(frame.attrs.get("facts", {}))
    used = facts.get("source")
    rules = settings.rules(used if used in ("sessions", "agenda_items") else None)
    parts = {name: table[name].combine_chunks().to_numpy() for name in PARTS}
    points, items = total(parts, rules)
    ids = pc.binary_join_element_wise(
        table["AttendeeID"], table["TagName"], pa.scalar(".", table["TagName"].type)
    )
    table = table.append_column("InterestID", ids)
    table = _replaced(table, "Points", _points(points))
    table = _replaced(table, "ItemsCounted", pa.array(items))
    reasons = _reasons(table, settings, "InterestID")
    kept = pc.and_(pc.is_null(reasons), pc.greater(pa.array(items), 0))
    names = (
        "InterestID",
        "EmailAddress",
        "EloquaContactID",
        "RegistrationCode",
        "TagName",
        "TagLabel",
        "Points",
        "ItemsCounted",
    )
    left = _left_out(table, reasons).group_by(["AttendeeID", "RegistrationCode", "reason"]).aggregate([])
    # A registration may be left out for some of its tags only; one row says so.
    first = left.group_by("AttendeeID").aggregate([("RegistrationCode", "min"), ("reason", "min")])
    return UploadRows(
        Records.of(table, names, kept),
        first.rename_columns(["AttendeeID", "RegistrationCode", "reason"]),
        table.select(["AttendeeID", "RegistrationStatus"]).slice(0, 0),
        {"source": rules.source, "count_statuses": rules.count_statuses},
    )


def _sourced(table: pa.Table, settings: EngagementSettings, modules: Mapping[str, bool]) -> pa.Table:
    """The table with the columns of the source that was set, if one was."""
    if settings.source == "auto":
        return table
    prefix = "Session" if settings.source == "sessions" else "AgendaItem"
    measured = modules.get(settings.source, False)
    zero = pa.array(np.zeros(table.num_rows, np.int64))
    for name, part in (("SessionsRegistered", "Registrations"), ("SessionsAttended", "Attendances")):
        table = _replaced(table, name, _counts(table, f"{prefix}{part}") if measured else zero)
    ratings, sums = _counts(table, f"{prefix}Ratings"), _counts(table, f"{prefix}RatingSum")
    table = _replaced(table, "SessionsRated", ratings)
    number = pc.fill_null(ratings, 0).to_numpy()
    some = np.maximum(number, 1)
    means = (2 * pc.fill_null(sums, 0).to_numpy() + some) // (2 * some)
    mean = pa.array(means / HUNDRED, pa.float64(), mask=number == 0)
    return _replaced(table, "AverageSessionRating", mean)


def _table(frame: pd.DataFrame) -> pa.Table:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    columns = [
        column.cast(pa.large_string()) if pa.types.is_null(column.type) else column
        for column in table.columns
    ]
    return pa.Table.from_arrays(columns, names=table.column_names)


def _counts(table: pa.Table, name: str) -> pa.Array:
    """A count; pandas keeps one with blanks as floats."""
    return table[name].combine_chunks().cast(COUNT)


def _replaced(table: pa.Table, name: str, values: pa.Array) -> pa.Table:
    return table.set_column(table.schema.get_field_index(name), name, values)


def _blanked(table: pa.Table, *names: str) -> pa.Table:
    for name in names:
        table = _replaced(table, name, pa.nulls(table.num_rows, pa.string()))
    return table


def _reasons(
    table: pa.Table, settings: EngagementSettings | InterestSettings, key: str = "AttendeeID"
) -> pa.Array:
    """Why each row is left out, null where it is not."""
    by_criteria = left_out(table, settings.criteria)
    emails = table["EmailAddress"].combine_chunks().dictionary_encode()
    usable = pa.array([is_valid_email(text) for text in emails.dictionary.to_pylist()], pa.bool_())
    invalid = pc.equal(usable.take(emails.indices), False)
    too_long = pc.greater(pc.utf8_length(table[key].combine_chunks()), CUSTOM_OBJECT_TEXT)
    by_data = pc.case_when(
        pc.make_struct(
            pc.is_null(table["EmailAddress"].combine_chunks()), pc.fill_null(invalid, False), too_long
        ),
        Reason.NO_EMAIL.value,
        Reason.INVALID_EMAIL.value,
        Reason.TOO_LONG.value,
    )
    return pc.coalesce(by_criteria, by_data)


def _left_out(table: pa.Table, reasons: pa.Array) -> pa.Table:
    some = table.select(["AttendeeID", "RegistrationCode"]).append_column("reason", reasons)
    return some.filter(pc.is_valid(reasons))


def _texts(table: pa.Table, names: tuple[str, ...]) -> tuple[pa.Table, int]:
    """The columns as texts, "" where there is nothing, and how many descriptive ones were cut."""
    columns, cut = [], 0
    for name in names:
        column = table[name].combine_chunks()
        if pa.types.is_floating(column.type):
            column = _decimals(column) if name.startswith("Average") else column.cast(COUNT).cast(pa.string())
        column = pc.fill_null(column.cast(pa.string()), "")
        if name in _CUT:
            column, number = fitted_texts(column, _SMALL_TEXT)
            cut += number
        columns.append(column)
    return pa.Table.from_arrays(columns, names=list(names)), cut


def _decimals(values: pa.Array) -> pa.Array:
    return pa.array([None if value is None else f"{value:.2f}" for value in values.to_pylist()], pa.string())


def _points(values: Ints) -> pa.Array:
    """Hundredths as text: whole points without decimals."""
    if not (values % HUNDRED).any():
        return pa.array(values // HUNDRED).cast(pa.string())
    return pa.array(
        [f"{value // HUNDRED}.{value % HUNDRED:02d}".removesuffix(".00") for value in values.tolist()],
        pa.string(),
    )
