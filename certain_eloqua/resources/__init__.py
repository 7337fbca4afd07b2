"""Settings in, ready object out: what assets, checks and sensors ask for by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from certain_eloqua.resources.deployment import DeploymentResource
from certain_eloqua.resources.field_map import FieldMapResource
from certain_eloqua.resources.frame_store import FramesIO, FramesResource
from certain_eloqua.resources.ledger import LedgerResource
from certain_eloqua.resources.platform import platform_resources
from certain_eloqua.resources.run_locks import RunLocksResource

if TYPE_CHECKING:
    from certain_eloqua.clients.platform import Platform


def all_resources(platforms: Iterable[Platform]) -> dict[str, Any]:
    """Every resource of the deployment by the name it is asked for, without the connectors' settings."""
    return {
        "deployment": DeploymentResource(),
        **platform_resources(platforms),
        "ledger": LedgerResource(),
        "run_locks": RunLocksResource(),
        "field_map": FieldMapResource(),
        "frames": FramesResource(),
        "io_manager": FramesIO(),
    }


__all__ = ["all_resources"]
