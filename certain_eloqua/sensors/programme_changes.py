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
from certain_eloqua.sensors.change_sensor import Changes, ChangeSensor, Tick

if TYPE_CHECKING:
    from certain_eloqua.clients.certain import CertainClient
    from certain_eloqua.domain.event import Event

READS = 2
"""Events that a tick reads. With the events of the account and the newest stamp that is four calls."""

AROUND = timedelta(days=1)
"""An event is read often from so long before its start until so long after its end."""

SESSIONS, AGENDA = "sessions", "agenda"
SOURCES = {"session_status_activities": SESSIONS, "agenda_item_status_activities": AGENDA}
"""What the kinds follow."""


def find_changes(tick: Tick) -> Changes:
    """The events whose turn it was and in which a session or an agenda item changed.

    An event that alone cannot be read is passed over until its next turn.
    """
    now = datetime.now(UTC)
    events = list(tick.certain.iter_events())
    stamp = tick.certain.newest_registration_stamp() or ""
    selected = {one.name: [event.code for event in one.selected(events)] for one in tick.followers}
    sources = {one.name: SOURCES[one.kind.name] for one in tick.followers}
    targets = _targets(selected, sources)
    before = Rotation.from_text(tick.position)
    rotation, chosen, new = before.next(targets, _live(events, now), stamp, READS, now)
    rotation, rows = _read(tick.context, tick.certain, rotation, chosen, stamp, now)
    due: dict[str, list[str]] = {}
    asked: dict[str, Mapping[str, datetime]] = {}
    for name, codes in selected.items():
        changed = [
            ChangedRow(event, "", "", "") for source, event in (*rows, *new) if source == sources[name]
        ]
        looked = {name: tick.ledger.watermarks.looks(name)}
        found, waiting = due_events(
            Memory("", frozenset(), rotation.asked), changed, {name: codes}, looked, now
        )
        due |= found
        asked |= waiting
    return Changes(due, replace(rotation, asked=asked).as_text())


PROGRAMME_CHANGES = ChangeSensor(
    name="programme_status_changes",
    description="Runs the connectors that follow sessions and agenda items for events in which one changed. "
    "Events take turns; live ones are read most often.",
    kinds=frozenset(SOURCES),
    doing="Looking for changed sessions and agenda items in Certain",
    find=find_changes,
)


def _targets(selected: Mapping[str, Sequence[str]], sources: Mapping[str, str]) -> list[Target]:
    return sorted({(sources[name], code) for name, codes in selected.items() for code in codes})


def _live(events: Iterable["Event"], now: datetime) -> list[str]:
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
