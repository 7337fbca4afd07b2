"""Interest: per registration and tag, the points of the items it is registered for. See docs/metrics.md.

An item with several tags gives all its points to each of them. The parts of the sums (by source and status)
are kept too, so that a connector with other rules adds them up without computing anything again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from certain_eloqua.connectors.metrics.columns import INTEREST, PARTS
from certain_eloqua.connectors.metrics.engagement import Metrics, as_table
from certain_eloqua.connectors.metrics.numbers import HUNDRED, Bools, Ints, decimals
from certain_eloqua.connectors.metrics.participation import (
    ItemTags,
    Participation,
    agenda_participation,
    item_tags,
    session_participation,
)
from certain_eloqua.connectors.metrics.people import EventFacts, people
from certain_eloqua.connectors.metrics.reads import ProgrammeReads

InterestSource = Literal["auto", "sessions", "agenda_items", "both"]
CountStatuses = Literal["registered_and_attended", "attended"]

_PREFIX = {"sessions": "Session", "agenda_items": "AgendaItem"}


@dataclass(frozen=True, slots=True)
class InterestRules:
    """How interest is counted.

    Attributes:
        source: whose items count; `auto`: sessions if the event has published ones, else agenda items.
        count_statuses: which status an item must have to count.
        default_points: of items that have none.
    """

    source: InterestSource = "auto"
    count_statuses: CountStatuses = "registered_and_attended"
    default_points: float = 0


def interest(reads: ProgrammeReads, event: EventFacts, now: datetime) -> Metrics:
    """Interest of every registration of an event, by tag, counted by the default rules, with all parts."""
    who = people(reads, event)
    codes = who["RegistrationCode"]
    sources = [session_participation(reads, codes), agenda_participation(reads, codes)]
    tags = [
        item_tags(reads.sessions, "instanceId", sources[0].items),
        item_tags(reads.agenda_items, "activityCode", sources[1].items),
    ]
    labels = {
        name: label for one in reversed(tags) for name, label in zip(one.names, one.labels, strict=True)
    }
    names = sorted(labels)
    keys, parts = _parts(sources, tags, names)
    registration = pa.array(keys // max(len(names), 1))
    tag = pa.array(keys % max(len(names), 1))
    columns: dict[str, pa.Array] = {
        name: values.take(registration) for name, values in who.items() if name != "AttendeeType"
    }
    columns["TagName"] = pa.array(names, pa.string()).take(tag)
    columns["TagLabel"] = pa.array([labels[name] for name in names], pa.string()).take(tag)
    auto = auto_source(sources[0].used, sources[1].used)
    points, items = total(parts, InterestRules(source=auto or "sessions"))
    columns["Points"], columns["ItemsCounted"] = decimals(points), pa.array(items)
    columns |= {name: pa.array(values) for name, values in parts.items()}
    stamp = pa.scalar(now.replace(microsecond=0), pa.timestamp("s", tz="UTC"))
    columns["LastCalculated"] = pa.repeat(stamp, len(keys))
    facts: dict[str, Any] = {
        "source": auto or "none: the event has neither sessions nor scheduled items",
        "modules_used": {one.source: one.used for one in sources},
        "tags": len(names),
        "items_without_points": {
            one.source: int((~these.pointed).sum()) for one, these in zip(sources, tags, strict=True)
        },
        "items_without_tags": {
            one.source: int((np.diff(these.starts) == 0).sum())
            for one, these in zip(sources, tags, strict=True)
        },
        "points_by_rule_of_several_tags": {
            one.source: _expected(one, these) / HUNDRED for one, these in zip(sources, tags, strict=True)
        },
    }
    return Metrics(as_table(columns, INTEREST), facts)


def auto_source(sessions_used: bool, agenda_used: bool) -> Literal["sessions", "agenda_items"] | None:
    """What counts for an event if nothing was set."""
    return "sessions" if sessions_used else "agenda_items" if agenda_used else None


def total(parts: dict[str, Ints], rules: InterestRules) -> tuple[Ints, Ints]:
    """Points in hundredths, and items counted, by other rules; `auto` must be decided before."""
    sources = ("sessions", "agenda_items") if rules.source == "both" else (rules.source,)
    statuses = (
        ("Registered", "Attended") if rules.count_statuses == "registered_and_attended" else ("Attended",)
    )
    names = [f"{_PREFIX[source]}{status}" for source in sources for status in statuses]
    default = round(rules.default_points * HUNDRED)
    size = len(next(iter(parts.values())))
    points, items = np.zeros(size, np.int64), np.zeros(size, np.int64)
    for name in names:
        points += parts[f"{name}Points"] + default * parts[f"{name}Unpointed"]
        items += parts[f"{name}Items"]
    return points, items


def _parts(
    sources: list[Participation], tags: list[ItemTags], names: list[str]
) -> tuple[Ints, dict[str, Ints]]:
    """Pairs of registration and tag as one number each, and every part of their sums."""
    credited = [_credits(one, these, names) for one, these in zip(sources, tags, strict=True)]
    keys = np.unique(np.concatenate([one.key for one in credited]))
    parts = {name: np.zeros(len(keys), np.int64) for name in PARTS}
    for source, one in zip(sources, credited, strict=True):
        place = np.searchsorted(keys, one.key)
        for status, chosen in (("Registered", ~one.attended), ("Attended", one.attended)):
            name = f"{_PREFIX[source.source]}{status}"
            at = place[chosen]
            parts[f"{name}Items"] = np.bincount(at, minlength=len(keys)).astype(np.int64)
            parts[f"{name}Unpointed"] = np.bincount(at[~one.pointed[chosen]], minlength=len(keys)).astype(
                np.int64
            )
            # Whole numbers below 2**53 are exact in the floats that bincount adds.
            sums = np.bincount(at, weights=one.points[chosen], minlength=len(keys))
            parts[f"{name}Points"] = np.rint(sums).astype(np.int64)
    return keys, parts


@dataclass(frozen=True, slots=True)
class _Credits:
    """One line for every tag of every item a registration has."""

    key: Ints
    points: Ints
    pointed: Bools
    attended: Bools


def _credits(source: Participation, tags: ItemTags, names: list[str]) -> _Credits:
    number = tags.starts[source.item + 1] - tags.starts[source.item]
    pair = np.repeat(np.arange(len(source.item)), number)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(number) - number, number)
    item = source.item[pair]
    to_all = np.array(_positions(tags.names, names), np.int64)
    tag = to_all[tags.tags[tags.starts[item] + within]] if len(pair) else np.zeros(0, np.int64)
    key = source.registration[pair] * max(len(names), 1) + tag
    return _Credits(key, tags.points[item], tags.pointed[item], source.attended[pair])


def _positions(some: Iterable[str], all_names: list[str]) -> list[int]:
    place = {name: number for number, name in enumerate(all_names)}
    return [place[name] for name in some]


def _expected(source: Participation, tags: ItemTags) -> int:
    """What all points must add up to: the points of every pair, once for each tag of its item."""
    return int((tags.points[source.item] * np.diff(tags.starts)[source.item]).sum())
