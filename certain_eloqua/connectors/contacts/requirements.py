"""What the kinds of contacts and registrations need on the platforms."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from certain_eloqua.clients.certain import CertainClient
from certain_eloqua.clients.eloqua import EloquaClient
from certain_eloqua.connectors.contacts.list_members import find_list
from certain_eloqua.connectors.contacts.registration_index import check_attendee_type, check_status
from certain_eloqua.connectors.contract.event_lists import attendee_types_now, statuses_now
from certain_eloqua.connectors.contract.kind import Check, Job, Platforms
from certain_eloqua.connectors.contract.validation import check_field_map


def field_map_fits(job: Job, platforms: Platforms) -> Iterator[Check]:
    """The field map fits the fields that Eloqua has now."""
    yield partial(check_field_map, job.field_map, platforms.client("eloqua", EloquaClient))


def list_exists(job: Job, platforms: Platforms) -> Iterator[Check]:
    """There is exactly one contact list of the name."""
    yield partial(find_list, platforms.client("eloqua", EloquaClient), job.settings.contact_list_name)


def new_registrations_fit(job: Job, platforms: Platforms) -> Iterator[Check]:
    """The event has the status and the attendee type of new registrations."""
    certain, event = platforms.client("certain", CertainClient), str(job.event_code)
    doing = f"Planning {job.connector} for {event}"
    types = attendee_types_now(certain, event)
    yield partial(check_attendee_type, doing, job.settings.attendee_type_code, types)
    yield partial(check_status, doing, job.settings.registration_status, statuses_now(certain, event))


def selection_exists(job: Job, platforms: Platforms) -> Iterator[Check]:
    """The event has every selected status and attendee type."""
    certain, event = platforms.client("certain", CertainClient), str(job.event_code)
    doing = f"Planning {job.connector} for {event}"
    statuses = statuses_now(certain, event)
    for status in job.settings.registration_statuses:
        yield partial(check_status, doing, status, statuses)
    if job.settings.attendee_types:
        types = attendee_types_now(certain, event)
        for kind in job.settings.attendee_types:
            yield partial(check_attendee_type, doing, kind, types)
