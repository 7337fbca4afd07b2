"""Engagement follows the reference: sessions, ratings, appointments, and who counts."""

from datetime import date

import pytest

from certain_eloqua.connectors.metrics.engagement import EngagementRules, engagement
from certain_eloqua.connectors.metrics.reads import ProgrammeReads
from tests.unit.connectors.metrics_rows import (
    EVENT,
    NOW,
    STATUSES,
    attends,
    engaged,
    item,
    meeting,
    person,
    rating,
    session,
    takes,
)


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
