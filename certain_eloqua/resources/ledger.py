"""The ledger as a resource: open for the length of a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import dagster as dg

from certain_eloqua.settings import Settings

if TYPE_CHECKING:
    from certain_eloqua.ledger import Ledger


class LedgerResource(dg.ConfigurableResource["Ledger"]):
    """The ledger, open for the length of a run."""

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Ledger]:
        with open_ledger(Settings.read()) as ledger:
            yield ledger


def open_ledger(settings: Settings) -> Ledger:
    """The ledger of these settings. Raises `LedgerUnusable`, naming the variable."""
    from certain_eloqua.ledger import Ledger
    from certain_eloqua.ledger.errors import LedgerUnusable

    try:
        return Ledger(settings.ledger_address)
    except LedgerUnusable as error:
        raise LedgerUnusable(f"CERTAIN_ELOQUA_LEDGER_URL: {error}") from None
