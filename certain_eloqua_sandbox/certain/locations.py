"""Locations of an account."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from certain_eloqua_sandbox.certain.answers import answer, stop
from certain_eloqua_sandbox.certain.members import Shape, body_of, change, insert, plain, read, require
from certain_eloqua_sandbox.certain.routes import API, SUITE
from certain_eloqua_sandbox.certain.scope import account_of
from certain_eloqua_sandbox.certain.searching import answer_search
from certain_eloqua_sandbox.certain.stamps import stamp
from certain_eloqua_sandbox.wire import Request, Response
from certain_eloqua_sandbox.world import World

LOCATION = Shape(
    table="certain_locations",
    key="pkLocationId",
    plural="locations",
    singular="location",
    members={
        "accountCode": "text", "locationCode": "text", "name": "text", "line1": "text", "line2": "text",
        "city": "text", "state": "text", "zip": "text", "country": "text", "capacity": "number",
        "isActive": "flag", "dateCreated": "time", "dateModified": "time",
    },
    writable=frozenset(
        {"locationCode", "name", "line1", "line2", "city", "state", "zip", "country", "capacity", "isActive"}
    ),
    required=("locationCode", "name"),
)  # fmt: skip


def _render(rows: Sequence[Any]) -> Iterable[dict[str, Any]]:
    return (plain(row, LOCATION) for row in rows)


def find_location(world: World, account: str, code: str) -> Any:
    """Return the row of a location, or ``None``."""
    return world.row(
        "SELECT * FROM certain_locations WHERE accountCode = ? AND locationCode = ?", (account, code)
    )


def _location_of(world: World, request: Request, account: str, code: str) -> Any:
    account_of(world, request, account)
    return find_location(world, account, code) or stop(request, 404, f"Location {code} not found")


@API.answers("GET", "/Location/{account}", source=SUITE)
def list_locations(world: World, request: Request, account: str) -> Response:
    """List the locations of an account."""
    account_of(world, request, account)
    return answer_search(world, request, LOCATION, {"o.accountCode": account}, _render)


@API.answers("GET", "/Location/{account}/{code}", source=SUITE)
def read_location(world: World, request: Request, account: str, code: str) -> Response:
    """Read one location."""
    return answer(world, request, plain(_location_of(world, request, account, code), LOCATION), "location")


@API.answers("POST", "/Location/{account}", source=SUITE)
def create_location(world: World, request: Request, account: str) -> Response:
    """Create a location, or change the one with its code."""
    account_of(world, request, account)
    values = read(request, body_of(request), LOCATION)
    require(request, values, LOCATION)
    code = values["locationCode"]
    if find_location(world, account, code):
        return update_location(world, request, account, code)
    now = stamp(world)
    insert(world, LOCATION.table, {**values, "accountCode": account, "dateCreated": now, "dateModified": now})
    world.note("certain", "create", "location", code)
    return read_location(world, request, account, code)


@API.answers("POST", "/Location/{account}/{code}", source=SUITE)
def update_location(world: World, request: Request, account: str, code: str) -> Response:
    """Change a location; its code stays."""
    row = _location_of(world, request, account, code)
    values = read(request, body_of(request), LOCATION)
    values.pop("locationCode", None)
    change(world, LOCATION, row["pkLocationId"], {**values, "dateModified": stamp(world)})
    world.note("certain", "update", "location", code)
    return read_location(world, request, account, code)


@API.answers("DELETE", "/Location/{account}/{code}", source=SUITE)
def delete_location(world: World, request: Request, account: str, code: str) -> Response:
    """Make a location inactive."""
    row = _location_of(world, request, account, code)
    change(world, LOCATION, row["pkLocationId"], {"isActive": 0, "dateModified": stamp(world)})
    world.note("certain", "delete", "location", code)
    return read_location(world, request, account, code)
