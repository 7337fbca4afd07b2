"""The events as Dagster partitions: one shared object, and which codes may be a key."""

import dagster as dg

from certain_eloqua.domain.event import is_plain_code as is_partition_key

events = dg.DynamicPartitionsDefinition(name="events")
"""Every event of the account; the key is the event's code."""


def with_upstream(asset: dg.AssetKey, event: str | None) -> str:
    """The command that materializes an asset with everything upstream, as a sentence.

    For a delivery it names the plan, which should be read before it is delivered.
    """
    *connector, last = asset.path
    asset = dg.AssetKey([*connector, "plan"]) if last == "delivery" else asset
    partition = f" --partition {event}" if event else ""
    command = f"""dg launch --assets '+key:"{asset.to_user_string()}"'{partition}"""
    return f"Read what is upstream, too: {command}"


__all__ = ["events", "is_partition_key", "with_upstream"]
