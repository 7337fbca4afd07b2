"""Engagement and interest follow the reference, whatever order and parts the rows come in."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from certain_eloqua.connectors.metrics.columns import ENGAGEMENT, INTEREST
from certain_eloqua.connectors.metrics.engagement import EngagementRules, engagement
from certain_eloqua.connectors.metrics.interest import InterestRules, interest, total
from certain_eloqua.connectors.metrics.people import EventFacts
from certain_eloqua.connectors.metrics.reads import ProgrammeReads

EVENT = EventFacts("NWIND", "NWSUMMIT26", "Northwind Summit 2026", date(2026, 10, 6))
NOW = datetime(2026, 10, 9, 8, 30, tzinfo=UTC)
STATUSES = [
    {"label": "Attended", "classification": "Accepted"},
    {"label": "Pre-Registered", "classification": "Accepted"},
    {"label": "Invited", "classification": "Pending"},
    {"label": "Cancelled", "classification": "Cancelled"},
]


def person(code: str, status: str = "Attended", **more) -> dict:
    return {
        "registrationCode": code,
        "registrationStatusLabel": status,
        "attendeeTypeCode": "DELEGATE",
        "attendeeType": "Delegate",
        "isActive": True,
        "isTestMode": False,
        "profile.email": f"{code.lower()}@example.com",
        "profile.externalKey": "1002003",
        "profile.sourceOfProfile": "Eloqua",
        **more,
    }


def item(code: str, points: int | None = None, *tags: str, **more) -> dict:
    return {
        "activityCode": code,
        "startDate": "2026-10-06T13:00:00",
        "isActive": True,
        "points": None if points is None else str(points),
        "tags": json.dumps([{"name": tag, "label": tag.upper()} for tag in tags]),
        **more,
    }


def session(instance: str, points: int | None = None, *tags: str, **more) -> dict:
    found = item(instance, points, *tags)
    return {**found, "instanceId": instance, "status": "Published", **more}


def takes(code: str, what: str, status: str = "REGISTERED") -> dict:
    return {"registrationCode": code, "activityCode": what, "status": status}


def attends(code: str, instance: str, status: str = "Registered") -> dict:
    return {"registrationCode": code, "instanceId": instance, "regSessionStatus": status}


def rating(code: str, instance: str, value: object, stamp: str = "2026-10-06T15:00:00") -> dict:
    return {
        "registrationCode": code,
        "instanceId": instance,
        "rating": str(value),
        "dateModified": stamp,
    }


def meeting(one: str, other: str, status: str = "Completed", ratings: tuple = (None, None)) -> dict:
    return {
        "appointmentId": f"{one}-{other}-{status}",
        "status": status,
        "registration.regCode": one,
        "targetRegistration.regCode": other,
        "rating.registration": None if ratings[0] is None else str(ratings[0]),
        "rating.targetRegistration": None if ratings[1] is None else str(ratings[1]),
    }


def engaged(rules: EngagementRules | None = None, **rows) -> dict[str, dict]:
    rows = {"registrations": [person("A")], "statuses": STATUSES, **rows}
    made = engagement(ProgrammeReads.of_rows(**rows), EVENT, NOW, rules)
    return {row["RegistrationCode"]: row for row in made.table.to_pylist()}


def interested(**rows) -> dict[tuple[str, str], dict]:
    rows = {"registrations": [person("A")], "statuses": STATUSES, **rows}
    made = interest(ProgrammeReads.of_rows(**rows), EVENT, NOW)
    return {(row["RegistrationCode"], row["TagName"]): row for row in made.table.to_pylist()}


# -- the worked example of the reference ---------------------------------------------------------------------

EXAMPLE = {"agenda_items": [item("K1", 10, "ai", "cloud"), item("K2", 5, "ai"), item("K3", 20, "security")]}


def test_the_worked_example_registered_for_k1_and_k2_cancelled_k3():
    rows = interested(
        **EXAMPLE,
        agenda_registrations=[takes("A", "K1"), takes("A", "K2"), takes("A", "K3", "CANCELLED")],
    )
    assert {tag: row["Points"] for (_, tag), row in rows.items()} == {"ai": 15, "cloud": 10}
    assert {tag: row["ItemsCounted"] for (_, tag), row in rows.items()} == {"ai": 2, "cloud": 1}


def test_the_worked_example_before_the_cancellation():
    rows = interested(**EXAMPLE, agenda_registrations=[takes("A", "K1"), takes("A", "K2"), takes("A", "K3")])
    assert {tag: row["Points"] for (_, tag), row in rows.items()} == {"ai": 15, "cloud": 10, "security": 20}


# -- engagement ----------------------------------------------------------------------------------------------


def test_registered_counts_registered_and_attended_but_not_waitlisted_or_cancelled():
    row = engaged(
        sessions=[session(str(n)) for n in range(4)],
        session_registrations=[
            attends("A", "0"),
            attends("A", "1", "Attended"),
            attends("A", "2", "Waitlisted"),
            attends("A", "3", "Cancelled"),
        ],
    )["A"]
    assert (row["SessionsRegistered"], row["SessionsAttended"]) == (2, 1)


def test_an_instance_that_comes_twice_counts_once_with_its_better_status():
    row = engaged(
        sessions=[session("0")],
        session_registrations=[attends("A", "0"), attends("A", "0", "Attended"), attends("A", "0")],
    )["A"]
    assert (row["SessionsRegistered"], row["SessionsAttended"]) == (1, 1)


def test_without_sessions_scheduled_agenda_items_count_by_the_same_rule():
    row = engaged(
        agenda_items=[item("K1"), item("T", startDate=None), item("OLD", isActive=False)],
        agenda_registrations=[takes("A", "K1", "ATTENDED"), takes("A", "T"), takes("A", "OLD")],
    )["A"]
    assert (row["SessionsRegistered"], row["SessionsAttended"]) == (1, 1)


def test_unpublished_sessions_alone_leave_agenda_items_in_charge():
    row = engaged(
        sessions=[session("0", status="Scheduled")],
        agenda_items=[item("K1")],
        agenda_registrations=[takes("A", "K1")],
    )["A"]
    assert row["SessionsRegistered"] == 1
    assert row["SessionRegistrations"] is None


def test_what_an_event_does_not_use_is_blank_and_what_it_uses_is_zero():
    assert engaged()["A"]["SessionsRegistered"] is None
    row = engaged(
        registrations=[person("A"), person("B"), person("C")],
        sessions=[session("0")],
        ratings=[rating("B", "0", 4)],
        appointments=[meeting("B", "C", "Completed", (3, None))],
    )["A"]
    zero = ("SessionsRegistered", "SessionsAttended", "SessionsRated")
    assert [row[name] for name in zero] == [0, 0, 0]
    assert (row["AppointmentsScheduled"], row["AppointmentsAttended"]) == (0, 0)
    assert row["AverageSessionRating"] is None
    assert row["AverageAppointmentRating"] is None


def test_a_module_that_is_set_off_is_blank_and_one_set_on_is_zero():
    off = engaged(
        EngagementRules(appointments="off", ratings="off"),
        registrations=[person("A"), person("B")],
        sessions=[session("0")],
        ratings=[rating("A", "0", 4)],
        appointments=[meeting("A", "B")],
    )["A"]
    assert [off[n] for n in ("AppointmentsScheduled", "SessionsRated", "AverageSessionRating")] == [None] * 3
    on = engaged(EngagementRules(appointments="on", ratings="on"), sessions=[session("0")])["A"]
    assert (on["AppointmentsScheduled"], on["SessionsRated"]) == (0, 0)
    assert on["AppointmentsAttended"] is None


@pytest.mark.parametrize(
    ("given_ratings", "average"),
    [((1, 2), 1.5), ((5, 5, 4), 4.67), ((1, 1, 2), 1.33), ((4, 4, 4, 4, 4, 4, 4, 5), 4.13), ((), None)],
)
def test_the_average_is_rounded_half_up_to_two_decimals(given_ratings, average):
    """4.125 becomes 4.13, not 4.12 as rounding to even would have it."""
    row = engaged(
        registrations=[person("A"), person("B")],
        sessions=[session(str(n)) for n in range(9)],
        ratings=[rating("B", "8", 3), *(rating("A", str(n), value) for n, value in enumerate(given_ratings))],
    )["A"]
    assert (row["AverageSessionRating"], row["SessionsRated"]) == (average, len(given_ratings))


def test_ratings_outside_the_scale_are_ignored_and_reported():
    reads = ProgrammeReads.of_rows(
        registrations=[person("A")],
        statuses=STATUSES,
        sessions=[session("0"), session("1"), session("2")],
        ratings=[rating("A", "0", 4), rating("A", "1", 0), rating("A", "2", 99), rating("A", "2", "good")],
    )
    made = engagement(reads, EVENT, NOW)
    (row,) = made.table.to_pylist()
    assert (row["SessionsRated"], row["AverageSessionRating"]) == (1, 4)
    assert made.facts["ratings_outside_the_scale"] == 3


def test_of_two_ratings_of_one_session_the_later_counts():
    row = engaged(
        sessions=[session("0")],
        ratings=[rating("A", "0", 1, "2026-10-06T18:00:00"), rating("A", "0", 5, "2026-10-06T17:00:00")],
    )["A"]
    assert (row["SessionsRated"], row["AverageSessionRating"]) == (1, 1)


def test_an_appointment_belongs_to_both_sides_and_each_has_its_own_rating():
    rows = engaged(
        registrations=[person("A"), person("B")],
        appointments=[
            meeting("A", "B", "Completed", (2, 5)),
            meeting("B", "A", "Scheduled"),
            meeting("A", "B", "Cancelled"),
            meeting("A", "B", "No-show"),
        ],
    )
    assert [rows[c]["AppointmentsScheduled"] for c in "AB"] == [3, 3]
    assert [rows[c]["AppointmentsAttended"] for c in "AB"] == [1, 1]
    assert [rows[c]["AverageAppointmentRating"] for c in "AB"] == [2, 5]


def test_attended_appointments_are_blank_while_nobody_records_who_came():
    row = engaged(registrations=[person("A"), person("B")], appointments=[meeting("A", "B", "Scheduled")])[
        "A"
    ]
    assert (row["AppointmentsScheduled"], row["AppointmentsAttended"]) == (1, None)


def test_who_is_left_out_by_default_says_why():
    rows = engaged(
        registrations=[
            person("A"),
            person("T", isTestMode=True),
            person("I", isActive=False),
            person("P", "Invited"),
            person("C", "Cancelled"),
            person("U", "Backstage"),
        ]
    )
    assert {code: row["LeftOut"] for code, row in rows.items()} == {
        "A": None,
        "T": "test_mode",
        "I": "inactive",
        "P": "status_not_selected",
        "C": "status_not_selected",
        "U": "status_not_selected",
    }


def test_the_row_is_named_by_account_event_and_registration():
    row = engaged()["A"]
    assert row["AttendeeID"] == "NWIND.NWSUMMIT26.A"
    assert row["EventStartDate"] == date(2026, 10, 6)
    assert row["EloquaContactID"] == "1002003"
    assert row["LastCalculated"] == NOW
    other = person("B", **{"profile.sourceOfProfile": "Marketo", "profile.email": " "})
    row = engaged(registrations=[other])["B"]
    assert (row["EloquaContactID"], row["EmailAddress"]) == (None, None)


def test_registrations_for_items_by_people_we_do_not_know_are_reported_and_not_counted():
    reads = ProgrammeReads.of_rows(
        registrations=[person("A")],
        statuses=STATUSES,
        sessions=[session("0")],
        session_registrations=[attends("A", "0"), attends("GONE", "0")],
    )
    made = engagement(reads, EVENT, NOW)
    assert made.table["SessionsRegistered"].to_pylist() == [1]
    assert made.facts["sessions_registrations_of_unknown_people"] == 1


# -- interest ------------------------------------------------------------------------------------------------


def test_an_item_with_several_tags_gives_all_its_points_to_each():
    rows = interested(agenda_items=[item("K", 7, "a", "b", "c")], agenda_registrations=[takes("A", "K")])
    assert {tag: row["Points"] for (_, tag), row in rows.items()} == {"a": 7, "b": 7, "c": 7}


def test_a_quantity_does_not_multiply_and_a_tag_that_comes_twice_counts_once():
    twice = json.dumps([{"name": "ai", "label": "AI"}, {"name": "ai", "label": "AI"}])
    rows = interested(
        agenda_items=[item("K", 7, tags=twice)],
        agenda_registrations=[{**takes("A", "K"), "registeredQuantity": "3"}],
    )
    assert rows[("A", "ai")]["Points"] == 7


def test_items_without_points_count_zero_or_the_default():
    rows = {
        "registrations": [person("A")],
        "statuses": STATUSES,
        "agenda_items": [item("K", None, "ai"), item("L", 3, "ai")],
        "agenda_registrations": [takes("A", "K"), takes("A", "L", "ATTENDED")],
    }
    table = interest(ProgrammeReads.of_rows(**rows), EVENT, NOW).table
    assert table["Points"].to_pylist() == [3]
    assert table["ItemsCounted"].to_pylist() == [2]
    parts = {name: table[name].to_numpy() for name in table.column_names if table[name].type == pa.int64()}
    by_default = total(parts, InterestRules("agenda_items", default_points=2.5))
    assert (by_default[0].tolist(), by_default[1].tolist()) == ([550], [2])
    attended = total(parts, InterestRules("agenda_items", count_statuses="attended"))
    assert (attended[0].tolist(), attended[1].tolist()) == ([300], [1])


def test_sessions_win_over_agenda_items_and_both_may_be_added():
    rows = {
        "registrations": [person("A")],
        "statuses": STATUSES,
        "sessions": [session("0", 10, "ai")],
        "session_registrations": [attends("A", "0")],
        "agenda_items": [item("K", 5, "ai")],
        "agenda_registrations": [takes("A", "K")],
    }
    table = interest(ProgrammeReads.of_rows(**rows), EVENT, NOW).table
    assert table["Points"].to_pylist() == [10]
    parts = {name: table[name].to_numpy() for name in table.column_names if table[name].type == pa.int64()}
    assert total(parts, InterestRules("agenda_items"))[0].tolist() == [500]
    assert total(parts, InterestRules("both"))[0].tolist() == [1500]


def test_waitlisted_and_cancelled_items_give_nothing():
    rows = interested(
        agenda_items=[item("K", 7, "a"), item("L", 7, "b"), item("M", 7, "c")],
        agenda_registrations=[takes("A", "K", "WAITLISTED"), takes("A", "L", "CANCELLED"), takes("A", "M")],
    )
    assert set(rows) == {("A", "c")}


def test_an_event_without_a_programme_has_no_interest():
    assert interested() == {}


# -- properties ----------------------------------------------------------------------------------------------

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


def test_every_column_is_documented_with_its_unit_and_origins():
    for column in (*ENGAGEMENT, *INTEREST):
        assert column.description.endswith("."), column.name
        assert column.origins or column.name == "LastCalculated", column.name
    assert replace(ENGAGEMENT[0], unit="x").text.endswith("[x]")
