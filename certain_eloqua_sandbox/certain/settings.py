"""What tests may turn of Certain, by ``PUT /_sandbox/settings``, with the check of each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from certain_eloqua_sandbox import bodies
from certain_eloqua_sandbox.world import World


@dataclass(slots=True)
class CertainSettings:
    """Their usual values. Every key is documented in docs/sandbox.md."""

    paging_mode: str = "record"  # what start_index counts (record | page)
    xmlish_lists: bool = False  # a list of one element is sent as an object
    profile_touches_registration: bool = False
    certain_timezone: str = "America/Los_Angeles"
    external_id_member: str = "externalKey"
    source_member: str = "sourceOfProfile"

    def __post_init__(self) -> None:
        if self.external_id_member == self.source_member:
            raise ValueError("external_id_member and source_member must be two different names")


def settings(world: World) -> CertainSettings:
    """Return the present settings."""
    return world.settings_of(CertainSettings)


_NAME = re.compile(r"[A-Za-z]\w{0,99}", re.ASCII)


def _zone(what: str, value: Any) -> str:
    name = bodies.text(what, value)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise bodies.refusal(
            f"{what} must be a zone such as America/Los_Angeles, not {bodies.quoted(value)}"
        ) from None
    return name


def _member(own: str) -> bodies.Check:
    """Return a check for the name of a profile's member: its usual one, or one that no other member has."""

    def check(what: str, value: Any) -> str:
        name = bodies.text(what, value)
        if name != own and (name in _standard() or not _NAME.fullmatch(name)):
            raise bodies.refusal(
                f"{what} must be {own}, or a name of letters and digits that is no other member of a profile "
                f"(such as externalProfileId), not {bodies.quoted(value)}"
            )
        return name

    return check


def _standard() -> frozenset[str]:
    from certain_eloqua_sandbox.certain.profile_record import STANDARD  # which needs the settings

    return STANDARD


CHECKS: dict[str, bodies.Check] = {
    "external_id_member": _member("externalKey"),
    "source_member": _member("sourceOfProfile"),
    "paging_mode": bodies.one_of("record", "page"),
    "certain_timezone": _zone,
}
