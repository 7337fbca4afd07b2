"""The staging area: uploads become rows of a table at once, in the order they arrive.

An upload is parsed when it comes, so unreadable JSON is refused there; what its columns mean is
in the log of the sync.
"""

from __future__ import annotations

import csv
from functools import partial
from itertools import chain, islice
from typing import Any

import orjson

from certain_eloqua_sandbox.eloqua.bulk import definitions, syncs
from certain_eloqua_sandbox.eloqua.bulk.definitions import OFFERED, Definition
from certain_eloqua_sandbox.eloqua.bulk.memory import uncollected
from certain_eloqua_sandbox.eloqua.bulk.responses import (
    created,
    failure,
    invalid,
    nothing,
    refused,
    unreadable,
)
from certain_eloqua_sandbox.eloqua.bulk.routes import ROUTES
from certain_eloqua_sandbox.eloqua.bulk.uploads import LARGEST_UPLOAD, Upload, read_csv, read_json
from certain_eloqua_sandbox.wire import Request, Response
from certain_eloqua_sandbox.world import World

MOST_FILES = 500
ROWS_A_STATEMENT = 100  # a statement of many rows costs less than many statements
SOURCE = "Import data into Eloqua; Bulk API limits"


def upload(
    world: World,
    request: Request,
    path: str,
    kind: str,
    id: int,
    parent_id: int = 0,
) -> Response:
    """Stage rows, in JSON or CSV; with isSyncTriggeredOnImport a sync starts as well."""
    if len(request.body) > LARGEST_UPLOAD:
        raise refused(404)
    definition = definitions.find(world, definitions.at(world, path, parent_id), kind, id)
    batch = _open_batch(world, definition)
    if world.value("SELECT count(*) FROM bulk_files WHERE batch_id = ?", (batch,)) >= MOST_FILES:
        raise invalid([failure("data", f"Must be at most {MOST_FILES} uploads before a sync.")])
    columns: list[str] = orjson.loads(world.value("SELECT columns FROM bulk_batches WHERE id = ?", (batch,)))
    content_type = request.header("content-type").lower()
    if not content_type:
        raise unreadable()
    found = read_csv(request.body, columns) if "csv" in content_type else read_json(request.body, columns)
    _stage(world, batch, columns, found, len(request.body))
    if definition.body.get("isSyncTriggeredOnImport"):
        return created(syncs.start(world, request, definition, None))
    return nothing()


def _open_batch(world: World, definition: Definition) -> int:
    """Return the batch that collects files for the next sync."""
    batch = world.value(
        "SELECT id FROM bulk_batches WHERE definition_id = ? AND sync_id IS NULL", (definition.id,)
    )
    columns = list(definition.fields)
    if batch is not None:
        _widen(world, int(batch), columns)
        return int(batch)
    cursor = world.run(
        "INSERT INTO bulk_batches (definition_id, columns) VALUES (?, ?)",
        (definition.id, orjson.dumps(columns).decode()),
    )
    batch = int(cursor.lastrowid or 0)
    names = ", ".join(f"c{place} TEXT" for place in range(len(columns)))
    world.run(f"CREATE TABLE bulk_rows_{batch} (n INTEGER PRIMARY KEY, file INTEGER NOT NULL, {names})")
    return batch


def _widen(world: World, batch: int, columns: list[str]) -> None:
    """Give a batch the fields that its definition got since the batch was opened."""
    known: list[str] = orjson.loads(world.value("SELECT columns FROM bulk_batches WHERE id = ?", (batch,)))
    added = [name for name in columns if name not in known]
    for name in added:
        world.run(f"ALTER TABLE bulk_rows_{batch} ADD COLUMN c{len(known)} TEXT")
        known.append(name)
    if added:
        world.run("UPDATE bulk_batches SET columns = ? WHERE id = ?", (orjson.dumps(known).decode(), batch))


def _stage(world: World, batch: int, columns: list[str], found: Upload, size: int) -> None:
    mapped = [columns.index(name) for name in found.columns]
    first = int(world.value(f"SELECT COALESCE(max(n), 0) + 1 FROM bulk_rows_{batch}"))
    cursor = world.run(
        "INSERT INTO bulk_files (batch_id, staged_at, bytes, rows, unknown, missing, malformed) "
        "VALUES (?, ?, ?, 0, ?, ?, '[]')",
        (
            *(batch, world.now(), size),
            orjson.dumps(found.unknown).decode(),
            orjson.dumps(found.missing).decode(),
        ),
    )
    names = "".join(f", c{place}" for place in mapped)
    row = f"({cursor.lastrowid}{', ?' * len(mapped)})"
    insert = f"INSERT INTO bulk_rows_{batch} (file{names}) VALUES "
    rows = iter(found.rows)
    try:
        with uncollected():
            while block := list(islice(rows, ROWS_A_STATEMENT)):
                world.db.execute(insert + ", ".join([row] * len(block)), tuple(chain.from_iterable(block)))
    except csv.Error:
        raise unreadable() from None
    malformed = orjson.dumps([first + place for place in found.malformed]).decode()
    world.run(
        "UPDATE bulk_files SET rows = ?, malformed = ? WHERE id = ?",
        (found.count, malformed, cursor.lastrowid),
    )


# -- clearing --------------------------------------------------------------------------------------


def clear(world: World, definition_id: int) -> None:
    """Drop what is staged for the next sync of a definition."""
    for row in world.rows(
        "SELECT id FROM bulk_batches WHERE definition_id = ? AND sync_id IS NULL", (definition_id,)
    ):
        drop_batch(world, row["id"])


def drop_batch(world: World, batch: int) -> None:
    """Drop the rows and files of a batch."""
    world.run(f"DROP TABLE IF EXISTS bulk_rows_{batch}")
    world.run("DELETE FROM bulk_files WHERE batch_id = ?", (batch,))
    world.run("DELETE FROM bulk_batches WHERE id = ?", (batch,))


def delete_data(
    world: World,
    request: Request,
    path: str,
    kind: str,
    id: int,
    parent_id: int = 0,
) -> Response:
    """Delete staged data; 409 while a sync of the definition runs."""
    del request
    definition = definitions.find(world, definitions.at(world, path, parent_id), kind, id)
    if syncs.is_busy(world, definition.id):
        raise refused(409)
    if kind == "exports":
        for row in world.rows("SELECT id FROM bulk_syncs WHERE definition_id = ?", (definition.id,)):
            syncs.drop_rows(world, row["id"])
    else:
        clear(world, definition.id)
    return nothing()


def _register() -> None:
    for path, kinds in OFFERED.items():
        root = f"/{path}/{{parent_id:int}}" if path in ("customObjects", "events") else f"/{path}"
        for kind in kinds:
            fixed: dict[str, Any] = {"path": path, "kind": kind}
            here = f"{root}/{kind}/{{id:int}}/data"
            summary = f"Delete the staged data of a {path} {kind} definition."
            ROUTES.add("DELETE", here, partial(delete_data, **fixed), source="Readiness 24B", summary=summary)
            if kind != "exports":
                summary = f"Stage rows for a {path} {kind} definition, JSON or CSV."
                ROUTES.add("POST", here, partial(upload, **fixed), source=SOURCE, summary=summary)


_register()
