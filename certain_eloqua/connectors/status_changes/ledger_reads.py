"""What the plans of the family need of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certain_eloqua.ledger import Filter, Ledger
from certain_eloqua.ledger.outbox import PENDING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from certain_eloqua.connectors.contract.kind import Job

    Frames = Mapping[str, pd.DataFrame]

_COLUMNS = (
    "fingerprint",
    "item",
    "registration",
    "previous",
    "status",
    "contact_id",
    "asset_type",
    "asset_name",
    "activity_type",
    "campaign",
    "happened_at",
)


def seen(ledger: Ledger, job: Job, _: Frames) -> pd.DataFrame:
    """The statuses last seen of the event."""
    return ledger.outbox.seen(job.connector, str(job.event_code))


def pending(ledger: Ledger, job: Job, _: Frames) -> pd.DataFrame:
    """Changes of the event that earlier runs have seen and not sent."""
    wanted = Filter(job.connector, events=[str(job.event_code)], states=[PENDING])
    frame: pd.DataFrame = ledger.outbox.table(wanted, _COLUMNS).to_pandas()
    return frame


READS = {"seen": seen, "pending": pending}
