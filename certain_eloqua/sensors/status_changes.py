"""Registrations that changed start the connectors that follow them: one run per connector, all events in it.

A tick costs two calls of Certain, however many events there are: the events, and the registrations of the
whole account that changed. A run takes seconds to start, so 200 events that changed are not 200 runs.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import dagster as dg

from certain_eloqua.clients.redaction import redact
from certain_eloqua.connectors.status_changes.due_events import ChangedRow, Memory, due_events
from certain_eloqua.partitions import is_partition_key
from certain_eloqua.sensors.findings import Finding

if TYPE_CHECKING:
    from certain_eloqua.clients.certain import CertainClient
    from certain_eloqua.connectors.files.loader import Connector
    from certain_eloqua.domain.event import Event

SECONDS = 15
FOLLOWS_REGISTRATIONS = frozenset({"registration_status_activities", "update_contact_list"})
"""Kinds whose changes the account's registrations show. Sessions and agendas can only be read per event."""


Config = Callable[[str, Sequence[str]], dict[str, Any]]
"""The run configuration of a connector's job for many events."""


def status_change_sensors(
    connectors: Iterable["Connector"], jobs: Mapping[str, dg.JobDefinition], config: Config
) -> list[dg.SensorDefinition]:
    """The sensor of the connectors that follow registrations; none when there are no such connectors.

    Args:
        connectors: all of them.
        jobs: their jobs for many events, by connector.
        config: the configuration of such a job.
    """
    followers = [one for one in connectors if one.kind.name in FOLLOWS_REGISTRATIONS]
    return [_sensor(followers, jobs, config)] if followers else []


def _sensor(
    followers: Sequence["Connector"], jobs: Mapping[str, dg.JobDefinition], config: Config
) -> dg.SensorDefinition:
    @dg.sensor(
        name="registration_status_changes",
        jobs=[jobs[one.name] for one in followers],
        minimum_interval_seconds=SECONDS,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Runs the connectors that follow registrations for every event in which one changed.",
    )
    def registration_status_changes(
        context: dg.SensorEvaluationContext,
        certain: dg.ResourceParam[Any],
        ledger: dg.ResourceParam[Any],
    ) -> dg.SensorResult | dg.SkipReason:
        """Ask for one run per connector with something new.

        If Certain cannot be read this raises: the tick turns red, the watermark stays, and the same changes
        are seen by the next one.
        """
        now = datetime.now(UTC)
        finding = Finding.after(context.cursor)
        memory = Memory.from_text(finding.position)
        try:
            events = list(certain.iter_events())
            rows, watermark = read_changes(certain, memory.watermark)
        except Exception as error:  # noqa: BLE001 - reported without personal data
            raise dg.Failure(f"Certain's registrations could not be read: {redact(str(error))}") from None
        selected = {one.name: selected_events(one, events) for one in followers}
        looked = {one.name: ledger.watermarks.looks(one.name) for one in followers}
        due, asked = due_events(memory, rows, selected, looked, now)
        kept = frozenset(row.digest for row in rows if row.stamp >= _again(watermark))
        finding = finding.at(Memory(watermark, kept, asked).as_text())
        requests = [
            dg.RunRequest(
                run_key=finding.run_key(name, *codes),
                job_name=jobs[name].name,
                run_config=config(name, codes),
            )
            for name, codes in due.items()
        ]
        return dg.SensorResult(run_requests=requests, cursor=finding.cursor)

    return registration_status_changes


def read_changes(certain: "CertainClient", watermark: str) -> tuple[list[ChangedRow], str]:
    """What changed in the account since the watermark, with an overlap, and the new watermark.

    Without one reading starts at the newest change: every event is looked at for the first time anyway.
    """
    watermark = watermark or certain.newest_registration_stamp() or ""
    if not watermark:
        return [], ""
    pages = certain.iter_changed_registration_pages(watermark)
    rows = [_row(item) for page in pages for item in page]
    return rows, max([watermark, *(row.stamp for row in rows)])


def _row(item: Mapping[str, Any]) -> ChangedRow:
    members = ("eventCode", "registrationCode", "dateModified", "registrationStatusLabel")
    return ChangedRow(*(str(item.get(name) or "") for name in members))


def _again(watermark: str) -> str:
    """The earliest stamp that the next tick reads again."""
    from certain_eloqua.clients.certain.values import with_overlap

    return with_overlap(watermark) if watermark else ""


def selected_events(connector: "Connector", events: Iterable["Event"]) -> list[str]:
    """The codes of the events that a connector serves now."""
    return sorted(one.code for one in events if connector.selects(one) and is_partition_key(one.code))
