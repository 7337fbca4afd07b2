"""Engagement and interest of each event, and their roll-up over events: for analysts, and for uploads.

Pure functions compute them from the reads (`connectors/metrics/`). Registrations that do not count are in the
frames too, with the reason, so that a connector with other criteria finds them.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import dagster as dg

from certain_eloqua.assets import metrics_report
from certain_eloqua.assets.event_rows import event_of
from certain_eloqua.assets.metadata import shown
from certain_eloqua.assets.programme_reads import (
    AGENDA_ITEMS,
    AGENDA_REGISTRATIONS,
    APPOINTMENTS,
    EVENTS,
    RATINGS,
    REGISTRATIONS,
    SESSION_REGISTRATIONS,
    SESSIONS,
)
from certain_eloqua.assets.shared_read import SharedRead, read_key, shared_read
from certain_eloqua.assets.step import Step, StepResult
from certain_eloqua.connectors.metrics import account as rollup
from certain_eloqua.connectors.metrics import checks
from certain_eloqua.connectors.metrics.columns import ENGAGEMENT, INTEREST, Column
from certain_eloqua.connectors.metrics.engagement import Metrics
from certain_eloqua.connectors.metrics.engagement import engagement as compute_engagement
from certain_eloqua.connectors.metrics.interest import interest as compute_interest
from certain_eloqua.connectors.metrics.people import EventFacts
from certain_eloqua.connectors.metrics.reads import COLUMNS, ProgrammeReads
from certain_eloqua.partitions import events as event_partitions

if TYPE_CHECKING:
    from certain_eloqua.connectors.contract.plan_checks import Finding

STATUSES = read_key("statuses")
ENGAGEMENT_KEY = dg.AssetKey(["metrics", "engagement"])
INTEREST_KEY = dg.AssetKey(["metrics", "interest"])
ACCOUNT_KEY = dg.AssetKey(["metrics", "account"])
ACCOUNT_INTEREST_KEY = dg.AssetKey(["metrics", "account_interest"])

Check = Callable[[Metrics, ProgrammeReads], "Finding"]

_READS = (
    EVENTS,
    REGISTRATIONS,
    STATUSES,
    SESSIONS,
    SESSION_REGISTRATIONS,
    AGENDA_ITEMS,
    AGENDA_REGISTRATIONS,
)
_ENGAGEMENT_READS = (*_READS, APPOINTMENTS, RATINGS)
_ENGAGEMENT_CHECKS: tuple[Check, ...] = (
    checks.totals_reconcile,
    checks.nothing_is_negative,
    checks.averages_are_within_the_scale,
)
_INTEREST_CHECKS: tuple[Check, ...] = (checks.tags_add_up, checks.nothing_is_negative)


def _described(columns: tuple[Column, ...]) -> dict[str, Any]:
    """The column schema, as the UI shows it."""
    return {
        "dagster/column_schema": dg.TableSchema(
            [dg.TableColumn(one.name, str(one.type), description=one.text) for one in columns]
        )
    }


def _lineage(columns: tuple[Column, ...]) -> dict[str, Any]:
    """Which fields each column is computed from."""
    return {
        "dagster/column_lineage": dg.TableColumnLineage(
            {
                one.name: [
                    dg.TableColumnDep(asset_key=dg.AssetKey(asset.split("/")), column_name=name)
                    for asset, name in one.origins
                ]
                for one in columns
                if one.origins
            }
        )
    }


def _specs(key: dg.AssetKey, functions: tuple[Check, ...]) -> tuple[dg.AssetCheckSpec, ...]:
    return tuple(
        dg.AssetCheckSpec(one.__name__, asset=key, description=(one.__doc__ or "").split("\n")[0])
        for one in functions
    )


def _of_metrics(
    columns: tuple[Column, ...], key: dg.AssetKey, functions: tuple[Check, ...]
) -> dict[str, Any]:
    return {
        "group": "metrics",
        "pool": None,
        "kinds": frozenset({"pandas", "parquet"}),
        "metadata": _described(columns),
        "check_specs": _specs(key, functions),
    }


@shared_read(
    ENGAGEMENT_KEY,
    "the engagement",
    by_event=True,
    deps=_ENGAGEMENT_READS,
    **_of_metrics(ENGAGEMENT, ENGAGEMENT_KEY, _ENGAGEMENT_CHECKS),
)
def engagement(step: Step, full: bool) -> StepResult:
    """What each registration of one event did: sessions, appointments, ratings. Blank means not measured.

    Every registration is in it; LeftOut says why one does not count by default.
    """
    reads = _reads(step, _ENGAGEMENT_READS)
    made = compute_engagement(reads, _event(step), datetime.now(UTC))
    written = step.keep(made.table, {"facts": made.facts})
    return StepResult(
        {
            **written.as_metadata(),
            **metrics_report.engagement_metadata(made),
            **_facts(made),
            **_lineage(ENGAGEMENT),
            **step.cost(),
        },
        list(_results(ENGAGEMENT_KEY, _ENGAGEMENT_CHECKS, made, reads)),
    )


@shared_read(
    INTEREST_KEY,
    "the interest",
    by_event=True,
    deps=_READS,
    **_of_metrics(INTEREST, INTEREST_KEY, _INTEREST_CHECKS),
)
def interest(step: Step, full: bool) -> StepResult:
    """The points of each registration of one event by tag, from the sessions or agenda items it has."""
    reads = _reads(step, _READS)
    made = compute_interest(reads, _event(step), datetime.now(UTC))
    written = step.keep(made.table, {"facts": made.facts})
    return StepResult(
        {
            **written.as_metadata(),
            **metrics_report.interest_metadata(made),
            **_facts(made),
            **_lineage(INTEREST),
            **step.cost(),
        },
        list(_results(INTEREST_KEY, _INTEREST_CHECKS, made, reads)),
    )


@shared_read(
    ACCOUNT_KEY,
    "the engagement over all events",
    deps=[EVENTS, ENGAGEMENT_KEY],
    **_of_metrics(rollup.ACCOUNT, ACCOUNT_KEY, ()),
)
def account(step: Step, full: bool) -> StepResult:
    """What each person did at all events of the account, of the events whose metrics were computed."""
    events = list(_events_with(step, ENGAGEMENT_KEY))
    table = rollup.account_engagement(_tables(step, ENGAGEMENT_KEY, events, rollup.ENGAGEMENT_COLUMNS))
    written = step.keep(table)
    return StepResult(
        {
            **written.as_metadata(),
            "people": table.num_rows,
            "events": len(events),
            **_lineage(rollup.ACCOUNT),
            **step.cost(),
        }
    )


@shared_read(
    ACCOUNT_INTEREST_KEY,
    "the interest over all events",
    deps=[EVENTS, INTEREST_KEY],
    **_of_metrics(rollup.ACCOUNT_INTEREST, ACCOUNT_INTEREST_KEY, ()),
)
def account_interest(step: Step, full: bool) -> StepResult:
    """The points of each person by tag over all events of the account."""
    events = list(_events_with(step, INTEREST_KEY))
    table = rollup.account_interest(_tables(step, INTEREST_KEY, events, rollup.INTEREST_COLUMNS))
    written = step.keep(table)
    return StepResult(
        {
            **written.as_metadata(),
            "people_and_tags": table.num_rows,
            "events": len(events),
            **_lineage(rollup.ACCOUNT_INTEREST),
            **step.cost(),
        }
    )


METRICS: tuple[SharedRead, ...] = (engagement, interest, account, account_interest)


def _reads(step: Step, keys: Iterable[dg.AssetKey]) -> ProgrammeReads:
    """The columns of the reads that metrics need; a read that is not asked for is empty."""
    names = {key.path[-1]: key for key in keys}
    empty = ProgrammeReads.of_rows()
    return ProgrammeReads(
        **{
            name: step.table(names[name], columns) if name in names else getattr(empty, name)
            for name, columns in COLUMNS.items()
        }
    )


def _event(step: Step) -> EventFacts:
    event = step.event_in(step.read(EVENTS))
    starts = event.starts.date() if event.starts else None
    return EventFacts(event.account_code, event.code, event.name, starts)


def _facts(made: Metrics) -> dict[str, Any]:
    return {name: shown(value) for name, value in made.facts.items()}


def _results(
    key: dg.AssetKey, functions: tuple[Check, ...], made: Metrics, reads: ProgrammeReads
) -> Iterator[dg.AssetCheckResult]:
    for function in functions:
        finding = function(made, reads)
        yield dg.AssetCheckResult(
            passed=finding.passed,
            check_name=function.__name__,
            asset_key=key,
            severity=dg.AssetCheckSeverity.WARN,
            metadata=finding.facts,
            description=finding.message,
        )


def _events_with(step: Step, key: dg.AssetKey) -> Iterator[str]:
    """The events for which an asset has a frame."""
    for event in sorted(step.context.instance.get_dynamic_partitions(event_partitions.name or "")):
        if step.frames.has(tuple(key.path), event):
            yield event


def _tables(
    step: Step, key: dg.AssetKey, events: Iterable[str], columns: tuple[str, ...]
) -> Iterator[rollup.EventTable]:
    described = step.read(EVENTS)
    for event in events:
        path = tuple(key.path)
        table = step.frames.table(path, event, None, columns)
        found = event_of(described, event)
        starts = found.starts.date() if found and found.starts else None
        yield rollup.EventTable(table, step.frames.facts(path, event).get("facts", {}), event, starts)
