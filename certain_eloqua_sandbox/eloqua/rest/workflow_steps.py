"""The steps of campaigns and programs: their ids, and the wires between them.

A client that makes a campaign gives its steps negative ids, and wires one to the next by them
(``connectedId``); the service answers with ids of its own.
"""

from __future__ import annotations

from typing import Any

from certain_eloqua_sandbox.eloqua.rest.asset_bodies import Numbering, ids_inside, objects
from certain_eloqua_sandbox.world import World


def number_steps(world: World, steps: Any, old: Any) -> None:
    """Give steps and their terminals ids, and let the wires follow; those known from before keep theirs."""
    numbering = Numbering(world, {str(one.get("id")) for one in objects(old)})
    for step in objects(steps):
        numbering.number(step)
    terminals = Numbering(world, ids_inside([one.get("outputTerminals") for one in objects(old)]))
    for step in objects(steps):
        for terminal in objects(step.get("outputTerminals")):
            terminals.number(terminal)
            numbering.follow(terminal, "connectedId")
