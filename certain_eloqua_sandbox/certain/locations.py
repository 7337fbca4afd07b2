"""Locations of an account."""

from __future__ import annotations

from typing import Any

from certain_eloqua_sandbox.certain.coded import Coded
from certain_eloqua_sandbox.certain.members import Shape
from certain_eloqua_sandbox.certain.routes import SUITE
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


_LOCATION = Coded(LOCATION, "Location", "locationCode", "location", "location")
_LOCATION.register(SUITE)


def find_location(world: World, account: str, code: str) -> Any:
    """Return the row of a location, or ``None``."""
    return _LOCATION.find(world, account, code)
