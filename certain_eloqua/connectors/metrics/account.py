"""The roll-up over events: what a person did at all events of the account, for scoring across events.

A person is an e-mail address, in any case; registrations without one are not in it. Only registrations that
count by default are added up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.connectors.metrics.columns import COUNT, DATE, DECIMAL, TEXT, Column
from certain_eloqua.connectors.metrics.engagement import as_table
from certain_eloqua.connectors.metrics.numbers import HUNDRED, decimals, mean

ENGAGEMENT_ASSET, INTEREST_ASSET = "metrics/engagement", "metrics/interest"

ENGAGEMENT_COLUMNS = (
    "EmailAddress",
    "EloquaContactID",
    "EventCode",
    "EventStartDate",
    "LeftOut",
    "SessionsRegistered",
    "SessionsAttended",
    "SessionsRated",
    "SessionRatingSum",
    "AgendaItemRatingSum",
    "AppointmentsScheduled",
    "AppointmentsAttended",
    "AppointmentsRated",
    "AppointmentRatingSum",
)
INTEREST_COLUMNS = (
    "EmailAddress",
    "EloquaContactID",
    "LeftOut",
    "TagName",
    "TagLabel",
    "Points",
    "ItemsCounted",
)
COUNTS = (
    "SessionsRegistered",
    "SessionsAttended",
    "SessionsRated",
    "AppointmentsScheduled",
    "AppointmentsAttended",
    "AppointmentsRated",
)
"""The counts that are added up over events."""
LATEST = "Latest"
"""Begins the name of a column with the value of a person's latest event alone."""


def _sum_of(name: str, what: str) -> Column:
    return Column(
        name,
        COUNT,
        "count",
        f"{what} over the events that measure it; blank if none does.",
        ((ENGAGEMENT_ASSET, name),),
    )


def _latest(name: str, what: str) -> Column:
    return Column(
        f"{LATEST}{name}",
        COUNT,
        "count",
        f"{what} at the latest of the person's events; blank if it does not measure it.",
        ((ENGAGEMENT_ASSET, name), (ENGAGEMENT_ASSET, "EventStartDate")),
    )


def _average_of(name: str, total: str) -> Column:
    return Column(
        name,
        DECIMAL,
        "points of the rating scale, two decimals, half up",
        "Mean of all these ratings; blank if there are none.",
        ((ENGAGEMENT_ASSET, total),),
    )


_PERSON = Column(
    "EmailAddress", TEXT, "", "The person, in lower case.", ((ENGAGEMENT_ASSET, "EmailAddress"),)
)

ACCOUNT: tuple[Column, ...] = (
    _PERSON,
    Column(
        "EloquaContactID",
        TEXT,
        "",
        "Eloqua contact id, if any registration knows it.",
        ((ENGAGEMENT_ASSET, "EloquaContactID"),),
    ),
    Column(
        "Events",
        COUNT,
        "count",
        "Events with a registration that counts.",
        ((ENGAGEMENT_ASSET, "EventCode"),),
    ),
    Column(
        "FirstEventDate",
        DATE,
        "day",
        "First day of the first of them.",
        ((ENGAGEMENT_ASSET, "EventStartDate"),),
    ),
    Column(
        "LatestEventDate", DATE, "day", "First day of the latest.", ((ENGAGEMENT_ASSET, "EventStartDate"),)
    ),
    _sum_of("SessionsRegistered", "Sessions registered for"),
    _sum_of("SessionsAttended", "Sessions attended"),
    _sum_of("SessionsRated", "Sessions rated"),
    _average_of("AverageSessionRating", "SessionRatingSum"),
    _sum_of("AppointmentsScheduled", "Appointments"),
    _sum_of("AppointmentsAttended", "Appointments that took place"),
    _sum_of("AppointmentsRated", "Appointments rated"),
    _average_of("AverageAppointmentRating", "AppointmentRatingSum"),
    *(
        _latest(name, what)
        for name, what in {
            "SessionsRegistered": "Sessions registered for",
            "SessionsAttended": "Sessions attended",
            "SessionsRated": "Sessions rated",
            "AppointmentsScheduled": "Appointments",
            "AppointmentsAttended": "Appointments that took place",
            "AppointmentsRated": "Appointments rated",
        }.items()
    ),
)

