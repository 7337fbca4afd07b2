"""How many requests may be under way at once."""

import threading

import pytest

from certain_eloqua.clients.concurrency import CAREFUL, AdaptiveLimit


class Platform:
    """Answers after as many seconds as it is told."""

    def __init__(self, start: int = 5, ceiling: int = 20) -> None:
        self.now = 0.0
        self.limit = AdaptiveLimit(start, ceiling, lambda: self.now)

    def answer(self, seconds: float, windows: int = 1) -> int:
        for _ in range(windows):
            for _ in range(self.limit.current):
                with self.limit.slot():
                    self.now += seconds
        return self.limit.current


def test_it_climbs_to_the_ceiling_while_answers_stay_fast():
    platform = Platform()
    assert platform.answer(0.02) == 6
    assert platform.answer(0.02, windows=100) == 20


def test_it_stays_while_answers_get_a_little_slower():
    platform = Platform()
    platform.answer(0.02, windows=5)
    assert platform.answer(0.03, windows=3) == 10


def test_it_falls_while_answers_are_slow():
    platform = Platform()
    platform.answer(0.02, windows=5)
    assert platform.answer(0.1, windows=4) == 6


def test_it_never_falls_below_one():
    platform = Platform()
    platform.answer(0.02)
    assert platform.answer(10.0, windows=50) >= 1


def test_a_platform_that_stays_slower_is_measured_anew():
    platform = Platform()
    platform.answer(0.02, windows=5)
    assert platform.answer(0.05, windows=300) == 20


def test_a_push_back_halves_it():
    platform = Platform(start=12)
    platform.limit.pushed_back()
    assert platform.limit.current == 6


def test_a_push_back_to_many_requests_at_once_halves_it_once():
    platform = Platform(start=8)
    begun, pushed_back = threading.Barrier(5), threading.Barrier(5)
    checked = threading.Event()

    def request() -> None:
        with platform.limit.slot():
            begun.wait()
            platform.limit.pushed_back()
            pushed_back.wait()
            checked.wait()

    requests = [threading.Thread(target=request) for _ in range(4)]
    for one in requests:
        one.start()
    begun.wait()
    pushed_back.wait()
    assert platform.limit.current == 4
    checked.set()
    for one in requests:
        one.join()


def test_the_level_that_was_refused_is_tried_again_only_later():
    platform = Platform(start=8)
    platform.answer(0.02)
    platform.limit.pushed_back()
    assert platform.limit.current == 4
    assert platform.answer(0.02, windows=4) == 8
    assert platform.answer(0.02, windows=CAREFUL - 1) == 8
    assert platform.answer(0.02) == 9


def test_no_more_requests_than_the_limit_are_under_way():
    limit = AdaptiveLimit(2, 2)
    running, most, lock = 0, 0, threading.Lock()

    def request() -> None:
        nonlocal running, most
        for _ in range(50):
            with limit.slot():
                with lock:
                    running += 1
                    most = max(most, running)
                with lock:
                    running -= 1

    requests = [threading.Thread(target=request) for _ in range(6)]
    for one in requests:
        one.start()
    for one in requests:
        one.join()
    assert most <= 2


@pytest.mark.parametrize(("start", "ceiling"), [(0, 5), (6, 5)])
def test_impossible_limits_are_refused(start: int, ceiling: int):
    with pytest.raises(ValueError, match="start"):
        AdaptiveLimit(start, ceiling)
