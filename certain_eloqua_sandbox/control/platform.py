"""The control door as a platform of its own: whom it admits, and how it refuses other requests."""

from __future__ import annotations

from dataclasses import asdict

from certain_eloqua_sandbox import page
from certain_eloqua_sandbox.control.door import DOOR, SOURCE
from certain_eloqua_sandbox.platforms import imitated
from certain_eloqua_sandbox.seeds import catalogue
from certain_eloqua_sandbox.wire import Platform, Request, Response, Routes, add_routes, json_response
from certain_eloqua_sandbox.world import World

add_routes(
    "certain_eloqua_sandbox.control",
    "clock",
    "scripted_faults",
    "settings",
    "state",
    "watching",
)


@DOOR.answers("GET", "", source=SOURCE)
def index(world: World, request: Request) -> Response:
    """What this sandbox holds and what can be asked of it."""
    seed = catalogue.planted(world)
    return json_response(
        {
            "name": "certain_eloqua sandbox",
            "url": request.origin,
            "page": f"{request.origin}/",
            "store": None if world.store == ":memory:" else world.store,
            "seed": asdict(seed) if seed else None,
            "seeds": {name: known.summary for name, known in catalogue.SEEDS.items()},
            "credentials": {one.name: dict(one.credentials) for one in imitated()},
            "database_bytes": world.size,
            "can": [
                {"method": route.method, "path": route.template, "does": route.summary} for route in _door()
            ],
        }
    )


def _open(world: World, request: Request) -> Response | None:
    """Admit every caller except pages of other sites that are open in a browser."""
    del world
    origin = request.header("origin")
    if origin and origin != "null" and origin.partition("://")[2] != request.header("host"):
        return json_response({"error": f"the sandbox's own door is closed to pages of {origin}"}, 403)
    request.user = "tester"
    return None


def _refuse(request: Request, status: int, message: str) -> Response:
    if not message:
        message = (
            f"{request.method} {request.path} is nothing that can be asked; GET /_sandbox lists what can"
            if status == 404
            else f"{request.path} does not answer {request.method}; GET /_sandbox lists what can be asked"
        )
    return json_response({"error": message}, status)


def control() -> Platform:
    """Return the control door with the parts that the platforms bring."""
    return Platform(
        name="sandbox",
        title="The sandbox's own door",
        routes=(page.VIEWS, _door(), page.FRONT),
        admit=_open,
        refuse=_refuse,
        schema=lambda world: None,
    )


def _door() -> Routes:
    return DOOR.joined(one.door for one in imitated() if one.door is not None)
