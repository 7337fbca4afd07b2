"""What a schedule has to run at an instant, and the reason for what it has not."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from certain_eloqua.connectors.files.due import History, due_now, next_run
from certain_eloqua.connectors.files.schedule import Schedule
from certain_eloqua.schedules.cron import cron_of
from tests.unit.connectors.test_ticks import event, schedule

DAILY = schedule("event_start - 3 days", "event_end + 7 days")
ON = datetime(2026, 5, 1, tzinfo=UTC)
SIX = datetime(2026, 6, 2, 13, 0, tzinfo=UTC)  # 06:00 in Los Angeles


def history(served=None, active=None, switched_on=ON):
    return History(
        switched_on,
        date(2026, 5, 1),
        {"SUMMIT": served} if served else {},
        {"SUMMIT": active} if active else {},
    )


def due(now, one=None, made=DAILY, **more):
    return due_now(made, [one or event()], history(**more), now)


def test_an_event_is_due_at_its_tick_and_not_before():
    yesterday = SIX - timedelta(days=1)
    assert dict(due(SIX, served=yesterday).ticks) == {"SUMMIT": SIX}
    early = due(SIX - timedelta(minutes=1), served=yesterday)
    assert early.ticks == {}
    assert early.reasons["SUMMIT"] == "the next tick is 2026-06-02 06:00 (America/Los_Angeles)"


def test_ticks_that_were_missed_are_due_once():
    late = SIX + timedelta(hours=3)
    assert dict(due(late, served=SIX - timedelta(days=4)).ticks) == {"SUMMIT": SIX}
    assert due(late, served=late).ticks == {}


def test_the_last_tick_of_a_window_is_made_up_for_after_its_end():
    after = datetime(2026, 6, 20, tzinfo=UTC)
    assert dict(due(after, served=SIX).ticks) == {"SUMMIT": datetime(2026, 6, 10, 13, tzinfo=UTC)}
    done = due(after, served=after)
    assert "there is no tick any more" in done.in_words()


def test_ticks_before_the_schedule_was_switched_on_are_not_made_up_for():
    assert due(SIX + timedelta(minutes=5), switched_on=SIX + timedelta(minutes=1)).ticks == {}


def test_an_event_whose_run_has_not_ended_waits():
    waiting = due(SIX, served=SIX - timedelta(days=1), active="3f2a9c01-aaaa")
    assert waiting.ticks == {}
    assert waiting.in_words() == (
        "SUMMIT: run 3f2a9c01 has not ended; due since 2026-06-02 06:00 (America/Los_Angeles)"
    )


def test_an_event_that_moves_takes_its_window_along():
    moved = event(starts="2026-09-01T09:00", ends="2026-09-03T17:00")
    assert due(SIX, moved, served=SIX - timedelta(days=1)).ticks == {}
    words = due(SIX, moved, served=SIX - timedelta(days=1)).in_words()
    assert "its window is 2026-08-29 to 2026-09-10 (America/Los_Angeles)" in words


def test_events_have_their_own_zones():
    berlin = event(zone="Europe/Berlin")
    assert dict(due(SIX, berlin, served=SIX - timedelta(days=1)).ticks)["SUMMIT"] == SIX - timedelta(hours=9)
    assert next_run(DAILY, [event(), berlin], date(2026, 5, 1), SIX) == (SIX + timedelta(hours=15), "SUMMIT")


def test_a_connector_without_events_says_so():
    assert due_now(DAILY, [], history(), SIX).in_words() == "The connector selects no event now."


@pytest.mark.parametrize(
    ("details", "crons"),
    [
        ({"every": "day", "at": "06:10", "timezone": "event"}, ["10,25,40,55 * * * *"]),
        ({"every": "hour", "minute": 5, "timezone": "UTC"}, ["5 * * * *"]),
        ({"every": "day", "at": "06:10", "timezone": "UTC"}, ["10 6 * * *"]),
        ({"every": "week", "weekday": "sunday", "at": "23:59", "timezone": "UTC"}, ["59 23 * * 0"]),
        ({"every": "month", "day": 28, "at": "00:00", "timezone": "UTC"}, ["0 0 28 * *"]),
    ],
)
def test_dagster_evaluates_exactly_in_a_named_zone_and_each_quarter_of_an_hour_for_events(details, crons):
    assert cron_of(schedule(**details)) == crons


@pytest.mark.parametrize("day", [29, 30, 31])
def test_the_last_day_of_a_month_is_among_the_cron_lines(day):
    """By the lines themselves: day of month and months."""
    made: Schedule = schedule(every="month", day=day, at="06:00", timezone="UTC")
    fired = set()
    for line in cron_of(made):
        _, _, days, months, _ = line.split()
        fired |= {(d, m) for d in numbers(days) for m in numbers(months)}
    ends = {1: 31, 2: 28, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}
    assert {(min(day, end), month) for month, end in ends.items()} <= fired
    assert fired - {(min(day, end), month) for month, end in ends.items()} == {(29, 2)}


def numbers(field):
    for part in field.split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def test_a_tick_for_many_events_starts_batched_runs_with_keys_of_their_own():
    from certain_eloqua.schedules import connector_schedules as schedules

    jobs = schedules.Jobs("_many_events", lambda name, codes: {"events": codes}, "scheduled", lambda *_: {})
    many = SimpleNamespace(ticks={f"E{number:03}": SIX for number in range(250)})
    requests = list(schedules._requests("attendees", many, SIX, jobs, True))
    assert [len(one.run_config["events"]) for one in requests] == [100, 100, 50]
    assert len({one.run_key for one in requests}) == 3
    again = list(schedules._requests("attendees", many, SIX, jobs, True))
    assert [one.run_key for one in again] == [one.run_key for one in requests]
