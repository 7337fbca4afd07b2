"""When schedules are due, against the reference's examples and a calendar that goes from minute to minute."""

import calendar
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from certain_eloqua.connectors.files.schedule import AccountSchedule, Schedule
from certain_eloqua.connectors.files.ticks import (
    NoWindow,
    Window,
    instant_of,
    latest_tick,
    next_tick,
    ticks_between,
    window_of,
)
from certain_eloqua.domain.event import Event

ZONES = (
    "America/New_York",
    "Europe/London",
    "Asia/Kolkata",
    "Australia/Lord_Howe",  # half an hour of daylight saving
    "America/Sao_Paulo",
    "Asia/Beirut",  # skips midnight
    "Pacific/Apia",
)
CREATED = date(2026, 5, 30)


def event(starts="2026-06-01T09:00", ends="2026-06-03T17:00", zone="America/Los_Angeles"):
    first, last = (
        datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(zone)) if at else None for at in (starts, ends)
    )
    return Event("SUMMIT", "Summit", "NWIND", "Live", first, last, zone)


def schedule(first="2026-01-01", last="2028-12-31", model=Schedule, **more):
    often = more or {"every": "day", "at": "06:00"}
    return model.model_validate({"first_run": first, "last_run": last, **often}, strict=True)


def days_of(first, last, **more):
    window = window_of(schedule(first, last), event(**more), CREATED)
    return window.first, window.last


def test_three_days_before_a_start_on_1_june_is_29_may():
    assert days_of("event_start - 3 days", "event_end")[0] == date(2026, 5, 29)


def test_seven_days_after_an_end_on_3_june_is_10_june():
    assert days_of("event_start", "event_end + 7 days")[1] == date(2026, 6, 10)


def test_no_days_after_a_creation_on_30_may_is_30_may():
    assert days_of("created + 0 days", "2026-06-10") == (date(2026, 5, 30), date(2026, 6, 10))


def test_the_day_of_creation_in_the_file_counts_before_the_day_that_was_recorded():
    stated = schedule("created + 1 days", "2026-12-31", every="day", at="06:00", created="2026-02-01")
    assert window_of(stated, event(), CREATED).first == date(2026, 2, 2)


def test_moving_the_event_moves_the_window():
    assert days_of("event_start - 3 days", "event_end", starts="2026-06-08T09:00")[0] == date(2026, 6, 5)


def test_the_days_of_an_event_are_those_of_its_own_zone():
    late = {"starts": "2026-06-01T22:00", "ends": "2026-06-03T23:30", "zone": "Pacific/Honolulu"}
    assert days_of("event_start", "event_end", **late) == (date(2026, 6, 1), date(2026, 6, 3))


def test_an_event_without_dates_has_no_window():
    with pytest.raises(NoWindow, match="no end date"):
        days_of("event_start", "event_end", ends=None)


def test_a_connector_of_the_account_runs_in_pacific_time_unless_it_names_a_zone():
    made = schedule("created + 0 days", "2026-12-31", AccountSchedule)
    window = window_of(made, None, CREATED)
    assert window.zone.key == "America/Los_Angeles"
    assert next_tick(made, window, datetime(2026, 6, 1, 0, 0, tzinfo=UTC)) == datetime(
        2026, 6, 1, 13, tzinfo=UTC
    )


