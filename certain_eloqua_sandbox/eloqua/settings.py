"""What tests may turn of Eloqua, by ``PUT /_sandbox/settings``, with the check of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from certain_eloqua_sandbox import bodies
from certain_eloqua_sandbox.world import World


@dataclass(slots=True)
class EloquaSettings:
    """Their usual values. Every key is documented in docs/sandbox.md."""

    sync_mode: str = "at_once"  # at_once | looks | clock
    sync_looks: int = 3  # looks=n: the n-th GET of the sync finds it finished
    sync_seconds: float = 60.0  # clock: seconds of the world's clock until it is finished
    access_token_seconds: int = 28_800
    omit_empty_items: bool = True  # Bulk: an empty page has no "items"
    export_syncs_per_hour: int | None = None  # Bulk: one sync more is answered 429 with Retry-After
    import_syncs_per_hour: int | None = None
    action_syncs_per_hour: int | None = None
    sandbox_contact_limit: int | None = None  # 10,000 in Oracle's own sandboxes since 25C
    empty_contact_search_204: bool = False  # REST 1.0: no contact found is a 204 without a body


def _limit(what: str, value: Any) -> Any:
    return None if value is None else bodies.whole(0)(what, value)


CHECKS: dict[str, bodies.Check] = {
    "sync_mode": bodies.one_of("at_once", "looks", "clock"),
    "sync_looks": bodies.whole(1),
    "sync_seconds": bodies.number(0),
    "export_syncs_per_hour": _limit,
    "import_syncs_per_hour": _limit,
    "action_syncs_per_hour": _limit,
    "sandbox_contact_limit": _limit,
}


def settings(world: World) -> EloquaSettings:
    """Return the present settings."""
    return world.settings_of(EloquaSettings)
