"""Engagement: per registration, the sessions and appointments it had, and the ratings it gave.

Blank means not measured, 0 means measured and none. Definition: docs/metrics.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.connectors.metrics.columns import COUNT, ENGAGEMENT, Column, schema
from certain_eloqua.connectors.metrics.numbers import HUNDRED, Bools, Ints, counts, hundredths, mean
from certain_eloqua.connectors.metrics.participation import (
    Participation,
    SourceSetting,
    agenda_participation,
    chosen_source,
    session_participation,
)
from certain_eloqua.connectors.metrics.people import EventFacts, people
from certain_eloqua.connectors.metrics.reads import ProgrammeReads, column, words

Switch = Literal["auto", "on", "off"]

CANCELLED = ("cancelled", "canceled", "declined", "rejected")
TOOK_PLACE = ("attended", "completed", "complete", "held")
NOT_KEPT = ("no-show", "no show", "noshow", "missed")


@dataclass(frozen=True, slots=True)
class EngagementRules:
    """How engagement is counted.

    Attributes:
        source: what SessionsRegistered counts; `auto`: sessions if the event has published ones.
        appointments: whether the event uses appointments; `auto`: if it has any.
        ratings: whether the event uses ratings of sessions; `auto`: if there are any.
        lowest, highest: the scale of ratings; ratings outside are ignored.
    """

    source: SourceSetting = "auto"
    appointments: Switch = "auto"
    ratings: Switch = "auto"
    lowest: int = 1
    highest: int = 5


@dataclass(frozen=True, slots=True)
class Metrics:
    """A table of metrics, and facts about how it came about."""

    table: pa.Table
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Ratings:
    """Ratings by registration: how many, and their sum in hundredths."""

    count: Ints
    total: Ints
    outside: int
    unknown: int

    @property
    def any(self) -> bool:
        return bool(self.count.any())


def engagement(
    reads: ProgrammeReads, event: EventFacts, now: datetime, rules: EngagementRules | None = None
) -> Metrics:
    """The engagement of every registration of an event, also of those that do not count by default."""
    rules = rules or EngagementRules()
    who = people(reads, event)
    codes = who["RegistrationCode"]
    size = len(codes)
    sessions, agenda = session_participation(reads, codes), agenda_participation(reads, codes)
    chosen = chosen_source(rules.source, sessions, agenda)
    rated = {
        "sessions": _session_ratings(reads, codes, "instanceId", rules),
        "agenda_items": _session_ratings(reads, codes, "activityCode", rules),
    }
    meetings, meeting_facts = _appointments(reads, codes, rules)
    uses_ratings = _switched(rules.ratings, any(one.any for one in rated.values()))

    columns: dict[str, pa.Array] = dict(who)
    columns |= {name: pa.repeat(value, size) for name, value in _of_event(event, now).items()}
    mine = rated[chosen.source] if chosen else None
    none = pa.nulls(size, COUNT)
    columns["SessionsRegistered"] = counts(_per(chosen.registration, size), True) if chosen else none
    columns["SessionsAttended"] = (
        counts(_per(chosen.registration[chosen.attended], size), True) if chosen else none
    )
    measured = mine is not None and uses_ratings
    columns["SessionsRated"] = counts(mine.count, measured) if mine else none
    columns["AverageSessionRating"] = (
        mean(mine.total, mine.count) if mine and measured else pa.nulls(size, pa.float64())
    )
    columns |= meetings
    for prefix, source in (("Session", sessions), ("AgendaItem", agenda)):
        columns |= _parts(prefix, source, rated[source.source], uses_ratings, size)
    facts: dict[str, Any] = {
        "source": chosen.source if chosen else "none: the event has neither sessions nor scheduled items",
        "modules_used": _modules(sessions, agenda, uses_ratings, meeting_facts),
        "rating_scale": f"{rules.lowest} to {rules.highest}",
        "ratings_outside_the_scale": sum(one.outside for one in rated.values()),
        "ratings_of_unknown_people": sum(one.unknown for one in rated.values()),
        **sessions.facts,
        **agenda.facts,
        **meeting_facts,
    }
    return Metrics(as_table(columns, ENGAGEMENT), facts)


def _of_event(event: EventFacts, now: datetime) -> dict[str, pa.Scalar]:
    return {
        "AccountCode": pa.scalar(event.account, pa.string()),
        "EventCode": pa.scalar(event.code, pa.string()),
        "EventName": pa.scalar(event.name, pa.string()),
        "EventStartDate": pa.scalar(event.starts, pa.date32()),
        "LastCalculated": pa.scalar(now.replace(microsecond=0), pa.timestamp("s", tz="UTC")),
    }


def as_table(columns: dict[str, pa.Array], order: tuple[Column, ...]) -> pa.Table:
    """The columns in their documented order and types."""
    wanted = schema(order)
    return pa.Table.from_arrays([columns[one.name].cast(one.type) for one in wanted], schema=wanted)


def _parts(
    prefix: str, source: Participation, rated: _Ratings, uses_ratings: bool, size: int
) -> dict[str, pa.Array]:
    attended = source.registration[source.attended]
    return {
        f"{prefix}Registrations": counts(_per(source.registration, size), source.used),
        f"{prefix}Attendances": counts(_per(attended, size), source.used),
        f"{prefix}Ratings": counts(rated.count, source.used and uses_ratings),
        f"{prefix}RatingSum": counts(rated.total, source.used and uses_ratings),
    }


def _modules(
    sessions: Participation, agenda: Participation, ratings: bool, meetings: dict[str, Any]
) -> dict[str, bool]:
    return {
        "sessions": sessions.used,
        "agenda_items": agenda.used,
        "ratings": ratings,
        "appointments": bool(meetings["appointments_used"]),
        "appointment_attendance": bool(meetings["appointments_say_who_came"]),
        "appointment_ratings": bool(meetings["appointment_ratings_used"]),
    }


def _switched(setting: Switch, detected: bool) -> bool:
    return detected if setting == "auto" else setting == "on"


def _per(registration: Ints, size: int) -> Ints:
    return np.bincount(registration, minlength=size).astype(np.int64)


def _session_ratings(reads: ProgrammeReads, codes: pa.Array, item: str, rules: EngagementRules) -> _Ratings:
    """The latest rating each registration gave to each item, within the scale."""
    rows = reads.ratings
    ids = pc.fill_null(column(rows, item), "")
    rows = rows.filter(pc.not_equal(ids, ""))
    ids = column(rows, item)
    registration = pc.fill_null(pc.index_in(column(rows, "registrationCode"), value_set=codes), -1).to_numpy()
    value, inside = _within_scale(column(rows, "rating"), rules)
    known = registration >= 0
    kept = inside & known
    items = ids.dictionary_encode()
    places = items.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    stamps = pc.rank(pc.fill_null(column(rows, "dateModified"), ""), tiebreaker="dense").to_numpy()
    order = np.lexsort((value[kept], stamps[kept], places[kept], registration[kept]))
    pairs = registration[kept][order].astype(np.int64) * max(len(items.dictionary), 1) + places[kept][order]
    last = np.ones(len(order), np.bool_)
    last[:-1] = pairs[1:] != pairs[:-1]
    registration, value = registration[kept][order][last], value[kept][order][last]
    return _Ratings(
        _per(registration, len(codes)),
        _sums(registration, value, len(codes)),
        int((~inside).sum()),
        int((inside & ~known).sum()),
    )


def _within_scale(texts: pa.Array, rules: EngagementRules) -> tuple[Ints, Bools]:
    value, known = hundredths(texts)
    return value, known & (value >= rules.lowest * HUNDRED) & (value <= rules.highest * HUNDRED)


def _sums(place: Ints, value: Ints, size: int) -> Ints:
    sums = np.zeros(size, np.int64)
    np.add.at(sums, place, value)
    return sums


def _appointments(
    reads: ProgrammeReads, codes: pa.Array, rules: EngagementRules
) -> tuple[dict[str, pa.Array], dict[str, Any]]:
    """Appointments of either side; an attendee's own ratings, by its side."""
    rows = reads.appointments
    size = len(codes)
    status = words(rows, "status")
    live = ~pc.is_in(status, value_set=pa.array(CANCELLED)).to_numpy(zero_copy_only=False)
    came = pc.is_in(status, value_set=pa.array(TOOK_PLACE)).to_numpy(zero_copy_only=False)
    missed = pc.is_in(status, value_set=pa.array(NOT_KEPT)).to_numpy(zero_copy_only=False)
    used = _switched(rules.appointments, rows.num_rows > 0)
    says = bool((came | missed).any())
    sides = [
        pc.fill_null(pc.index_in(column(rows, f"{side}.regCode"), value_set=codes), -1).to_numpy()
        for side in ("registration", "targetRegistration")
    ]
    other = sides[1].copy()
    other[other == sides[0]] = -1  # one registration on both sides has the appointment once
    scheduled = attended = rated = total = np.zeros(size, np.int64)
    outside = 0
    for place, counted, name in (
        (sides[0], sides[0], "rating.registration"),
        (sides[1], other, "rating.targetRegistration"),
    ):
        scheduled = scheduled + _per(counted[(counted >= 0) & live], size)
        attended = attended + _per(counted[(counted >= 0) & live & came], size)
        texts = column(rows, name)
        value, inside = _within_scale(texts, rules)
        given = texts.is_valid().to_numpy(zero_copy_only=False)
        kept = inside & (place >= 0)
        outside += int((given & ~inside).sum())
        rated = rated + _per(place[kept], size)
        total = total + _sums(place[kept], value[kept], size)
    rates = used and bool(rated.any())
    columns = {
        "AppointmentsScheduled": counts(scheduled, used),
        "AppointmentsAttended": counts(attended, used and says),
        "AppointmentsRated": counts(rated, rates),
        "AverageAppointmentRating": mean(total, rated) if rates else pa.nulls(size, pa.float64()),
        "AppointmentRatingSum": counts(total, rates),
    }
    facts = {
        "appointments_read": rows.num_rows,
        "appointments_used": used,
        "appointments_say_who_came": used and says,
        "appointment_ratings_used": rates,
        "appointment_ratings_outside_the_scale": outside,
        "appointment_sides_of_unknown_people": int(sum((side < 0).sum() for side in sides)),
    }
    return columns, facts
