"""Registrations that changed start the connectors that follow them: one run per connector, all events in it.

A tick costs two calls of Certain, however many events there are: the events, and the registrations of the
whole account that changed. A run takes seconds to start, so 200 events that changed are not 200 runs.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from certain_eloqua.connectors.status_changes.due_events import ChangedRow, Memory, due_events
from certain_eloqua.sensors.change_sensor import Changes, ChangeSensor, Tick

if TYPE_CHECKING:
    from collections.abc import Mapping

    from certain_eloqua.clients.certain import CertainClient

FOLLOWS_REGISTRATIONS = frozenset({"registration_status_activities", "update_contact_list"})
"""Kinds whose changes the account's registrations show. Sessions and agendas can only be read per event."""


def find_changes(tick: Tick) -> Changes:
    """The events in which a registration changed since the last tick."""
    now = datetime.now(UTC)
    memory = Memory.from_text(tick.position)
    events = list(tick.certain.iter_events())
    rows, watermark = read_changes(tick.certain, memory.watermark)
    selected = {one.name: [event.code for event in one.selected(events)] for one in tick.followers}
    looked = {one.name: tick.ledger.watermarks.looks(one.name) for one in tick.followers}
    due, asked = due_events(memory, rows, selected, looked, now)
    kept = frozenset(row.digest for row in rows if row.stamp >= _again(watermark))
    return Changes(due, Memory(watermark, kept, asked).as_text())


REGISTRATION_CHANGES = ChangeSensor(
    name="registration_status_changes",
    description="Runs the connectors that follow registrations for every event in which one changed.",
    kinds=FOLLOWS_REGISTRATIONS,
    doing="Looking for changed registrations in Certain",
    find=find_changes,
)


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


def _row(item: "Mapping[str, Any]") -> ChangedRow:
    members = ("eventCode", "registrationCode", "dateModified", "registrationStatusLabel")
    return ChangedRow(*(str(item.get(name) or "") for name in members))


def _again(watermark: str) -> str:
    """The earliest stamp that the next tick reads again."""
    from certain_eloqua.clients.certain.values import with_overlap

    return with_overlap(watermark) if watermark else ""