ACCOUNT_INTEREST: tuple[Column, ...] = (
    Column("EmailAddress", TEXT, "", "The person, in lower case.", ((INTEREST_ASSET, "EmailAddress"),)),
    Column(
        "EloquaContactID",
        TEXT,
        "",
        "Eloqua contact id, if any registration knows it.",
        ((INTEREST_ASSET, "EloquaContactID"),),
    ),
    Column("TagName", TEXT, "", "The tag, by name.", ((INTEREST_ASSET, "TagName"),)),
    Column("TagLabel", TEXT, "", "Label of the tag.", ((INTEREST_ASSET, "TagLabel"),)),
    Column(
        "Points", DECIMAL, "points, two decimals", "Points over all events.", ((INTEREST_ASSET, "Points"),)
    ),
    Column("ItemsCounted", COUNT, "count", "Items over all events.", ((INTEREST_ASSET, "ItemsCounted"),)),
    Column(
        "Events", COUNT, "count", "Events that gave points or items.", ((INTEREST_ASSET, "EmailAddress"),)
    ),
    Column(
        "LatestPoints",
        DECIMAL,
        "points, two decimals",
        "Points at the latest of the person's events that gave any; 0 if it gave none for this tag.",
        ((INTEREST_ASSET, "Points"), ("certain/events", "starts")),
    ),
)

_SUMS = (
    "SessionsRegistered",
    "SessionsAttended",
    "SessionsRated",
    "RatingSum",
    "AppointmentsScheduled",
    "AppointmentsAttended",
    "AppointmentsRated",
    "AppointmentRatingSum",
)


@dataclass(frozen=True, slots=True)
class EventTable:
    """One event's metrics, with the facts they were kept with, the event's code and its first day."""

    table: pa.Table
    facts: Mapping[str, Any]
    code: str = ""
    starts: date | None = None


def account_engagement(events: Iterable[EventTable]) -> pa.Table:
    """One row per person: counts and averages over all events."""
    parts = []
    for event in events:
        table = _counted(event.table)
        prefix = "AgendaItem" if event.facts.get("source") == "agenda_items" else "Session"
        table = table.append_column("RatingSum", table[f"{prefix}RatingSum"])
        parts.append(
            table.select(["EmailAddress", "EloquaContactID", "EventCode", "EventStartDate", *_SUMS])
            .group_by(["EmailAddress", "EventCode"])
            .aggregate(
                [("EloquaContactID", "max"), ("EventStartDate", "max"), *((name, "sum") for name in _SUMS)]
            )
        )
    if not parts:
        return as_table({one.name: pa.nulls(0, one.type) for one in ACCOUNT}, ACCOUNT)
    together = pa.concat_tables(parts)
    latest = _latest_of_each(together, "EventStartDate_max").select(
        ["EmailAddress", *(f"{name}_sum" for name in COUNTS)]
    )
    whole = (
        together.group_by("EmailAddress")
        .aggregate(
            [
                ("EloquaContactID_max", "max"),
                ("EventCode", "count"),
                ("EventStartDate_max", "min"),
                ("EventStartDate_max", "max"),
                *((f"{name}_sum", "sum") for name in _SUMS),
            ]
        )
        .sort_by("EmailAddress")
    )
    columns: dict[str, pa.Array] = {
        "EmailAddress": whole["EmailAddress"],
        "EloquaContactID": whole["EloquaContactID_max_max"],
        "Events": whole["EventCode_count"],
        "FirstEventDate": whole["EventStartDate_max_min"],
        "LatestEventDate": whole["EventStartDate_max_max"],
        **{name: whole[f"{name}_sum_sum"] for name in _SUMS if not name.endswith("RatingSum")},
        "AverageSessionRating": _mean(whole, "RatingSum", "SessionsRated"),
        "AverageAppointmentRating": _mean(whole, "AppointmentRatingSum", "AppointmentsRated"),
    }
    place = pc.index_in(whole["EmailAddress"], value_set=_whole(latest["EmailAddress"]))
    for name in COUNTS:
        columns[f"{LATEST}{name}"] = latest[f"{name}_sum"].take(place)
    return as_table({name: _whole(column) for name, column in columns.items()}, ACCOUNT)


