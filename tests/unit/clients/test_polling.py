"""Waiting for something that takes its time."""

import pytest

from certain_eloqua.clients.errors import DeadlineExceeded
from certain_eloqua.clients.polling import poll


class Clock:
    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def __call__(self) -> float:
        return self.now


def test_the_first_look_is_at_once():
    clock = Clock()
    assert poll(lambda: "done", lambda seen: seen == "done", sleep=clock.sleep, clock=clock) == "done"
    assert clock.pauses == []


def test_pauses_grow_to_the_cap():
    clock = Clock()
    looks = iter(["no"] * 6 + ["yes"])
    poll(
        lambda: next(looks),
        lambda s: s == "yes",
        first=2,
        grow=2,
        cap=20,
        sleep=clock.sleep,
        clock=clock,
        random=lambda: 0,
    )
    assert clock.pauses == [2, 4, 8, 16, 20, 20]


def test_jitter_adds_at_most_a_quarter():
    clock = Clock()
    looks = iter(["no", "yes"])
    poll(lambda: next(looks), lambda s: s == "yes", first=4, sleep=clock.sleep, clock=clock, random=lambda: 1)
    assert clock.pauses == [5]


def test_the_deadline_is_kept_and_followed_by_one_last_look():
    clock = Clock()
    looks = 0

    def look() -> str:
        nonlocal looks
        looks += 1
        return "no"

    with pytest.raises(DeadlineExceeded, match="Waiting for sync 5: not finished after 100 seconds"):
        poll(look, lambda s: False, deadline=100, sleep=clock.sleep, clock=clock, doing="Waiting for sync 5")
    assert clock.now == 100
    assert looks == len(clock.pauses) + 1
