"""What an event offers and who takes part in it: sessions, agenda items, appointments, ratings.

Small things are read whole. Registrations for agenda items and ratings carry stamps and are read
incrementally; registrations for sessions carry none, see `session_registrations`.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from certain_eloqua.assets.shared_read import SharedRead, read_key, shared_read
from certain_eloqua.assets.snapshots import last_facts, read_snapshot, what_is_read
from certain_eloqua.assets.step import Step, StepResult

if TYPE_CHECKING:
    import pyarrow as pa

    from certain_eloqua.clients.certain import Pages

EVENTS = read_key("events")
REGISTRATIONS = read_key("registrations")
SESSIONS = read_key("sessions")
SESSION_REGISTRATIONS = read_key("session_registrations")
AGENDA_ITEMS = read_key("agenda_items")
AGENDA_REGISTRATIONS = read_key("agenda_registrations")
APPOINTMENTS = read_key("appointments")
RATINGS = read_key("ratings")

WHOLE_AGAIN_AFTER = timedelta(hours=24)
"""Registrations for sessions are read whole at least this often: nothing published says which changes their
date filter sees, and one that disappeared is seen only this way."""


@shared_read(SESSIONS, "the sessions", by_event=True, deps=[EVENTS])
def sessions(step: Step, full: bool) -> StepResult:
    """The session instances of one event, published or not, with tags and points."""
    from certain_eloqua.clients.certain import SESSION_SCHEMA

    return _whole(step, step.certain.iter_session_pages(step.event), SESSION_SCHEMA)


@shared_read(
    SESSION_REGISTRATIONS,
    "the session registrations",
    by_event=True,
    deps=[EVENTS, REGISTRATIONS],
    incremental=True,
)
def session_registrations(step: Step, full: bool) -> StepResult:
    """Who is registered for which session instance of one event, and with what status.

    The API sends no change stamps with these. What it offers is a date filter, so we ask from the
    watermark of the registrations as they were read before the last time: a change made later has a later
    stamp. A registration that is read again brings all its sessions.
    """
    import pyarrow as pa

    from certain_eloqua.clients.certain import SESSION_REGISTRATION_SCHEMA

    what = what_is_read(step)
    before = {} if full else last_facts(step, what)
    now = datetime.now(UTC)
    whole = before.get("whole")
    if whole is None or now - datetime.fromisoformat(whole) > WHOLE_AGAIN_AFTER:
        since, whole = None, now.isoformat(timespec="seconds")
    else:
        since = before["watermark"]
    watermark = _registrations_watermark(step)
    pages = step.certain.iter_session_registration_pages(step.event, since)
    batches = _rows(pages) if since is None else _replaced(step, pages)
    stream = pa.RecordBatchReader.from_batches(SESSION_REGISTRATION_SCHEMA, batches)
    written = step.keep(stream, {"watermark": watermark, "what": what, "whole": whole})
    return StepResult(
        {
            **written.as_metadata(),
            "registrations_read": pages.rows,
            "read_since": since or "the beginning",
            "watermark": watermark or "none yet",
            "pages_read_again": pages.anomalies,
            **step.cost(),
        }
    )


@shared_read(AGENDA_ITEMS, "the agenda items", by_event=True, deps=[EVENTS])
def agenda_items(step: Step, full: bool) -> StepResult:
    """The agenda items of one event, with tags and points. Scheduled ones have a start date."""
    from certain_eloqua.clients.certain import AGENDA_ITEM_SCHEMA

    return _whole(step, step.certain.iter_agenda_item_pages(step.event), AGENDA_ITEM_SCHEMA)


@shared_read(AGENDA_REGISTRATIONS, "the agenda registrations", by_event=True, deps=[EVENTS], incremental=True)
def agenda_registrations(step: Step, full: bool) -> StepResult:
    """Who has which agenda item of one event, and with what status; as last read plus what changed since."""
    from certain_eloqua.clients.certain import AGENDA_REGISTRATION_SCHEMA

    def pages(since: str | None) -> "Pages":
        return step.certain.iter_agenda_registration_pages(step.event, since)

    key = ("registrationCode", "activityCode")
    return read_snapshot(step, pages, AGENDA_REGISTRATION_SCHEMA, key, full)


@shared_read(APPOINTMENTS, "the appointments", by_event=True, deps=[EVENTS])
def appointments(step: Step, full: bool) -> StepResult:
    """The appointments between registrations of one event, with the rating each side gave."""
    from certain_eloqua.clients.certain import APPOINTMENT_SCHEMA

    return _whole(step, step.certain.iter_appointment_pages(step.event), APPOINTMENT_SCHEMA)


@shared_read(RATINGS, "the ratings", by_event=True, deps=[EVENTS], incremental=True)
def ratings(step: Step, full: bool) -> StepResult:
    """The ratings that registrations gave to sessions and agenda items; none if Certain offers none."""
    from certain_eloqua.clients.certain import RATING_SCHEMA

    def pages(since: str | None) -> "Pages":
        return step.certain.iter_rating_pages(step.event, since)

    key = ("registrationCode", "instanceId", "activityCode", "dateModified")
    return read_snapshot(step, pages, RATING_SCHEMA, key, full)


PROGRAMME_READS: tuple[SharedRead, ...] = (
    sessions,
    session_registrations,
    agenda_items,
    agenda_registrations,
    appointments,
    ratings,
)


def _whole(step: Step, pages: "Pages", schema: "pa.Schema") -> StepResult:
    from certain_eloqua.clients.certain import to_table

    written = step.keep(to_table(pages, schema))
    return StepResult({**written.as_metadata(), "pages_read_again": pages.anomalies, **step.cost()})


def _registrations_watermark(step: Step) -> str | None:
    """How far the registrations had been read before this step began."""
    key = tuple(REGISTRATIONS.path)
    if not step.frames.has(key, step.event_code):
        return None
    watermark: str | None = step.frames.facts(key, step.event_code, step.run_id).get("watermark")
    return watermark


def _rows(pages: "Pages") -> "Iterator[pa.RecordBatch]":
    from certain_eloqua.clients.certain import session_registration_batch

    for page in pages:
        yield session_registration_batch(page)


def _replaced(step: Step, pages: "Pages") -> "Iterator[pa.RecordBatch]":
    """The last frame, batch by batch, with the sessions of the registrations that were read again."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from certain_eloqua.clients.certain import SESSION_REGISTRATION_SCHEMA, session_registration_batch

    codes: list[str] = []
    changed: list[pa.RecordBatch] = []
    for page in pages:
        codes.extend(str(item["registrationCode"]) for item in page)
        changed.append(session_registration_batch(page))
    again = pa.array(codes, pa.string())
    for batch in step.frames.batches(step.key, step.event_code):
        yield batch.filter(pc.invert(pc.is_in(batch["registrationCode"], value_set=again))).cast(
            SESSION_REGISTRATION_SCHEMA
        )
    yield from changed
