"""The door for tests, ``/_sandbox/…``: seeds, snapshots, settings, clock, faults, syncs, counters, journal.

Open to everybody who reaches the port. What a tester does *as a user of a platform* is in
``actions``, what the page shows is in ``page``.
"""

from __future__ import annotations

import re
from dataclasses import asdict, fields, replace
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from certain_eloqua_sandbox import actions, bodies, faults, page
from certain_eloqua_sandbox.certain.profile_record import STANDARD
from certain_eloqua_sandbox.platforms import imitated
from certain_eloqua_sandbox.seeds import catalogue
from certain_eloqua_sandbox.seeds.sizes import MOST_CONTACTS, MOST_REGISTRATIONS
from certain_eloqua_sandbox.text_keys import key_sql
from certain_eloqua_sandbox.wire import Platform, Request, Response, Routes, json_response
from certain_eloqua_sandbox.world import Counters, ScriptedSync, Settings, World

DOOR = Routes("/_sandbox")
SOURCE = "the sandbox itself"


@DOOR.answers("GET", "", source=SOURCE)
def index(world: World, request: Request) -> Response:
    """What this sandbox holds and what can be asked of it."""
    seed = catalogue.planted(world)
    return json_response(
        {
            "name": "certain_eloqua sandbox",
            "url": request.origin,
            "page": f"{request.origin}/",
            "store": None if world.store == ":memory:" else world.store,
            "seed": asdict(seed) if seed else None,
            "seeds": {name: known.summary for name, known in catalogue.SEEDS.items()},
            "credentials": {one.name: dict(one.credentials) for one in imitated()},
            "database_bytes": world.size,
            "can": [
                {"method": route.method, "path": route.template, "does": route.summary} for route in DOOR
            ],
        }
    )


# -- the whole state -----------------------------------------------------------------------------


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
    world.settings = Settings()
    world.counters = Counters()
    _keep(world)


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
        raise bodies.refusal(f"{bodies.said(name)} is the sandbox's own; choose another name")
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
    """Return to a snapshot. Settings, clock, faults and counters stay as they are."""
    bodies.keys(bodies.json_of(request, {}), {}, what="a restore")
    _known_snapshot(world, name)
    world.restore(name)
    _keep(world)
    return _done(world)


def _known_snapshot(world: World, name: str) -> None:
    if name not in _snapshots(world):
        raise bodies.refusal(
            f"no snapshot {bodies.said(name)}; there are: {', '.join(_snapshots(world)) or 'none'}", 404
        )


def _keep(world: World) -> None:
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


# -- settings and clock --------------------------------------------------------------------------


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
    _keep(world)
    return json_response(asdict(world.settings))


def _clock(world: World) -> Response:
    now = world.now()
    return json_response(
        {
            "now": now,
            "iso": bodies.iso(now),
            "frozen": world.clock.frozen,
            "offset": round(world.clock.offset, 3),
        }
    )


@DOOR.answers("GET", "/clock", source=SOURCE)
def clock(world: World, request: Request) -> Response:
    """The world's time."""
    bodies.parameters(request, ())
    return _clock(world)


@DOOR.answers("PUT POST", "/clock", source=SOURCE)
def set_clock(world: World, request: Request) -> Response:
    """Put the clock to a time ({at}), make it stand still or run ({frozen})."""
    given = bodies.keys(
        bodies.json_of(request), {"at": bodies.instant, "frozen": bodies.flag}, what="the clock"
    )
    if not given:
        raise bodies.refusal("the clock needs 'at', 'frozen' or both")
    world.clock.set(given.get("at", world.now()), frozen=given.get("frozen", world.clock.frozen))
    _keep(world)
    return _clock(world)


@DOOR.answers("DELETE", "/clock", source=SOURCE)
def real_clock(world: World, request: Request) -> Response:
    """Return to real time."""
    del request
    world.clock.reset()
    _keep(world)
    return _clock(world)


@DOOR.answers("POST", "/clock/advance", source=SOURCE)
def advance(world: World, request: Request) -> Response:
    """Move the clock on by {seconds}."""
    given = bodies.keys(
        bodies.json_of(request), {"seconds": bodies.number(0, 4e9)}, what="an advance", required=("seconds",)
    )
    world.clock.advance(given["seconds"])
    _keep(world)
    return _clock(world)


# -- faults and syncs ----------------------------------------------------------------------------


