"""Stopping a delivery between two writes instead of in the middle of one.

Whoever terminates a run sends its process a signal, and Dagster raises an exception wherever the program
happens to be. Among single writes to a platform that is too early: the answers to what is under way would be
lost.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """Whether somebody wants this delivery to stop."""

    def __init__(self) -> None:
        self.wanted = False

    def until_wanted(self, items: Iterable[T]) -> Iterator[T]:
        """The items, and no further one once a stop is wanted."""
        for item in items:
            yield item
            if self.wanted:
                return

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Let the first signal wait until the block is left; a second one acts at once.

        Signals reach the main thread only, so in another thread nothing is deferred.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before: dict[signal.Signals, Any] = {one: signal.getsignal(one) for one in SIGNALS}
        arrived: list[int] = []

        def note(number: int, frame: FrameType | None) -> None:
            if self.wanted:
                restore()
                signal.raise_signal(number)
            self.wanted = True
            arrived.append(number)

        def restore() -> None:
            for one, handler in before.items():
                signal.signal(one, handler)

        for one in SIGNALS:
            signal.signal(one, note)
        try:
            yield
        finally:
            restore()
            if arrived:  # also after an error: a step that is tried again would not have stopped
                signal.raise_signal(arrived[0])
