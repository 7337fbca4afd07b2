"""The run locks of a run, held until it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    from certain_eloqua.ledger import Ledger


class RunLocks:
    """The connectors and events this run holds, until it ends. No two runs hold the same."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._held: set[tuple[str, str | None]] = set()

    def take(self, ledger: Ledger, connector: str, event: str | None, run_id: str) -> None:
        """Hold a connector and event from now on. Raises `AlreadyRunning`, which says who holds it."""
        if (connector, event) not in self._held:
            self._stack.enter_context(ledger.run_lock(connector, event, run_id))
            self._held.add((connector, event))

    def release_all(self) -> None:
        """Release everything."""
        self._stack.close()
        self._held.clear()


class RunLocksResource(dg.ConfigurableResource[RunLocks]):
    """Keeps two runs of one connector and event from overlapping, also those that pass by the run queue."""

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[RunLocks]:
        """The locks are released when the run ends; a process that dies releases them by dying."""
        held = RunLocks()
        try:
            yield held
        finally:
            held.release_all()
