"""The staging area: uploads become rows of a table at once, in the order they arrive.

An upload is parsed when it comes, so unreadable JSON is refused there; what its columns mean is
in the log of the sync.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
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
from certain_eloqua_sandbox.wire import Request, Response
from certain_eloqua_sandbox.world import World

LARGEST_UPLOAD = 32 * 1024 * 1024
MOST_FILES = 500
ROWS_A_STATEMENT = 100  # a statement of many rows costs less than many statements
BLOCK = 1_000_000  # characters of a file that are split into rows at a time
SOURCE = "Import data into Eloqua; Bulk API limits"

csv.field_size_limit(LARGEST_UPLOAD)


@dataclass(slots=True)
class Upload:
    """A parsed file: its columns, its rows, and which of them could not be read."""

    columns: list[str]
    rows: Iterable[Sequence[str | None]]
    count: int = 0
    unknown: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    malformed: list[int] = field(default_factory=list)  # positions in rows


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
    found = _read_csv(request.body, columns) if "csv" in content_type else _read_json(request.body, columns)
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
    first = int(world.value(f"SELECT COALESCE(max(n), 0) + 1 FROM bulk_rows_{batch}"))  # noqa: S608
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
    insert = f"INSERT INTO bulk_rows_{batch} (file{names}) VALUES "  # noqa: S608
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


# -- reading files ---------------------------------------------------------------------------------


def _read_csv(body: bytes, columns: list[str]) -> Upload:
    """Read a CSV file: a header row with the definition's names, quoting as in RFC 4180."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise unreadable() from None
    # Without quotes and odd line ends a row is a line, and splitting lines is twice as fast as csv.
    plain = b'"' not in body and body.count(b"\r") == body.count(b"\r\n")
    reader = _plain_rows(text) if plain else csv.reader(io.StringIO(text, newline=""))
    try:
        head = next(reader, [])
    except csv.Error:
        raise unreadable() from None
    places, found = _columns([name.strip() for name in head], columns)
    found.rows = chain.from_iterable(_csv_rows(reader, len(head), places, found))
    return found


def _plain_rows(text: str) -> Iterator[list[str]]:
    """Return the rows of a CSV file that quotes nothing, as csv.reader would; some lines at a time."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + BLOCK) + 1 or len(text)
        for line in text[start:end].replace("\r\n", "\n").removesuffix("\n").split("\n"):
            yield line.split(",") if line else []
        start = end


def _csv_rows(
    reader: Iterator[list[str]], width: int, places: list[int], found: Upload
) -> Iterator[list[list[str]]]:
    """Return the rows in blocks, so that a file is never held as a million lists."""
    straight = places == list(range(width))
    while block := list(islice(reader, 5_000)):
        if set(map(len, block)) != {width}:
            block = _repaired(block, width, found)
        found.count += len(block)
        yield block if straight else [[row[place] for place in places] for row in block]


def _repaired(block: list[list[str]], width: int, found: Upload) -> list[list[str]]:
    """Return a block without its empty lines; rows of another width are noted, and filled or cut."""
    rows: list[list[str]] = []
    for row in block:
        if row and len(row) != width:
            found.malformed.append(found.count + len(rows))
            row = (row + [""] * width)[:width]
        if row:
            rows.append(row)
    return rows


def _columns(head: list[str], columns: list[str]) -> tuple[list[int], Upload]:
    """Return which positions of a file are mapped, and what else there is to say about its header."""
    exact = {name.lower(): name for name in columns}
    places, found = list[int](), Upload([], [])
    for place, name in enumerate(head):
        known = exact.get(name.lower())
        if known is None:
            if name not in found.unknown:
                found.unknown.append(name)
        elif known not in found.columns:
            found.columns.append(known)
            places.append(place)
    found.missing = [name for name in columns if name not in found.columns]
    return places, found


def _read_json(body: bytes, columns: list[str]) -> Upload:
    """Read a JSON file: an array of objects, or a lone object."""
    try:
        sent = orjson.loads(body)
    except ValueError:
        raise unreadable() from None
    rows = [sent] if isinstance(sent, dict) else sent
    if not isinstance(rows, list):
        raise unreadable()
    names: dict[str, None] = {}
    for row in rows:
        if isinstance(row, dict):
            names.update(dict.fromkeys(row))
    _, found = _columns([name for name in names if name in columns], columns)
    folded = {name.lower(): name for name in columns}
    renamed = {name: folded[name.lower()] for name in names if name not in columns and name.lower() in folded}
    found.columns += [name for name in dict.fromkeys(renamed.values()) if name not in found.columns]
    found.missing = [name for name in columns if name not in found.columns]
    found.unknown = [name for name in names if name not in columns and name not in renamed]
    if not rows:
        found.missing = []
    found.count = len(rows)
    found.rows = _json_rows(rows, renamed, found)
    return found


def _json_rows(rows: list[Any], renamed: dict[str, str], found: Upload) -> Iterator[list[str | None]]:
    for place, row in enumerate(rows):
        if not isinstance(row, dict):
            found.malformed.append(place)
            yield [""] * len(found.columns)
            continue
        if renamed:
            row = {renamed.get(name, name): value for name, value in row.items()}
        values = list(map(row.get, found.columns))
        yield (
            values
            if all(type(value) is str for value in values)
            else [_as_text(row, key) for key in found.columns]
        )


def _as_text(row: dict[str, Any], name: str) -> str | None:
    """Return a value as text; ``None`` when the row does not have it."""
    if name not in row:
        return None
    value = row[name]
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return orjson.dumps(value).decode()


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
