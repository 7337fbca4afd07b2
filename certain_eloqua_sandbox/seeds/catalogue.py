"""The seeds a sandbox can start from: what ``--seed NAME`` and ``POST /_sandbox/seed`` plant."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from certain_eloqua_sandbox.platforms import platforms
from certain_eloqua_sandbox.seeds import certain, eloqua
from certain_eloqua_sandbox.world import World

BASELINE = "(planted)"


@dataclass(frozen=True, slots=True)
class Seed:
    """What is planted: the same seed always gives the same people."""

    name: str
    summary: str
    people: bool
    contacts: int
    registrations: int | None = None  # None: as many as the story of the seed has
    number: int = 1

    def with_(self, *, number: int | None, contacts: int | None, registrations: int | None) -> Seed:
        """Return this seed with the given figures in place of its own."""
        given: dict[str, Any] = {"number": number, "contacts": contacts, "registrations": registrations}
        return replace(self, **{name: value for name, value in given.items() if value is not None})


SEEDS = {
    seed.name: seed
    for seed in (
        Seed(
            "demo", "an account with events, registrations and the contacts that belong to them", True, 3_000
        ),
        Seed("empty", "both accounts with their fields and users, and nobody in them", False, 0, 0),
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
        eloqua.plant(world, seed=seed.number, contacts=seed.contacts, people=seed.people)
        certain.plant(world, seed=seed.number, people=seed.people, registrations=seed.registrations)
        world.run("DELETE FROM journal")
        world.remember("seed", asdict(seed))
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
