"""How many requests to a platform may be under way at once: as many as it answers without getting slower."""

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

FAST = 1.3
"""A median answer of up to this many times the best one lets the limit climb."""
SLOW = 2.0
"""A median answer of more than this many times the best one lowers the limit."""
FORGETTING = 1.02
"""The best median grows by this factor a window, so that a platform that got slower is measured anew."""
CAREFUL = 10
"""How many windows the limit waits below the level at which the platform pushed back."""


class AdaptiveLimit:
    """The number of requests at once, adapted to the answers (additive increase, multiplicative decrease).

    A window is as many answers as may be under way. After a window whose median answer was fast the limit
    climbs by one, up to `ceiling`; after a slow one it falls by one. An answer with which the platform pushes
    back (429 or 503) halves it, once for all requests that were under way then; the level at which that
    happened is tried again only after ten windows. Safe to use from several threads.

    Args:
        start: the limit before the first answer.
        ceiling: what the limit never exceeds.
        clock: seconds.
    """

    def __init__(self, start: int, ceiling: int, clock: Callable[[], float] = time.monotonic) -> None:
        if not 1 <= start <= ceiling:
            raise ValueError(f"start {start} and ceiling {ceiling}: 1 <= start <= ceiling is allowed")
        self.current = start
        self.ceiling = ceiling
        self._clock = clock
        self._running = 0
        self._window: list[float] = []
        self._best: float | None = None
        self._refused_at: int | None = None
        self._waited = 0
        self._from_before = 0
        self._changed = threading.Condition()

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait until a request may begin; its time counts until the block is left."""
        with self._changed:
            while self._running >= self.current:
                self._changed.wait()
            self._running += 1
        began = self._clock()
        try:
            yield
        finally:
            spent = self._clock() - began
            with self._changed:
                self._running -= 1
                self._from_before = max(0, self._from_before - 1)
                self._window.append(spent)
                if len(self._window) >= self.current:
                    self._adapt()
                self._changed.notify()

    def pushed_back(self) -> None:
        """The platform asked for fewer requests: 429, or 503."""
        with self._changed:
            if self._from_before:
                return
            self._refused_at, self._waited = self.current, 0
            self.current = max(1, self.current // 2)
            self._from_before = self._running
            self._window.clear()

    def _adapt(self) -> None:
        median = statistics.median(self._window)
        self._window.clear()
        best = median if self._best is None else min(self._best * FORGETTING, median)
        self._best = best
        if median > SLOW * best:
            self.current = max(1, self.current - 1)
        elif median <= FAST * best and self.current < self.ceiling and self._may_climb():
            self.current += 1
            self._changed.notify()

    def _may_climb(self) -> bool:
        if self._refused_at is None or self.current + 1 < self._refused_at:
            return True
        self._waited += 1
        if self._waited < CAREFUL:
            return False
        self._refused_at, self._waited = None, 0
        return True
