"""Settings and clock outlive a restart: they are kept with the data and recalled from a store."""

from __future__ import annotations

from dataclasses import asdict, fields

from certain_eloqua_sandbox.world import Settings, World


def keep(world: World) -> None:
    """Keep settings and clock with the data, so that a store has them after a restart."""
    world.remember("settings", asdict(world.settings))
    standing = world.clock.now() if world.clock.frozen else None
    offset = world.clock.offset
    world.remember("clock", {"frozen_at": standing, "offset": offset if abs(offset) > 0.001 else 0.0})


def recall(world: World) -> None:
    """Take settings and clock from a store that was opened."""
    known = {field.name for field in fields(Settings)}
    kept = world.remembered("settings") or {}
    world.settings = Settings(**{name: value for name, value in kept.items() if name in known})
    clock = world.remembered("clock") or {}
    world.clock.reset()
    if clock.get("offset"):
        world.clock.advance(clock["offset"])
    if clock.get("frozen_at") is not None:
        world.clock.set(clock["frozen_at"], frozen=True)
