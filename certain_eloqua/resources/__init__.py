"""Settings in, ready object out: what assets, checks and sensors ask for by name."""

from typing import Any

from certain_eloqua.resources.deployment import DeploymentResource
from certain_eloqua.resources.field_map import FieldMapResource
from certain_eloqua.resources.frame_store import FramesIO, FramesResource
from certain_eloqua.resources.ledger import LedgerResource
from certain_eloqua.resources.platforms import CertainResource, EloquaResource
from certain_eloqua.resources.run_locks import RunLocksResource


def all_resources() -> dict[str, Any]:
    """Every resource of the deployment by the name it is asked for. The connectors' forms come on top."""
    return {
        "deployment": DeploymentResource(),
        "eloqua": EloquaResource(),
        "certain": CertainResource(),
        "ledger": LedgerResource(),
        "run_locks": RunLocksResource(),
        "field_map": FieldMapResource(),
        "frames": FramesResource(),
        "io_manager": FramesIO(),
    }


__all__ = ["all_resources"]
