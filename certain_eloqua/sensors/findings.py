"""Run keys and cursors of sensors. Every sensor that asks for runs takes its keys from here.

Dagster never starts a second run for a run key it has seen, and does so without an error. A key that names
only *what* was found is therefore wrong: the same find can come again (a partition is deleted and comes
back, a status changes to and fro). A key that names the tick is wrong, too: a tick that is repeated after a
crash starts its runs twice. So a key names the finding: the series of the sensor's cursor and a number
that is counted up when Dagster stores the cursor.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Self

LONGEST_NAME = 200
"""Characters of a key that name what was found; a longer name ends in its digest."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a sensor finds in one tick, numbered. Give `cursor` to Dagster together with the run requests.

    Args:
        series: identifies the cursor; another one after the cursor was reset.
        number: counts the findings of the series.
        position: where the sensor continues to read, in its own format, such as a watermark.
    """

    series: str
    number: int
    position: str = ""

    @classmethod
    def after(cls, cursor: str | None) -> Self:
        """The finding that follows the stored cursor. Without a readable cursor a new series begins."""
        try:
            stored = json.loads(cursor or "")
            return cls(str(stored["series"]), int(stored["number"]) + 1, str(stored["position"]))
        except (ValueError, KeyError, TypeError):
            return cls(uuid.uuid4().hex[:12], 1)

    def at(self, position: str) -> Self:
        """The same finding with the position at which the next tick continues."""
        return replace(self, position=position)

    @property
    def cursor(self) -> str:
        """What Dagster stores."""
        return json.dumps({"series": self.series, "number": self.number, "position": self.position})

    def run_key(self, *names: str) -> str:
        """The key of one run of this finding: the same when its tick is repeated, never used by another."""
        name = ",".join(names)
        if len(name) > LONGEST_NAME:
            name = f"{name[:LONGEST_NAME]}…{sha256(name.encode()).hexdigest()[:16]}"
        return f"{self.series}-{self.number}:{name}"
