"""Which events are due: pure, from tick to tick."""

from datetime import UTC, datetime, timedelta

from certain_eloqua.connectors.status_changes.due_events import (
    ASK_AGAIN_AFTER,
    ChangedRow,
    Memory,
    due_events,
)

NOW = datetime(2026, 10, 6, 9, tzinfo=UTC)
TICK = timedelta(seconds=15)


def row(event: str, status: str = "Attended", registration: str = "R1") -> ChangedRow:
    return ChangedRow(event, registration, "2026-10-06T02:00:00", status)


class Sensor:
    """Ticks one after the other, with a ledger's memory of looks."""

    def __init__(self, *events: str) -> None:
        self.memory = Memory("2026-10-06T01:00:00")
        self.events = list(events)
        self.looked = dict.fromkeys(events, NOW - TICK)
        self.now = NOW

    def tick(self, *rows: ChangedRow) -> list[str]:
        self.now += TICK
        due, asked = due_events(self.memory, rows, {"c": self.events}, {"c": self.looked}, self.now)
        kept = frozenset(one.digest for one in rows)
        self.memory = Memory.from_text(Memory("2026-10-06T02:00:00", kept, asked).as_text())
        return due.get("c", [])

    def run(self, *events: str) -> None:
        self.now += timedelta(seconds=1)
        self.looked |= dict.fromkeys(events, self.now)


def test_only_events_with_a_new_row_are_due():
    sensor = Sensor("A", "B")
    assert sensor.tick() == []
    assert sensor.tick(row("A"), row("X")) == ["A"]


def test_a_row_that_comes_again_by_the_overlap_is_not_new():
    sensor = Sensor("A")
    assert sensor.tick(row("A")) == ["A"]
    sensor.run("A")
    assert sensor.tick(row("A")) == []
    assert sensor.tick(row("A", "Cancelled")) == ["A"]


def test_a_change_to_and_fro_is_new_each_time():
    sensor = Sensor("A")
    for status in ("Attended", "Cancelled", "Attended", "Cancelled"):
        assert sensor.tick(row("A", status)) == ["A"]
        sensor.run("A")


def test_an_event_that_was_never_looked_at_is_due_once():
    sensor = Sensor()
    sensor.events = ["NEW"]
    assert sensor.tick() == ["NEW"]
    assert sensor.tick() == []
    sensor.run("NEW")
    assert sensor.tick() == []


def test_a_run_that_did_not_look_in_time_is_asked_for_again():
    sensor = Sensor("A")
    assert sensor.tick(row("A")) == ["A"]
    assert sensor.tick(row("A")) == []
    sensor.now += ASK_AGAIN_AFTER
    assert sensor.tick() == ["A"]
    sensor.run("A")
    sensor.now += ASK_AGAIN_AFTER
    assert sensor.tick() == []


def test_an_event_that_is_closed_is_not_asked_for_any_more():
    sensor = Sensor("A")
    assert sensor.tick(row("A")) == ["A"]
    sensor.events = []
    sensor.now += ASK_AGAIN_AFTER
    assert sensor.tick(row("A", "Cancelled")) == []
    assert sensor.memory.asked == {}
