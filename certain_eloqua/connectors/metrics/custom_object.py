"""Finding the custom object of a connector, and creating it."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from certain_eloqua.clients.eloqua import CustomObject, EloquaClient
from certain_eloqua.clients.errors import InDoubt, Permanent
from certain_eloqua.connectors.contract.kind import Extract, Job, Platforms
from certain_eloqua.connectors.contract.validation import not_allowed
from certain_eloqua.connectors.metrics.object_designs import ObjectDesign, as_rows
from certain_eloqua.connectors.metrics.upload_plan import refuse_unfit

SCHEMA = pa.schema(
    [
        (name, pa.string())
        for name in ("object_id", "object_name", "field_id", "field_name", "data_type", "role")
    ]
)
"""The connector's own read: one row per field of the object, none if it is still to be created."""


def read_custom_object(job: Job, platforms: Platforms) -> Extract:
    """The custom object as Eloqua has it."""
    eloqua = platforms.client("eloqua", EloquaClient)
    found = find(eloqua, job.settings.custom_object)
    if found is None:
        refuse_missing(eloqua, job)
        return Extract(SCHEMA, iter(()), {"custom_object": "not there yet: it will be created"})
    batch = pa.RecordBatch.from_pylist(as_rows(found), schema=SCHEMA)
    return Extract(SCHEMA, iter([batch]), {"custom_object": found.name, "custom_object_id": found.id})


def find(eloqua: EloquaClient, name: str) -> CustomObject | None:
    """The object of this name or id; None if there is none of this name.

    Raises:
        NotFound: there is no object with this id.
        Permanent: several objects have this name.
    """
    if name.isdigit():
        return eloqua.custom_objects.get(name)
    found = eloqua.custom_objects.find(name)
    if len(found) > 1:
        ids = ", ".join(one.id for one in found)
        raise Permanent(
            f"Looking for the custom object {name!r}",
            f"{len(found)} custom objects have this name (ids {ids})",
            advice="Write the id instead of the name in the connector file.",
        )
    return found[0] if found else None


def ensure(eloqua: EloquaClient, job: Job, design: ObjectDesign) -> CustomObject:
    """The object, created if it is missing, and refused if it does not fit."""
    name = job.settings.custom_object
    found = find(eloqua, name)
    if found is None:
        refuse_missing(eloqua, job)
        try:
            found = eloqua.custom_objects.create(
                name,
                design.fields,
                unique=design.unique,
                email=design.email,
                display=design.unique,
                description=design.description,
            )
        except InDoubt:
            found = find(eloqua, name)
            if found is None:
                raise
    refuse_unfit(design, pd.DataFrame(as_rows(found), columns=SCHEMA.names), name)
    return found


def refuse_missing(eloqua: EloquaClient, job: Job) -> None:
    """Refuse an object that is not there and must not be created."""
    if not job.settings.create_custom_object:
        raise not_allowed(
            "Looking for the custom object",
            "custom object",
            job.settings.custom_object,
            eloqua.custom_objects.names(),
            "Create it in Eloqua, correct custom_object, or switch create_custom_object on.",
        )
