"""What a test scripts: faults, and how the next syncs of Eloqua end."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from certain_eloqua_sandbox import bodies, faults
from certain_eloqua_sandbox.control.door import DOOR, SOURCE
from certain_eloqua_sandbox.wire import Request, Response, json_response
from certain_eloqua_sandbox.world import ScriptedSync, World


def _several(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [given]


@DOOR.answers("GET", "/faults", source=SOURCE)
def scripted_faults(world: World, request: Request) -> Response:
    """The scripted faults, in the order they are tried, with how often each was played."""
    bodies.parameters(request, ())
    return json_response({"faults": [faults.shown(fault) for fault in world.faults]})


@DOOR.answers("POST", "/faults", source=SOURCE)
def script_faults(world: World, request: Request) -> Response:
    """Script a fault, or several in a list: {method, path, times, skip, every, answer}."""
    given = _several(bodies.json_of(request))
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


def _elq(what: str, value: Any) -> str:
    code = bodies.text(what, value).upper()
    if not (code.startswith("ELQ-") and len(code) == 9 and code[4:].isdigit()):
        raise bodies.refusal(f"{what} must be a status code such as ELQ-00146, not {bodies.said(value)}")
    return code


SCRIPT: dict[str, bodies.Check] = {
    "status": bodies.one_of("success", "warning", "error"),
    "code": _elq,
    "message": bodies.text,
    "kind": bodies.one_of("*", "import", "export", "action"),
    "path": bodies.expression,
    "times": bodies.whole(1),
}


@DOOR.answers("GET", "/syncs/next", source=SOURCE)
def scripted_syncs(world: World, request: Request) -> Response:
    """The outcomes scripted for the next syncs."""
    bodies.parameters(request, ())
    return json_response({"syncs": [asdict(script) for script in world.scripted_syncs]})


@DOOR.answers("POST", "/syncs/next", source=SOURCE)
def script_syncs(world: World, request: Request) -> Response:
    """Script how one of the next syncs ends, or several: {status, code, message, kind, path, times}."""
    world.scripted_syncs += [
        ScriptedSync(**bodies.keys(each, SCRIPT, what="a sync", required=("status",)))
        for each in _several(bodies.json_of(request))
    ]
    return json_response({"syncs": [asdict(script) for script in world.scripted_syncs]}, 201)


@DOOR.answers("DELETE", "/syncs/next", source=SOURCE)
def no_scripted_syncs(world: World, request: Request) -> Response:
    """Drop the outcomes scripted for syncs."""
    del request
    world.scripted_syncs.clear()
    return json_response({"syncs": []})
