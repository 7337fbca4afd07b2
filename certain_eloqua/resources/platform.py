"""The platforms as Dagster resources: a client for the length of a run, by the platform's name.

The resources have no configuration: they read the deployment's settings when a run needs them. So the
launchpad holds a connector's own settings and nothing else, and no secret passes through Dagster, not even as
the name of a variable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import dagster as dg

from certain_eloqua.settings import Settings

if TYPE_CHECKING:
    from certain_eloqua.clients.platform import Platform


def platform_resources(platforms: Iterable[Platform]) -> dict[str, dg.ResourceDefinition]:
    """A resource for each platform, by its name. Steps ask for it and get the platform's client."""
    return {platform.name: _resource(platform) for platform in platforms}


def _resource(platform: Platform) -> dg.ResourceDefinition:
    def connected(context: dg.InitResourceContext) -> Iterator[Any]:
        # Nothing is sent before the first call; the connections are closed when the run ends.
        with platform.connect(Settings.read(), progress=_progress(context)) as client:
            yield client

    description = f"{platform.title}: one session for all steps of a run."
    return dg.ResourceDefinition(connected, description=description)


def _progress(context: dg.InitResourceContext) -> Callable[[str], None]:
    """Show in the run's log that a client waits for another try."""
    log = context.log
    return log.info if log is not None else lambda message: None
