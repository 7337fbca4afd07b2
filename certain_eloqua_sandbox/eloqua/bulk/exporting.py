"""Exports: the rows are read, written down as JSON and as CSV, and kept as pages ready to be sliced.

A page holds up to 50,000 rows (fewer when they are wide) twice, as JSON and as CSV, with the place where
each row ends; any window of rows is then a slice of bytes, whatever its limit and offset.
"""

from __future__ import annotations

import csv
import io
from array import array
from itertools import accumulate
from typing import Any

import orjson

from certain_eloqua_sandbox.eloqua.bulk import actions
from certain_eloqua_sandbox.eloqua.bulk.definitions import Definition
from certain_eloqua_sandbox.eloqua.bulk.entities import ACTIVITIES
from certain_eloqua_sandbox.eloqua.bulk.filter_parser import FilterError
from certain_eloqua_sandbox.eloqua.bulk.filter_sql import Condition, compile_filter
from certain_eloqua_sandbox.eloqua.bulk.meaning import resolve
from certain_eloqua_sandbox.eloqua.bulk.memory import uncollected
from certain_eloqua_sandbox.eloqua.bulk.rendering import as_text
from certain_eloqua_sandbox.eloqua.bulk.run import Run

ROWS_A_PAGE = 50_000
ROWS_MEASURED = 1_000  # how wide rows are shows in a first small page
BYTES_A_PAGE = 64 * 1024 * 1024
MOST_ACTIVITIES = 5_000_000
ESCAPED = bytes({*range(32), *b'"\\'} - {10})  # by JSON or CSV; line ends are counted apart


class _Lines(list[str]):
    """A file for csv.writer that keeps each row as an element."""

    write = list.append


def prepare(run: Run, definition: Definition) -> None:
    """Read the rows of an export, write their pages and the log, and apply its sync actions."""
    body, utc = definition.body, bool(definition.body.get("areSystemTimestampsInUTC"))
    condition = Condition("1")
    if text := body.get("filter"):
        condition = compile_filter(run.world, definition.entity, text, utc=utc)
    asked = max(body.get("maxRecords", 2**62), 0)
    most = min(asked, MOST_ACTIVITIES) if definition.entity == ACTIVITIES else asked
    chosen = f"FROM {definition.entity.table} r WHERE {condition.sql} ORDER BY r.id LIMIT {most}"
    texts = []
    for statement in definition.fields.values():
        meaning = resolve(run.world, definition.entity, statement)
        if meaning is None:
            raise FilterError(f"Must reference an existing field: {statement}")
        texts.append(f"COALESCE({as_text(meaning, utc=utc)}, '')")
    cursor = run.world.db.cursor()
    cursor.row_factory = None
    cursor.execute(f"SELECT {', '.join(texts)} {chosen}", condition.parameters)
    count = _write_pages(run, list(definition.fields), cursor)
    run.world.run(
        "UPDATE bulk_syncs SET row_count = ?, expires_at = ? WHERE id = ?",
        (count, run.now + definition.retention, run.sync_id),
    )
    run.log("ELQ-00102", count)
    run.log("ELQ-00131")
    run.log("ELQ-00106", 0, kbUsed=_kilobytes(run))
    if body.get("syncActions"):
        run.world.run("DROP TABLE IF EXISTS temp.bulk_written")
        run.world.run(
            f"CREATE TEMP TABLE bulk_written AS SELECT r.id AS id {chosen}",
            condition.parameters,
        )
        run.log("ELQ-00140", count)
        actions.apply(run, definition.entity, body)
        run.world.run("DROP TABLE temp.bulk_written")
    run.log("ELQ-00101")


def _kilobytes(run: Run) -> int:
    size = run.world.value("SELECT sum(length(json)) FROM bulk_pages WHERE sync_id = ?", (run.sync_id,))
    return -(-(size or 0) // 1024)


def _write_pages(run: Run, names: list[str], cursor: Any) -> int:
    head = io.StringIO()
    csv.writer(head).writerow(names)
    run.world.run(
        "INSERT OR REPLACE INTO bulk_csv_heads VALUES (?, ?)", (run.sync_id, head.getvalue().encode())
    )
    count, step = 0, ROWS_MEASURED
    with uncollected():
        while rows := cursor.fetchmany(step):
            size = _write_page(run, names, rows, count)
            count += len(rows)
            # Wide rows make smaller pages: no page should be much larger than the limit.
            step = max(1, min(ROWS_A_PAGE, int(len(rows) * BYTES_A_PAGE / max(size, 1))))
    return count


def _write_page(run: Run, names: list[str], rows: list[tuple[str, ...]], first: int) -> int:
    objects, lines = written(names, rows)
    in_json, in_csv = ",".join(objects).encode(), "\r\n".join([*lines, ""]).encode()
    run.world.run(
        "INSERT INTO bulk_pages (sync_id, first_row, rows, json, json_ends, csv, csv_ends) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            *(run.sync_id, first, len(rows)),
            *(in_json, _ends(objects, 1), in_csv, _ends(lines, 2)),
        ),
    )
    return len(in_json)


def _ends(pieces: list[str], between: int) -> bytes:
    """Return where each row ends, counting the comma or the line end behind it."""
    lengths = (len(piece) if piece.isascii() else len(piece.encode()) for piece in pieces)
    return array("Q", accumulate(length + between for length in lengths)).tobytes()


def written(names: list[str], rows: list[tuple[str, ...]]) -> tuple[list[str], list[str]]:
    """Return rows as JSON objects and as CSV lines.

    Most rows hold nothing that either would escape: they are filled into a template, three times as fast
    as an encoder writes them. The others are found by their joined text and go through the encoders.
    """
    template = (
        "{" + ",".join(orjson.dumps(name).decode().replace("%", "%%") + ':"%s"' for name in names) + "}"
    )
    objects, lines = list(map(template.__mod__, rows)), list(map(",".join, rows))
    odd = _odd(lines, len(names) - 1)
    quoted = _Lines()
    csv.writer(quoted).writerows(rows[place] for place in odd)
    for place, line in zip(odd, quoted, strict=True):
        lines[place] = line[:-2]  # without its line end
        if '"' in line or not line.isprintable() or "\\" in line:
            objects[place] = orjson.dumps(dict(zip(names, rows[place], strict=True))).decode()
    return objects, lines


def _odd(lines: list[str], commas: int) -> list[int]:
    """Return the places of rows that an encoder might escape; some of them it would not."""
    text = "\n".join(lines)
    usual = commas and text.count(",") == commas * len(lines) and text.count("\n") == len(lines) - 1
    if usual and len(text.encode().translate(None, ESCAPED)) == len(text.encode()):
        return []
    return [
        place
        for place, line in enumerate(lines)
        if not line or line.count(",") != commas or '"' in line or "\\" in line or not line.isprintable()
    ]