def _several(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [given]


@DOOR.answers("GET", "/faults", source=SOURCE)
def scripted_faults(world: World, request: Request) -> Response:
    """The scripted faults, in the order they are tried, with how often each was played."""
    bodies.parameters(request, ())
    return json_response({"faults": [faults.shown(fault) for fault in world.faults]})


@DOOR.answers("POST", "/faults", source=SOURCE)
def script_faults(world: World, request: Request) -> Response:
    """Script a fault, or several in a list: {method, path, times, skip, every, answer}."""
    given = _several(bodies.json_of(request))
    world.faults += [
        faults.fault_of(each, "a fault" if len(given) == 1 else f"fault {place}")
        for place, each in enumerate(given, 1)
    ]
    return json_response({"faults": [faults.shown(fault) for fault in world.faults]}, 201)


@DOOR.answers("DELETE", "/faults", source=SOURCE)
def no_faults(world: World, request: Request) -> Response:
    """Drop all scripted faults."""
    del request
    world.faults.clear()
    return json_response({"faults": []})


def _elq(what: str, value: Any) -> str:
    code = bodies.text(what, value).upper()
    if not (code.startswith("ELQ-") and len(code) == 9 and code[4:].isdigit()):
        raise bodies.refusal(f"{what} must be a status code such as ELQ-00146, not {bodies.said(value)}")
    return code


SCRIPT: dict[str, bodies.Check] = {
    "status": bodies.one_of("success", "warning", "error"),
    "code": _elq,
    "message": bodies.text,
    "kind": bodies.one_of("*", "import", "export", "action"),
    "path": bodies.expression,
    "times": bodies.whole(1),
}


@DOOR.answers("GET", "/syncs/next", source=SOURCE)
def scripted_syncs(world: World, request: Request) -> Response:
    """The outcomes scripted for the next syncs."""
    bodies.parameters(request, ())
    return json_response({"syncs": [asdict(script) for script in world.scripted_syncs]})


@DOOR.answers("POST", "/syncs/next", source=SOURCE)
def script_syncs(world: World, request: Request) -> Response:
    """Script how one of the next syncs ends, or several: {status, code, message, kind, path, times}."""
    world.scripted_syncs += [
        ScriptedSync(**bodies.keys(each, SCRIPT, what="a sync", required=("status",)))
        for each in _several(bodies.json_of(request))
    ]
    return json_response({"syncs": [asdict(script) for script in world.scripted_syncs]}, 201)


@DOOR.answers("DELETE", "/syncs/next", source=SOURCE)
def no_scripted_syncs(world: World, request: Request) -> Response:
    """Drop the outcomes scripted for syncs."""
    del request
    world.scripted_syncs.clear()
    return json_response({"syncs": []})


# -- what was asked, what was written ------------------------------------------------------------


@DOOR.answers("GET", "/counters", source=SOURCE)
def counters(world: World, request: Request) -> Response:
    """Calls by route, statuses, bytes, writes by entity, open definitions: since the last reset."""
    bodies.parameters(request, ())
    calls = world.counters.calls
    writes: dict[str, dict[str, int]] = {}
    for row in world.rows(
        "SELECT platform, entity, operation, COUNT(*) AS n FROM journal GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    ):
        writes.setdefault(f"{row['platform']}.{row['entity']}", {})[row["operation"]] = row["n"]
    return json_response(
        {
            "total": sum(calls.values()),
            "calls": dict(sorted(calls.items())),
            "statuses": dict(sorted(world.counters.statuses.items())),
            "bytes_in": world.counters.bytes_in,
            "bytes_out": world.counters.bytes_out,
            "faults_played": world.counters.faults,
            "writes": writes,
            "open_definitions": page.open_definitions(world),
        }
    )


@DOOR.answers("DELETE", "/counters", source=SOURCE)
def no_counters(world: World, request: Request) -> Response:
    """Set the counters of calls and bytes to zero; the journal stays."""
    del request
    world.counters = Counters()
    return json_response({})


LARGEST_JOURNAL_PAGE = 10_000


@DOOR.answers("GET", "/journal", source=SOURCE)
def journal(world: World, request: Request) -> Response:
    """What was really written, and how often: ?entity=&key=&operation=&platform=&since=&after=&limit=."""
    given = bodies.parameters(
        request, ("entity", "key", "operation", "platform", "since", "after", "limit", "count")
    )
    values: list[Any] = []
    conditions = ["1"]
    for name in ("entity", "key", "operation", "platform"):
        if name in given:
            conditions.append(f"{key_sql(name)} = text_key(?)")
            values.append(given[name])
    if "since" in given:
        since: Any = given["since"].replace(" ", "+")
        conditions.append("at >= ?")
        values.append(
            bodies.instant("'since'", float(since) if since.replace(".", "", 1).isdigit() else since)
        )
    where = " AND ".join(conditions)
    if "key" in given:
        world.index_journal()
    count = world.value(f"SELECT COUNT(*) FROM journal WHERE {where}", values)  # noqa: S608
    limit = _number(given, "limit", 1_000, LARGEST_JOURNAL_PAGE)
    lines = world.rows(
        f"SELECT * FROM journal WHERE {where} AND seq > ? ORDER BY seq LIMIT ?",  # noqa: S608
        [*values, _number(given, "after", 0, None), limit],
    )
    return json_response({"count": count, "items": [page.journal_line(line) for line in lines]})


def _number(given: dict[str, str], name: str, otherwise: int, high: int | None) -> int:
    written = given.get(name, str(otherwise))
    return int(bodies.whole(0, high)(f"{name!r}", int(written) if written.isdigit() else written))


def _open(world: World, request: Request) -> Response | None:
    """Let everybody in, except pages of other sites that a browser happens to have open."""
    del world
    origin = request.header("origin")
    if origin and origin != "null" and origin.partition("://")[2] != request.header("host"):
        return json_response({"error": f"the sandbox's own door is closed to pages of {origin}"}, 403)
    request.user = "tester"
    return None


def _refuse(request: Request, status: int, message: str) -> Response:
    if not message:
        message = (
            f"{request.method} {request.path} is nothing that can be asked; GET /_sandbox lists what can"
            if status == 404
            else f"{request.path} does not answer {request.method}; GET /_sandbox lists what can be asked"
        )
    return json_response({"error": message}, status)


actions.add_to(DOOR)


CONTROL = Platform(
    name="sandbox",
    rooms=(page.VIEWS, DOOR, page.FRONT),
    admit=_open,
    refuse=_refuse,
    schema=lambda world: None,
)
