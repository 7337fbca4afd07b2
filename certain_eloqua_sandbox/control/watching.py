"""What was asked of the sandbox and what was written: counters and the journal."""

from __future__ import annotations

from typing import Any

from certain_eloqua_sandbox import bodies, page
from certain_eloqua_sandbox.control.door import DOOR, SOURCE
from certain_eloqua_sandbox.platforms import imitated
from certain_eloqua_sandbox.text_keys import key_sql
from certain_eloqua_sandbox.wire import Request, Response, json_response
from certain_eloqua_sandbox.world import Counters, World


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
            **{name: count for one in imitated() for name, count in one.watched(world).items()},
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
    count = world.value(f"SELECT COUNT(*) FROM journal WHERE {where}", values)
    limit = _number(given, "limit", 1_000, LARGEST_JOURNAL_PAGE)
    lines = world.rows(
        f"SELECT * FROM journal WHERE {where} AND seq > ? ORDER BY seq LIMIT ?",
        [*values, _number(given, "after", 0, None), limit],
    )
    return json_response({"count": count, "items": [page.journal_line(line) for line in lines]})


def _number(given: dict[str, str], name: str, otherwise: int, high: int | None) -> int:
    written = given.get(name, str(otherwise))
    return int(bodies.whole(0, high)(f"{name!r}", int(written) if written.isdigit() else written))
