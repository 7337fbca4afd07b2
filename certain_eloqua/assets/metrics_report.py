"""What an analyst sees of an event's metrics: numbers over time, two charts, the most engaged attendees."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

import dagster as dg

from certain_eloqua.domain.email import mask_email

if TYPE_CHECKING:
    import pyarrow as pa
    from matplotlib.figure import Figure

    from certain_eloqua.connectors.metrics.engagement import Metrics

MOST_TAGS = 15
"""Bars in the chart, and numbers by tag in the metadata."""
TOP = 10
_INK, _BAR, _SECOND = "#1f2933", "#2a6fdb", "#f2a93b"


def engagement_metadata(made: Metrics) -> dict[str, Any]:
    """Sums over the registrations that count, the distribution as a chart, the most engaged attendees."""
    import pyarrow.compute as pc

    counted = _counted(made.table)
    sums: dict[str, Any] = {"registrations_that_count": counted.num_rows}
    for name in ("SessionsRegistered", "SessionsAttended", "SessionsRated"):
        sums |= _number(name, pc.sum(counted[name]).as_py())
    for name in ("AppointmentsScheduled", "AppointmentsAttended"):
        sums |= _number(name, pc.sum(counted[name]).as_py())
    for name in ("AverageSessionRating", "AverageAppointmentRating"):
        sums |= _number(f"mean_of_{name}", pc.mean(counted[name]).as_py())
    registered, attended = sums.get("SessionsRegistered"), sums.get("SessionsAttended")
    if registered and attended is not None:
        sums["attendance_percent"] = round(100 * attended / registered, 2)
    left_out = pc.value_counts(made.table["LeftOut"].drop_null()).to_pylist()
    sums |= {f"left_out_{one['values']}": one["counts"] for one in left_out}
    order = [
        ("SessionsAttended", "descending"),
        ("SessionsRegistered", "descending"),
        ("RegistrationCode", "ascending"),
    ]
    columns = {
        "RegistrationCode": "registration",
        "SessionsRegistered": "registered",
        "SessionsAttended": "attended",
        "AverageSessionRating": "mean rating",
    }
    return {
        **sums,
        "engagement_distribution": _image(_distribution(counted), "How many sessions attendees have"),
        "most_engaged": _people(counted.sort_by(order).slice(0, TOP), columns),
    }


def interest_metadata(made: Metrics) -> dict[str, Any]:
    """Points by tag over the registrations that count, as numbers and as a chart, and the top attendees."""
    import pyarrow.compute as pc

    some = made.table.select(["RegistrationCode", "TagName", "TagLabel", "Points", "ItemsCounted", "LeftOut"])
    counted = some.filter(pc.and_(pc.is_null(some["LeftOut"]), pc.greater(some["ItemsCounted"], 0)))
    by_tag = (
        counted.group_by(["TagName"])
        .aggregate([("Points", "sum"), ("TagLabel", "min"), ("RegistrationCode", "count")])
        .sort_by([("Points_sum", "descending"), ("TagName", "ascending")])
        .slice(0, MOST_TAGS)
        .to_pylist()
    )
    by_person = (
        counted.group_by("RegistrationCode")
        .aggregate([("Points", "sum"), ("TagName", "count")])
        .rename_columns(["RegistrationCode", "Points", "Tags"])
        .sort_by([("Points", "descending"), ("RegistrationCode", "ascending")])
    )
    top = by_person.slice(0, TOP)
    first = pc.index_in(top["RegistrationCode"], value_set=made.table["RegistrationCode"].combine_chunks())
    top = top.append_column("EmailAddress", made.table["EmailAddress"].take(first))
    return {
        "points": float(pc.sum(counted["Points"]).as_py() or 0),
        "people_with_points": by_person.num_rows,
        **{f"points_of_{one['TagName']}": float(one["Points_sum"]) for one in by_tag},
        "interest_by_tag": _image(_bars(by_tag), "Points by tag"),
        "most_interested": _people(
            top, {"RegistrationCode": "registration", "Points": "points", "Tags": "tags"}
        ),
    }


def _counted(table: pa.Table) -> pa.Table:
    import pyarrow.compute as pc

    return table.filter(pc.is_null(table["LeftOut"]))


def _number(name: str, value: float | None) -> dict[str, Any]:
    """A number for the plots over time; none at all where nothing was measured."""
    return {} if value is None else {name: round(value, 2)}


def _people(rows: pa.Table, columns: dict[str, str]) -> dg.TableMetadataValue:
    """Some rows with the address masked, under short names: the UI has no room for long ones."""
    records = [
        dg.TableRecord(
            {
                "attendee": mask_email(row["EmailAddress"]),
                **{title: "" if row[name] is None else row[name] for name, title in columns.items()},
            }
        )
        for row in rows.to_pylist()
    ]
    fields = ["attendee", *columns.values()]
    return dg.MetadataValue.table(
        records, schema=dg.TableSchema([dg.TableColumn(name, "string") for name in fields])
    )


def _figure(height: float) -> Figure:
    # Without pyplot there is no state and no display: the figure belongs to us and goes away with us.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, height), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _bars(by_tag: list[dict[str, Any]]) -> Figure:
    """Horizontal bars, the most points on top."""
    from matplotlib.ticker import StrMethodFormatter

    figure = _figure(1.2 + 0.34 * max(len(by_tag), 2))
    axes = figure.add_subplot()
    labels = [str(one["TagLabel_min"]) for one in by_tag]
    points = [float(one["Points_sum"]) for one in by_tag]
    places = list(range(len(by_tag)))
    bars = axes.barh(places, points, color=_BAR, height=0.62)
    people = [
        f"{value:,.0f}  ({one['RegistrationCode_count']:,} people)"
        for value, one in zip(points, by_tag, strict=True)
    ]
    axes.bar_label(bars, people, padding=4, fontsize=8, color=_INK)
    axes.set_yticks(places, labels)
    axes.invert_yaxis()
    axes.set_xlim(0, max([*points, 1.0]) * 1.28)
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.set_xlabel("points of all registrations that count")
    axes.set_title("Interest by tag", loc="left", color=_INK)
    if not by_tag:
        _nothing(axes, "No item with a tag is registered for")
    return _plain(figure)


def _distribution(counted: pa.Table) -> Figure:
    """How many attendees have how many sessions: registered and attended side by side."""
    import numpy as np
    from matplotlib.ticker import MaxNLocator

    figure = _figure(3.2)
    axes = figure.add_subplot()
    series = [
        ("registered", _BAR, counted["SessionsRegistered"].drop_null().to_numpy()),
        ("attended", _SECOND, counted["SessionsAttended"].drop_null().to_numpy()),
    ]
    most = max((int(values.max()) for _, _, values in series if len(values)), default=-1)
    if most < 0:
        _nothing(axes, "Not measured: the event has neither sessions nor agenda items")
    for number, (label, color, values) in enumerate(series):
        if len(values):
            heights = np.bincount(values, minlength=most + 1)
            axes.bar(np.arange(most + 1) + (number - 0.5) * 0.4, heights, 0.4, color=color, label=label)
    if most >= 0:
        axes.legend(frameon=False)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("sessions")
    axes.set_ylabel("registrations")
    axes.set_title("Engagement: how many sessions attendees have", loc="left", color=_INK)
    return _plain(figure)


def _nothing(axes: Any, words: str) -> None:
    axes.text(0.5, 0.5, words, ha="center", va="center", transform=axes.transAxes, color=_INK)
    axes.set_xticks([])
    axes.set_yticks([])


def _plain(figure: Figure) -> Figure:
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=9)
    return figure


def _image(figure: Figure, title: str) -> dg.MarkdownMetadataValue:
    """The figure as a picture inside Markdown, which the UI shows."""
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    text = base64.b64encode(picture.getvalue()).decode()
    return dg.MetadataValue.md(f"![{title}](data:image/png;base64,{text})")
