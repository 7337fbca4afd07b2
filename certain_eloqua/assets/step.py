"""One step of a run: which asset and event it is for, its resources, its frames and its cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import dagster as dg

from certain_eloqua.failures import Refused
from certain_eloqua.partitions import with_upstream

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from certain_eloqua.clients.certain import CertainClient
    from certain_eloqua.domain.event import Event
    from certain_eloqua.ledger import Ledger
    from certain_eloqua.mapping import FieldMap
    from certain_eloqua.settings import Settings

CONNECTOR_TAG = "certain/connector"
RUN_LOCK_TAG = "certain/run_lock"
DRY_RUN_TAG = "certain/dry_run"
"""On runs that stop at the plan."""
SCHEDULED_TAG = "certain/scheduled"
"""The instant up to which a run serves the ticks of its connector's schedule."""


class KeptFrame(Protocol):
    """What the frames resource returns for a file it has written."""

    rows: int

    def as_metadata(self) -> dict[str, Any]: ...


class FrameStore(Protocol):
    """The frames resource, as the assets use it."""

    def write(
        self,
        key: tuple[str, ...],
        partition: str | None,
        run_id: str,
        data: Any,
        facts: Mapping[str, Any] | None = None,
    ) -> KeptFrame: ...

    def write_report(self, key: tuple[str, ...], partition: str | None, run_id: str, html: str) -> str: ...

    def table(
        self,
        key: tuple[str, ...],
        partition: str | None,
        run_id: str | None = None,
        columns: Sequence[str] | None = None,
    ) -> pa.Table: ...

    def batches(
        self, key: tuple[str, ...], partition: str | None, run_id: str | None = None
    ) -> Iterator[pa.RecordBatch]: ...

    def frame(
        self,
        key: tuple[str, ...],
        partition: str | None,
        run_id: str | None = None,
        columns: Sequence[str] | None = None,
    ) -> pd.DataFrame: ...

    def facts(
        self, key: tuple[str, ...], partition: str | None, run_id: str | None = None
    ) -> dict[str, Any]: ...

    def has(self, key: tuple[str, ...], partition: str | None) -> bool: ...

    def has_run(self, key: tuple[str, ...], partition: str | None, run_id: str) -> bool: ...

    def runs(self, key: tuple[str, ...], partition: str | None) -> list[str]: ...

    def written(self, key: tuple[str, ...], partition: str | None) -> datetime: ...


@dataclass(frozen=True, slots=True)
class StepResult:
    """What Dagster should record of a step: metadata, and the results of the asset's checks."""

    metadata: dict[str, Any]
    checks: list[dg.AssetCheckResult] = field(default_factory=list)

    def as_result(self) -> dg.MaterializeResult:
        """The result of an asset that is materialized by this step."""
        return dg.MaterializeResult(metadata=self.metadata, check_results=self.checks)


