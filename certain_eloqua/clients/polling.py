"""Looking again and again until something is done, with growing intervals and a deadline."""

import random as _random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from certain_eloqua.clients.errors import DeadlineExceeded

T = TypeVar("T")

SIX_HOURS = 6 * 3600.0
"""Public exporters raised their patience from one to three to six hours after reports from the field."""


@dataclass(frozen=True)
class PollSettings:
    """Seconds: the first pause, its growth, the longest pause, and when to give up."""

    first: float = 2.0
    grow: float = 1.5
    cap: float = 60.0
    deadline: float = SIX_HOURS


def poll(
    look: Callable[[], T],
    done: Callable[[T], bool],
    *,
    first: float = 2.0,
    grow: float = 1.5,
    cap: float = 60.0,
    deadline: float = SIX_HOURS,
    sleep: Callable[[float], object] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
    random: Callable[[], float] = _random.random,
    doing: str = "Waiting",
) -> T:
    """What `look` sees once it is `done`. The first look is at once; pauses grow with up to 25 % of jitter.

    Raises:
        DeadlineExceeded: after `deadline` seconds. The thing we waited for is still running.
        ClientError: whatever `look` raises.
    """
    began = clock()
    pause = first
    while True:
        seen = look()
        if done(seen):
            return seen
        spent = clock() - began
        if spent >= deadline:
            raise DeadlineExceeded(doing, f"not finished after {spent:.0f} seconds")
        sleep(min(pause * (1 + random() / 4), cap, max(deadline - spent, 0.0)))
        pause = min(pause * grow, cap)
