"""Kind 7: an Eloqua activity upon a change of status in a session."""

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
    sessions_exist,
    types_exist,
)
from certain_eloqua.connectors.status_changes.restoring import ACTIVITIES_STAY
from certain_eloqua.connectors.status_changes.selecting import selected_item_statuses, selected_items
from certain_eloqua.connectors.status_changes.settings import SessionStatusSettings
from certain_eloqua.domain.event import ADMINISTRATION_ZONE

if TYPE_CHECKING:
    from certain_eloqua.domain.event import Event

ASSET_TYPE = "Certain Session"


def plan(job: Job, reads: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Which changes in sessions become activities."""
    return plan_activities(job, reads, ASSET_TYPE, _statuses)


def _statuses(job: Job, reads: Mapping[str, pd.DataFrame], people: pd.DataFrame, doing: str) -> Statuses:
    settings: SessionStatusSettings = job.settings
    sessions, rows = reads["sessions"], reads["session_registrations"]
    code, instance = column(rows, "sessionCode"), column(rows, "instanceId")
    status = column(rows, "regSessionStatus").str.title()
    stamp = column(rows, "dateModified")
    current = pd.DataFrame(
        {
            "registration": column(rows, "registrationCode"),
            "item": instance.where(instance.ne(""), code),
            "item_code": code,
            "status": status,
            "stamp": stamp,
            "happened_at": aware(stamp.tolist(), ADMINISTRATION_ZONE),
        }
    )
    codes = column(sessions, "sessionCode")
    items = selected_items(
        doing,
        "session",
        settings.sessions,
        settings.session_tags,
        codes.tolist(),
        column(sessions, "tags").tolist(),
    )
    chosen = selected_item_statuses(doing, settings.session_statuses, status.unique().tolist())
    vanished = "Cancelled" if settings.vanished_as_cancelled else None
    names = _asset_names(job.event, rows, sessions)
    return Statuses(current[status.ne("")], chosen, items, names, vanished)


def _asset_names(event: Event | None, rows: pd.DataFrame, sessions: pd.DataFrame) -> dict[str, str]:
    """`<event>: <session code> <title>`, by instance."""
    found: dict[str, str] = {}
    for frame, title in ((rows, "sessionName"), (sessions, "sessionTitle")):
        for instance, code, name in zip(
            column(frame, "instanceId"), column(frame, "sessionCode"), column(frame, title), strict=True
        ):
            found[instance or code] = cut_name(f"{event.code if event else ''}: {code} {name}")
    return found


KIND = Kind(
    name="session_status_activities",
    title="Create Eloqua Activity upon Session Status Change",
    family="status_changes",
    level="event",
    summary="Creates an external activity in Eloqua each time an attendee's status in a chosen session "
    "changes to one of the chosen statuses. Each change becomes one activity, never two.",
    settings=SessionStatusSettings,
    record="activity",
    reads_from=("certain",),
    writes_to=("eloqua",),
    key_columns=ACTIVITY_COLUMNS,
    reads=("registrations", "profiles", "attendee_types", "sessions", "session_registrations"),
    ledger_reads=ledger_reads.READS,
    uses_field_map=True,
    expected_reasons=EXPECTED_REASONS,
    plain_fields=PLAIN_FIELDS,
    plan=plan,
    requirements=(
        sessions_exist,
        types_exist,
        partial(activities_can_be_sent, ASSET_TYPE, "session_statuses"),
    ),
    deliver=activity_delivery.deliver,
    deliver_together=activity_delivery.deliver_together,
    cannot_be_undone=ACTIVITIES_STAY,
)
