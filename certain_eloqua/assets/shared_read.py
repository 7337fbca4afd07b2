"""A read that connectors share: a function over a step, run as an asset or within a run for many events."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
from pydantic import Field

from certain_eloqua.assets.step import Step, StepResult
from certain_eloqua.failures import dagster_failures
from certain_eloqua.partitions import events as event_partitions

RESOURCES = frozenset({"certain", "ledger", "run_locks", "frames", "deployment"})
BUSY = dg.RetryPolicy(max_retries=2, delay=20, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
"""A step is tried again when the platform was busy. Requests have had their own retries before that."""

Body = Callable[[Step, bool], StepResult]


class ReadConfig(dg.Config):
    """How thoroughly to read."""

    full: bool = Field(
        default=False, description="Read everything again, not only what changed since the last read."
    )


def read_key(name: str) -> dg.AssetKey:
    """The asset of a shared read by the name that kinds use: `registrations`, or a whole key with slashes."""
    return dg.AssetKey(name.split("/")) if "/" in name else dg.AssetKey(["certain", name])


@dataclass(frozen=True)
class SharedRead:
    """One read asset.

    Attributes:
        key: the asset.
        subject: what is read, to continue "Reading": `the registrations`.
        body: reads and keeps the frame; its second argument asks to read everything again.
        by_event: whether it is partitioned by event.
        deps: assets it needs.
        incremental: whether it offers the option `full`.
        resources: resources beside those of every read.
        group: the asset's group.
        pool: Dagster pool of the step, None for a step that talks to no platform.
        kinds: what the UI shows as its kinds.
        metadata: metadata of the asset, such as its column schema.
        check_specs: checks whose results the body returns.
    """

    key: dg.AssetKey
    subject: str
    body: Body
    by_event: bool = False
    deps: tuple[dg.AssetKey, ...] = ()
    incremental: bool = False
    resources: frozenset[str] = frozenset()
    group: str = "certain"
    pool: str | None = "certain"
    kinds: frozenset[str] = frozenset({"certain", "parquet"})
    metadata: dict[str, Any] = field(default_factory=dict)
    check_specs: tuple[dg.AssetCheckSpec, ...] = ()

    @property
    def required_resources(self) -> frozenset[str]:
        """Every resource the read needs."""
        return RESOURCES | self.resources

    def run(self, step: Step, *, full: bool = False) -> StepResult:
        """Read for the step's event. Errors become Dagster failures with their cause in words."""
        event = f" of {step.event}" if self.by_event else ""
        with dagster_failures(f"Reading {self.subject}{event}"):
            return self.body(step, full)

    def _of_asset(self, context: dg.AssetExecutionContext, *, full: bool) -> dg.MaterializeResult:
        # The run's locks are taken with the step; that another run holds them is a failure like any other.
        with dagster_failures(f"Reading {self.subject}"):
            step = Step.of_asset(context)
        return self.run(step, full=full).as_result()

    def definition(self) -> dg.AssetsDefinition:
        """The Dagster asset."""
        common: dict[str, Any] = {
            "key": self.key,
            "description": self.body.__doc__,
            "group_name": self.group,
            "kinds": set(self.kinds),
            "pool": self.pool,
            "retry_policy": BUSY,
            "required_resource_keys": set(self.required_resources),
            "partitions_def": event_partitions if self.by_event else None,
            "deps": list(self.deps),
            "metadata": self.metadata,
            "check_specs": list(self.check_specs),
        }

        if self.incremental:

            @dg.asset(**common)
            def incremental_read(
                context: dg.AssetExecutionContext, config: ReadConfig
            ) -> dg.MaterializeResult:
                return self._of_asset(context, full=config.full)

            return incremental_read

        @dg.asset(**common)
        def read(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
            return self._of_asset(context, full=False)

        return read


def shared_read(
    key: dg.AssetKey,
    subject: str,
    *,
    by_event: bool = False,
    deps: Collection[dg.AssetKey] = (),
    incremental: bool = False,
    resources: Collection[str] = (),
    **more: Any,
) -> Callable[[Body], SharedRead]:
    """Make a function over a step a shared read; see :class:`SharedRead` for the arguments."""

    def made(body: Body) -> SharedRead:
        return SharedRead(
            key,
            subject,
            body,
            by_event,
            tuple(deps),
            incremental,
            frozenset(resources),
            **more,
        )

    return made
