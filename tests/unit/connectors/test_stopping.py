"""Signals wait until the writes under way are answered."""

import signal
import threading

import pytest

from certain_eloqua.connectors.delivery.stopping import Stop


class Interrupted(BaseException):
    """What Dagster's handler raises."""


@pytest.fixture(autouse=True)
def handlers():
    def interrupt(number, frame):
        raise Interrupted

    before = {one: signal.signal(one, interrupt) for one in (signal.SIGINT, signal.SIGTERM)}
    yield
    for one, handler in before.items():
        signal.signal(one, handler)


def _write(stop: Stop, done: list[str], *signals: signal.Signals) -> None:
    """Three writes; the signals come during the first."""
    with stop.deferred():
        for item in stop.until_wanted("abc"):
            for one in signals:
                signal.raise_signal(one)
            done.append(item)


@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM])
def test_the_write_under_way_ends_no_new_one_begins_and_the_exception_comes(which):
    done: list[str] = []
    with pytest.raises(Interrupted):
        _write(Stop(), done, which)
    assert done == ["a"]


def test_a_second_signal_acts_at_once():
    done: list[str] = []
    with pytest.raises(Interrupted):
        _write(Stop(), done, signal.SIGINT, signal.SIGINT)
    assert done == []


def test_without_a_signal_nothing_is_different_afterwards():
    stop = Stop()
    with stop.deferred():
        assert list(stop.until_wanted("abc")) == ["a", "b", "c"]
    assert not stop.wanted
    with pytest.raises(Interrupted):
        signal.raise_signal(signal.SIGINT)


def test_a_stop_is_not_lost_in_an_error():
    def fail() -> None:
        with Stop().deferred():
            signal.raise_signal(signal.SIGINT)
            raise ValueError("the platform was busy")

    with pytest.raises(Interrupted):
        fail()


def test_in_another_thread_nothing_is_deferred():
    done = []

    def work() -> None:
        with Stop().deferred():
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]
