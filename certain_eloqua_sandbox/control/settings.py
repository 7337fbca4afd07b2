"""The settings of the world and of the platforms: read and changed as one object."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from certain_eloqua_sandbox import bodies
from certain_eloqua_sandbox.control.door import DOOR, SOURCE
from certain_eloqua_sandbox.control.store import all_settings, keep, setting_kinds
from certain_eloqua_sandbox.platforms import imitated
from certain_eloqua_sandbox.wire import Request, Response, json_response
from certain_eloqua_sandbox.world import World

CHECKS: dict[str, bodies.Check] = {"latency_ms": bodies.number(0, 600_000)}
_BY_TYPE: dict[str, bodies.Check] = {
    "float": bodies.number(0),
    "int": bodies.whole(0),
    "bool": bodies.flag,
    "str": bodies.text,
}


def _checks() -> dict[str, bodies.Check]:
    own = CHECKS | {name: check for one in imitated() for name, check in one.setting_checks.items()}
    known = [field for kind in setting_kinds() for field in fields(kind)]
    return {field.name: own.get(field.name) or _BY_TYPE[str(field.type)] for field in known}


@DOOR.answers("GET", "/settings", source=SOURCE)
def settings(world: World, request: Request) -> Response:
    """All settings."""
    bodies.parameters(request, ())
    return json_response(all_settings(world))


@DOOR.answers("PUT PATCH POST", "/settings", source=SOURCE)
def set_settings(world: World, request: Request) -> Response:
    """Change the settings named in the body; the others stay."""
    given = bodies.keys(bodies.json_of(request, {}), _checks(), what="the settings")
    wanted = [_changed(world.settings_of(kind), given) for kind in setting_kinds()]
    for one in wanted:
        world.set_settings(one)
    keep(world)
    return json_response(all_settings(world))


def _changed(now: Any, given: dict[str, Any]) -> Any:
    """Return settings with the values given for them. Refuses values that do not go together."""
    own = {field.name for field in fields(now)}
    try:
        return replace(now, **{name: value for name, value in given.items() if name in own})
    except ValueError as error:
        raise bodies.refusal(str(error)) from None
