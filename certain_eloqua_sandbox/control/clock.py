"""The clock of the world: read, set, moved on, and returned to real time."""

from __future__ import annotations

from certain_eloqua_sandbox import bodies
from certain_eloqua_sandbox.control.door import DOOR, SOURCE
from certain_eloqua_sandbox.control.store import keep
from certain_eloqua_sandbox.wire import Request, Response, json_response
from certain_eloqua_sandbox.world import World


def _clock(world: World) -> Response:
    now = world.now()
    return json_response(
        {
            "now": now,
            "iso": bodies.iso(now),
            "frozen": world.clock.frozen,
            "offset": round(world.clock.offset, 3),
        }
    )


@DOOR.answers("GET", "/clock", source=SOURCE)
def clock(world: World, request: Request) -> Response:
    """The world's time."""
    bodies.parameters(request, ())
    return _clock(world)


@DOOR.answers("PUT POST", "/clock", source=SOURCE)
def set_clock(world: World, request: Request) -> Response:
    """Put the clock to a time ({at}), make it stand still or run ({frozen})."""
    given = bodies.keys(
        bodies.json_of(request), {"at": bodies.instant, "frozen": bodies.flag}, what="the clock"
    )
    if not given:
        raise bodies.refusal("the clock needs 'at', 'frozen' or both")
    world.clock.set(given.get("at", world.now()), frozen=given.get("frozen", world.clock.frozen))
    keep(world)
    return _clock(world)


@DOOR.answers("DELETE", "/clock", source=SOURCE)
def real_clock(world: World, request: Request) -> Response:
    """Return to real time."""
    del request
    world.clock.reset()
    keep(world)
    return _clock(world)


@DOOR.answers("POST", "/clock/advance", source=SOURCE)
def advance(world: World, request: Request) -> Response:
    """Move the clock on by {seconds}."""
    given = bodies.keys(
        bodies.json_of(request), {"seconds": bodies.number(0, 4e9)}, what="an advance", required=("seconds",)
    )
    world.clock.advance(given["seconds"])
    keep(world)
    return _clock(world)
