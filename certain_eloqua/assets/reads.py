"""What Certain holds: the reads that connectors share.

Profiles and registrations are read incrementally: the last frame, and whatever was modified since. A read
that fails keeps nothing, so a platform that could not be read never passes for an empty one.
"""

from typing import TYPE_CHECKING

import dagster as dg

from certain_eloqua.assets.event_rows import event_table
from certain_eloqua.assets.metrics_assets import METRICS
from certain_eloqua.assets.programme_reads import PROGRAMME_READS
from certain_eloqua.assets.shared_read import SharedRead, shared_read
from certain_eloqua.assets.snapshots import read_snapshot
from certain_eloqua.assets.step import Step, StepResult
from certain_eloqua.partitions import events as event_partitions
from certain_eloqua.partitions import is_partition_key

if TYPE_CHECKING:
    from certain_eloqua.clients.certain import Pages

EVENTS = dg.AssetKey(["certain", "events"])
PROFILES = dg.AssetKey(["certain", "profiles"])
REGISTRATIONS = dg.AssetKey(["certain", "registrations"])
ATTENDEE_TYPES = dg.AssetKey(["certain", "attendee_types"])
STATUSES = dg.AssetKey(["certain", "statuses"])


@shared_read(EVENTS, "the account's events")
def events(step: Step, full: bool) -> StepResult:
    """Every event of the account. Each becomes a partition, so it can be chosen at once."""
    found = sorted(step.certain.iter_events(["answers"]), key=lambda event: event.code)
    written = step.keep(event_table(found))
    usable = [event.code for event in found if is_partition_key(event.code)]
    instance = step.context.instance
    new = sorted(set(usable) - set(instance.get_dynamic_partitions(event_partitions.name or "")))
    if new:
        instance.add_dynamic_partitions(event_partitions.name or "", new)
    refused = [event.code for event in found if not is_partition_key(event.code)]
    guessed = [event.code for event in found if event.timezone_is_guessed]
    return StepResult(
        {
            **written.as_metadata(),
            "new_events": len(new),
            "new": dg.MetadataValue.json(new),
            "codes_that_cannot_be_partitions": dg.MetadataValue.json(refused),
            "time_zone_unknown_pacific_assumed": dg.MetadataValue.json(guessed),
            **step.cost(),
        }
    )


@shared_read(PROFILES, "the account's profiles", incremental=True, resources={"field_map"})
def profiles(step: Step, full: bool) -> StepResult:
    """Every profile of the account, as last read plus what was modified since."""
    from certain_eloqua.clients.certain import PROFILE_SCHEMA

    include = ["profile_questions"] if _asks_questions(step) else []

    def pages(since: str | None) -> "Pages":
        return step.certain.iter_profile_pages(since, include=include)

    return read_snapshot(step, pages, PROFILE_SCHEMA, ("pkProfileId",), full, include)


@shared_read(REGISTRATIONS, "the registrations", by_event=True, deps=[EVENTS], incremental=True)
def registrations(step: Step, full: bool) -> StepResult:
    """Every registration of one event, inactive and test ones too; as last read plus what changed since."""
    from certain_eloqua.clients.certain import REGISTRATION_SCHEMA

    def pages(since: str | None) -> "Pages":
        return step.certain.iter_registration_pages(step.event, since)

    return read_snapshot(step, pages, REGISTRATION_SCHEMA, ("registrationCode",), full)


@shared_read(ATTENDEE_TYPES, "the attendee types", by_event=True, deps=[EVENTS])
def attendee_types(step: Step, full: bool) -> StepResult:
    """The attendee types of one event: what its registrations can be."""
    from certain_eloqua.clients.certain import ATTENDEE_TYPE_SCHEMA, to_table

    written = step.keep(to_table(step.certain.iter_attendee_type_pages(step.event), ATTENDEE_TYPE_SCHEMA))
    return StepResult({**written.as_metadata(), **step.cost()})


@shared_read(STATUSES, "the registration statuses", by_event=True, deps=[REGISTRATIONS])
def statuses(step: Step, full: bool) -> StepResult:
    """The statuses one event's registrations can have: Certain's list, or the standard and the seen ones."""
    import pyarrow.compute as pc

    from certain_eloqua.connectors.contract.event_lists import status_table

    known = step.frames.table(tuple(REGISTRATIONS.path), step.event, step.run_id)
    seen = [label for label in pc.unique(known["registrationStatusLabel"]).to_pylist() if label]
    table = status_table(step.certain.registration_statuses(step.event, seen=seen))
    written = step.keep(table)
    return StepResult(
        {
            **written.as_metadata(),
            "labels": dg.MetadataValue.json(table["label"].to_pylist()),
            **step.cost(),
        }
    )


SHARED_READS: tuple[SharedRead, ...] = (
    events,
    profiles,
    registrations,
    attendee_types,
    statuses,
    *PROGRAMME_READS,
    *METRICS,
)
"""The reads that connectors share, each after those it depends on."""


def _asks_questions(step: Step) -> bool:
    return any(pair.certain.startswith("profileQuestions.") for pair in step.field_map.pairs)
