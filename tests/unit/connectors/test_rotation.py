"""Which events are read in a tick: pure, from tick to tick."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from certain_eloqua.connectors.status_changes.rotation import BUSY_FOR, Rotation

NOW = datetime(2026, 10, 6, 9, tzinfo=UTC)
TICK = timedelta(seconds=15)


class Sensor:
    """Ticks one after the other; its memory travels as text, as in a cursor."""

    def __init__(self, *events: str, reads: int = 2) -> None:
        self.events, self.reads = list(events), reads
        self.live: list[str] = []
        self.rows: dict[str, frozenset[str]] = {}
        self.memory, self.now = "", NOW

    def tick(self) -> tuple[list[str], list[str], list[str]]:
        """The events that are read, those with a new row, and those that are new."""
        self.now += TICK
        targets = [("sessions", event) for event in self.events]
        rotation = Rotation.from_text(self.memory)
        rotation, chosen, new = rotation.next(targets, self.live, "stamp", self.reads, self.now)
        changed = []
        for target in chosen:
            rows = self.rows.get(target[1], frozenset())
            rotation, found = rotation.read(target, "stamp", rows, self.now)
            if found:
                changed.append(target[1])
        self.memory = rotation.as_text()
        return [event for _, event in chosen], changed, sorted(event for _, event in new)


def names(number: int) -> list[str]:
    return [f"E{one:03}" for one in range(number)]


def test_every_event_has_its_turn_and_none_is_read_twice_before():
    sensor = Sensor(*names(7))
    assert sensor.tick() == ([], [], names(7))
    read = [event for _ in range(7) for event in sensor.tick()[0]]
    assert Counter(read) == dict.fromkeys(names(7), 2)
    assert sorted(read[:7]) == names(7)


def test_a_tick_reads_no_more_than_its_number_however_many_events_there_are():
    sensor = Sensor(*names(200))
    assert all(len(sensor.tick()[0]) <= 2 for _ in range(20))


def test_events_that_are_going_on_are_read_in_every_tick_and_the_others_still_have_turns():
    sensor = Sensor(*names(5))
    sensor.live = ["E003"]
    sensor.tick()
    read = [sensor.tick()[0] for _ in range(8)]
    assert all(one[0] == "E003" for one in read)
    assert {one[1] for one in read} == {"E000", "E001", "E002", "E004"}


def test_with_one_read_a_tick_neither_kind_of_events_is_left_without_turns():
    sensor = Sensor("A", "B", reads=1)
    sensor.live = ["A"]
    sensor.tick()
    assert Counter(event for _ in range(8) for event in sensor.tick()[0]) == {"A": 6, "B": 2}


def test_an_event_that_changed_is_read_often_for_a_while():
    sensor = Sensor(*names(9))
    sensor.tick()
    sensor.rows["E004"] = frozenset({"a"})
    assert [event for _ in range(5) for event in sensor.tick()[1]] == ["E004"]
    assert all("E004" in sensor.tick()[0] for _ in range(5))
    sensor.now += BUSY_FOR
    assert Counter(event for _ in range(9) for event in sensor.tick()[0])["E004"] == 2


def test_rows_that_come_again_are_not_new_and_a_change_to_and_fro_is():
    sensor = Sensor("A")
    sensor.tick()
    found = []
    for rows in ({"x"}, {"x"}, {"y"}, {"x"}, set()):
        sensor.rows["A"] = frozenset(rows)
        found.append(sensor.tick()[1])
    assert found == [["A"], [], ["A"], ["A"], []]


def test_an_event_that_is_not_served_any_more_is_forgotten_and_new_when_it_comes_back():
    sensor = Sensor("A", "B")
    sensor.tick()
    sensor.events = ["A"]
    assert sensor.tick()[2] == []
    sensor.events = ["A", "B"]
    assert sensor.tick()[2] == ["B"]


def test_an_event_that_cannot_be_read_has_its_next_turn_after_the_others():
    rotation = Rotation()
    targets = [("agenda", "A"), ("agenda", "B")]
    rotation, _, _ = rotation.next(targets, [], "s1", 1, NOW)
    rotation, (first,), _ = rotation.next(targets, [], "s2", 1, NOW)
    rotation = rotation.passed_over(first)
    assert rotation.turns[first].since == "s1"
    _, chosen, _ = rotation.next(targets, [], "s3", 1, NOW)
    assert chosen != [first]
