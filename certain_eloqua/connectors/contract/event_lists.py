"""Lists of an event in Certain as the plans read them: statuses, attendee types, and programme."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

if TYPE_CHECKING:
    from certain_eloqua.clients.certain import CertainClient
    from certain_eloqua.domain.registration import RegistrationStatus

STATUS_SCHEMA = pa.schema(
    [
        ("label", pa.string()),
        ("classification", pa.string()),
        ("is_standard", pa.bool_()),
        ("tags", pa.string()),
    ]
)


def status_table(statuses: Iterable[RegistrationStatus]) -> pa.Table:
    """Registration statuses as rows; tags are joined by semicolons."""
    rows = [
        {
            "label": status.label,
            "classification": status.classification.value if status.classification else None,
            "is_standard": status.is_standard,
            "tags": "; ".join(status.tags),
        }
        for status in statuses
    ]
    return pa.Table.from_pylist(rows, schema=STATUS_SCHEMA)


def statuses_now(certain: CertainClient, event: str) -> pd.DataFrame:
    """The registration statuses of an event, without those that only its registrations show."""
    return status_table(certain.registration_statuses(event)).to_pandas()


def attendee_types_now(certain: CertainClient, event: str) -> pd.DataFrame:
    """The attendee types of an event."""
    from certain_eloqua.clients.certain import ATTENDEE_TYPE_SCHEMA, to_table

    return to_table(certain.iter_attendee_type_pages(event), ATTENDEE_TYPE_SCHEMA).to_pandas()
