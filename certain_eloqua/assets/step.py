"""One step of a run: where it is, what it has at hand, and the run lock it runs in."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import dagster as dg

from certain_eloqua.assets.failures import Refused
from certain_eloqua.partitions import with_upstream

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from certain_eloqua.clients.certain import CertainClient
    from certain_eloqua.clients.eloqua import EloquaClient
    from certain_eloqua.domain.event import Event
    from certain_eloqua.ledger import Ledger
    from certain_eloqua.mapping import FieldMap
    from certain_eloqua.settings import Settings

CONNECTOR_TAG = "certain/connector"
RUN_LOCK_TAG = "certain/run_lock"


class KeptFrame(Protocol):
    """What the frames resource tells about a file it has written."""

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

    def table(self, key: tuple[str, ...], partition: str | None, run_id: str | None = None) -> pa.Table: ...

    def frame(
        self, key: tuple[str, ...], partition: str | None, run_id: str | None = None
    ) -> pd.DataFrame: ...

    def facts(
        self, key: tuple[str, ...], partition: str | None, run_id: str | None = None
    ) -> dict[str, Any]: ...

    def has(self, key: tuple[str, ...], partition: str | None) -> bool: ...

    def written(self, key: tuple[str, ...], partition: str | None) -> datetime: ...


class Step:
    """What every asset of ours needs from Dagster's context, by plain names."""

    def __init__(self, context: dg.AssetExecutionContext) -> None:
        self.context = context
        self.began = time.monotonic()
        self.key = tuple(context.asset_key.path)
        # A run for an event also materializes what is not by event, such as the account's profiles.
        self.event_code = self._event_of(context.asset_key)
        self.run_id = context.run.run_id
        self._usage: dict[str, dict[str, int | float]] = {}
        self._take_run_locks()

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
        client: CertainClient = self._resource("certain")
        self._usage.setdefault("certain", client.usage.as_metadata())
        return client

    @property
    def eloqua(self) -> EloquaClient:
        client: EloquaClient = self._resource("eloqua")
        if "eloqua" not in self._usage:
            self._usage["eloqua"] = {**client.usage.as_metadata(), "syncs": client.syncs_started}
        return client

    def _resource(self, name: str) -> Any:
        return getattr(self.context.resources, name)

    # -- run_locks

    def _take_run_locks(self) -> None:
        """Claim every connector this run touches, for this event, until the run ends.

        The first step does it, before anything is read: a plan made from what was read before another run
        of the same connector had finished would send its work again.
        """
        layer = self.context.job_def.asset_layer
        run_locks = self._resource("run_locks")
        for key in sorted(layer.executable_asset_keys):
            connector = layer.asset_graph.get(key).tags.get(CONNECTOR_TAG)
            if connector:
                run_locks.take(self.ledger, connector, self._event_of(key), self.run_id)

    def _event_of(self, key: dg.AssetKey) -> str | None:
        node = self.context.job_def.asset_layer.asset_graph.get(key)
        by_event = node.partitions_def is not None and self.context.has_partition_key
        return self.context.partition_key if by_event else None

    # -- frames

    def read(self, key: dg.AssetKey) -> pd.DataFrame:
        """The frame of another asset: this run's if it has one, else the latest."""
        if not self.frames.has(tuple(key.path), self._event_of(key)):
            mine = with_upstream(self.context.asset_key, self.event_code)
            raise Refused(f"{key.to_user_string()} has not been materialized yet. {mine}")
        return self.frames.frame(tuple(key.path), self._event_of(key), self.run_id)

    # -- results

    def keep(self, data: Any, facts: Mapping[str, Any] | None = None) -> KeptFrame:
        """Keep a frame, table or stream as this asset's."""
        return self.frames.write(self.key, self.event_code, self.run_id, data, facts)

    def old_reads(self, keys: Iterable[dg.AssetKey]) -> list[str]:
        """Those of the reads that are older than a plan may be, with their age, as somebody should know."""
        most = timedelta(hours=self.settings.max_plan_age_hours)
        told = []
        for key in keys:
            age = datetime.now(UTC) - self.frames.written(tuple(key.path), self._event_of(key))
            if age > most:
                told.append(f"{key.to_user_string()} is {age.total_seconds() / 3600:.1f} hours old")
        return told

    def cost(self) -> dict[str, Any]:
        """What this step took: calls, syncs, bytes and seconds."""
        told: dict[str, Any] = {"seconds": round(time.monotonic() - self.began, 3)}
        for platform, before in self._usage.items():
            client = self._resource(platform)
            after = dict(client.usage.as_metadata())
            if platform == "eloqua":
                after["syncs"] = client.syncs_started
            told |= {
                f"{platform}_{name}": round(value - before.get(name, 0), 3) for name, value in after.items()
            }
        return told

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
