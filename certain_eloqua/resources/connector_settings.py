"""The form of a connector: the settings of its kind, with the values of its file as defaults.

It is a resource, because a resource is the one piece of run configuration that reaches every step of a
run, in the
connector's job as well as when single assets are materialized: what is overridden in the launchpad is the
same for the
connector's own read and for its plan. (A `ConfigMapping`, which would do the same for a job, is refused for
partitioned ones.) The delivery takes the settings out of the plan.
"""

from __future__ import annotations

import types
from typing import Any, Literal, Union, get_args, get_origin

import dagster as dg
from pydantic import Field, create_model

from certain_eloqua.connectors.contract.settings import KindSettings


class RunSettings(dg.ConfigurableResource[dict[str, Any]]):
    """Base of every connector's form; a step gets the values as a dict and checks them with the kind's
    model.
    """

    def create_resource(self, context: dg.InitResourceContext) -> dict[str, Any]:
        """The values as chosen for this run."""
        return {name: getattr(self, name) for name in type(self).model_fields}


def settings_resource(connector: str, settings: KindSettings) -> RunSettings:
    """The form of one connector, filled in as its file says."""
    values = settings.model_dump(mode="json")
    fields: dict[str, Any] = {}
    for name, field in type(settings).model_fields.items():
        told = field.description or ""
        fields[name] = (_formed(field.annotation), Field(default=values[name], description=told))
    form = create_model(
        f"{''.join(word.title() for word in connector.split('_'))}Settings",
        __base__=RunSettings,
        __doc__=f"Settings of {connector} for this run. Left out: as its file says.",
        **fields,
    )
    return form()


def _formed(annotation: Any) -> Any:
    """The type as a launchpad can offer it: lists of choices become lists of text, checked later."""
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        parts = [_formed(part) for part in get_args(annotation) if part is not type(None)]
        return parts[0] | None if len(parts) == 1 else Any
    if origin in (list, tuple, set, frozenset):
        (inner, *_) = get_args(annotation) or (str,)
        return list[str] if get_origin(inner) is Literal else list[_formed(inner)]  # type: ignore[misc]
    return annotation
