"""The page at ``/`` for people, and the JSON it is made from, below ``/_sandbox/view/``."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from pathlib import Path
from typing import Any

from certain_eloqua_sandbox import bodies
from certain_eloqua_sandbox.control.store import unusual_settings
from certain_eloqua_sandbox.platforms import imitated
from certain_eloqua_sandbox.seeds import catalogue
from certain_eloqua_sandbox.views.person import person
from certain_eloqua_sandbox.views.table import Column, Filter, Table
from certain_eloqua_sandbox.wire import Request, Response, Routes, json_response
from certain_eloqua_sandbox.world import World

SOURCE = "the sandbox itself"
STATIC = Path(__file__).parent / "static"
KINDS = {
    "index.html": "text/html; charset=utf-8",
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
FRONT = Routes("")
VIEWS = Routes("/_sandbox/view")


def journal_line(row: sqlite3.Row) -> dict[str, Any]:
    """Return a line of the journal as JSON."""
    return {
        **dict(row),
        "iso": bodies.iso(row["at"]),
        "detail": None if row["detail"] is None else json.loads(row["detail"]),
    }


@FRONT.answers("GET", "/", source=SOURCE)
def front(world: World, request: Request) -> Response:
    """The page for people."""
    del world, request
    return _file("index.html")


@FRONT.answers("GET", "/favicon.ico", source=SOURCE)
def icon(world: World, request: Request) -> Response:
    """The page's icon."""
    del world, request
    return _file("icon.svg")


@VIEWS.answers("GET", "/static/{name}", source=SOURCE)
def static(world: World, request: Request, name: str) -> Response:
    """A file of the page."""
    del world, request
    if name not in KINDS:
        raise bodies.refusal(f"the page has no file {bodies.quoted(name)}", 404)
    return _file(name)


def _file(name: str) -> Response:
    return Response(200, ((STATIC / name).read_bytes(),), KINDS[name], headers=dict(HEADERS))


@VIEWS.answers("GET", "/summary", source=SOURCE)
def summary(world: World, request: Request) -> Response:
    """How many there are of everything, the clock, the seed and what was asked so far."""
    bodies.parameters(request, ())
    seed = catalogue.planted(world)
    return json_response(
        {
            "now": world.now(),
            "frozen": world.clock.frozen,
            "clock_moved": abs(world.clock.offset) > 1,
            "seed": seed.name if seed else None,
            "store": None if world.store == ":memory:" else world.store,
            "calls": sum(world.counters.calls.values()),
            "settings": unusual_settings(world),
            "scripted_syncs": len(world.scripted_syncs),
            "faults": len([fault for fault in world.faults if fault.times]),
            "writes": world.value("SELECT COALESCE(MAX(seq), 0) FROM journal"),
            "generation": world.generation,
            **{one.name: one.counts(world) for one in imitated()},
        }
    )


@VIEWS.answers("GET", "/platforms", source=SOURCE)
def platforms(world: World, request: Request) -> Response:
    """The platforms with their tabs and how to log in: what the page is made of."""
    del world
    bodies.parameters(request, ())
    return json_response(
        [
            {
                "name": one.name,
                "label": one.label or one.name,
                "accent": one.accent,
                "tabs": [asdict(tab) for tab in one.tabs],
                "credentials": dict(one.credentials),
            }
            for one in imitated()
        ]
    )


@VIEWS.answers("GET", "/person", source=SOURCE)
def one_person(world: World, request: Request) -> Response:
    """What each platform knows of one person: ?email=."""
    email = bodies.parameters(request, ("email",)).get("email", "").strip()
    if not email:
        raise bodies.refusal("the parameter 'email' is needed here")
    return json_response(person(world, email, imitated()))


@VIEWS.answers("GET", "/journal", source=SOURCE)
def writes(world: World, request: Request) -> Response:
    """The journal as a table, the newest line first."""
    return json_response(JOURNAL.page(world, _asked(request)))


@VIEWS.answers("GET", "/{platform}/{name}", source=SOURCE)
def table(world: World, request: Request, platform: str, name: str) -> Response:
    """A page of one of the tables: ?q=&offset=&limit= and the table's own filters."""
    known = next((one.tables for one in imitated() if one.name == platform), {})
    if name not in known:
        raise bodies.refusal(f"no view {platform}/{name}; there are: {', '.join(_names())}", 404)
    asked = _asked(request)
    found = known[name]
    shown = found if isinstance(found, Table) else found(world, asked)
    return json_response(shown.page(world, asked))


def _names() -> list[str]:
    return [f"{one.name}/{name}" for one in imitated() for name in one.tables]


def _asked(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in request.query.items() if values}


JOURNAL = Table(
    "Journal",
    (
        Column("at", "When", "t.at", "time"),
        Column("platform", "Platform", "t.platform"),
        Column("operation", "Operation", "t.operation"),
        Column("entity", "Entity", "t.entity"),
        Column("key", "Key", "t.key"),
        Column("detail", "Detail", "t.detail", "json"),
        Column("seq", "No.", "t.seq", "number"),
    ),
    "FROM journal t",
    search=("t.key", "t.entity", "t.detail"),
    order="t.seq DESC",
    filters=(
        Filter(
            "platform", "Platform", "t.platform", "SELECT DISTINCT platform, platform FROM journal ORDER BY 1"
        ),
        Filter("entity", "Entity", "t.entity", "SELECT DISTINCT entity, entity FROM journal ORDER BY 1"),
        Filter(
            "operation",
            "Operation",
            "t.operation",
            "SELECT DISTINCT operation, operation FROM journal ORDER BY 1",
        ),
    ),
    empty="Nothing was written since the reset.",
    count="SELECT COUNT(*) FROM journal",
)
