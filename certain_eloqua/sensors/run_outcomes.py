"""What a run did, read from Dagster's events and the ledger: for messages about runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import dagster as dg

from certain_eloqua.clients.redaction import redact
from certain_eloqua.connectors.contract.actions import WRITES, Outcome
from certain_eloqua.notify.run_message import EventOutcome, RunOutcome

if TYPE_CHECKING:
    from certain_eloqua.ledger import Ledger

CONNECTOR_TAG = "certain/connector"
RETRY_NUMBER_TAG = "dagster/retry_number"
WILL_RETRY_TAG = "dagster/will_retry"
MOST_CAUSES = 5

_KINDS = {
    dg.DagsterEventType.ASSET_MATERIALIZATION,
    dg.DagsterEventType.STEP_FAILURE,
    dg.DagsterEventType.RUN_FAILURE,
}


def connector_of(run: dg.DagsterRun, connectors: Iterable[str]) -> str | None:
    """The connector a run is of: its job's tag, or the one whose plan or delivery was selected."""
    tagged = run.tags.get(CONNECTOR_TAG)
    if tagged:
        return tagged
    chosen = {key.path[0] for key in run.asset_selection or () if key.path[-1] in ("plan", "delivery")}
    return next((name for name in connectors if name in chosen), None)


def is_final(run: dg.DagsterRun) -> bool:
    """Whether Dagster will not retry it."""
    return run.status != dg.DagsterRunStatus.FAILURE or run.tags.get(WILL_RETRY_TAG) != "true"


def outcome_of(
    instance: dg.DagsterInstance, ledger: Ledger, record: dg.RunRecord, connector: str, ui_url: str
) -> RunOutcome:
    """The outcome of a run that has ended."""
    run = record.dagster_run
    planned: dict[str | None, int] = {}
    events: dict[str | None, EventOutcome] = {}
    causes: list[str] = []
    for entry in _entries(instance, run.run_id):
        event = entry.dagster_event
        if event is None:
            continue
        if event.event_type == dg.DagsterEventType.ASSET_MATERIALIZATION:
            made = event.step_materialization_data.materialization
            counts = {name: getattr(one, "value", None) for name, one in made.metadata.items()}
            if made.asset_key.path == [connector, "plan"]:
                planned[made.partition] = sum(counts.get(f"plan_{action}") or 0 for action in WRITES)
                events.setdefault(made.partition, EventOutcome(made.partition, planned[made.partition]))
            elif made.asset_key.path == [connector, "delivery"]:
                done = {str(one): int(counts[one] or 0) for one in Outcome if counts.get(one)}
                events[made.partition] = EventOutcome(
                    made.partition, planned.get(made.partition), done, completed=True
                )
        else:
            causes += [cause] if (cause := _cause(event)) and cause not in causes else []
    for delivery, recorded in ledger.deliveries_of_run(run.run_id):
        known = events.get(delivery.event)
        if delivery.connector == connector and not (known and known.completed):
            wanted = planned.get(delivery.event)
            events[delivery.event] = EventOutcome(delivery.event, wanted, recorded, completed=False)
    if not events and (partition := run.tags.get("dagster/partition")):
        events[partition] = EventOutcome(partition)
    return RunOutcome(
        run.run_id,
        connector,
        run.status == dg.DagsterRunStatus.FAILURE,
        f"{ui_url}/runs/{run.run_id}",
        f"{record.update_timestamp:%Y-%m-%d %H:%M} UTC",
        attempts=int(run.tags.get(RETRY_NUMBER_TAG) or 0) + 1,
        causes=causes[:MOST_CAUSES],
        events=list(events.values()),
    )


def _entries(instance: dg.DagsterInstance, run_id: str) -> Iterable[dg.EventLogEntry]:
    cursor = None
    while True:
        page = instance.get_records_for_run(run_id, cursor=cursor, of_type=_KINDS)
        for record in page.records:
            yield record.event_log_entry
        cursor = page.cursor
        if not page.has_more:
            return


def _cause(event: dg.DagsterEvent) -> str | None:
    """Why a step or the run failed, in plain words. The run's own event only repeats the names of steps."""
    if event.event_type == dg.DagsterEventType.STEP_FAILURE:
        data = event.step_failure_data
        if data.user_failure_data and data.user_failure_data.description:
            return redact(data.user_failure_data.description)
        error = data.error
        return redact((error.message if error else event.message) or "")
    message = event.message or ""
    return None if message.startswith(("Steps failed", "Execution of run")) else redact(message) or None
