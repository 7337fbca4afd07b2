"""What the ledger refuses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a run lock."""

    run_id: str
    host: str = ""
    process: int = 0
    since: datetime | None = None

    def __str__(self) -> str:
        where = f" (process {self.process} on {self.host})" if self.host else ""
        since = f" since {self.since:%Y-%m-%d %H:%M:%S} UTC" if self.since else ""
        return f"run {self.run_id}{where}{since}"


class AlreadyRunning(Exception):
    """Another run of this connector and event has not ended; it would undo or repeat our work."""

    def __init__(self, connector: str, event: str | None, holder: Holder | None) -> None:
        what = f"{connector} for {event}" if event else connector
        who = f"run {holder.run_id}" if holder else "another run"
        super().__init__(
            f"{what} is already being run by {who}; wait for it, then run again. "
            "Nothing was written by this run."
        )
        self.connector = connector
        self.event = event
        self.holder = holder


class LedgerUnusable(Exception):
    """The ledger's database cannot be opened, or is newer than this program."""
