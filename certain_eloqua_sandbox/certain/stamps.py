"""Certain's times: wall-clock text without a zone, whole seconds.

Record stamps (``dateModified`` …) are U.S. Pacific time, as the administration side of Certain always
is; ``settings.certain_timezone`` moves the ones written from then on. An event's own times are in the
event's zone and only pass through.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from certain_eloqua_sandbox.certain.settings import settings
from certain_eloqua_sandbox.world import World

FORM = "%Y-%m-%dT%H:%M:%S"
STANDARD_FORM = "%m/%d/%Y %H:%M:%S"


@lru_cache(maxsize=16)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def stamp(world: World) -> str:
    """Return the world's time as Certain writes it into ``dateModified``."""
    zone = _zone(settings(world).certain_timezone)
    return datetime.fromtimestamp(int(world.now()), zone).replace(tzinfo=None).isoformat()


def parsed(text: str, form: str = FORM) -> str | None:
    """Return a time in the stored form, or ``None`` when the text is not of the given form."""
    try:
        return datetime.strptime(text, form).isoformat()  # noqa: DTZ007  Certain's times carry no zone
    except ValueError:
        return None


def standard(text: str | None) -> str | None:
    """Return a stored time as Standard 2.0 prints it: ``MM/dd/yyyy HH:mm:ss``."""
    if not text:
        return None
    return f"{text[5:7]}/{text[8:10]}/{text[:4]} {text[11:19]}"
