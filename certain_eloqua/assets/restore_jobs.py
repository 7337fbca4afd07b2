"""The jobs `<connector>_undo` and `<connector>_repair`, and the asset `<connector>/drift`.

Each is one op, because its plan and its delivery belong together: values are put back only as they were
just read.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field

from certain_eloqua.assets.diff_table import plan_table
from certain_eloqua.assets.event_rows import event_of
from certain_eloqua.assets.reads import EVENTS
from certain_eloqua.assets.restore_steps import PLAN_OF, REPAIR, UNDO, Drift, RestoreSteps
from certain_eloqua.assets.step import CONNECTOR_TAG, RUN_LOCK_TAG, Step, StepResult
from certain_eloqua.failures import dagster_failures
from certain_eloqua.ledger.errors import AlreadyRunning
from certain_eloqua.partitions import events as event_partitions

if TYPE_CHECKING:
    from certain_eloqua.assets.connector import ConnectorAssets

UNDO_SUFFIX, REPAIR_SUFFIX = "_undo", "_repair"
"""How the jobs are named: `<connector>_undo`. No connector may be named so."""
AS_DELIVERED = "as_delivered"
MOST_SAMPLED = 20


class Undoing(dg.Config):
    """Which run is undone, and how."""

    run: str = Field(description="Id of the run whose delivery is undone.")
    delete_created: bool = Field(
        default=False, description="Delete the records that the run created, if nobody has changed them."
    )
    dry_run: bool = Field(default=False, description="Stop after the plan: write nothing.")


class Repairing(dg.Config):
    """How far to go."""

    dry_run: bool = Field(default=False, description="Stop after the plan: write nothing.")


def undo_config(connector: str, run: str, *, delete_created: bool, dry_run: bool) -> dict[str, Any]:
    """The run configuration of a connector's undo."""
    config = {"run": run, "delete_created": delete_created, "dry_run": dry_run}
    return {"ops": {f"undo_run_of_{connector}": {"config": config}}}


def repair_config(connector: str, *, dry_run: bool) -> dict[str, Any]:
    """The run configuration of a connector's repair."""
    return {"ops": {f"repair_what_{connector}_delivered": {"config": {"dry_run": dry_run}}}}


def restore_jobs(made: "ConnectorAssets") -> list[dg.JobDefinition]:
    """The two jobs of a connector; only the first, which says why, if its kind cannot put anything back."""
    steps = RestoreSteps(made.steps)
    needed = made.resources

    @dg.op(
        name=f"undo_run_of_{made.name}",
        required_resource_keys=needed,
        pool=made.pool,
        out={},
        description=f"Puts back what a run of {made.name} has written.",
    )
    def undo_run(context: dg.OpExecutionContext, config: Undoing) -> Iterator[Any]:
        def plan(step: Step) -> StepResult:
            return steps.plan_undo(step, config.run, delete_created=config.delete_created)

        can_deliver = made.kind.restoring is not None
        yield from _run(context, made, steps, UNDO, plan, deliver=can_deliver and not config.dry_run)

    @dg.op(
        name=f"repair_what_{made.name}_delivered",
        required_resource_keys=needed,
        pool=made.pool,
        out={},
        description=f"Writes again what others have changed since {made.name} delivered it.",
    )
    def repair(context: dg.OpExecutionContext, config: Repairing) -> Iterator[Any]:
        yield from _run(context, made, steps, REPAIR, steps.plan_repair, deliver=not config.dry_run)

    jobs = [_job(made, UNDO_SUFFIX, undo_run)]
    if made.kind.restoring is not None:
        jobs.append(_job(made, REPAIR_SUFFIX, repair))
    return jobs


def _job(made: "ConnectorAssets", suffix: str, op: Any) -> dg.JobDefinition:
    by_event = made.kind.level == "event"
    tags = {CONNECTOR_TAG: made.name, "certain/kind": made.kind.name}

    @dg.job(
        name=f"{made.name}{suffix}",
        description=op.description,
        tags=tags if by_event else tags | {RUN_LOCK_TAG: f"{made.name}:account"},
        partitions_def=event_partitions if by_event else None,
        executor_def=dg.in_process_executor,
    )
    def job() -> None:
        op()

    return job


def _run(
    context: dg.OpExecutionContext,
    made: "ConnectorAssets",
    steps: RestoreSteps,
    what: str,
    plan: Callable[[Step], StepResult],
    *,
    deliver: bool,
) -> Iterator[Any]:
    event = context.partition_key if made.kind.level == "event" else None
    where = f"{made.name}{f' for {event}' if event else ''}"
    plan_key, key = steps.key(PLAN_OF[what]), steps.key(what)
    with dagster_failures(f"Planning the {what} of {where}"):
        resources: Any = context.resources
        resources.run_locks.take(resources.ledger, made.name, event, context.run_id)
        planned = plan(_step(context, plan_key, event))
    yield dg.AssetMaterialization(plan_key, partition=event, metadata=planned.metadata)
    failed = [
        str(check.check_name)
        for check in planned.checks
        if not check.passed and check.severity == dg.AssetCheckSeverity.ERROR
    ]
    if failed:
        raise dg.Failure(f"The plan failed its checks ({', '.join(failed)}) and is not delivered.")
    if not deliver:
        return
    with dagster_failures(f"Delivering the {what} of {where}"):
        delivered = steps.deliver(_step(context, key, event), plan_key)
    yield dg.AssetMaterialization(key, partition=event, metadata=delivered.metadata)
    for check in delivered.checks:
        if not check.passed:
            context.log.warning("Check %s did not pass: %s", check.check_name, check.description or "")


