"""The sensor of new events, with a Certain that is made up."""

import dagster as dg
import pytest

from certain_eloqua.clients.errors import ServerError
from certain_eloqua.domain.event import Event
from certain_eloqua.sensors.new_events import codes_to_add, new_events


class Certain:
    def __init__(self, *codes, error=None):
        self.codes, self.error = codes, error

    def iter_events(self):
        if self.error:
            raise self.error
        return iter([Event(code, code, "A", "Live", None, None, "UTC") for code in self.codes])


def tick(instance, certain):
    with dg.build_sensor_context(instance=instance, resources={"certain": certain}) as context:
        return new_events(context)


def test_new_events_become_partitions_and_known_ones_are_left():
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("events", ["OLD"])
        result = tick(instance, Certain("OLD", "NEW2", "NEW1", "not ok"))
        (request,) = result.dynamic_partitions_requests
        assert request.partition_keys == ["NEW1", "NEW2"]
        assert len(result.run_requests) == 1
        assert tick(instance, Certain("OLD")).skip_message == "All 1 events are known."


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
