"""Imports and sync-action definitions: merging what was staged into the records.

This module takes the staged files, logs what is wrong with them, and hands the rows to the entity;
at the end it writes the rejects and drops what was staged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from certain_eloqua_sandbox.eloqua.bulk import actions, activities, addresses, codes, opportunities, records
from certain_eloqua_sandbox.eloqua.bulk.definitions import Definition
from certain_eloqua_sandbox.eloqua.bulk.run import Run
from certain_eloqua_sandbox.eloqua.bulk.staged import Staged
from certain_eloqua_sandbox.world import World


def merge(run: Run, definition: Definition) -> None:
    """Run the sync of an import or of a syncAction definition."""
    batch = run.world.row("SELECT * FROM bulk_batches WHERE sync_id = ?", (run.sync_id,))
    staged = _take(run, definition, batch) if batch else None
    if definition.entity.path == "activities" and definition.body.get("identifierFieldName"):
        run.log("ELQ-00123")
    if staged is None or run.failed:
        if not run.failed:
            run.log("ELQ-00124")
        run.log("ELQ-00101")
        drop(run.world, run.sync_id)
        return
    run.log("ELQ-00130", staged.count)
    run.log("ELQ-00137")
    run.log("ELQ-00101")
    run.log("ELQ-00001", staged.count)
    _refuse_unreadable(run, staged)
    counted = _dispatch(run, definition, staged)
    _log_dropped(run, counted, remaining=staged.count - len(run.dropped()))
    if definition.body.get("syncActions") and definition.entity.path != "emailAddresses":
        run.log("ELQ-00140", run.world.value("SELECT count(*) FROM bulk_written"))
        actions.apply(run, definition.entity, definition.body)
    if run.script:
        run.log_script()
        if run.script.status == "warning" and run.script.code:
            run.reject(run.script.code, [staged.offset + 1])  # reported, yet written
    run.log("ELQ-00071")
    _write_rejects(run, staged)
    drop(run.world, run.sync_id)
    for table in ("written", "matched", "new", "dropped", "changed"):
        run.world.run(f"DROP TABLE IF EXISTS temp.bulk_{table}")


def _dispatch(run: Run, definition: Definition, staged: Staged) -> list[tuple[str, int]]:
    """Have the rows merged; the codes and counts of what was written come back for the log."""
    run.world.run("DROP TABLE IF EXISTS temp.bulk_written")
    run.world.run("CREATE TEMP TABLE bulk_written (id INTEGER PRIMARY KEY, n INTEGER)")
    if definition.kind == "syncActions":
        return records.find_members(run, definition, staged)
    merging = {
        "activities": activities.create,
        "emailAddresses": addresses.mark,
        "opportunities/contacts": opportunities.link,
    }.get(definition.entity.path, records.write)
    return merging(run, definition, staged)


@dataclass(slots=True)
class _File:
    id: int
    unknown: list[str]
    missing: list[str]


def _take(run: Run, definition: Definition, batch: Any) -> Staged | None:
    """Return the staged rows, without files that have outstayed their retention; log what is odd."""
    world, table = run.world, f"bulk_rows_{batch['id']}"
    for old in world.rows(
        "SELECT id FROM bulk_files WHERE batch_id = ? AND staged_at <= ?",
        (batch["id"], run.now - definition.retention),
    ):
        world.run(f"DELETE FROM {table} WHERE file = ?", (old["id"],))
        world.run("DELETE FROM bulk_files WHERE id = ?", (old["id"],))
    malformed: list[int] = []
    for row in world.rows("SELECT * FROM bulk_files WHERE batch_id = ? ORDER BY id", (batch["id"],)):
        file = _File(row["id"], orjson.loads(row["unknown"]), orjson.loads(row["missing"]))
        malformed += orjson.loads(row["malformed"])
        _log_columns(run, definition, file)
    count = world.value(f"SELECT count(*) FROM {table}")
    if not count:
        return None
    names: list[str] = orjson.loads(batch["columns"])
    places = {name: f"c{place}" for place, name in enumerate(names)}
    first = world.value(f"SELECT min(n) FROM {table}")
    return Staged(table, {key: places.get(key) for key in definition.fields}, count, first - 1, malformed)


def _log_columns(run: Run, definition: Definition, file: _File) -> None:
    for name in file.unknown:
        run.log("ELQ-00111", 0, field=name)
    missing = [name for name in file.missing if name in definition.fields]
    if len(missing) == len(definition.fields):
        run.log("ELQ-00127" if file.unknown else "ELQ-00126", 0, file=file.id)
        return
    for name in missing:
        run.log("ELQ-00121", 0, field=name, file=file.id)


def _refuse_unreadable(run: Run, staged: Staged) -> None:
    if staged.malformed:
        run.reject("ELQ-00032", staged.malformed)
    blank = " AND ".join(f"COALESCE({column}, '') = ''" for column in staged.columns.values() if column)
    rows = run.world.rows(f"SELECT n FROM {staged.table} WHERE {blank or '1'}")
    run.reject("ELQ-00059", [row["n"] for row in rows if row["n"] not in set(staged.malformed)])


def _log_dropped(run: Run, written: list[tuple[str, int]], *, remaining: int) -> None:
    """Log what was refused, in the order seen on the wire, then what was written."""
    for code in codes.DROPPED_FIRST:
        if found := run.rejected.get(code):
            run.log(code, len(found))
    if found := run.rejected.get("ELQ-00026"):
        run.log("ELQ-00026", len(found))
    run.log("ELQ-00003", remaining)
    for code, count in written:
        run.log(code, count)
    others = {n for code, ns in run.rejected.items() if code not in ("ELQ-00026", "ELQ-00040") for n in ns}
    others |= run.lost
    if others:
        run.log("ELQ-00060", len(others))
    if found := run.rejected.get("ELQ-00040", set()) - run.lost:
        run.log("ELQ-00144", len(found))


def _write_rejects(run: Run, staged: Staged) -> None:
    """Keep the refused rows: all their values, the reason, and the keys at fault."""
    wanted = {n for records_ in run.rejected.values() for n in records_}
    if not wanted:
        return
    reasons: dict[int, list[str]] = {}
    for code, records_ in run.rejected.items():
        for n in records_:
            reasons.setdefault(n, []).append(code)
    keys = list(staged.columns)
    columns = ", ".join(f"COALESCE({column}, '')" if column else "''" for column in staged.columns.values())
    cursor = run.world.db.cursor()
    cursor.row_factory = None
    few = len(wanted) < 500
    where = f" WHERE n IN ({', '.join(map(str, wanted))})" if few else ""
    cursor.execute(f"SELECT n, {columns} FROM {staged.table}{where} ORDER BY n")

    def lines() -> Any:
        for n, *values in cursor:
            for code in reasons.get(n, ()):
                shown = orjson.dumps(dict(zip(keys, values, strict=True))).decode()
                at_fault = list(dict.fromkeys(run.invalid.get((n, code), [])))
                yield (
                    *(run.sync_id, n - staged.offset, code, _reason(run, code)),
                    *(shown, orjson.dumps(at_fault).decode()),
                )

    run.world.db.executemany(
        "INSERT INTO bulk_rejects (sync_id, record_index, code, message, field_values, invalid_fields) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        lines(),
    )


def _reason(run: Run, code: str) -> str:
    """Return the words of a reject."""
    if run.script and run.script.code == code and run.script.message:
        return run.script.message
    return codes.REJECT.get(code) or (codes.LOG.get(code, ("", None))[1] or "Rejected record.")


def drop(world: World, sync_id: int) -> None:
    """Drop the rows that a sync has taken."""
    for row in world.rows("SELECT id FROM bulk_batches WHERE sync_id = ?", (sync_id,)):
        world.run(f"DROP TABLE IF EXISTS bulk_rows_{row['id']}")
        world.run("DELETE FROM bulk_files WHERE batch_id = ?", (row["id"],))
        world.run("DELETE FROM bulk_batches WHERE id = ?", (row["id"],))
