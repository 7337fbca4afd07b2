"""How much of a platform's patience a client has used, and how much it may use."""

import threading
from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Budget:
    """Limits of one client's life, usually one run. None means no limit."""

    calls: int | None = None
    syncs: int | None = None


@dataclass
class Usage:
    """Counts of what went over the wire. `calls` is by method and route, e.g. `GET /syncs/{id}/data`.

    Retried requests count each time, because they count for the platform too. Bytes are of bodies, as they
    arrived (that is, after decompression). `seconds_waited` is time slept between retries and polls. `others`
    are counts that only this platform has, such as `syncs`.
    """

    calls: Counter[str] = field(default_factory=Counter)
    bytes_sent: int = 0
    bytes_received: int = 0
    retries: int = 0
    seconds_waited: float = 0.0
    others: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def total_calls(self) -> int:
        """All requests sent, retries included."""
        with self._lock:
            return sum(self.calls.values())

    def call(self, route: str, sent: int = 0) -> None:
        with self._lock:
            self.calls[route] += 1
            self.bytes_sent += sent

    def received(self, count: int) -> None:
        with self._lock:
            self.bytes_received += count

    def retried(self) -> None:
        with self._lock:
            self.retries += 1

    def waited(self, seconds: float) -> None:
        with self._lock:
            self.seconds_waited += seconds

    def started(self, what: str, number: int = 1) -> None:
        """Count something that only this platform has. A number of 0 makes it part of the numbers shown."""
        with self._lock:
            self.others[what] += number

    def count(self, route: str) -> int:
        """How often one route was called."""
        with self._lock:
            return self.calls[route]

    def as_metadata(self) -> dict[str, int | float]:
        """The numbers for an asset's metadata."""
        with self._lock:
            return {
                "calls": sum(self.calls.values()),
                "retries": self.retries,
                "bytes_sent": self.bytes_sent,
                "bytes_received": self.bytes_received,
                "seconds_waited": round(self.seconds_waited, 3),
                **self.others,
            }
