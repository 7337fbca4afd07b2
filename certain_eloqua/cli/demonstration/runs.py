"""Running jobs and single assets in this process, and what Dagster says about them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import dagster as dg

from certain_eloqua.assets.jobs import DRY_RUN_SUFFIX

LOG_TO_HOME_ONLY = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass
class Ran:
    """One run: whether it succeeded, the metadata of each asset, the checks, what failed."""

    success: bool
    seconds: float
    metadata: dict[str, dict[str, Any]] = field(default_factory=dict)
    checks: dict[str, bool] = field(default_factory=dict)
    check_words: dict[str, str] = field(default_factory=dict)
    failure: str = ""

    def of(self, asset: str) -> dict[str, Any]:
        """The metadata of an asset by its name, `attendees_to_eloqua/plan`."""
        return self.metadata.get(asset, {})


class Runner:
    """Runs parts of the definitions on one instance."""

    def __init__(self, definitions: dg.Definitions, instance: dg.DagsterInstance) -> None:
        self.definitions = definitions
        self.instance = instance

    def job(
        self,
        name: str,
        event: str | None = None,
        settings: Mapping[str, Any] | None = None,
        *,
        dry_run: bool = False,
        run_id: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Ran:
        """A connector's job, with some of its settings overridden as in the launchpad."""
        job = self.definitions.resolve_job_def(f"{name}{DRY_RUN_SUFFIX}" if dry_run else name)
        return self._run(job, event, self._config(name, settings), None, run_id, tags)

    def restore(
        self,
        job: str,
        config: Mapping[str, Any],
        event: str | None,
        run_id: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Ran:
        """A job that undoes or repairs, with its configuration."""
        found = self.definitions.resolve_job_def(job)
        return self._run(found, event, {**LOG_TO_HOME_ONLY, **config}, None, run_id, tags)

    def together(self, connectors: Sequence[str], event: str) -> Ran:
        """Several connectors of an event in one run, so that what they share is read once."""
        deliveries = dg.AssetSelection.assets(*(dg.AssetKey([name, "delivery"]) for name in connectors))
        job = self.definitions.resolve_implicit_global_asset_job_def()
        keys = deliveries.upstream().resolve(job.asset_layer.asset_graph)
        return self._run(job, event, LOG_TO_HOME_ONLY, sorted(keys))

    def assets(self, keys: Sequence[str], event: str | None = None) -> Ran:
        """Some assets only, like `dg launch --assets`."""
        job = self.definitions.resolve_implicit_global_asset_job_def()
        return self._run(job, event, LOG_TO_HOME_ONLY, [dg.AssetKey(key.split("/")) for key in keys])

    def _config(self, name: str, settings: Mapping[str, Any] | None) -> dict[str, Any]:
        chosen = {"resources": {f"{name}_settings": {"config": dict(settings)}}} if settings else {}
        return {**LOG_TO_HOME_ONLY, **chosen}

    def _run(
        self,
        job: Any,
        event: str | None,
        config: Any,
        selection: list[dg.AssetKey] | None,
        run_id: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Ran:
        began = time.monotonic()
        result = job.execute_in_process(
            instance=self.instance,
            partition_key=event,
            run_config=config,
            asset_selection=selection,
            raise_on_error=False,
            run_id=run_id,
            tags=tags,
        )
        ran = Ran(result.success, time.monotonic() - began)
        for happened in result.all_events:
            _note(ran, happened)
        return ran


def _note(ran: Ran, happened: dg.DagsterEvent) -> None:
    if happened.event_type == dg.DagsterEventType.ASSET_MATERIALIZATION:
        made = happened.step_materialization_data.materialization
        ran.metadata[made.asset_key.to_user_string()] = {
            name: [dict(record.data) for record in value.records]
            if isinstance(value, dg.TableMetadataValue)
            else getattr(value, "value", None)
            for name, value in made.metadata.items()
        }
    elif happened.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
        result = happened.asset_check_evaluation_data
        name = f"{result.asset_key.to_user_string()}: {result.check_name}"
        ran.checks[name] = result.passed
        ran.check_words[name] = result.description or ""
    elif happened.event_type == dg.DagsterEventType.STEP_FAILURE and not ran.failure:
        data = happened.step_failure_data
        details = (
            data.user_failure_data.description
            if data.user_failure_data
            else data.error and data.error.message
        )
        ran.failure = str(details or happened.message)


def at_home(kept: bool) -> Any:
    """The instance of DAGSTER_HOME if it is kept for the UI, else one in memory, which is faster."""
    return dg.DagsterInstance.get() if kept else dg.DagsterInstance.ephemeral()
