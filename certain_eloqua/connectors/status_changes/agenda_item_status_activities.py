"""Kind 9: an Eloqua activity upon a change of an agenda item's status."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from certain_eloqua.connectors.contract.kind import Job, Kind
from certain_eloqua.connectors.status_changes import activity_delivery, ledger_reads
from certain_eloqua.connectors.status_changes.activity_plan import (
    EXPECTED_REASONS,
    PLAIN_FIELDS,
    Statuses,
    column,
    plan_activities,
)
from certain_eloqua.connectors.status_changes.columns import ACTIVITY_COLUMNS
from certain_eloqua.connectors.status_changes.names import cut_name
from certain_eloqua.connectors.status_changes.people import aware
from certain_eloqua.connectors.status_changes.requirements import (
    activities_can_be_sent,
    agenda_items_exist,
    types_exist,
)
from certain_eloqua.connectors.status_changes.restoring import ACTIVITIES_STAY
from certain_eloqua.connectors.status_changes.selecting import selected_item_statuses, selected_items
from certain_eloqua.connectors.status_changes.settings import AgendaItemStatusSettings
from certain_eloqua.domain.event import ADMINISTRATION_ZONE

if TYPE_CHECKING:
    from certain_eloqua.domain.event import Event

ASSET_TYPE = "Certain Agenda Item"


def plan(job: Job, reads: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Which changes of agenda items become activities."""
    return plan_activities(job, reads, ASSET_TYPE, _statuses)


def _statuses(job: Job, reads: Mapping[str, pd.DataFrame], people: pd.DataFrame, doing: str) -> Statuses:
    settings: AgendaItemStatusSettings = job.settings
    items, rows = reads["agenda_items"], reads["agenda_registrations"]
    code, stamp = column(rows, "activityCode"), column(rows, "dateModified")
    status = column(rows, "status").str.title()
    current = pd.DataFrame(
        {
            "registration": column(rows, "registrationCode"),
            "item": code,
            "item_code": code,
            "status": status,
            "stamp": stamp,
            "happened_at": aware(stamp.tolist(), ADMINISTRATION_ZONE),
        }
    )
    chosen_items = selected_items(
        doing,
        "agenda item",
        settings.agenda_items,
        settings.agenda_item_tags,
        column(items, "activityCode").tolist(),
        column(items, "tags").tolist(),
    )
    chosen = selected_item_statuses(doing, settings.agenda_statuses, status.unique().tolist())
    vanished = "Cancelled" if settings.vanished_as_cancelled else None
    return Statuses(current[status.ne("")], chosen, chosen_items, _asset_names(job.event, items), vanished)


def _asset_names(event: Event | None, items: pd.DataFrame) -> dict[str, str]:
    """`<event>: <activity code> <name>`, by activity code."""
    pairs = zip(column(items, "activityCode"), column(items, "name"), strict=True)
    return {code: cut_name(f"{event.code if event else ''}: {code} {name}") for code, name in pairs}


KIND = Kind(
    name="agenda_item_status_activities",
    title="Create Eloqua Activity upon Agenda Item Status Change",
    family="status_changes",
    level="event",
    summary="Creates an external activity in Eloqua each time the status of a chosen agenda item changes for "
    "an attendee to one of the chosen statuses. Each change becomes one activity, never two.",
    settings=AgendaItemStatusSettings,
    record="activity",
    reads_from=("certain",),
    writes_to=("eloqua",),
    key_columns=ACTIVITY_COLUMNS,
    reads=("registrations", "profiles", "attendee_types", "agenda_items", "agenda_registrations"),
    ledger_reads=ledger_reads.READS,
    uses_field_map=True,
    expected_reasons=EXPECTED_REASONS,
    plain_fields=PLAIN_FIELDS,
    plan=plan,
    requirements=(
        agenda_items_exist,
        types_exist,
        partial(activities_can_be_sent, ASSET_TYPE, "agenda_statuses"),
    ),
    deliver=activity_delivery.deliver,
    deliver_together=activity_delivery.deliver_together,
    cannot_be_undone=ACTIVITIES_STAY,
)
