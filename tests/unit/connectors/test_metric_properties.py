"""Engagement and interest do not depend on the order and the parts in which the rows come in."""

import json

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from certain_eloqua.connectors.metrics.engagement import EngagementRules, engagement
from certain_eloqua.connectors.metrics.interest import interest
from certain_eloqua.connectors.metrics.reads import ProgrammeReads
from tests.unit.connectors.metrics_rows import (
    EVENT,
    NOW,
    STATUSES,
    attends,
    meeting,
    person,
    rating,
    session,
)

CODES = [f"R{n}" for n in range(6)]
THINGS = [f"{n}" for n in range(4)]
TAGS = ["ai", "cloud", "data"]
WORDS = ["Registered", "Attended", "Cancelled", "Waitlisted"]

registrations_of = st.lists(
    st.builds(
        person,
        st.sampled_from(CODES),
        st.sampled_from(["Attended", "Invited", "Cancelled"]),
        isTestMode=st.booleans(),
    ),
    unique_by=lambda row: row["registrationCode"],
    max_size=6,
)
sessions_of = st.lists(
    st.builds(
        lambda code, points, tags: session(code, points, *tags),
        st.sampled_from(THINGS),
        st.one_of(st.none(), st.integers(0, 50)),
        st.sets(st.sampled_from(TAGS)),
    ),
    unique_by=lambda row: row["instanceId"],
    min_size=1,
    max_size=4,
)
attending_of = st.lists(
    st.builds(attends, st.sampled_from(CODES), st.sampled_from(THINGS), st.sampled_from(WORDS)), max_size=25
)
ratings_of = st.lists(
    st.builds(
        rating,
        st.sampled_from(CODES),
        st.sampled_from(THINGS),
        st.integers(-2, 8),
        st.sampled_from(["2026-10-06T10:00:00", "2026-10-06T11:00:00"]),
    ),
    max_size=20,
)
meetings_of = st.lists(
    st.builds(
        meeting,
        st.sampled_from(CODES),
        st.sampled_from(CODES),
        st.sampled_from(["Completed", "Scheduled", "Cancelled", "No-show"]),
        st.tuples(st.one_of(st.none(), st.integers(0, 6)), st.one_of(st.none(), st.integers(0, 6))),
    ),
    max_size=12,
)
events_of = st.fixed_dictionaries(
    {
        "registrations": registrations_of,
        "sessions": sessions_of,
        "session_registrations": attending_of,
        "ratings": ratings_of,
        "appointments": meetings_of,
    }
)


def by_key(table: pa.Table) -> dict[str, dict]:
    return {f"{row['AttendeeID']} {row.get('TagName', '')}": row for row in table.to_pylist()}


def both(rows: dict) -> tuple[dict[str, dict], dict[str, dict]]:
    reads = ProgrammeReads.of_rows(**rows, statuses=STATUSES)
    return by_key(engagement(reads, EVENT, NOW).table), by_key(interest(reads, EVENT, NOW).table)


@given(events_of, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows, random):
    shuffled = {name: random.sample(some, len(some)) for name, some in rows.items()}
    assert both(shuffled) == both(rows)


@given(events_of, st.sets(st.sampled_from(CODES)))
def test_splitting_an_events_registrations_gives_the_same_rows(rows, some):
    """Modules are set, as an event in halves may look as if it did not use one."""
    rules = EngagementRules(source="sessions", appointments="on", ratings="on")
    unmeasured = {"AppointmentsAttended", "AppointmentsRated", "AppointmentRatingSum"}

    def rows_for(chosen) -> dict[str, dict]:
        part = {**rows, "registrations": [r for r in rows["registrations"] if chosen(r["registrationCode"])]}
        reads = ProgrammeReads.of_rows(**part, statuses=STATUSES)
        table = engagement(reads, EVENT, NOW, rules).table
        found = by_key(table.drop_columns(sorted(unmeasured)))
        return {**found, **by_key(interest(reads, EVENT, NOW).table)}

    halves = {**rows_for(lambda code: code in some), **rows_for(lambda code: code not in some)}
    assert halves == rows_for(lambda code: True)


@given(events_of)
def test_points_over_tags_add_up_to_the_points_of_all_items_times_their_tags(rows):
    reads = ProgrammeReads.of_rows(**rows, statuses=STATUSES)
    made = interest(reads, EVENT, NOW)
    expected = made.facts["points_by_rule_of_several_tags"]["sessions"]
    assert sum(made.table["Points"].to_pylist()) == expected
    known = {row["registrationCode"] for row in rows["registrations"]}
    items = {row["instanceId"]: row for row in rows["sessions"]}
    pairs = {
        (row["registrationCode"], row["instanceId"])
        for row in rows["session_registrations"]
        if row["regSessionStatus"] in ("Registered", "Attended")
        and row["registrationCode"] in known
        and row["instanceId"] in items
    }
    by_hand = sum(int(items[what]["points"] or 0) * len(json.loads(items[what]["tags"])) for _, what in pairs)
    assert expected == by_hand


@given(events_of)
def test_nothing_is_negative_and_averages_stay_within_the_scale(rows):
    made, points = both(rows)
    for row in made.values():
        numbers = [value for name, value in row.items() if name.startswith(("Session", "Appointment"))]
        assert all(value is None or value >= 0 for value in numbers)
        assert row["SessionsAttended"] <= row["SessionsRegistered"]
        for name in ("AverageSessionRating", "AverageAppointmentRating"):
            assert row[name] is None or 1 <= row[name] <= 5
    assert all(row["Points"] >= 0 for row in points.values())


@given(events_of)
def test_test_mode_and_other_statuses_are_computed_but_never_count_by_default(rows):
    made, points = both(rows)
    for row in (*made.values(), *points.values()):
        counts = not row["IsTestMode"] and row["RegistrationStatus"] == "Attended"
        assert (row["LeftOut"] is None) == counts


@given(events_of)
def test_ratings_outside_the_scale_change_nothing(rows):
    inside = [row for row in rows["ratings"] if 1 <= int(row["rating"]) <= 5]
    assert both(rows)[0] == both({**rows, "ratings": inside})[0]


@given(events_of)
def test_cancelled_and_waitlisted_change_nothing(rows):
    counted = [row for row in rows["session_registrations"] if row["regSessionStatus"] in WORDS[:2]]
    assert both(rows) == both({**rows, "session_registrations": counted})
