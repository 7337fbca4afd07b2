"""The settings of the world: read and changed. A platform brings the checks of its own settings."""

from __future__ import annotations

from dataclasses import asdict, fields, replace

from certain_eloqua_sandbox import bodies
from certain_eloqua_sandbox.control.door import DOOR, SOURCE
from certain_eloqua_sandbox.control.store import keep
from certain_eloqua_sandbox.platforms import imitated
from certain_eloqua_sandbox.wire import Request, Response, json_response
from certain_eloqua_sandbox.world import Settings, World

SETTINGS: dict[str, bodies.Check] = {
    "latency_ms": bodies.number(0, 600_000),
}
_BY_TYPE: dict[str, bodies.Check] = {
    "float": bodies.number(0),
    "int": bodies.whole(0),
    "bool": bodies.flag,
    "str": bodies.text,
}


def _settings_checks() -> dict[str, bodies.Check]:
    own = SETTINGS | {name: check for one in imitated() for name, check in one.settings.items()}
    return {field.name: own.get(field.name) or _BY_TYPE[str(field.type)] for field in fields(Settings)}


@DOOR.answers("GET", "/settings", source=SOURCE)
def settings(world: World, request: Request) -> Response:
    """All settings."""
    bodies.parameters(request, ())
    return json_response(asdict(world.settings))


@DOOR.answers("PUT PATCH POST", "/settings", source=SOURCE)
def set_settings(world: World, request: Request) -> Response:
    """Change the settings named in the body; the others stay."""
    given = bodies.keys(bodies.json_of(request, {}), _settings_checks(), what="the settings")
    wanted = replace(world.settings, **given)
    if wanted.external_id_member == wanted.source_member:
        raise bodies.refusal("external_id_member and source_member must be two different names")
    for name, value in given.items():
        setattr(world.settings, name, value)
    keep(world)
    return json_response(asdict(world.settings))
