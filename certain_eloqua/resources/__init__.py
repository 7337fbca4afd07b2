"""Settings in, ready object out: what assets, checks and sensors ask for by name."""

from typing import Any

from certain_eloqua.resources.keeping import (
    DeploymentResource,
    FieldMapResource,
    FramesIO,
    FramesResource,
    LanesResource,
    LedgerResource,
)
from certain_eloqua.resources.platforms import CertainResource, EloquaResource


def all_resources() -> dict[str, Any]:
    """Every resource of the deployment by the name it is asked for. The connectors' forms come on top."""
    return {
        "deployment": DeploymentResource(),
        "eloqua": EloquaResource(),
        "certain": CertainResource(),
        "ledger": LedgerResource(),
        "lanes": LanesResource(),
        "field_map": FieldMapResource(),
        "frames": FramesResource(),
        "io_manager": FramesIO(),
    }


__all__ = ["all_resources"]
