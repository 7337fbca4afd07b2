"""Visitors of the web site, to be read."""

from __future__ import annotations

from sqlite3 import Row
from typing import Any

import orjson

from certain_eloqua_sandbox.eloqua.rest.assets import asset_term
from certain_eloqua_sandbox.eloqua.rest.listing import (
    listing,
)
from certain_eloqua_sandbox.eloqua.rest.search import Term
from certain_eloqua_sandbox.eloqua.rest.times import unix
from certain_eloqua_sandbox.eloqua.rest.versions import answers
from certain_eloqua_sandbox.wire import Request, Response
from certain_eloqua_sandbox.world import World


@answers("GET", "/data/visitors", source="Application/2.0 Visitors")
def list_visitors(world: World, request: Request) -> Response:
    """List visitors of the web site; their own id is visitorId."""

    def render(row: Row, depth: str) -> dict[str, Any]:
        found = {
            "type": "Visitor",
            "createdAt": unix(row["created_at"]),
            "updatedAt": unix(row["updated_at"]),
        }
        found |= orjson.loads(row["body"])
        found["V_LastVisitDateAndTime"] = found["updatedAt"]
        return found if depth == "minimal" else {**found, "fieldValues": []}

    def terms(name: str) -> Term | None:
        aliases = {
            "v_createdat": "createdAt",
            "v_updatedat": "updatedAt",
            "v_lastvisitdateandtime": "updatedAt",
        }
        return asset_term(aliases.get(name.lower(), name))

    return listing(
        world,
        request,
        table="eloqua_assets",
        default="visitorId",
        terms=terms,
        where="t.kind = 'visitor'",
        render=lambda rows, depth: [render(row, depth) for row in rows],
    )
