"""Kind 6, Upload Interest Metrics to Eloqua: a record per registration and tag in a custom object."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd

from certain_eloqua.connectors.contract.kind import Delivered, Job, Kind, Platforms
from certain_eloqua.connectors.metrics.custom_object import read_custom_object
from certain_eloqua.connectors.metrics.object_designs import INTEREST_OBJECT
from certain_eloqua.connectors.metrics.requirements import object_fits, selection_exists
from certain_eloqua.connectors.metrics.restoring import of_records
from certain_eloqua.connectors.metrics.settings import InterestSettings
from certain_eloqua.connectors.metrics.upload_delivery import deliver_upload
from certain_eloqua.connectors.metrics.upload_plan import (
    EMAIL,
    REGISTRATION,
    TAG,
    plan_upload,
    taken,
)
from certain_eloqua.connectors.metrics.upload_rows import interest_rows

COLUMNS = (EMAIL, REGISTRATION, TAG)


def plan(job: Job, reads: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Which records are to be created, updated, or set to 0."""
    rows = interest_rows(job, taken(reads, "metrics/interest"))
    return plan_upload(job, reads, INTEREST_OBJECT, rows, COLUMNS)


def deliver(job: Job, plan: pd.DataFrame, platforms: Platforms) -> Delivered:
    """Send them."""
    return deliver_upload(job, plan, platforms, INTEREST_OBJECT)


KIND = Kind(
    name="upload_interest_metrics",
    title="Upload Interest Metrics to Eloqua",
    family="metrics",
    level="event",
    summary="Uploads the points of every registration by tag to a custom object, linked to its contact.",
    settings=InterestSettings,
    record="record",
    writes_to=("eloqua",),
    key_columns=COLUMNS,
    reads=("metrics/interest", "statuses", "attendee_types"),
    own_read="custom_object",
    extract=read_custom_object,
    ledger_reads={
        "sent": lambda ledger, job, _: ledger.sent_records.read(job.connector, job.event_code).to_pandas()
    },
    plan=plan,
    requirements=(selection_exists, partial(object_fits, INTEREST_OBJECT)),
    deliver=deliver,
    plain_fields=INTEREST_OBJECT.plain_fields,
    restoring=of_records(INTEREST_OBJECT),
)
