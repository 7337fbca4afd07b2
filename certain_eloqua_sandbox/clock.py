"""The time of the world: real time plus an offset, or standing still."""

from __future__ import annotations

import time


class Clock:
    """The time of the world: real time plus an offset, or standing still at a set instant."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._frozen: float | None = None

    def now(self) -> float:
        """Return Unix seconds."""
        return self._frozen if self._frozen is not None else time.time() + self._offset

    def set(self, at: float, *, frozen: bool = False) -> None:
        """Put the clock to an instant, from which it runs on unless ``frozen``."""
        self._frozen = at if frozen else None
        self._offset = at - time.time()

    def advance(self, seconds: float) -> None:
        """Move the clock on."""
        if self._frozen is not None:
            self._frozen += seconds
        else:
            self._offset += seconds

    @property
    def frozen(self) -> bool:
        """Return whether the clock stands still."""
        return self._frozen is not None

    @property
    def offset(self) -> float:
        """Return by how many seconds the clock differs from real time."""
        return self.now() - time.time()

    def reset(self) -> None:
        """Return to real time."""
        self._frozen, self._offset = None, 0.0
