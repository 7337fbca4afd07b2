"""One run of a connector for many events: each event's result is a materialization of its own partition.

A run costs seconds to start, so changes in 200 events must not become 200 runs, and Dagster's own way, a
backfill in a single run, takes only contiguous partitions. So this is a job with one op. Its configuration
names the events, and it does for each what the assets do: shared reads, extract, plan, delivery.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field

from certain_eloqua.assets.step import CONNECTOR_TAG, RUN_LOCK_TAG, Step, StepResult, serve_ticks
from certain_eloqua.failures import Terminated, dagster_failures

if TYPE_CHECKING:
    from certain_eloqua.assets.connector import ConnectorAssets
    from certain_eloqua.assets.shared_read import SharedRead

SUFFIX = "_many_events"
"""How the job is named: `<connector>_many_events`. No connector may be named so."""


class ManyEvents(dg.Config):
    """Which events, and how far to go."""

    events: list[str] = Field(description="Codes of the events, in the order in which they are run.")
    dry_run: bool = Field(default=False, description="Stop after the plans.")


def many_events_config(connector: str, events: Sequence[str], *, dry_run: bool = False) -> dict[str, Any]:
    """The run configuration of a connector's job for many events."""
    return {"ops": {_op(connector): {"config": {"events": list(events), "dry_run": dry_run}}}}


def events_of_run(run: dg.DagsterRun) -> list[str]:
    """The events of a run of such a job; none for a run of another job."""
    if not run.job_name.endswith(SUFFIX):
        return []
    ops = dict(run.run_config).get("ops")
    if not isinstance(ops, Mapping):
        return []
    return [str(event) for op in ops.values() for event in op.get("config", {}).get("events", [])]


def many_events_job(made: "ConnectorAssets", reads: "Sequence[SharedRead]") -> dg.JobDefinition:
    """The job that runs an event-level connector for many events at once.

    Args:
        made: the connector's assets.
        reads: the shared reads there are, each after those it depends on.
    """
    needed = _closure({*made.steps.plan_reads.values(), *made.steps.extract_reads.values()}, reads)
    resources = made.resources | {name for read in needed for name in read.required_resources}

    @dg.op(
        name=_op(made.name),
        required_resource_keys=resources,
        pool=made.pool,
        out={},
        description=f"{made.name} for many events in one run.",
    )
    def run_events(context: dg.OpExecutionContext, config: ManyEvents) -> Iterator[Any]:
        runner = _Runner(context, made, needed)
        serve_ticks(context.run, context.resources.ledger, made.name, config.events)
        yield from runner.account_reads()
        yield from runner.events(list(dict.fromkeys(config.events)), dry_run=config.dry_run)
        failed = runner.failed
        if failed:
            raise dg.Failure(
                f"{len(failed)} of {len(set(config.events))} events failed; the others are complete. "
                + " | ".join(f"{event}: {cause}" for event, cause in list(failed.items())[:20]),
                metadata={"failed_events": dg.MetadataValue.json(sorted(failed))},
                allow_retries=False,
            )

    @dg.job(
        name=f"{made.name}{SUFFIX}",
        description=f"Runs {made.name} for many events in one run; sensors and schedules use it.",
        tags={
            CONNECTOR_TAG: made.name,
            "certain/kind": made.kind.name,
            RUN_LOCK_TAG: f"{made.name}:many events",
        },
        executor_def=dg.in_process_executor,
    )
    def job() -> None:
        run_events()

    return job


def _op(connector: str) -> str:
    return f"run_{connector}_for_events"  # an op must not be named as its job


