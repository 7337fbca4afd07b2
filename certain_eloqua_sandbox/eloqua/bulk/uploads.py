"""Uploaded files, CSV and JSON, become columns and rows; what cannot be read is refused or noted."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

import orjson

from certain_eloqua_sandbox.eloqua.bulk.responses import unreadable

LARGEST_UPLOAD = 32 * 1024 * 1024
BLOCK = 1_000_000  # characters of a file that are split into rows at a time

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


def read_csv(body: bytes, columns: list[str]) -> Upload:
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


def read_json(body: bytes, columns: list[str]) -> Upload:
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
