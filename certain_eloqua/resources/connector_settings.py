"""The run settings of a connector: the settings of its kind, with the values of its file as defaults.

They are a resource because a resource is the one piece of run configuration that reaches every step of a run,
in the connector's job and when single assets are materialized: an override in the launchpad applies to the
connector's extract and to its plan. (Configuration of each op would have to be repeated per step; a
`ConfigMapping` is refused for partitioned jobs.) The delivery takes the settings from the plan.

The resource belongs to the connector's own assets (`resource_defs` of an asset), not to the deployment, so a
launchpad offers only the settings that its job uses.
"""

from __future__ import annotations

import types
from typing import Any, Literal, Union, get_args, get_origin

import dagster as dg
from pydantic import Field, create_model

from certain_eloqua.connectors.contract.settings import KindSettings


class RunSettings(dg.ConfigurableResource[dict[str, Any]]):
    """Base of every connector's run settings. A step gets a dict and validates it with the kind's model."""

    def create_resource(self, context: dg.InitResourceContext) -> dict[str, Any]:
        """The values as chosen for this run."""
        return {name: getattr(self, name) for name in type(self).model_fields}


def settings_resource(connector: str, settings: KindSettings) -> RunSettings:
    """The run settings of one connector; the values of its file are the defaults."""
    values = settings.model_dump(mode="json")
    fields: dict[str, Any] = {}
    for name, field in type(settings).model_fields.items():
        description = field.description or ""
        fields[name] = (_config_type(field.annotation), Field(default=values[name], description=description))
    model = create_model(
        f"{''.join(word.title() for word in connector.split('_'))}Settings",
        __base__=RunSettings,
        __doc__=f"Settings of {connector} for this run. What is left out has the value of its file.",
        **fields,
    )
    return model()


def _config_type(annotation: Any) -> Any:
    """The type in Dagster's config system: a list of choices becomes a list of text, validated later."""
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        parts = [_config_type(part) for part in get_args(annotation) if part is not type(None)]
        return parts[0] | None if len(parts) == 1 else Any
    if origin in (list, tuple, set, frozenset):
        (inner, *_) = get_args(annotation) or (str,)
        return list[str] if get_origin(inner) is Literal else list[_config_type(inner)]  # type: ignore[misc]
    return annotation
