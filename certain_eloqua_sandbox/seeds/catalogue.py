"""The seeds a sandbox can start from: what ``--seed NAME`` and ``POST /_sandbox/seed`` plant."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from certain_eloqua_sandbox.platforms import platforms
from certain_eloqua_sandbox.seeds.seed import Seed
from certain_eloqua_sandbox.world import World

BASELINE = "(planted)"
TABLES_VERSION = 4
"""Grows when the tables of a platform change: a store with another version is not opened."""


SEEDS = {
    seed.name: seed
    for seed in (
        Seed(
            "demo", "an account with events, registrations and the contacts that belong to them", True, 3_000
        ),
        Seed("empty", "both accounts with their fields and users, without people", False, 0, 0),
        Seed("large", "the demo account with 1,000,000 contacts", True, 1_000_000),
    )
}


def plant(world: World, seed: Seed) -> None:
    """Replace everything in the world by a seed, and keep it for :func:`replant`."""
    for name in world.snapshots():
        world.forget(name)
    world.clear()
    for platform in platforms():
        platform.schema(world)
    with world.transaction():
        for platform in platforms():
            platform.plant(world, seed)
        world.run("DELETE FROM journal")
        world.remember("seed", asdict(seed))
        world.remember("tables", TABLES_VERSION)
    world.db.execute("ANALYZE")
    world.snapshot(BASELINE)


def planted(world: World) -> Seed | None:
    """Return the seed that was planted last, or ``None`` in an empty world."""
    kept: dict[str, Any] | None = world.remembered("seed")
    return Seed(**kept) if kept else None


def replant(world: World) -> None:
    """Return to the planted seed: from its copy, or after a restart by planting it anew."""
    if BASELINE in world.snapshots():
        world.restore(BASELINE)
    else:
        plant(world, planted(world) or SEEDS["demo"])