def account_interest(events: Iterable[EventTable]) -> pa.Table:
    """One row per person and tag: points over all events."""
    parts = []
    for event in events:
        table = _counted(event.table)
        table = table.filter(pc.greater(table["ItemsCounted"], 0))
        points = pc.round(pc.multiply(table["Points"], float(HUNDRED))).cast(COUNT)
        table = table.set_column(table.schema.get_field_index("Points"), "Points", points)
        table = table.append_column("EventCode", pa.repeat(event.code, table.num_rows))
        table = table.append_column(
            "EventStartDate", pa.repeat(pa.scalar(event.starts, pa.date32()), table.num_rows)
        )
        parts.append(
            table.group_by(["EmailAddress", "TagName", "EventCode"]).aggregate(
                [
                    ("EloquaContactID", "max"),
                    ("EventStartDate", "max"),
                    ("TagLabel", "min"),
                    ("Points", "sum"),
                    ("ItemsCounted", "sum"),
                ]
            )
        )
    if not parts:
        return as_table({one.name: pa.nulls(0, one.type) for one in ACCOUNT_INTEREST}, ACCOUNT_INTEREST)
    together = _with_latest_points(pa.concat_tables(parts))
    whole = (
        together.group_by(["EmailAddress", "TagName"])
        .aggregate(
            [
                ("EloquaContactID_max", "max"),
                ("TagLabel_min", "min"),
                ("Points_sum", "sum"),
                ("ItemsCounted_sum", "sum"),
                ("latest", "sum"),
                ([], "count_all"),
            ]
        )
        .sort_by([("EmailAddress", "ascending"), ("TagName", "ascending")])
    )
    columns = {
        "EmailAddress": whole["EmailAddress"],
        "EloquaContactID": whole["EloquaContactID_max_max"],
        "TagName": whole["TagName"],
        "TagLabel": whole["TagLabel_min_min"],
        "Points": decimals(_whole(whole["Points_sum_sum"]).to_numpy()),
        "ItemsCounted": whole["ItemsCounted_sum_sum"],
        "Events": whole["count_all"],
        "LatestPoints": decimals(_whole(whole["latest_sum"]).to_numpy()),
    }
    return as_table({name: _whole(column) for name, column in columns.items()}, ACCOUNT_INTEREST)


def _latest_of_each(table: pa.Table, date: str) -> pa.Table:
    """The row of each person's latest event; of two on one day that with the greater code."""
    ordered = table.sort_by([(date, "ascending"), ("EventCode", "ascending")])
    # Dates that are missing come last in Arrow: an event without one is never the latest if another has one.
    dated = pc.is_valid(ordered[date])
    ordered = pa.concat_tables([ordered.filter(pc.invert(dated)), ordered.filter(dated)])
    backwards = pa.array(range(ordered.num_rows - 1, -1, -1), pa.int64())
    ordered = ordered.take(backwards)
    names = _whole(ordered["EmailAddress"])
    first = pc.index_in(pc.unique(names), value_set=names)
    return ordered.take(first)


def _with_latest_points(table: pa.Table) -> pa.Table:
    """A column with the points of rows of the person's latest event, 0 in all others."""
    latest = _latest_of_each(table, "EventStartDate_max")
    place = pc.index_in(table["EmailAddress"], value_set=_whole(latest["EmailAddress"]))
    is_latest = pc.equal(table["EventCode"], latest["EventCode"].take(place))
    return table.append_column("latest", pc.if_else(is_latest, table["Points_sum"], 0))


def _counted(table: pa.Table) -> pa.Table:
    """The rows that count by default and have an address, addresses in lower case."""
    table = table.filter(pc.and_(pc.is_null(table["LeftOut"]), pc.is_valid(table["EmailAddress"])))
    place = table.schema.get_field_index("EmailAddress")
    return table.set_column(place, "EmailAddress", pc.utf8_lower(table["EmailAddress"]))


def _mean(table: pa.Table, total: str, number: str) -> pa.Array:
    sums, numbers = (_whole(pc.fill_null(table[f"{name}_sum_sum"], 0)).to_numpy() for name in (total, number))
    return mean(sums, numbers)


def _whole(column: Any) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