def test_the_window_includes_both_days():
    made = schedule("2026-06-01", "2026-06-03", every="hour", minute=30)
    window = Window(date(2026, 6, 1), date(2026, 6, 3), ZoneInfo("Europe/Berlin"))
    found = list(
        ticks_between(made, window, datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    )
    assert len(found) == 72
    assert found[0] == datetime(2026, 5, 31, 22, 30, tzinfo=UTC)
    assert found[-1] == datetime(2026, 6, 3, 21, 30, tzinfo=UTC)
    assert next_tick(made, window, found[-1]) is None
    assert latest_tick(made, window, datetime(2027, 1, 1, tzinfo=UTC), found[0]) == found[-1]


@pytest.mark.parametrize(
    ("wall", "zone", "instant"),
    [
        ("2026-03-08T02:30", "America/New_York", "2026-03-08T07:00"),  # 03:00, the next valid minute
        (
            "2026-11-01T01:30",
            "America/New_York",
            "2026-11-01T06:30",
        ),  # the second of two, as cron does in Dagster
        ("2026-10-04T02:10", "Australia/Lord_Howe", "2026-10-03T15:30"),
        ("2011-12-30T12:00", "Pacific/Apia", "2011-12-30T10:00"),  # a day that was left out
    ],
)
def test_a_skipped_time_runs_at_the_next_valid_minute_and_a_repeated_one_once(wall, zone, instant):
    expected = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert instant_of(datetime.fromisoformat(wall), ZoneInfo(zone)) == expected


details = st.one_of(
    st.builds(lambda minute: {"every": "hour", "minute": minute}, st.integers(0, 59)),
    st.builds(
        lambda hour, minute, more: {**more, "at": f"{hour:02d}:{minute:02d}"},
        st.integers(0, 23),
        st.integers(0, 59),
        st.one_of(
            st.just({"every": "day"}),
            st.builds(
                lambda one: {"every": "week", "weekday": one.lower()},
                st.sampled_from(list(calendar.day_name)),
            ),
            st.builds(lambda one: {"every": "month", "day": one}, st.integers(1, 31)),
        ),
    ),
)
FIRST, YEARS = datetime(2026, 1, 1, tzinfo=UTC), 3
THREE_YEARS = (FIRST, datetime(2026 + YEARS, 1, 1, tzinfo=UTC))


def wanted(details, wall):
    """Whether a schedule names this minute of the wall clock, without the product's models."""
    if details["every"] == "hour":
        return wall.minute == details["minute"]
    if f"{wall:%H:%M}" != details["at"]:
        return False
    if details["every"] == "week":
        return f"{wall:%A}".lower() == details["weekday"]
    if details["every"] == "month":
        return wall.day == details["day"] or (
            wall.day < details["day"] and (wall + timedelta(days=1)).day == 1
        )
    return True


@lru_cache
def hours_of(zone):
    """The hours of three years: when, what a clock on the wall shows, whether it jumps in it or before."""
    place, hour = ZoneInfo(zone), timedelta(hours=1)
    now, jumped, found = THREE_YEARS[0] - timedelta(days=2), False, []
    before = now.astimezone(place).replace(tzinfo=None, fold=0)
    while now <= THREE_YEARS[1]:
        after = (now + hour).astimezone(place).replace(tzinfo=None, fold=0)
        jumps = after - before != hour
        found.append((now, before, jumps or jumped))
        now, before, jumped = now + hour, after, jumps
    return found


def by_the_minute(details, zone):
    """The ticks of three years by watching a clock on the wall, every minute where it jumps."""
    found = {}
    minute = details["minute"] if details["every"] == "hour" else int(details["at"][3:])
    for now, before, irregular in hours_of(zone):
        passed = timedelta(minutes=(minute - before.minute) % 60)
        if irregular:
            watch(details, ZoneInfo(zone), now, found)
        elif wanted(details, before + passed):
            found[before + passed] = now + passed
    return sorted({one for one in found.values() if THREE_YEARS[0] < one <= THREE_YEARS[1]})


def watch(details, place, now, found):
    """The ticks of an hour in which the clock shows times again, or leaves some out. The last time counts."""
    minute = timedelta(minutes=1)
    for instant in (now + n * minute for n in range(60)):
        last, wall = (at.astimezone(place).replace(tzinfo=None, fold=0) for at in (instant - minute, instant))
        skipped = [last + n * minute for n in range(1, int((wall - last) / minute))]
        found |= {one: instant for one in (*skipped, wall) if wanted(details, one)}


@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=2)
@given(details)
@example({"every": "day", "at": "02:30"})
@example({"every": "hour", "minute": 10})
@example({"every": "month", "day": 31, "at": "00:15"})
def test_three_years_of_ticks_are_those_that_a_clock_on_the_wall_shows(zone, details):
    made = schedule("2025-01-01", "2030-12-31", **details)
    window = Window(date(2025, 1, 1), date(2030, 12, 31), ZoneInfo(zone))
    expected = by_the_minute(details, zone)
    assert list(ticks_between(made, window, *THREE_YEARS)) == expected
    middle = expected[len(expected) // 2]
    assert next_tick(made, window, middle - timedelta(seconds=1)) == middle
    assert latest_tick(made, window, middle + timedelta(seconds=1), THREE_YEARS[0]) == middle
    assert latest_tick(made, window, middle, middle) is None