class _Runner:
    """Runs the steps of one connector for many events."""

    def __init__(
        self, context: dg.OpExecutionContext, made: "ConnectorAssets", reads: "Sequence[SharedRead]"
    ) -> None:
        self.failed: dict[str, str] = {}
        self._context = context
        self._made = made
        self._reads = reads
        self._by_event = {read.key: read.by_event for read in reads}
        self._settings = made.connector.settings.model_dump(mode="json")

    def account_reads(self) -> Iterator[Any]:
        """The reads that all events share, once."""
        for read in self._reads:
            if not read.by_event:
                yield from self._recorded(read.key, None, read.run(self._step(read.key, None)))

    def events(self, events: Sequence[str], *, dry_run: bool) -> Iterator[Any]:
        """Everything for some events; those that fail are in `failed` with their causes.

        Each is finished before the next begins. If the kind delivers together, all are planned first.
        """
        together = self._made.kind.deliver_together is not None
        planned: list[str] = []
        for number, event in enumerate(events, 1):
            self._context.log.info("Event %d of %d: %s", number, len(events), event)
            yield from self._attempt(event, self._plan(event))
            if event in self.failed or dry_run:
                continue
            if together:
                planned.append(event)
            else:
                yield from self._attempt(event, self._deliver(event))
        if planned:
            self._deliver_together(planned)
        for event in planned:
            if event not in self.failed:
                yield from self._attempt(event, self._deliver(event))

    def _attempt(self, event: str, work: Iterator[Any]) -> Iterator[Any]:
        try:
            yield from work
        except Terminated:
            raise
        except dg.Failure as failure:
            self._fail(event, failure)

    def _fail(self, event: str, failure: dg.Failure) -> None:
        self.failed[event] = failure.description or "no cause is known"
        self._context.log.error("%s: %s", event, self.failed[event])

    def _plan(self, event: str) -> Iterator[Any]:
        """Reads and plan of one event. Raises `dg.Failure` with the cause."""
        made, steps = self._made, self._made.steps
        with dagster_failures(f"Running {made.name} for {event}"):
            resources: Any = self._context.resources
            resources.run_locks.take(resources.ledger, made.name, event, self._context.run_id)
        for read in self._reads:
            if read.by_event:
                yield from self._recorded(read.key, event, read.run(self._step(read.key, event)))
        if steps.own_key:
            with dagster_failures(f"Reading for {made.name} for {event}"):
                extracted = steps.extract(self._step(steps.own_key, event), self._settings)
            yield from self._recorded(steps.own_key, event, extracted)
        with dagster_failures(f"Planning {made.name} for {event}"):
            planned = steps.plan(self._step(steps.plan_key, event), self._settings)
        yield from self._recorded(steps.plan_key, event, planned)
        blocking = [
            str(check.check_name)
            for check in planned.checks
            if not check.passed and check.severity == dg.AssetCheckSeverity.ERROR
        ]
        if blocking:
            raise dg.Failure(f"the plan failed its checks ({', '.join(blocking)}) and is not delivered")

    def _deliver_together(self, events: Sequence[str]) -> None:
        """What the deliveries of these events have in common; whose cannot follow are in `failed`."""
        name, steps = self._made.name, self._made.steps
        self._context.log.info("Delivering %d events together", len(events))
        try:
            with dagster_failures(f"Delivering {name} for {len(events)} events"):
                causes = steps.deliver_together([self._step(steps.delivery_key, one) for one in events])
        except Terminated:
            raise
        except dg.Failure as failure:
            for event in events:
                self._fail(event, failure)
            return
        for event, cause in causes.items():
            self._fail(event, dg.Failure(cause))

    def _deliver(self, event: str) -> Iterator[Any]:
        """The delivery of one event's plan. Raises `dg.Failure` with the cause."""
        steps = self._made.steps
        with dagster_failures(f"Delivering {self._made.name} for {event}"):
            delivered = steps.delivery(self._step(steps.delivery_key, event))
        yield from self._recorded(steps.delivery_key, event, delivered)

    def _step(self, asset: dg.AssetKey, event: str | None) -> Step:
        # The connector's own assets are by event.
        return Step(self._context, asset, event, lambda key: self._by_event.get(key, True))

    def _recorded(self, asset: dg.AssetKey, event: str | None, result: StepResult) -> Iterator[Any]:
        yield dg.AssetMaterialization(asset, partition=event, metadata=result.metadata)
        for check in result.checks:
            yield dg.AssetCheckEvaluation(
                asset_key=asset,
                check_name=str(check.check_name),
                passed=check.passed,
                metadata=check.metadata,
                severity=check.severity,
                description=check.description,
            )


def _closure(wanted: "set[dg.AssetKey]", reads: "Sequence[SharedRead]") -> "list[SharedRead]":
    """The reads that are wanted and those they depend on, in the order in which they run."""
    known = {read.key: read for read in reads}
    needed: set[dg.AssetKey] = set()
    waiting = list(wanted)
    while waiting:
        key = waiting.pop()
        if key in known and key not in needed:
            needed.add(key)
            waiting += known[key].deps
    return [read for read in reads if read.key in needed]
