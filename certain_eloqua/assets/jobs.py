"""Two jobs per connector: `<connector>` delivers, `<connector>_dry_run` stops at the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dagster as dg

from certain_eloqua.assets.reads import SHARED_READS
from certain_eloqua.assets.step import CONNECTOR_TAG, DRY_RUN_TAG, RUN_LOCK_TAG
from certain_eloqua.partitions import events

if TYPE_CHECKING:
    from certain_eloqua.assets.connector import ConnectorAssets


DRY_RUN_SUFFIX = "_dry_run"
"""How the job that stops at the plan is named: `<connector>_dry_run`. No connector may be named so."""


def connector_job(made: ConnectorAssets) -> Any:
    """The job named after the connector. Its launchpad opens with the settings of the connector's file."""
    return _job(made, made.name, made.delivery_key, "")


def dry_run_job(made: ConnectorAssets) -> Any:
    """The same up to the plan: it shows exactly what would change, and changes nothing."""
    return _job(
        made,
        f"{made.name}{DRY_RUN_SUFFIX}",
        made.plan_key,
        f"Dry run of {made.name}: it makes the plan and writes nothing.\n\n",
    )


def _job(made: ConnectorAssets, name: str, last: dg.AssetKey, words: str) -> Any:
    connector = made.connector
    form = {"resources": {made.settings_key: {"config": connector.settings.model_dump(mode="json")}}}
    by_event = made.kind.level == "event"
    selection: dg.AssetSelection = dg.AssetSelection.assets(last).upstream()
    if not by_event:
        # One job has one kind of partition. A roll-up takes the events whose metrics were computed before.
        selection -= dg.AssetSelection.assets(*(read.key for read in SHARED_READS if read.by_event))
    tags = {CONNECTOR_TAG: made.name, "certain/kind": made.kind.name}
    if last == made.plan_key:
        tags[DRY_RUN_TAG] = "true"

    return dg.define_asset_job(
        name,
        selection=selection,
        description=f"{words}{connector.description or made.kind.title}\n\nKind: *{made.kind.title}*. "
        f"Events: {connector.events_in_words}.",
        config=dg.PartitionedConfig(partitions_def=events, run_config_for_partition_key_fn=lambda _: form)
        if by_event
        else form,
        # Two runs that need the same run lock wait for each other in the queue (dagster.yaml). A run for an
        # event has the tag of its partition from Dagster, however it was launched; an account run has this.
        tags=tags if by_event else tags | {RUN_LOCK_TAG: f"{made.name}:account"},
    )
