"""Sensors: what they request, and that no request of theirs is dropped for its run key."""

import inspect
import itertools
from pathlib import Path

import dagster as dg
import pytest

import certain_eloqua.sensors as all_sensors_module
from certain_eloqua.clients.errors import ServerError
from certain_eloqua.domain.event import Event
from certain_eloqua.sensors.findings import Finding
from certain_eloqua.sensors.new_events import codes_to_add, new_events


class Certain:
    def __init__(self, *codes, error=None):
        self.codes, self.error = codes, error

    def iter_events(self):
        if self.error:
            raise self.error
        return iter([Event(code, code, "A", "Live", None, None, "UTC") for code in self.codes])


def tick(instance, certain, cursor=None):
    with dg.build_sensor_context(instance=instance, resources={"certain": certain}, cursor=cursor) as context:
        return new_events(context)


def test_new_events_become_partitions_and_known_ones_are_left():
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("events", ["OLD"])
        result = tick(instance, Certain("OLD", "NEW2", "NEW1", "not ok"))
        (request,) = result.dynamic_partitions_requests
        assert request.partition_keys == ["NEW1", "NEW2"]
        assert len(result.run_requests) == 1
        assert tick(instance, Certain("OLD")).skip_message == "All 1 events are known."


def test_a_partition_that_was_deleted_and_comes_back_is_requested_with_a_new_run_key():
    """Dagster drops a request whose key was used before, and reports nothing."""
    with dg.DagsterInstance.ephemeral() as instance:
        first = tick(instance, Certain("A", "B"))
        instance.add_dynamic_partitions("events", ["A", "B"])
        instance.delete_dynamic_partition("events", "A")
        instance.delete_dynamic_partition("events", "B")
        second = tick(instance, Certain("A", "B"), first.cursor)
        reset = tick(instance, Certain("A", "B"), cursor=None)
    keys = [request.run_key for result in (first, second, reset) for request in result.run_requests]
    assert len(set(keys)) == 3


def test_a_tick_that_is_repeated_requests_the_same_run():
    with dg.DagsterInstance.ephemeral() as instance:
        cursor = tick(instance, Certain("A")).cursor
        again = [tick(instance, Certain("A"), cursor).run_requests[0].run_key for _ in range(2)]
    assert again[0] == again[1]


def test_keys_of_one_finding_differ_by_what_was_found_even_where_names_are_long():
    finding = Finding.after(None)
    names = [["A"], ["B"], ["A", "B"], ["x" * 5_000, "A"], ["x" * 5_000, "B"]]
    assert len({finding.run_key(*some) for some in names}) == len(names)
    assert all(len(finding.run_key(*some)) < 300 for some in names)


def test_a_position_survives_and_a_cursor_nobody_can_read_begins_a_new_series():
    stored = Finding.after(None).at("2026-11-26T00:00:00Z").cursor
    following = Finding.after(stored)
    assert (following.position, following.number) == ("2026-11-26T00:00:00Z", 2)
    series = [Finding.after(cursor).series for cursor in (None, "", "x", "[]", "{}", "7", '"text"')]
    assert all(one != other for one, other in itertools.combinations(series, 2))


def test_every_sensor_takes_its_run_keys_from_findings():
    folder = Path(inspect.getfile(all_sensors_module)).parent
    for module in folder.glob("*.py"):
        for line in module.read_text().splitlines():
            if "run_key=" in line:
                assert ".run_key(" in line, f"{module.name}: {line.strip()}"


def test_a_platform_that_cannot_be_read_is_not_a_quiet_one():
    error = ServerError("Certain: Reading events", "HTTP 503 for somebody@example.com")
    with dg.DagsterInstance.ephemeral() as instance, pytest.raises(dg.Failure) as caught:
        tick(instance, Certain(error=error))
    assert "somebody@" not in str(caught.value)


def test_codes_that_cannot_be_partitions_are_told_apart():
    events = list(Certain("A", "B C", "A").iter_events())
    assert codes_to_add(events, []) == (["A"], ["B C"])


def test_it_starts_stopped():
    assert new_events.default_status == dg.DefaultSensorStatus.STOPPED
