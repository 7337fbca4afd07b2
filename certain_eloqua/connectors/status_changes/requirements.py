"""What the kinds of status changes need on the platforms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import pandas as pd

from certain_eloqua.clients.certain import AGENDA_ITEM_SCHEMA, SESSION_SCHEMA, CertainClient, to_table
from certain_eloqua.clients.eloqua import EloquaClient
from certain_eloqua.connectors.contract.event_lists import attendee_types_now, statuses_now
from certain_eloqua.connectors.contract.kind import Check, Job, Platforms
from certain_eloqua.connectors.contract.validation import check_field_map
from certain_eloqua.connectors.status_changes.activity_delivery import check_campaign, missing_types
from certain_eloqua.connectors.status_changes.activity_plan import column
from certain_eloqua.connectors.status_changes.selecting import (
    campaign_of,
    selected_item_statuses,
    selected_items,
    selected_statuses,
    selected_types,
)


def types_exist(job: Job, platforms: Platforms) -> Iterator[Check]:
    """The event has every selected attendee type, and one for every tag."""
    settings = job.settings
    if settings.attendee_types is None and not settings.attendee_type_tags:
        return
    found = attendee_types_now(platforms.client("certain", CertainClient), str(job.event_code))
    for value in settings.attendee_types or ():
        yield partial(selected_types, _doing(job), [value], (), found)
    for tag in settings.attendee_type_tags:
        yield partial(selected_types, _doing(job), (), [tag], found)


def statuses_exist(job: Job, platforms: Platforms) -> Iterator[Check]:
    """The event has every selected registration status, and one for every tag."""
    settings = job.settings
    found = statuses_now(platforms.client("certain", CertainClient), str(job.event_code))
    for label in settings.registration_statuses:
        yield partial(selected_statuses, _doing(job), [label], (), found)
    for tag in settings.registration_status_tags:
        yield partial(selected_statuses, _doing(job), (), [tag], found)


def sessions_exist(job: Job, platforms: Platforms) -> Iterator[Check]:
    """The event has every selected session, and one for every tag."""
    certain = platforms.client("certain", CertainClient)
    found = to_table(certain.iter_session_pages(str(job.event_code)), SESSION_SCHEMA).to_pandas()
    settings = job.settings
    yield from _items(job, "session", settings.sessions, settings.session_tags, found, "sessionCode")
    for status in settings.session_statuses:
        yield partial(selected_item_statuses, _doing(job), [status], ())


def agenda_items_exist(job: Job, platforms: Platforms) -> Iterator[Check]:
    """The event has every selected agenda item, and one for every tag."""
    certain = platforms.client("certain", CertainClient)
    found = to_table(certain.iter_agenda_item_pages(str(job.event_code)), AGENDA_ITEM_SCHEMA).to_pandas()
    settings = job.settings
    yield from _items(
        job, "agenda item", settings.agenda_items, settings.agenda_item_tags, found, "activityCode"
    )
    for status in settings.agenda_statuses:
        yield partial(selected_item_statuses, _doing(job), [status], ())


def activities_can_be_sent(asset_type: str, statuses: str, job: Job, platforms: Platforms) -> Iterator[Check]:
    """The campaign is active, and the asset type has an activity type for every status.

    Args:
        asset_type: of the kind.
        statuses: name of the setting with the statuses.
        job: which connector.
        platforms: Eloqua.
    """
    settings, eloqua = job.settings, platforms.client("eloqua", EloquaClient)
    if (event := job.event) is not None:
        yield lambda: check_campaign(
            eloqua, campaign_of(_doing(job), settings.campaign_id, settings.campaign_question, event)
        )
    wanted = set(getattr(settings, statuses))
    if not settings.create_activity_types and wanted:
        yield lambda: missing_types(eloqua, asset_type, wanted, create=False)
    if settings.create_missing_contacts:
        yield partial(check_field_map, job.field_map, eloqua)


def _items(
    job: Job, what: str, codes: Sequence[str], tags: Sequence[str], found: pd.DataFrame, code: str
) -> Iterator[Check]:
    there, tagged = column(found, code).tolist(), column(found, "tags").tolist()
    for one in codes:
        yield partial(selected_items, _doing(job), what, [one], (), there, tagged)
    for tag in tags:
        yield partial(selected_items, _doing(job), what, (), [tag], there, tagged)


def _doing(job: Job) -> str:
    return f"Planning {job.connector} for {job.event_code}"
