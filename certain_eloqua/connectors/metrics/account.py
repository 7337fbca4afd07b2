"""The roll-up over events: what a person did at all events of the account, for scoring across events.

A person is an e-mail address, in any case; registrations without one are not in it. Only registrations that
count by default are added up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
INTEREST_COLUMNS = ("EmailAddress", "LeftOut", "TagName", "TagLabel", "Points", "ItemsCounted")


def _sum_of(name: str, what: str) -> Column:
    return Column(
        name,
        COUNT,
        "count",
        f"{what} over the events that measure it; blank if none does.",
        ((ENGAGEMENT_ASSET, name),),
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
)

ACCOUNT_INTEREST: tuple[Column, ...] = (
    Column("EmailAddress", TEXT, "", "The person, in lower case.", ((INTEREST_ASSET, "EmailAddress"),)),
    Column("TagName", TEXT, "", "The tag, by name.", ((INTEREST_ASSET, "TagName"),)),
    Column("TagLabel", TEXT, "", "Label of the tag.", ((INTEREST_ASSET, "TagLabel"),)),
    Column(
        "Points", DECIMAL, "points, two decimals", "Points over all events.", ((INTEREST_ASSET, "Points"),)
    ),
    Column("ItemsCounted", COUNT, "count", "Items over all events.", ((INTEREST_ASSET, "ItemsCounted"),)),
    Column(
        "Events", COUNT, "count", "Events that gave points or items.", ((INTEREST_ASSET, "EmailAddress"),)
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
    """One event's metrics, with the facts they were kept with."""

    table: pa.Table
    facts: Mapping[str, Any]


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
    whole = (
        pa.concat_tables(parts)
        .group_by("EmailAddress")
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
    return as_table({name: _whole(column) for name, column in columns.items()}, ACCOUNT)


def account_interest(events: Iterable[EventTable]) -> pa.Table:
    """One row per person and tag: points over all events."""
    parts = []
    for event in events:
        table = _counted(event.table)
        table = table.filter(pc.greater(table["ItemsCounted"], 0))
        points = pc.round(pc.multiply(table["Points"], float(HUNDRED))).cast(COUNT)
        table = table.set_column(table.schema.get_field_index("Points"), "Points", points)
        parts.append(
            table.group_by(["EmailAddress", "TagName"]).aggregate(
                [("TagLabel", "min"), ("Points", "sum"), ("ItemsCounted", "sum")]
            )
        )
    if not parts:
        return as_table({one.name: pa.nulls(0, one.type) for one in ACCOUNT_INTEREST}, ACCOUNT_INTEREST)
    whole = (
        pa.concat_tables(parts)
        .group_by(["EmailAddress", "TagName"])
        .aggregate(
            [("TagLabel_min", "min"), ("Points_sum", "sum"), ("ItemsCounted_sum", "sum"), ([], "count_all")]
        )
        .sort_by([("EmailAddress", "ascending"), ("TagName", "ascending")])
    )
    columns = {
        "EmailAddress": whole["EmailAddress"],
        "TagName": whole["TagName"],
        "TagLabel": whole["TagLabel_min_min"],
        "Points": decimals(_whole(whole["Points_sum_sum"]).to_numpy()),
        "ItemsCounted": whole["ItemsCounted_sum_sum"],
        "Events": whole["count_all"],
    }
    return as_table({name: _whole(column) for name, column in columns.items()}, ACCOUNT_INTEREST)


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
