"""Settings and clock outlive a restart: they are kept with the data and recalled from a store."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from certain_eloqua_sandbox.platforms import imitated
from certain_eloqua_sandbox.world import Settings, World


def setting_kinds() -> list[type]:
    """Return the dataclasses of settings: the world's own, and those of the platforms."""
    return [Settings, *(one.settings for one in imitated() if one.settings is not None)]


def all_settings(world: World) -> dict[str, Any]:
    """Return all settings by name."""
    return {
        name: value for kind in setting_kinds() for name, value in asdict(world.settings_of(kind)).items()
    }


def unusual_settings(world: World) -> list[str]:
    """Return the names of the settings that differ from their usual values."""
    usual = {name: value for kind in setting_kinds() for name, value in asdict(kind()).items()}
    return [name for name, value in all_settings(world).items() if value != usual[name]]


def keep(world: World) -> None:
    """Keep settings and clock with the data, so that a store has them after a restart."""
    world.remember("settings", all_settings(world))
    standing = world.clock.now() if world.clock.frozen else None
    offset = world.clock.offset
    world.remember("clock", {"frozen_at": standing, "offset": offset if abs(offset) > 0.001 else 0.0})


def recall(world: World) -> None:
    """Take settings and clock from a store that was opened."""
    kept = world.remembered("settings") or {}
    for kind in setting_kinds():
        known = {field.name for field in fields(kind)}
        world.set_settings(kind(**{name: value for name, value in kept.items() if name in known}))
    clock = world.remembered("clock") or {}
    world.clock.reset()
    if clock.get("offset"):
        world.clock.advance(clock["offset"])
    if clock.get("frozen_at") is not None:
        world.clock.set(clock["frozen_at"], frozen=True)
