"""Metrics in contact fields: totals and points by tag of every person, for scoring without custom objects.

Certain has no such job: with its custom objects alone, a marketer copies the numbers to the contact.
"""

from __future__ import annotations

from certain_eloqua.connectors.contract.kind import Kind
from certain_eloqua.connectors.metrics.contact_delivery import deliver
from certain_eloqua.connectors.metrics.contact_fields import read_contact_fields
from certain_eloqua.connectors.metrics.contact_plan import COLUMNS, plan
from certain_eloqua.connectors.metrics.contact_settings import ContactMetricsSettings
from certain_eloqua.connectors.metrics.requirements import fields_fit
from certain_eloqua.connectors.metrics.restoring import CONTACT_VALUES

KIND = Kind(
    name="upload_metrics_to_contacts",
    title="Upload Metrics to Eloqua Contact Fields",
    family="metrics",
    level="account",
    summary="Writes chosen totals and points by tag of every person to fields of its Eloqua contact.",
    settings=ContactMetricsSettings,
    record="contact",
    writes_to=("eloqua",),
    key_columns=COLUMNS,
    reads=("metrics/account", "metrics/account_interest"),
    own_read="contact_fields",
    extract=read_contact_fields,
    ledger_reads={"sent": lambda ledger, job, _: ledger.sent_records.read(job.connector, None).to_pandas()},
    plan=plan,
    requirements=(fields_fit,),
    deliver=deliver,
    restoring=CONTACT_VALUES,
)
