"""What Certain holds: the reads that connectors share.

Profiles and registrations are read incrementally: the last frame, and whatever was modified since. A read
that fails keeps nothing, so a platform that could not be read never passes for an empty one.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field

from certain_eloqua.assets.event_rows import event_table
from certain_eloqua.assets.failures import dagster_failures
from certain_eloqua.assets.step import Step
from certain_eloqua.partitions import events as event_partitions
from certain_eloqua.partitions import is_partition_key

if TYPE_CHECKING:
    import pyarrow as pa

    from certain_eloqua.clients.certain import Pages

EVENTS = dg.AssetKey(["certain", "events"])
PROFILES = dg.AssetKey(["certain", "profiles"])
REGISTRATIONS = dg.AssetKey(["certain", "registrations"])
ATTENDEE_TYPES = dg.AssetKey(["certain", "attendee_types"])
STATUSES = dg.AssetKey(["certain", "statuses"])


def read_key(name: str) -> dg.AssetKey:
    """The asset of a shared read by the name that kinds use: `registrations`, or a whole key with slashes."""
    return dg.AssetKey(name.split("/")) if "/" in name else dg.AssetKey(["certain", name])


RESOURCES = {"certain", "ledger", "run_locks", "frames", "deployment"}
BUSY = dg.RetryPolicy(max_retries=2, delay=20, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
"""A step is tried again when the platform was busy. Requests have had their own retries before that."""


class ReadConfig(dg.Config):
    """How thoroughly to read."""

    full: bool = Field(
        default=False, description="Read everything again, not only what changed since the last read."
    )


def _read(
    key: dg.AssetKey, **more: Any
) -> Callable[[Callable[..., dg.MaterializeResult]], dg.AssetsDefinition]:
    settings: dict[str, Any] = {
        "key": key,
        "group_name": "certain",
        "kinds": {"certain", "parquet"},
        "pool": "certain",
        "retry_policy": BUSY,
        "required_resource_keys": RESOURCES,
    }
    return dg.asset(**(settings | more))


@_read(EVENTS)
def events(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """Every event of the account. Each becomes a partition, so it can be chosen at once."""
    with dagster_failures("Reading the account's events"):
        step = Step.of_asset(context)
        found = sorted(step.certain.iter_events(), key=lambda event: event.code)
        written = step.keep(event_table(found))
    usable = [event.code for event in found if is_partition_key(event.code)]
    new = sorted(set(usable) - set(context.instance.get_dynamic_partitions(event_partitions.name or "")))
    if new:
        context.instance.add_dynamic_partitions(event_partitions.name or "", new)
    refused = [event.code for event in found if not is_partition_key(event.code)]
    guessed = [event.code for event in found if event.timezone_is_guessed]
    return dg.MaterializeResult(
        metadata={
            **written.as_metadata(),
            "new_events": len(new),
            "new": dg.MetadataValue.json(new),
            "codes_that_cannot_be_partitions": dg.MetadataValue.json(refused),
            "time_zone_unknown_pacific_assumed": dg.MetadataValue.json(guessed),
            **step.cost(),
        }
    )


@_read(PROFILES, required_resource_keys=RESOURCES | {"field_map"})
def profiles(context: dg.AssetExecutionContext, config: ReadConfig) -> dg.MaterializeResult:
    """Every profile of the account, as last read plus what was modified since."""
    with dagster_failures("Reading the account's profiles"):
        step = Step.of_asset(context)
        from certain_eloqua.clients.certain import PROFILE_SCHEMA

        include = ["profile_questions"] if _asks_questions(step) else []

        def pages(since: str | None) -> "Pages":
            return step.certain.iter_profile_pages(since, include=include)

        return _snapshot(step, pages, PROFILE_SCHEMA, "pkProfileId", include, config)


@_read(REGISTRATIONS, partitions_def=event_partitions, deps=[EVENTS])
def registrations(context: dg.AssetExecutionContext, config: ReadConfig) -> dg.MaterializeResult:
    """Every registration of one event, inactive and test ones too; as last read plus what changed since."""
    with dagster_failures(f"Reading the registrations of {context.partition_key}"):
        step = Step.of_asset(context)
        from certain_eloqua.clients.certain import REGISTRATION_SCHEMA

        def pages(since: str | None) -> "Pages":
            return step.certain.iter_registration_pages(context.partition_key, since)

        return _snapshot(step, pages, REGISTRATION_SCHEMA, "registrationCode", [], config)


@_read(ATTENDEE_TYPES, partitions_def=event_partitions, deps=[EVENTS])
def attendee_types(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """The attendee types of one event: what its registrations can be."""
    with dagster_failures(f"Reading the attendee types of {context.partition_key}"):
        step = Step.of_asset(context)
        from certain_eloqua.clients.certain import ATTENDEE_TYPE_SCHEMA, to_table

        pages = step.certain.iter_attendee_type_pages(context.partition_key)
        written = step.keep(to_table(pages, ATTENDEE_TYPE_SCHEMA))
        return dg.MaterializeResult(metadata={**written.as_metadata(), **step.cost()})


@_read(STATUSES, partitions_def=event_partitions, deps=[REGISTRATIONS])
def statuses(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """The statuses one event's registrations can have: Certain's list, or the standard and the seen ones."""
    with dagster_failures(f"Reading the registration statuses of {context.partition_key}"):
        step = Step.of_asset(context)
        import pyarrow as pa
        import pyarrow.compute as pc

        event = context.partition_key
        known = step.frames.table(tuple(REGISTRATIONS.path), event, step.run_id)
        seen = [label for label in pc.unique(known["registrationStatusLabel"]).to_pylist() if label]
        rows = [
            {
                "label": status.label,
                "classification": status.classification.value if status.classification else None,
                "is_standard": status.is_standard,
                "tags": "; ".join(status.tags),
            }
            for status in step.certain.registration_statuses(event, seen=seen)
        ]
        text = pa.string()
        schema = pa.schema(
            [("label", text), ("classification", text), ("is_standard", pa.bool_()), ("tags", text)]
        )
        written = step.keep(pa.Table.from_pylist(rows, schema=schema))
        return dg.MaterializeResult(
            metadata={
                **written.as_metadata(),
                "labels": dg.MetadataValue.json([row["label"] for row in rows]),
                **step.cost(),
            }
        )


read_assets: list[dg.AssetsDefinition] = [events, profiles, registrations, attendee_types, statuses]


def _asks_questions(step: Step) -> bool:
    return any(pair.certain.startswith("profileQuestions.") for pair in step.field_map.pairs)


def _snapshot(
    step: Step,
    pages: "Callable[[str | None], Pages]",
    schema: "pa.Schema",
    key: str,
    include: list[str],
    config: ReadConfig,
) -> dg.MaterializeResult:
    """The last frame with newer rows in place of older ones; the watermark travels in the frame's facts."""
    import pyarrow as pa

    before, since = None, None
    # Another account, or other parts of the objects, is another snapshot.
    what = {
        "account": step.settings.certain_account_code,
        "address": step.settings.certain_address,
        "include": include,
    }
    if not config.full and step.frames.has(step.key, step.event_code):
        facts = step.frames.facts(step.key, step.event_code)
        if facts.get("what") == what and facts.get("watermark"):
            before, since = step.frames.table(step.key, step.event_code), facts["watermark"]
    reading = pages(since)
    changed = pa.Table.from_batches(_batches(reading, schema, step.certain.renamed), schema=schema)
    table = changed if before is None else _merged(before, changed, schema, key)
    watermark = max(filter(None, [reading.watermark, since]), default=None)
    written = step.keep(table, {"watermark": watermark, "what": what})
    return dg.MaterializeResult(
        metadata={
            **written.as_metadata(),
            "read": changed.num_rows,
            "read_since": since or "the beginning",
            "watermark": watermark or "none yet",
            "pages_read_again": reading.anomalies,
            **step.cost(),
        }
    )


def _batches(pages: "Pages", schema: "pa.Schema", renamed: dict[str, str]) -> "Iterator[pa.RecordBatch]":
    from certain_eloqua.clients.certain import to_batch

    for page in pages:
        yield to_batch(page, schema, renamed)


def _merged(before: "pa.Table", changed: "pa.Table", schema: "pa.Schema", key: str) -> "pa.Table":
    import pyarrow as pa
    import pyarrow.compute as pc

    old = before.select(schema.names).cast(schema)
    kept = old.filter(pc.invert(pc.is_in(old[key], value_set=changed[key].combine_chunks())))
    return pa.concat_tables([kept, changed])
