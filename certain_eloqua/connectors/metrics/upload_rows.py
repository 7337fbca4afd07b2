"""The records that metrics become: one Arrow table of texts per upload, and who is left out and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.clients.eloqua.limits import CUSTOM_OBJECT_TEXT_CHARACTERS
from certain_eloqua.connectors.contract.kind import Job
from certain_eloqua.connectors.contract.reasons import Reason
from certain_eloqua.connectors.metrics.columns import COUNT, PARTS
from certain_eloqua.connectors.metrics.criteria import left_out
from certain_eloqua.connectors.metrics.interest import total
from certain_eloqua.connectors.metrics.numbers import HUNDRED, Ints
from certain_eloqua.connectors.metrics.settings import EngagementSettings, InterestSettings
from certain_eloqua.domain.email import is_valid_email

_CUT = ("RegistrationStatus", "AttendeeType", "TagLabel")
"""Texts that only describe: a longer one is cut. One that identifies a record is never cut."""
_SHORT = CUSTOM_OBJECT_TEXT_CHARACTERS


@dataclass(frozen=True, slots=True)
class UploadRows:
    """What is to stand in the custom object.

    Attributes:
        records: texts by field, without those that are the same for the whole event.
        left_out: AttendeeID, registration code, reason: one row per registration that is left out.
        statuses: AttendeeID and status of every registration, for records that no longer count.
        facts: for the analyst.
    """

    records: pa.Table
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
    kept = table.filter(pc.is_null(reasons))
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
    records, cut = _texts(kept, names)
    return UploadRows(
        records,
        _left_out(table, reasons),
        table.select(["AttendeeID", "RegistrationStatus"]),
        {"source": facts.get("source"), "modules_used": modules, "texts_cut": cut},
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
    ids = pc.binary_join_element_wise(table["AttendeeID"], table["TagName"], ".")
    table = table.append_column("InterestID", ids)
    table = _replaced(table, "Points", _points(points))
    table = _replaced(table, "ItemsCounted", pa.array(items))
    reasons = _reasons(table, settings, "InterestID")
    kept = table.filter(pc.and_(pc.is_null(reasons), pc.greater(pa.array(items), 0)))
    names = (
        "InterestID",
        "AttendeeID",
        "EmailAddress",
        "EloquaContactID",
        "RegistrationCode",
        "TagName",
        "TagLabel",
        "Points",
        "ItemsCounted",
    )
    records, cut = _texts(kept, names)
    left = _left_out(table, reasons).group_by(["AttendeeID", "RegistrationCode", "reason"]).aggregate([])
    # A registration may be left out for some of its tags only; one row says so.
    first = left.group_by("AttendeeID").aggregate([("RegistrationCode", "min"), ("reason", "min")])
    return UploadRows(
        records,
        first.rename_columns(["AttendeeID", "RegistrationCode", "reason"]),
        table.select(["AttendeeID", "RegistrationStatus"]).slice(0, 0),
        {"source": rules.source, "count_statuses": rules.count_statuses, "texts_cut": cut},
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
        pc.cast(column, pa.string()) if pa.types.is_large_string(column.type) else column
        for column in table.columns
    ]
    return pa.Table.from_arrays([one.combine_chunks() for one in columns], names=table.column_names)


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
    too_long = pc.greater(pc.utf8_length(table[key].combine_chunks()), _SHORT)
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
            long = pc.greater(pc.utf8_length(column), _SHORT)
            cut += pc.sum(long).as_py() or 0
            short = pc.binary_join_element_wise(pc.utf8_slice_codeunits(column, 0, _SHORT - 1), "…", "")
            column = pc.if_else(long, short, column)
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
