"""Who takes part in what: distinct pairs of registration and item, for sessions and for agenda items."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.connectors.metrics.numbers import Bools, Ints, hundredths
from certain_eloqua.connectors.metrics.reads import ProgrammeReads, column, words

Source = Literal["sessions", "agenda_items"]
SourceSetting = Literal["auto", "sessions", "agenda_items"]

REGISTERED, ATTENDED = "registered", "attended"
NOT_COUNTED = ("waitlisted", "cancelled", "canceled")
PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class Participation:
    """The registrations for the items of one source that count: registered or attended.

    Attributes:
        source: what the items are.
        used: whether the event uses them: published sessions, or scheduled agenda items.
        items: the ids of the items.
        registration, item: positions of the two sides of each pair, every pair once.
        attended: whether the pair has the status Attended.
        facts: what was left out, for the analyst.
    """

    source: Source
    used: bool
    items: pa.Array
    registration: Ints
    item: Ints
    attended: Bools
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ItemTags:
    """Points and tags of the items of one source, by the item's position.

    Attributes:
        points: hundredths; 0 where the item has none.
        pointed: whether the item has points.
        names: every tag, sorted.
        labels: their labels.
        starts: where each item's tags begin in `tags`; one more than there are items.
        tags: positions in `names`.
    """

    points: Ints
    pointed: Bools
    names: list[str]
    labels: list[str]
    starts: Ints
    tags: Ints


def session_participation(reads: ProgrammeReads, codes: pa.Array) -> Participation:
    """Pairs of registration and session instance. `codes` are the registrations by position."""
    sessions = reads.sessions
    active = pc.fill_null(column(sessions, "isActive"), True)
    published = pc.and_(active, pc.equal(words(sessions, "status"), PUBLISHED))
    inactive = column(sessions, "instanceId").filter(pc.invert(active))
    rows = reads.session_registrations
    return _participation(
        "sessions",
        used=bool(pc.any(published).as_py()) or rows.num_rows > 0,
        known=column(sessions, "instanceId"),
        outside=inactive,
        sides=(column(rows, "registrationCode"), column(rows, "instanceId")),
        statuses=words(rows, "regSessionStatus"),
        codes=codes,
    )


def agenda_participation(reads: ProgrammeReads, codes: pa.Array) -> Participation:
    """Pairs of registration and scheduled agenda item: active, with a start date."""
    items = reads.agenda_items
    start = pc.fill_null(column(items, "startDate"), "")
    scheduled = pc.and_(pc.fill_null(column(items, "isActive"), True), pc.not_equal(start, ""))
    rows = reads.agenda_registrations
    return _participation(
        "agenda_items",
        used=bool(pc.any(scheduled).as_py()),
        known=column(items, "activityCode"),
        outside=column(items, "activityCode").filter(pc.invert(scheduled)),
        sides=(column(rows, "registrationCode"), column(rows, "activityCode")),
        statuses=words(rows, "status"),
        codes=codes,
    )


def chosen_source(
    setting: SourceSetting, sessions: Participation, agenda: Participation
) -> Participation | None:
    """The participation that engagement counts; None if the event uses neither and none was set."""
    if setting == "sessions":
        return sessions
    if setting == "agenda_items":
        return agenda
    return sessions if sessions.used else agenda if agenda.used else None


def item_tags(table: pa.Table, key: str, items: pa.Array) -> ItemTags:
    """Points and tags of these items; one that the table does not list has none."""
    position = pc.index_in(items, value_set=column(table, key))
    points, pointed = hundredths(column(table, "points").take(position))
    lists = [orjson.loads(text) if text else [] for text in column(table, "tags").take(position).to_pylist()]
    labels: dict[str, str] = {}
    for tags in lists:
        for tag in tags:
            labels[tag["name"]] = min(labels.get(tag["name"], tag["label"]), tag["label"])
    names = sorted(labels)
    place = {name: number for number, name in enumerate(names)}
    distinct = [sorted({place[tag["name"]] for tag in tags}) for tags in lists]
    starts = np.cumsum([0, *(len(tags) for tags in distinct)], dtype=np.int64)
    flat = np.fromiter((tag for tags in distinct for tag in tags), np.int64)
    return ItemTags(points, pointed, names, [labels[name] for name in names], starts, flat)


def _participation(
    source: Source,
    *,
    used: bool,
    known: pa.Array,
    outside: pa.Array,
    sides: tuple[pa.Array, pa.Array],
    statuses: pa.Array,
    codes: pa.Array,
) -> Participation:
    items = pc.unique(pa.concat_arrays([known, sides[1]])).drop_null()
    registration = _positions(sides[0], codes)
    item = _positions(sides[1], items)
    is_attended = _flags(pc.equal(statuses, ATTENDED))
    counts = is_attended | _flags(pc.equal(statuses, REGISTERED))
    strange = pc.invert(pc.is_in(statuses, value_set=pa.array([REGISTERED, ATTENDED, *NOT_COUNTED])))
    inside = ~_flags(pc.is_in(sides[1], value_set=outside)) & (item >= 0)
    ours = registration >= 0
    kept = counts & inside & ours
    # A pair that comes twice counts once, with the better of its statuses.
    pairs = registration[kept] * max(len(items), 1) + item[kept]
    distinct, first = np.unique(pairs, return_inverse=True)
    attended = np.zeros(len(distinct), np.bool_)
    np.logical_or.at(attended, first[is_attended[kept]], True)
    facts: dict[str, object] = {
        f"{source}_registrations_read": len(statuses),
        f"{source}_registrations_counted": len(distinct),
        f"{source}_registrations_of_unknown_people": int((counts & inside & ~ours).sum()),
        f"{source}_registrations_of_inactive_or_unscheduled": int((counts & ~inside).sum()),
    }
    words_seen = pc.value_counts(statuses.filter(strange)).to_pylist()
    if words_seen:
        facts[f"{source}_statuses_not_known"] = {one["values"]: one["counts"] for one in words_seen}
    size = max(len(items), 1)
    return Participation(source, used, items, distinct // size, distinct % size, attended, facts)


def _positions(values: pa.Array, of: pa.Array) -> Ints:
    """Where each value is in `of`, -1 if it is not."""
    found: Ints = pc.fill_null(pc.index_in(values, value_set=of), -1).to_numpy().astype(np.int64)
    return found


def _flags(mask: pa.Array) -> Bools:
    flags: Bools = pc.fill_null(mask, False).to_numpy(zero_copy_only=False)
    return flags
