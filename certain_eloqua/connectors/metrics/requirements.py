"""What the uploads of metrics need on the platforms."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pandas as pd

from certain_eloqua.clients.certain import CertainClient
from certain_eloqua.clients.eloqua import EloquaClient
from certain_eloqua.connectors.contract.event_lists import attendee_types_now, statuses_now
from certain_eloqua.connectors.contract.kind import Check, Job, Platforms
from certain_eloqua.connectors.metrics.contact_fields import contact_fields_now, refuse_unfit_fields
from certain_eloqua.connectors.metrics.custom_object import SCHEMA, find, refuse_missing
from certain_eloqua.connectors.metrics.object_designs import ObjectDesign, as_rows
from certain_eloqua.connectors.metrics.upload_plan import refuse_unfit, refuse_unknown_value, selections


def object_fits(design: ObjectDesign, job: Job, platforms: Platforms) -> Iterator[Check]:
    """The custom object is there with the right fields, or may be created."""
    eloqua = platforms.client("eloqua", EloquaClient)

    def check() -> None:
        found = find(eloqua, job.settings.custom_object)
        if found is None:
            refuse_missing(eloqua, job)
            return
        refuse_unfit(design, pd.DataFrame(as_rows(found), columns=SCHEMA.names), job.settings.custom_object)

    yield check


def selection_exists(job: Job, platforms: Platforms) -> Iterator[Check]:
    """The event has every selected status and attendee type."""
    certain, event = platforms.client("certain", CertainClient), str(job.event_code)
    chosen = selections(job)
    if not chosen:
        return
    reads = {"statuses": statuses_now(certain, event), "attendee_types": attendee_types_now(certain, event)}
    for selection, value in chosen:
        yield partial(refuse_unknown_value, job, reads, selection, value)


def fields_fit(job: Job, platforms: Platforms) -> Iterator[Check]:
    """The contact fields are there and can hold their numbers."""
    found = contact_fields_now(job.settings, platforms.client("eloqua", EloquaClient))
    yield partial(refuse_unfit_fields, job, found)
