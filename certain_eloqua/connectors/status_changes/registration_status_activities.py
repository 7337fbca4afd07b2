"""Kind 8: an Eloqua activity upon a change of a registration's status."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from certain_eloqua.connectors.contract.kind import Job, Kind
from certain_eloqua.connectors.status_changes import activity_delivery, ledger_reads
from certain_eloqua.connectors.status_changes.activity_plan import (
    EXPECTED_REASONS,
    PLAIN_FIELDS,
    Statuses,
    plan_activities,
)
from certain_eloqua.connectors.status_changes.columns import ACTIVITY_COLUMNS
from certain_eloqua.connectors.status_changes.names import cut_name
from certain_eloqua.connectors.status_changes.people import aware
from certain_eloqua.connectors.status_changes.requirements import (
    activities_can_be_sent,
    statuses_exist,
    types_exist,
)
from certain_eloqua.connectors.status_changes.restoring import ACTIVITIES_STAY
from certain_eloqua.connectors.status_changes.selecting import selected_statuses
from certain_eloqua.connectors.status_changes.settings import RegistrationStatusSettings
from certain_eloqua.domain.event import ADMINISTRATION_ZONE

if TYPE_CHECKING:
    import pandas as pd

ASSET_TYPE = "Certain Event"


def plan(job: Job, reads: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Which changes of registrations become activities."""
    return plan_activities(job, reads, ASSET_TYPE, _statuses)


def _statuses(job: Job, reads: Mapping[str, pd.DataFrame], people: pd.DataFrame, doing: str) -> Statuses:
    settings: RegistrationStatusSettings = job.settings
    chosen = selected_statuses(
        doing, settings.registration_statuses, settings.registration_status_tags, reads["statuses"]
    )
    current = people[["registration", "status"]].assign(
        item="",
        item_code="",
        stamp=people["modified"],
        happened_at=aware(people["modified"].tolist(), ADMINISTRATION_ZONE),
    )
    event = job.event
    name = cut_name(f"{event.code}: {event.name}") if event else ""
    return Statuses(current, chosen, None, {"": name})


KIND = Kind(
    name="registration_status_activities",
    title="Create Eloqua Activity upon Reg Status Change",
    family="status_changes",
    level="event",
    summary="Creates an external activity in Eloqua each time a registration changes to one of the chosen "
    "statuses. Each change becomes one activity, never two.",
    settings=RegistrationStatusSettings,
    record="activity",
    reads_from=("certain",),
    writes_to=("eloqua",),
    key_columns=ACTIVITY_COLUMNS,
    reads=("registrations", "profiles", "attendee_types", "statuses"),
    ledger_reads=ledger_reads.READS,
    uses_field_map=True,
    expected_reasons=EXPECTED_REASONS,
    plain_fields=PLAIN_FIELDS,
    plan=plan,
    requirements=(
        statuses_exist,
        types_exist,
        partial(activities_can_be_sent, ASSET_TYPE, "registration_statuses"),
    ),
    deliver=activity_delivery.deliver,
    deliver_together=activity_delivery.deliver_together,
    cannot_be_undone=ACTIVITIES_STAY,
)
