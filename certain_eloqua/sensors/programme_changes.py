"""Statuses in sessions and agenda items that changed start the connectors that follow them.

Certain offers no read of them over all events. So a tick reads a few events only, in turn
(connectors/status_changes/rotation.py): its calls are bounded, however many events there are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import dagster as dg

from certain_eloqua.clients.redaction import redact
from certain_eloqua.connectors.status_changes.due_events import ChangedRow, Memory, due_events
from certain_eloqua.connectors.status_changes.rotation import Rotation, Target
from certain_eloqua.sensors.findings import Finding
from certain_eloqua.sensors.status_changes import Config, selected_events

if TYPE_CHECKING:
    from certain_eloqua.clients.certain import CertainClient
    from certain_eloqua.connectors.files.loader import Connector
    from certain_eloqua.domain.event import Event

SECONDS = 15
READS = 2
"""Events that a tick reads. With the events of the account and the newest stamp that is four calls."""

AROUND = timedelta(days=1)
"""An event is read often from so long before its start until so long after its end."""

SESSIONS, AGENDA = "sessions", "agenda"
SOURCES = {"session_status_activities": SESSIONS, "agenda_item_status_activities": AGENDA}
"""What the kinds follow."""


def programme_change_sensors(
    connectors: Iterable["Connector"], jobs: Mapping[str, dg.JobDefinition], config: Config
) -> list[dg.SensorDefinition]:
    """The sensor of the connectors that follow sessions and agenda items; none when there are none.

    Args:
        connectors: all of them.
        jobs: their jobs for many events, by connector.
        config: the configuration of such a job.
    """
    followers = [one for one in connectors if one.kind.name in SOURCES]
    return [_sensor(followers, jobs, config)] if followers else []


def _sensor(
    followers: Sequence["Connector"], jobs: Mapping[str, dg.JobDefinition], config: Config
) -> dg.SensorDefinition:
    @dg.sensor(
        name="programme_status_changes",
        jobs=[jobs[one.name] for one in followers],
        minimum_interval_seconds=SECONDS,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Runs the connectors that follow sessions and agenda items for events in which one "
        "changed. Events take turns, those that are going on most often.",
    )
    def programme_status_changes(
        context: dg.SensorEvaluationContext,
        certain: dg.ResourceParam[Any],
        ledger: dg.ResourceParam[Any],
    ) -> dg.SensorResult:
        """Ask for one run per connector with something new.

        If Certain cannot be read this raises: the tick turns red, and the next one reads the same events. An
        event that alone cannot be read is passed over until its next turn.
        """
        now = datetime.now(UTC)
        finding = Finding.after(context.cursor)
        try:
            events = list(certain.iter_events())
            stamp = certain.newest_registration_stamp() or ""
            selected = {one.name: selected_events(one, events) for one in followers}
            sources = {one.name: SOURCES[one.kind.name] for one in followers}
            targets = _targets(selected, sources)
            before = Rotation.from_text(finding.position)
            rotation, chosen, new = before.next(targets, _going_on(events, now), stamp, READS, now)
            rotation, rows = _read(context, certain, rotation, chosen, stamp, now)
        except Exception as error:  # noqa: BLE001 - reported without personal data
            raise dg.Failure(f"Certain's programme could not be read: {redact(str(error))}") from None
        due: dict[str, list[str]] = {}
        asked: dict[str, Mapping[str, datetime]] = {}
        for name, codes in selected.items():
            changed = [
                ChangedRow(event, "", "", "") for source, event in (*rows, *new) if source == sources[name]
            ]
            looked = {name: ledger.watermarks.looks(name)}
            memory = Memory("", frozenset(), rotation.asked)
            found, waiting = due_events(memory, changed, {name: codes}, looked, now)
            due |= found
            asked |= waiting
        finding = finding.at(replace(rotation, asked=asked).as_text())
        requests = [
            dg.RunRequest(
                run_key=finding.run_key(name, *codes),
                job_name=jobs[name].name,
                run_config=config(name, codes),
            )
            for name, codes in due.items()
        ]
        return dg.SensorResult(run_requests=requests, cursor=finding.cursor)

    return programme_status_changes


def _targets(selected: Mapping[str, Sequence[str]], sources: Mapping[str, str]) -> list[Target]:
    return sorted({(sources[name], code) for name, codes in selected.items() for code in codes})


def _going_on(events: Iterable["Event"], now: datetime) -> list[str]:
    return [
        one.code
        for one in events
        if one.starts and one.ends and one.starts - AROUND <= now <= one.ends + AROUND
    ]


def _read(
    context: dg.SensorEvaluationContext,
    certain: "CertainClient",
    rotation: Rotation,
    chosen: Sequence[Target],
    stamp: str,
    now: datetime,
) -> tuple[Rotation, list[Target]]:
    """Read the chosen targets; which of them have a new row."""
    from certain_eloqua.clients.errors import AuthError, Permanent

    changed: list[Target] = []
    faults: list[Permanent] = []
    for target in chosen:
        try:
            rows = read_digests(certain, target, rotation.turns[target].since or stamp)
        except AuthError:
            raise
        except Permanent as error:
            faults.append(error)
            context.log.warning("%s of %s cannot be read and is passed over: %s", *target, redact(str(error)))
            rotation = rotation.passed_over(target)
            continue
        rotation, found = rotation.read(target, stamp, rows, now)
        if found:
            changed.append(target)
    if faults and len(faults) == len(chosen):
        raise faults[0]
    return rotation, changed


def read_digests(certain: "CertainClient", target: Target, since: str) -> frozenset[str]:
    """Digests of what changed in an event since a stamp, with the overlap of every incremental read."""
    if not since:
        return frozenset()  # the account has no registration at all
    source, event = target
    if source == SESSIONS:
        pages = certain.iter_session_registration_pages(event, since)
        return frozenset(_session_row(event, item).digest for page in pages for item in page)
    pages = certain.iter_agenda_registration_pages(event, since)
    return frozenset(_agenda_row(event, item).digest for page in pages for item in page)


def _session_row(event: str, item: Mapping[str, Any]) -> ChangedRow:
    sessions = [one for one in item.get("sessions") or () if isinstance(one, Mapping)]
    statuses = sorted(f"{one.get('instanceId')}={one.get('regSessionStatus')}" for one in sessions)
    return ChangedRow(event, str(item.get("registrationCode") or ""), "", ";".join(statuses))


def _agenda_row(event: str, item: Mapping[str, Any]) -> ChangedRow:
    which = f"{item.get('registrationCode')}/{item.get('activityCode')}"
    return ChangedRow(event, which, str(item.get("dateModified") or ""), str(item.get("status") or ""))
