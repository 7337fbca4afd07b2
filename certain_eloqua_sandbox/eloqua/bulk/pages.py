"""Exported rows on their way out: a window of rows is a slice of the prepared bytes."""

from __future__ import annotations

from array import array
from functools import partial
from typing import Any

import orjson

from certain_eloqua_sandbox.eloqua.bulk import definitions, syncs
from certain_eloqua_sandbox.eloqua.bulk.definitions import OFFERED
from certain_eloqua_sandbox.eloqua.bulk.listing import DATA_LIMIT, Window, window
from certain_eloqua_sandbox.eloqua.bulk.responses import failure, invalid, refused
from certain_eloqua_sandbox.eloqua.bulk.routes import ROUTES
from certain_eloqua_sandbox.eloqua.settings import settings
from certain_eloqua_sandbox.wire import Request, Response
from certain_eloqua_sandbox.world import World

SOURCE = "Retrieving large volumes of data; Swagger: syncs"


@ROUTES.answers("GET", "/syncs/{id:int}/data", source=SOURCE)
def of_sync(world: World, request: Request, id: int) -> Response:
    """Read the rows of an export sync, as JSON or CSV, up to 50,000 at a time."""
    row = syncs.find(world, id)
    if row["kind"] != "exports":
        raise invalid([failure("id", "Must be the sync of an export.", str(id))])
    return _rows(world, request, row)


def of_definition(
    world: World,
    request: Request,
    path: str,
    id: int,
    parent_id: int = 0,
) -> Response:
    """Read the rows of an export definition's latest finished sync."""
    found = definitions.find(world, definitions.at(world, path, parent_id), "exports", id)
    row = world.row(
        "SELECT * FROM bulk_syncs WHERE definition_id = ? AND ended_at IS NOT NULL ORDER BY id DESC LIMIT 1",
        (found.id,),
    )
    if row is None:
        raise refused(404)
    return _rows(world, request, row)


def _rows(world: World, request: Request, row: Any) -> Response:
    if row["created_by"] != (request.user or ""):
        raise refused(403)
    if row["ended_at"] is None or row["row_count"] is None or row["deleted"]:
        raise refused(404)
    if row["expires_at"] <= world.now():
        raise refused(410)
    asked = window(request, DATA_LIMIT)
    if "text/csv" in request.header("accept").lower():
        return _csv(world, row, asked)
    total = row["row_count"]
    count = max(0, min(asked.limit, total - asked.offset))
    envelope = orjson.dumps(asked.envelope(total, count))
    if not count and settings(world).omit_empty_items:
        return Response(200, (envelope,), reason="OK")
    parts: list[bytes] = [b'{"items":[']
    for place, piece in enumerate(_slices(world, row["id"], asked, "json")):
        parts += [b",", piece] if place else [piece]
    return Response(200, (*parts, b"],", envelope[1:]), reason="OK")


def _csv(world: World, row: Any, asked: Window) -> Response:
    head = world.value("SELECT head FROM bulk_csv_heads WHERE sync_id = ?", (row["id"],))
    parts = (head, *_slices(world, row["id"], asked, "csv"))
    return Response(200, parts, "text/csv; charset=utf-8", "OK")


def _slices(world: World, sync_id: int, asked: Window, column: str) -> list[bytes]:
    """Return the bytes of the rows asked for, one piece for each page they touch."""
    low, high = asked.offset, asked.offset + asked.limit
    pieces = []
    for page in world.rows(
        f"SELECT id, first_row, rows, {column}_ends AS ends FROM bulk_pages "
        "WHERE sync_id = ? AND first_row < ? AND first_row + rows > ? ORDER BY first_row",
        (sync_id, high, low),
    ):
        ends = array("Q", page["ends"])
        first, last = max(low - page["first_row"], 0), min(high - page["first_row"], page["rows"])
        start = ends[first - 1] if first else 0
        stop = ends[last - 1] - (1 if column == "json" else 0)  # without the comma behind it
        with world.db.blobopen("bulk_pages", column, page["id"], readonly=True) as blob:
            blob.seek(start)
            pieces.append(blob.read(stop - start))
    return pieces


def _register() -> None:
    for path, kinds in OFFERED.items():
        if "exports" in kinds:
            root = f"/{path}/{{parent_id:int}}" if path in ("customObjects", "events") else f"/{path}"
            ROUTES.add(
                "GET",
                f"{root}/exports/{{id:int}}/data",
                partial(of_definition, path=path),
                source=SOURCE,
                summary=f"Read the rows of a {path} export's latest sync.",
            )


_register()
