"""The settings of the world: read and changed, each with its check."""

from __future__ import annotations

import re
from dataclasses import asdict, fields, replace
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from certain_eloqua_sandbox import bodies
from certain_eloqua_sandbox.certain.profile_record import STANDARD
from certain_eloqua_sandbox.control.door import DOOR, SOURCE
from certain_eloqua_sandbox.control.store import keep
from certain_eloqua_sandbox.wire import Request, Response, json_response
from certain_eloqua_sandbox.world import Settings, World


def _zone(what: str, value: Any) -> str:
    name = bodies.text(what, value)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise bodies.refusal(
            f"{what} must be a zone such as America/Los_Angeles, not {bodies.said(value)}"
        ) from None
    return name


def _member(own: str) -> bodies.Check:
    """Return a check for the name of a profile's member: its usual one, or one that no other member has."""

    def check(what: str, value: Any) -> str:
        name = bodies.text(what, value)
        if name != own and (name in STANDARD or not _NAME.fullmatch(name)):
            raise bodies.refusal(
                f"{what} must be {own}, or a name of letters and digits that is no other member of a profile "
                f"(such as externalProfileId), not {bodies.said(value)}"
            )
        return name

    return check


_NAME = re.compile(r"[A-Za-z]\w{0,99}", re.ASCII)
SETTINGS: dict[str, bodies.Check] = {
    "external_id_member": _member("externalKey"),
    "source_member": _member("sourceOfProfile"),
    "latency_ms": bodies.number(0, 600_000),
    "sync_mode": bodies.one_of("at_once", "looks", "clock"),
    "sync_looks": bodies.whole(1),
    "sync_seconds": bodies.number(0),
    "paging_mode": bodies.one_of("record", "page"),
    "certain_timezone": _zone,
    "sandbox_contact_limit": lambda what, value: None if value is None else bodies.whole(0)(what, value),
}
_BY_TYPE: dict[str, bodies.Check] = {
    "float": bodies.number(0),
    "int": bodies.whole(0),
    "bool": bodies.flag,
    "str": bodies.text,
}


def _settings_checks() -> dict[str, bodies.Check]:
    return {field.name: SETTINGS.get(field.name) or _BY_TYPE[str(field.type)] for field in fields(Settings)}


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
