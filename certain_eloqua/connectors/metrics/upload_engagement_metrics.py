"""Kind 5, Upload Engagement Metrics to Eloqua: a record per registration in a custom object."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd

from certain_eloqua.connectors.contract.kind import Delivered, Job, Kind, Platforms
from certain_eloqua.connectors.metrics.custom_object import read_custom_object
from certain_eloqua.connectors.metrics.object_designs import ENGAGEMENT_OBJECT
from certain_eloqua.connectors.metrics.requirements import object_fits, selection_exists
from certain_eloqua.connectors.metrics.restoring import of_records
from certain_eloqua.connectors.metrics.settings import EngagementSettings
from certain_eloqua.connectors.metrics.upload_delivery import deliver_upload
from certain_eloqua.connectors.metrics.upload_plan import EMAIL, REGISTRATION, plan_upload, taken
from certain_eloqua.connectors.metrics.upload_rows import engagement_rows

COLUMNS = (EMAIL, REGISTRATION)


def plan(job: Job, reads: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Which records are to be created, updated, or set to 0."""
    rows = engagement_rows(job, taken(reads, "metrics/engagement"))
    return plan_upload(job, reads, ENGAGEMENT_OBJECT, rows, COLUMNS)


def deliver(job: Job, plan: pd.DataFrame, platforms: Platforms) -> Delivered:
    """Send them."""
    return deliver_upload(job, plan, platforms, ENGAGEMENT_OBJECT)


KIND = Kind(
    name="upload_engagement_metrics",
    title="Upload Engagement Metrics to Eloqua",
    family="metrics",
    level="event",
    summary="Uploads the sessions, appointments and ratings of every registration to a custom object, "
    "linked to its contact.",
    settings=EngagementSettings,
    record="record",
    writes_to=("eloqua",),
    key_columns=COLUMNS,
    reads=("metrics/engagement", "statuses", "attendee_types"),
    own_read="custom_object",
    extract=read_custom_object,
    ledger_reads={
        "sent": lambda ledger, job, _: ledger.sent_records.read(job.connector, job.event_code).to_pandas()
    },
    plan=plan,
    requirements=(selection_exists, partial(object_fits, ENGAGEMENT_OBJECT)),
    deliver=deliver,
    plain_fields=ENGAGEMENT_OBJECT.plain_fields,
    restoring=of_records(ENGAGEMENT_OBJECT),
)
