"""The whole state: reset, seeds, snapshots."""

from __future__ import annotations

from dataclasses import asdict

from certain_eloqua_sandbox import bodies
from certain_eloqua_sandbox.control.door import DOOR, SOURCE
from certain_eloqua_sandbox.control.store import keep
from certain_eloqua_sandbox.seeds import catalogue
from certain_eloqua_sandbox.seeds.sizes import MOST_CONTACTS, MOST_REGISTRATIONS
from certain_eloqua_sandbox.wire import Request, Response, json_response
from certain_eloqua_sandbox.world import Counters, World


@DOOR.answers("POST", "/reset", source=SOURCE)
def reset(world: World, request: Request) -> Response:
    """Return to the planted seed: no faults, the real clock, the usual settings, counters at zero."""
    bodies.keys(bodies.json_of(request, {}), {}, what="a reset")
    catalogue.replant(world)
    _as_new(world)
    return _done(world)


@DOOR.answers("POST", "/seed", source=SOURCE)
def seed(world: World, request: Request) -> Response:
    """Replace everything by a seed: {name, seed_number, contacts, registrations}."""
    given = bodies.keys(
        bodies.json_of(request, {}),
        {
            "name": bodies.one_of(*catalogue.SEEDS),
            "seed_number": bodies.whole(0),
            "contacts": bodies.whole(0, MOST_CONTACTS),
            "registrations": bodies.whole(0, MOST_REGISTRATIONS),
        },
        what="a seed",
    )
    wanted = catalogue.SEEDS[given.get("name", "demo")].with_(
        number=given.get("seed_number"),
        contacts=given.get("contacts"),
        registrations=given.get("registrations"),
    )
    catalogue.plant(world, wanted)
    _as_new(world)
    return _done(world)


def _as_new(world: World) -> None:
    world.faults.clear()
    world.scripted_syncs.clear()
    world.clock.reset()
    world.reset_settings()
    world.counters = Counters()
    keep(world)


def _done(world: World) -> Response:
    seed = catalogue.planted(world)
    return json_response({"seed": asdict(seed) if seed else None})


@DOOR.answers("GET", "/snapshots", source=SOURCE)
def snapshots(world: World, request: Request) -> Response:
    """The names of the snapshots."""
    bodies.parameters(request, ())
    return json_response({"snapshots": _snapshots(world)})


def _snapshots(world: World) -> list[str]:
    return [name for name in world.snapshots() if name != catalogue.BASELINE]


@DOOR.answers("POST PUT", "/snapshot/{name}", source=SOURCE)
def snapshot(world: World, request: Request, name: str) -> Response:
    """Remember what both platforms hold now, under a name."""
    bodies.keys(bodies.json_of(request, {}), {}, what="a snapshot")
    if name == catalogue.BASELINE:
        raise bodies.refusal(f"{bodies.quoted(name)} is the sandbox's own; choose another name")
    world.snapshot(name)
    return json_response({"snapshots": _snapshots(world)})


@DOOR.answers("DELETE", "/snapshot/{name}", source=SOURCE)
def forget(world: World, request: Request, name: str) -> Response:
    """Drop a snapshot."""
    del request
    _known_snapshot(world, name)
    world.forget(name)
    return json_response({"snapshots": _snapshots(world)})


@DOOR.answers("POST", "/restore/{name}", source=SOURCE)
def restore(world: World, request: Request, name: str) -> Response:
    """Return to a snapshot. Settings, clock, faults and counters keep their values."""
    bodies.keys(bodies.json_of(request, {}), {}, what="a restore")
    _known_snapshot(world, name)
    world.restore(name)
    keep(world)
    return _done(world)


def _known_snapshot(world: World, name: str) -> None:
    if name not in _snapshots(world):
        raise bodies.refusal(
            f"no snapshot {bodies.quoted(name)}; there are: {', '.join(_snapshots(world)) or 'none'}", 404
        )
