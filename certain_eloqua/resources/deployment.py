"""The deployment's settings as a resource."""

from __future__ import annotations

import dagster as dg

from certain_eloqua.settings import Settings


class DeploymentResource(dg.ConfigurableResource[Settings]):
    """The deployment's settings, checked."""

    def create_resource(self, context: dg.InitResourceContext) -> Settings:
        return Settings.read()
