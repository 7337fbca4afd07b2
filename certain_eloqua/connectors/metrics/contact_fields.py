"""The contact fields of a connector as Eloqua has them, and what is wrong with them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

import pandas as pd
import pyarrow as pa

from certain_eloqua.clients.eloqua import EloquaClient
from certain_eloqua.clients.errors import Permanent
from certain_eloqua.connectors.contract.kind import Extract, Job, Platforms
from certain_eloqua.connectors.metrics.contact_settings import AVERAGES, ContactMetricsSettings

SCHEMA = pa.schema([(name, pa.string()) for name in ("field", "type", "read_only", "nearest")])
"""The connector's own read: a row for each field it names; `type` is missing if Eloqua has no such field."""

_SUITABLE = ("text", "largeText", "number", "numeric")


def read_contact_fields(job: Job, platforms: Platforms) -> Extract:
    """The fields that the connector names."""
    found = contact_fields_now(job.settings, platforms.client("eloqua", EloquaClient))
    return Extract(SCHEMA, iter([pa.RecordBatch.from_pandas(found, SCHEMA, preserve_index=False)]))


def contact_fields_now(settings: ContactMetricsSettings, eloqua: EloquaClient) -> pd.DataFrame:
    """The fields that a connector names, as Eloqua has them now; see `SCHEMA`."""
    known = {field.internal_name: field for field in eloqua.contact_fields()}
    types = eloqua.contact_field_types()
    rows = []
    for _, name in pairs(settings):
        found = known.get(name)
        near = [] if found else difflib.get_close_matches(name, known, 1, 0.6)
        kind, _ = types.get(name, (found.data_type, "")) if found else (None, "")
        read_only = "yes" if found and found.read_only else None
        rows.append(
            {"field": name, "type": kind, "read_only": read_only, "nearest": near[0] if near else None}
        )
    return pa.Table.from_pylist(rows, schema=SCHEMA).to_pandas()


def pairs(settings: ContactMetricsSettings) -> list[tuple[str, str]]:
    """Every metric and its contact field."""
    return [*settings.total_fields, *((f"tag {tag}", field) for tag, field in settings.tag_fields)]


def refuse_unfit_fields(job: Job, found: pd.DataFrame) -> None:
    """Refuse fields that cannot hold their numbers, with everything that is wrong.

    Raises:
        Permanent: at least one field does not fit.
    """
    wrong = list(_problems(job.settings, found))
    if wrong:
        raise Permanent(
            f"Checking the contact fields of {job.connector}",
            "; ".join(wrong),
            advice="Create or correct the fields in Eloqua, or the connector file. Nothing was written.",
        )


def _problems(settings: ContactMetricsSettings, found: pd.DataFrame) -> Iterator[str]:
    metrics = {field: metric for metric, field in pairs(settings)}
    for row in found.itertuples():
        name, metric = str(row.field), metrics.get(str(row.field), "")
        if not isinstance(row.type, str):
            near = f" (did you mean {row.nearest}?)" if isinstance(row.nearest, str) else ""
            yield f"Eloqua has no contact field {name}{near}"
        elif isinstance(row.read_only, str):
            yield f"{name} is read-only"
        elif row.type not in _SUITABLE:
            yield f"{name} is a field of type {row.type}, it must be a number or a text"
        elif row.type == "number" and metric in AVERAGES:
            yield f"{name} holds whole numbers, {metric} has decimals: it must be numeric or a text"
