"""The status of every connector in Certain's words, read from the latest run of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg

from certain_eloqua.assets.jobs import DRY_RUN_SUFFIX
from certain_eloqua.assets.many_events import events_of_run
from certain_eloqua.assets.restore_jobs import REPAIR_SUFFIX, UNDO_SUFFIX
from certain_eloqua.assets.restore_steps import PLAN_OF, REPAIR, UNDO
from certain_eloqua.assets.step import CONNECTOR_TAG
from certain_eloqua.connectors.contract.actions import Outcome

NEVER_RUN = "Never run"
_WORDS = {
    dg.DagsterRunStatus.QUEUED: "Queued",
    dg.DagsterRunStatus.NOT_STARTED: "Queued",
    dg.DagsterRunStatus.SUCCESS: "Completed",
    dg.DagsterRunStatus.FAILURE: "Failed",
    dg.DagsterRunStatus.CANCELED: "Terminated",
}
ENDED = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)


@dataclass(frozen=True, slots=True)
class ConnectorStatus:
    """The latest run of a connector.

    Attributes:
        status: Never run, Queued, Running, Completed, Completed with errors, Failed or Terminated.
        changed: when the status last changed.
        run_id: the run.
        event: its event; None for the account, or for many events.
        outcome: records by outcome, summed over the events of the run.
        dry_run: whether the run only made the plan.
        restored: `undo` or `repair`, if that is what the run was for.
    """

    status: str = NEVER_RUN
    changed: datetime | None = None
    run_id: str | None = None
    event: str | None = None
    outcome: tuple[tuple[str, int], ...] = ()
    dry_run: bool = False
    restored: str = ""

    @property
    def outcome_in_words(self) -> str:
        if self.dry_run:
            return "dry run"
        words = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in self.outcome)
        return f"{self.restored}: {words or 'dry run'}" if self.restored else words


def connector_status(instance: dg.DagsterInstance, connector: str) -> ConnectorStatus:
    """The status of one connector."""
    records = instance.get_run_records(dg.RunsFilter(tags={CONNECTOR_TAG: connector}), limit=1)
    if not records:
        return ConnectorStatus()
    record = records[0]
    run, changed = record.dagster_run, record.update_timestamp
    outcome = _outcome(instance, connector, run.run_id)
    status = _WORDS.get(run.status, "Running")
    if status == "Completed" and {"rejected", "in_doubt"} & {name for name, _ in outcome}:
        status = "Completed with errors"
    return ConnectorStatus(
        status,
        changed if changed.tzinfo else changed.replace(tzinfo=UTC),
        run.run_id,
        run.tags.get("dagster/partition"),
        outcome,
        run.job_name.endswith(DRY_RUN_SUFFIX),
        _restored(run.job_name),
    )


def _restored(job: str) -> str:
    return UNDO if job.endswith(UNDO_SUFFIX) else REPAIR if job.endswith(REPAIR_SUFFIX) else ""


def _outcome(instance: dg.DagsterInstance, connector: str, run_id: str) -> tuple[tuple[str, int], ...]:
    total = dict.fromkeys(map(str, Outcome), 0)
    cursor = None
    while True:
        page = instance.get_records_for_run(
            run_id, cursor=cursor, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION
        )
        for record in page.records:
            made = record.asset_materialization
            if (
                made is not None
                and made.asset_key.path[:1] == [connector]
                and made.asset_key.path[-1] in PLAN_OF
            ):
                for name in total:
                    number = getattr(made.metadata.get(name), "value", 0)
                    total[name] += number if isinstance(number, int) else 0
        cursor = page.cursor
        if not page.has_more:
            return tuple((name, number) for name, number in total.items() if number)


def active_runs(instance: dg.DagsterInstance, connector: str) -> Mapping[str | None, str]:
    """The runs of a connector that have not ended, by event; None is the account."""
    statuses = [one for one in dg.DagsterRunStatus if one not in ENDED]
    found: dict[str | None, str] = {}
    for run in instance.get_runs(dg.RunsFilter(tags={CONNECTOR_TAG: connector}, statuses=statuses)):
        events: list[str | None] = [*events_of_run(run)] or [run.tags.get("dagster/partition")]
        found |= dict.fromkeys(events, run.run_id)
    return found


def ended_runs(
    instance: dg.DagsterInstance, connectors: Iterable[str], before: datetime, *, keep_latest: bool
) -> list[dg.DagsterRun]:
    """Runs of connectors that have ended before a time; without the latest of each job and event, if kept.

    Queued and running ones are never among them.
    """
    found: list[dg.DagsterRun] = []
    for connector in connectors:
        wanted = dg.RunsFilter(tags={CONNECTOR_TAG: connector}, statuses=list(ENDED))
        seen: set[tuple[str, str | None]] = set()
        for record in instance.get_run_records(wanted):
            run, changed = record.dagster_run, record.update_timestamp
            this = (run.job_name, run.tags.get("dagster/partition"))
            latest = this not in seen
            seen.add(this)
            changed = changed if changed.tzinfo else changed.replace(tzinfo=UTC)
            if changed < before and not (latest and keep_latest):
                found.append(run)
    return found
