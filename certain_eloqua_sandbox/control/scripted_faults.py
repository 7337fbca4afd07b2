"""The faults that a test scripts."""

from __future__ import annotations

from certain_eloqua_sandbox import bodies, faults
from certain_eloqua_sandbox.control.door import DOOR, SOURCE
from certain_eloqua_sandbox.wire import Request, Response, json_response
from certain_eloqua_sandbox.world import World


@DOOR.answers("GET", "/faults", source=SOURCE)
def scripted_faults(world: World, request: Request) -> Response:
    """The scripted faults, in the order they are tried, with how often each was played."""
    bodies.parameters(request, ())
    return json_response({"faults": [faults.shown(fault) for fault in world.faults]})


@DOOR.answers("POST", "/faults", source=SOURCE)
def script_faults(world: World, request: Request) -> Response:
    """Script a fault, or several in a list: {method, path, times, skip, every, answer}."""
    given = bodies.several(bodies.json_of(request))
    world.faults += [
        faults.fault_of(each, "a fault" if len(given) == 1 else f"fault {place}")
        for place, each in enumerate(given, 1)
    ]
    return json_response({"faults": [faults.shown(fault) for fault in world.faults]}, 201)


@DOOR.answers("DELETE", "/faults", source=SOURCE)
def no_faults(world: World, request: Request) -> Response:
    """Drop all scripted faults."""
    del request
    world.faults.clear()
    return json_response({"faults": []})
