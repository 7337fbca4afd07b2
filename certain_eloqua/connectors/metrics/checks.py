"""What must be true of metrics, checked against the reads in another way than they were computed."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.connectors.contract.plan_checks import Finding
from certain_eloqua.connectors.metrics.engagement import Metrics
from certain_eloqua.connectors.metrics.participation import ATTENDED, REGISTERED
from certain_eloqua.connectors.metrics.reads import ProgrammeReads

_NUMBERS = (pa.int64(), pa.float64())


def totals_reconcile(metrics: Metrics, reads: ProgrammeReads) -> Finding:
    """Registrations and attendances add up to the pairs in the reads."""
    facts: dict[str, int] = {}
    passed = True
    for prefix, rows, key, status, used in _sources(metrics, reads):
        if not used:
            continue
        for name, words in (("Registrations", (REGISTERED, ATTENDED)), ("Attendances", (ATTENDED,))):
            mine = pc.sum(metrics.table[f"{prefix}{name}"]).as_py() or 0
            theirs = _pairs(rows, reads.registrations, key, status, words)
            facts[f"{prefix}{name}_in_metrics"], facts[f"{prefix}{name}_in_reads"] = mine, theirs
            passed = passed and mine == theirs
    return Finding(passed, facts, None if passed else "Metrics and reads add up to different totals.")


def nothing_is_negative(metrics: Metrics, reads: ProgrammeReads) -> Finding:
    """No count, sum or average is below zero."""
    del reads
    found = {}
    for field in metrics.table.schema:
        if field.type in _NUMBERS:
            lowest = pc.min(metrics.table[field.name]).as_py()
            if lowest is not None and lowest < 0:
                found[field.name] = lowest
    return Finding(not found, {"below_zero": len(found), **found})


def averages_are_within_the_scale(metrics: Metrics, reads: ProgrammeReads) -> Finding:
    """No average is outside the scale of ratings. Others were ignored; the result has their number."""
    del reads
    low, high = (float(end) for end in str(metrics.facts["rating_scale"]).split(" to "))
    outside = 0
    for name in ("AverageSessionRating", "AverageAppointmentRating"):
        column = metrics.table[name]
        wrong = pc.or_(pc.less(column, low), pc.greater(column, high))
        outside += pc.sum(wrong.cast(pa.int64())).as_py() or 0
    ignored = {
        name: metrics.facts[name]
        for name in ("ratings_outside_the_scale", "appointment_ratings_outside_the_scale")
    }
    return Finding(outside == 0, {"averages_outside": outside, **ignored})


def tags_add_up(metrics: Metrics, reads: ProgrammeReads) -> Finding:
    """The points over all tags are the points of every item that counts, once for each of its tags."""
    facts = {}
    passed = True
    for source, prefix in (("sessions", "Session"), ("agenda_items", "AgendaItem")):
        columns = [metrics.table[f"{prefix}{status}Points"] for status in ("Registered", "Attended")]
        mine = sum(pc.sum(column).as_py() or 0 for column in columns) / 100
        rule = metrics.facts["points_by_rule_of_several_tags"][source]
        facts[f"{source}_over_tags"], facts[f"{source}_by_rule"] = mine, rule
        passed = passed and mine == rule
    by_default = pc.sum(metrics.table["Points"]).as_py() or 0
    chosen = metrics.facts["source"]
    facts["counted_by_default"] = by_default
    passed = passed and by_default == facts.get(f"{chosen}_over_tags", 0)
    return Finding(passed, facts)


def _sources(
    metrics: Metrics, reads: ProgrammeReads
) -> list[tuple[str, pa.Table, tuple[pa.Table, str, pa.Array], str, bool]]:
    modules = metrics.facts["modules_used"]
    sessions, items = reads.sessions, reads.agenda_items
    no_session = sessions["instanceId"].filter(pc.invert(pc.fill_null(sessions["isActive"], True)))
    start = pc.fill_null(items["startDate"], "")
    scheduled = pc.and_(pc.fill_null(items["isActive"], True), pc.not_equal(start, ""))
    no_item = items["activityCode"].filter(pc.invert(scheduled))
    return [
        (
            "Session",
            reads.session_registrations,
            (sessions, "instanceId", no_session),
            "regSessionStatus",
            modules["sessions"],
        ),
        (
            "AgendaItem",
            reads.agenda_registrations,
            (items, "activityCode", no_item),
            "status",
            modules["agenda_items"],
        ),
    ]


def _pairs(
    rows: pa.Table,
    registrations: pa.Table,
    item: tuple[pa.Table, str, pa.Array],
    status: str,
    words: tuple[str, ...],
) -> int:
    _, key, outside = item
    word = pc.utf8_lower(pc.utf8_trim_whitespace(pc.fill_null(rows[status], "")))
    kept = pc.and_(
        pc.is_in(word, value_set=pa.array(words)),
        pc.is_in(rows["registrationCode"], value_set=registrations["registrationCode"].combine_chunks()),
    )
    kept = pc.and_(kept, pc.invert(pc.is_in(rows[key], value_set=outside.combine_chunks())))
    codes = rows["registrationCode"].filter(kept).combine_chunks().dictionary_encode()
    items = rows[key].filter(kept).combine_chunks().dictionary_encode()
    pairs = codes.indices.to_numpy().astype(np.int64) * max(len(items.dictionary), 1)
    return len(np.unique(pairs + items.indices.to_numpy()))
