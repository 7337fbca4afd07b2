"""New events of the account become partitions, and the frame of events is read again."""

from collections.abc import Iterable
from typing import Any

import dagster as dg

from certain_eloqua.domain.event import Event
from certain_eloqua.failures import dagster_failures
from certain_eloqua.partitions import events, is_partition_key
from certain_eloqua.sensors.findings import Finding

EVENTS = dg.AssetSelection.assets(dg.AssetKey(["certain", "events"]))


@dg.sensor(
    target=EVENTS,
    minimum_interval_seconds=300,
    default_status=dg.DefaultSensorStatus.STOPPED,
    description="Adds a partition for every new event of the Certain account and reads certain/events again.",
)
def new_events(
    context: dg.SensorEvaluationContext, certain: dg.ResourceParam[Any]
) -> dg.SensorResult | dg.SkipReason:
    """Add a partition for every event that has none, and read certain/events again when there are any.

    If Certain cannot be read this raises: the tick turns red and the next one tries again.
    """
    with dagster_failures("Reading the events of Certain"):
        found = list(certain.iter_events())
    new, refused = codes_to_add(found, context.instance.get_dynamic_partitions(events.name or ""))
    if refused:
        context.log.warning("%d event codes cannot be partitions: %s", len(refused), ", ".join(refused))
    if not new:
        return dg.SkipReason(f"All {len(found)} events are known.")
    finding = Finding.after(context.cursor)
    return dg.SensorResult(
        dynamic_partitions_requests=[events.build_add_request(new)],
        run_requests=[dg.RunRequest(run_key=finding.run_key(*new))],
        cursor=finding.cursor,
    )


def codes_to_add(found: Iterable[Event], known: Iterable[str]) -> tuple[list[str], list[str]]:
    """Codes that are new, and codes that cannot be a partition key."""
    codes = sorted({event.code for event in found})
    have = set(known)
    new = [code for code in codes if is_partition_key(code) and code not in have]
    return new, [code for code in codes if not is_partition_key(code)]