def _step(context: Any, asset: dg.AssetKey, event: str | None) -> Step:
    return Step(context, asset, event, lambda key: event is not None and key != EVENTS)


# -- drift


class DriftOf(dg.Config):
    """How far back to look."""

    days: int = Field(
        default=30, ge=1, description="Events whose latest delivery is not older than so many days."
    )


def drift_asset(made: "ConnectorAssets") -> dg.AssetsDefinition | None:
    """The asset `<connector>/drift` with its check; None if the kind's writes cannot be read again."""
    if made.kind.restoring is None:
        return None
    steps = RestoreSteps(made.steps)
    key = dg.AssetKey([made.name, "drift"])

    @dg.asset(
        key=key,
        group_name=made.name,
        description=f"What others have changed since {made.name} delivered it: the values that are kept of "
        "its deliveries, compared with those on the platform now. "
        f"`certain-eloqua repair {made.name}` writes them again.",
        kinds={made.kind.writes_to[0]},
        tags={CONNECTOR_TAG: made.name, "certain/kind": made.kind.name},
        required_resource_keys=made.resources,
        pool=made.pool,
        check_specs=[
            dg.AssetCheckSpec(
                AS_DELIVERED, asset=key, description="Warns when others have changed what was delivered."
            )
        ],
    )
    def drift(context: dg.AssetExecutionContext, config: DriftOf) -> dg.MaterializeResult:
        with dagster_failures(f"Comparing what {made.name} delivered"):
            found = dict(_drift_by_event(context, made, steps, config.days))
        return _drift_result(made, found)

    return drift


def _drift_by_event(
    context: Any, made: "ConnectorAssets", steps: RestoreSteps, days: int
) -> Iterator[tuple[str, Drift]]:
    for event in _events(context, made):
        step = Step(context, steps.key("drift"), event, lambda key: key != EVENTS)
        step.event_code = event
        if not steps.delivered_within(step, days):
            continue
        where = f" for {event}" if event else ""
        context.log.info("Comparing what was delivered%s", where)
        try:
            with step.ledger.run_lock(made.name, event, step.run_id):
                found = steps.drift(step)
        except AlreadyRunning as error:
            context.log.warning("Not compared%s: %s", where, error)
            continue
        if found is not None:
            yield event or "account", found


def _events(context: Any, made: "ConnectorAssets") -> Sequence[str | None]:
    if made.kind.level != "event":
        return [None]
    frames = context.resources.frames
    if not frames.has(tuple(EVENTS.path), None):
        return []
    frame = frames.frame(tuple(EVENTS.path), None)
    found = (event_of(frame, str(code)) for code in frame["code"])
    return [one.code for one in made.connector.selected(filter(None, found))]


def _drift_result(made: "ConnectorAssets", found: dict[str, Drift]) -> dg.MaterializeResult:
    changed, gone = sum(one.changed for one in found.values()), sum(one.gone for one in found.values())
    lines = [f"| {event} | {one.values:,} | {one.changed:,} | {one.gone:,} |" for event, one in found.items()]
    header = ["| event | values delivered | changed since | of them on records that are gone |"]
    metadata: dict[str, Any] = {
        "values_delivered": sum(one.values for one in found.values()),
        "values_changed_since": changed,
        "values_on_records_that_are_gone": gone,
        "events_compared": len(found),
        "by_event": dg.MetadataValue.md("\n".join([*header, "| --- | --- | --- | --- |", *lines])),
    }
    for event, one in found.items():
        if len(one.sample):
            table = plan_table(made.kind, one.sample.head(MOST_SAMPLED))
            metadata[f"sample_{event}"] = dg.MetadataValue.md(table)
    repair = f"certain-eloqua repair {made.name}" + (" --event CODE" if made.kind.level == "event" else "")
    return dg.MaterializeResult(
        metadata=metadata,
        check_results=[
            dg.AssetCheckResult(
                check_name=AS_DELIVERED,
                passed=not changed,
                severity=dg.AssetCheckSeverity.WARN,
                description=f"{changed:,} of {metadata['values_delivered']:,} values are not as they were "
                f"delivered. `{repair} --dry-run` shows what would be written again."
                if changed
                else "Everything is as it was delivered.",
                metadata={"changed": changed, "gone": gone},
            )
        ],
    )
