"""A Dagster schedule for every connector whose file has one (docs/decisions/0032).

A tick reads the events of Certain and the ticks that were run, decides with pure functions, and asks for one
run of many events. It writes nothing but the day of creation: a run records when it begins that it serves
the tick.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import dagster as dg

from certain_eloqua.connectors.files.due import Due, History, Target, due_now
from certain_eloqua.failures import dagster_failures
from certain_eloqua.schedules.cron import QUARTER, cron_of

if TYPE_CHECKING:
    from certain_eloqua.connectors.files.loader import Connector
    from certain_eloqua.connectors.files.schedule import Schedule
    from certain_eloqua.domain.event import Event
    from certain_eloqua.ledger import Ledger

SUFFIX = "_schedule"
EVENTS_PER_RUN = 100
"""Events in one run: so many at most are begun again when its process dies."""

ActiveRuns = Callable[[dg.DagsterInstance, str], Mapping[Target, str]]


@dataclass(frozen=True, slots=True)
class Jobs:
    """How schedules start runs.

    Attributes:
        suffix: with it ends the name of a connector's job for many events.
        config: the configuration of such a job.
        scheduled_tag: names the instant up to which a run serves the ticks.
        active: the runs of a connector that have not ended, by target.
    """

    suffix: str
    config: Callable[[str, Sequence[str]], dict[str, Any]]
    scheduled_tag: str
    active: ActiveRuns


def connector_schedules(connectors: "Iterable[Connector]", jobs: Jobs) -> list[dg.ScheduleDefinition]:
    """The schedules of the connectors that have one."""
    return [_schedule(one, one.schedule, jobs) for one in connectors if one.schedule is not None]


def _schedule(connector: "Connector", schedule: "Schedule", jobs: Jobs) -> dg.ScheduleDefinition:
    by_event = connector.events is not None
    name = f"{connector.name}{SUFFIX}"
    job = f"{connector.name}{jobs.suffix}" if by_event else connector.name
    crons = cron_of(schedule)

    @dg.schedule(
        name=name,
        job_name=job,
        cron_schedule=crons if len(crons) > 1 else crons[0],
        execution_timezone="UTC" if schedule.by_event_zone else schedule.timezone,
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description=_description(connector, schedule),
        metadata={
            "every": schedule.often,
            "first run": str(schedule.first_run),
            "last run": str(schedule.last_run),
            "time zone": "each event's own" if schedule.by_event_zone else schedule.timezone,
            "events": connector.events_in_words,
        },
    )
    def tick(
        context: dg.ScheduleEvaluationContext,
        certain: dg.ResourceParam[Any],
        ledger: dg.ResourceParam[Any],
    ) -> list[dg.RunRequest] | dg.SkipReason:
        now = context.scheduled_execution_time.astimezone(UTC)
        with dagster_failures(f"Evaluating the schedule of {connector.name}"):
            targets: list[Event | None] = [*connector.selected(certain.iter_events())] if by_event else [None]
            history = History(
                switched_on(context.instance, name) or now - QUARTER,
                _created(ledger, connector.name, now) if schedule.counts_from_creation else now.date(),
                ledger.watermarks.served_ticks(connector.name),
                jobs.active(context.instance, connector.name),
            )
            due = due_now(schedule, targets, history, now)
        for target, reason in list(due.reasons.items())[:EVENTS_PER_RUN]:
            context.log.info("%s: %s", target or "The account", reason)
        if not due.ticks:
            return dg.SkipReason(due.in_words())
        return list(_requests(connector.name, due, now, jobs, by_event))

    return tick


def _requests(connector: str, due: Due, now: datetime, jobs: Jobs, by_event: bool) -> Iterable[dg.RunRequest]:
    """One run for the account, or one for so many events. A tick that is repeated has the same keys."""
    at = now.isoformat(timespec="minutes")
    tags = {jobs.scheduled_tag: now.isoformat()}
    if not by_event:
        yield dg.RunRequest(run_key=f"{connector} {at}", tags=tags)
        return
    codes = [code for code in due.ticks if code is not None]
    for start in range(0, len(codes), EVENTS_PER_RUN):
        batch = codes[start : start + EVENTS_PER_RUN]
        key = f"{connector} {at} {start // EVENTS_PER_RUN + 1}"
        yield dg.RunRequest(run_key=key, run_config=jobs.config(connector, batch), tags=tags)


def switched_on(instance: dg.DagsterInstance, schedule: str) -> datetime | None:
    """When a schedule was last switched on; None if it never was."""
    stamps = [
        getattr(state.instigator_data, "start_timestamp", None)
        for state in instance.all_instigator_state()
        if state.instigator_name == schedule
    ]
    found = max((one for one in stamps if one), default=None)
    return datetime.fromtimestamp(found, UTC) if found else None


def is_switched_on(instance: dg.DagsterInstance, connector: str) -> bool:
    """Whether the schedule of a connector is switched on."""
    name = f"{connector}{SUFFIX}"
    return any(one.is_running for one in instance.all_instigator_state() if one.instigator_name == name)


def _created(ledger: "Ledger", connector: str, now: datetime) -> date:
    """The day on which the schedule was first evaluated, which is recorded now if it was not."""
    known = ledger.watermarks.created(connector)
    if known is None:
        known = now.date()
        ledger.watermarks.record_creation(connector, known)
    return known


def _description(connector: "Connector", schedule: "Schedule") -> str:
    text = f"Runs {connector.name} {schedule}, for {connector.events_in_words}."
    if schedule.by_event_zone:
        text += (
            " The times are those of each event's own zone, so it is evaluated every quarter of an hour; "
            "ticks at which no event is due are skipped with the reason."
        )
    return text + " The dates of the events are read again at each tick."