class Step:
    """What every asset of ours needs from Dagster's context, by plain names."""

    def __init__(
        self,
        context: Any,
        asset: dg.AssetKey,
        event_code: str | None,
        by_event: Callable[[dg.AssetKey], bool],
    ) -> None:
        self.context = context
        self.began = time.monotonic()
        self.asset = asset
        self.key = tuple(asset.path)
        self.event_code = event_code if by_event(asset) else None
        self.run_id: str = context.run.run_id
        self._event = event_code
        self._by_event = by_event
        self._usage: dict[str, dict[str, int | float]] = {}

    @classmethod
    def of_asset(cls, context: dg.AssetExecutionContext) -> Step:
        """The step that materializes an asset. The run's first one takes its run locks."""
        graph = context.job_def.asset_layer.asset_graph
        event = context.partition_key if context.has_partition_key else None
        # A run for an event also materializes what is not by event, such as the account's profiles.
        step = cls(context, context.asset_key, event, lambda key: graph.get(key).partitions_def is not None)
        step._take_run_locks()
        return step

    @property
    def event(self) -> str:
        """The code of the event this step is for; for steps of by-event assets only."""
        if self.event_code is None:
            raise LookupError(f"{'/'.join(self.key)} is not by event")
        return self.event_code

    # -- resources by their types

    @property
    def frames(self) -> FrameStore:
        return self._resource("frames")

    @property
    def ledger(self) -> Ledger:
        return self._resource("ledger")

    @property
    def field_map(self) -> FieldMap:
        return self._resource("field_map")

    @property
    def settings(self) -> Settings:
        return self._resource("deployment")

    @property
    def certain(self) -> CertainClient:
        client: CertainClient = self.client("certain")
        return client

    def client(self, platform: str) -> Any:
        """The client of a platform; what it is used for from now on is part of this step's cost."""
        client = self._resource(platform)
        self._usage.setdefault(platform, _used(client))
        return client

    def _resource(self, name: str) -> Any:
        return getattr(self.context.resources, name)

    # -- run locks

    def _take_run_locks(self) -> None:
        """Lock every connector this run touches, for this event, until the run ends.

        The first step does it, before anything is read: a plan from reads that are older than the end of
        another run of the connector would send that run's work again.
        """
        layer = self.context.job_def.asset_layer
        run_locks = self._resource("run_locks")
        for key in sorted(layer.executable_asset_keys):
            connector = layer.asset_graph.get(key).tags.get(CONNECTOR_TAG)
            if connector:
                run_locks.take(self.ledger, connector, self._event_of(key), self.run_id)
                serve_ticks(self.context.run, self.ledger, connector, [self._event_of(key)])

    def _event_of(self, key: dg.AssetKey) -> str | None:
        return self._event if self._by_event(key) else None

    # -- frames

    def read(self, key: dg.AssetKey, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The frame of another asset: this run's if it has one, else the latest; all columns, or some."""
        self._refuse_missing(key)
        return self.frames.frame(tuple(key.path), self._event_of(key), self.run_id, columns)

    def table(self, key: dg.AssetKey, columns: Sequence[str]) -> pa.Table:
        """Some columns of the same, as Arrow."""
        self._refuse_missing(key)
        return self.frames.table(tuple(key.path), self._event_of(key), self.run_id, columns)

    def _refuse_missing(self, key: dg.AssetKey) -> None:
        if not self.frames.has(tuple(key.path), self._event_of(key)):
            mine = with_upstream(self.asset, self.event_code)
            raise Refused(f"{key.to_user_string()} has not been materialized yet. {mine}")

    # -- results

    def keep(self, data: Any, facts: Mapping[str, Any] | None = None) -> KeptFrame:
        """Keep a frame, table or stream as this asset's."""
        return self.frames.write(self.key, self.event_code, self.run_id, data, facts)

    def old_reads(self, keys: Iterable[dg.AssetKey]) -> list[str]:
        """The reads that are older than a plan may be, with their age in words."""
        most = timedelta(hours=self.settings.max_plan_age_hours)
        old = []
        for key in keys:
            age = datetime.now(UTC) - self.frames.written(tuple(key.path), self._event_of(key))
            if age > most:
                old.append(f"{key.to_user_string()} is {age.total_seconds() / 3600:.1f} hours old")
        return old

    def cost(self) -> dict[str, Any]:
        """What this step took: calls, syncs, bytes and seconds."""
        cost: dict[str, Any] = {"seconds": round(time.monotonic() - self.began, 3)}
        for platform, before in self._usage.items():
            after = _used(self._resource(platform))
            cost |= {
                f"{platform}_{name}": round(value - before.get(name, 0), 3) for name, value in after.items()
            }
        return cost

    def event_in(self, events: pd.DataFrame) -> Event:
        """This step's event as Certain described it when events were last read."""
        from certain_eloqua.assets.event_rows import event_of

        found = event_of(events, self.event_code or "")
        if found is None:
            raise Refused(
                f"Certain has no event with the code {self.event_code} in this account (or it was not there "
                "when certain/events was last read). Materialize certain/events and choose one of its events."
            )
        return found


def serve_ticks(run: dg.DagsterRun, ledger: Ledger, connector: str, events: Iterable[str | None]) -> None:
    """Record that a run which a schedule asked for has begun, so that its ticks are not asked for again."""
    until = run.tags.get(SCHEDULED_TAG)
    if until:
        for event in events:
            ledger.watermarks.serve_ticks(connector, event, datetime.fromisoformat(until))


def _used(client: Any) -> dict[str, int | float]:
    return dict(client.usage.as_metadata())
