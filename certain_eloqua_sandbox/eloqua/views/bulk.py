"""The Bulk API: definitions, syncs, their logs and rejects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from certain_eloqua_sandbox import bodies
from certain_eloqua_sandbox.eloqua.views.columns import ID, TIMES
from certain_eloqua_sandbox.views.table import Column, Filter, Table
from certain_eloqua_sandbox.world import World

# How many rows an export gave, or an import took in.
ROWS = (
    "COALESCE(t.row_count, "
    "(SELECT l.count FROM bulk_logs l WHERE l.sync_id = t.id AND l.code = 'ELQ-00130' LIMIT 1))"
)


def _count(of: str) -> str:
    return f"(SELECT COUNT(*) FROM {of} x WHERE x.sync_id = t.id)"


SYNCS = Table(
    "Syncs",
    (
        Column("id", "Sync", "t.id", "number", "#/eloqua/syncs/{id}"),
        Column("status", "Status", "t.status", "status"),
        Column("of", "Definition", "COALESCE(d.name, '')"),
        Column("uri", "Address", "t.instance_uri"),
        Column("rows", "Rows", ROWS, "number"),
        Column("logs", "Logs", _count("bulk_logs"), "number"),
        Column("rejects", "Rejects", _count("bulk_rejects"), "number"),
        Column("asked", "Asked for", "t.created_at", "time"),
        Column("ended", "Ended", "t.ended_at", "time"),
    ),
    "FROM bulk_syncs t LEFT JOIN bulk_definitions d ON d.id = t.definition_id",
    search=("t.instance_uri", "d.name"),
    order="t.id DESC",
    filters=(
        Filter("status", "Status", "t.status", "SELECT DISTINCT status, status FROM bulk_syncs ORDER BY 1"),
    ),
    empty="No sync was asked for since the reset.",
)


def logs(world: World, asked: Mapping[str, str]) -> Table:
    """Return the log of one sync."""
    known = world.row("SELECT * FROM bulk_syncs WHERE id = ?", (asked.get("sync"),))
    if known is None:
        raise bodies.refusal(f"there is no sync {bodies.quoted(asked.get('sync'))}", 404)
    return Table(
        f"Sync {known['id']}",
        (
            Column("severity", "Severity", "t.severity", "status"),
            Column("code", "Code", "t.code"),
            Column("message", "Message", "t.message"),
            Column("count", "Count", "t.count", "number"),
            Column("at", "When", "t.created_at", "time"),
        ),
        "FROM bulk_logs t",
        order="t.id",
        filters=(Filter("sync", "Sync", "t.sync_id", required=True),),
        empty="Nothing was logged.",
        head=lambda world, asked: _sync_head(world, int(asked["sync"])),
    )


def _sync_head(world: World, number: int) -> dict[str, Any]:
    row = world.rows(
        f"SELECT t.*, d.name, {ROWS} AS rows FROM bulk_syncs t "
        "LEFT JOIN bulk_definitions d ON d.id = t.definition_id WHERE t.id = ?",
        (number,),
    )[0]
    return {
        "Status": row["status"],
        "Definition": row["instance_uri"],
        "Name": row["name"],
        "Asked for": bodies.iso(row["created_at"]),
        "Ended": bodies.iso(row["ended_at"]) if row["ended_at"] else None,
        "Rows": row["rows"],
    }


REJECTS = Table(
    "Rejected rows",
    (
        Column("index", "Row", "t.record_index", "number"),
        Column("code", "Code", "t.code"),
        Column("message", "Message", "t.message"),
        Column("invalid", "Fields", "t.invalid_fields", "texts"),
        Column("values", "Values", "t.field_values", "json"),
    ),
    "FROM bulk_rejects t",
    order="t.record_index, t.id",
    filters=(Filter("sync", "Sync", "t.sync_id", required=True),),
    empty="No row was rejected.",
)


DEFINITIONS = Table(
    "Definitions",
    (
        Column("name", "Name", "t.name"),
        Column("entity", "Entity", "t.entity"),
        Column("kind", "Kind", "t.kind"),
        Column("body", "Definition", "t.body", "json"),
        Column(
            "syncs", "Syncs", "(SELECT COUNT(*) FROM bulk_syncs s WHERE s.definition_id = t.id)", "number"
        ),
        Column("user", "By", "t.created_by"),
        ID,
        *TIMES,
    ),
    "FROM bulk_definitions t",
    search=("t.name", "t.entity"),
    order="t.id DESC",
    filters=(
        Filter("kind", "Kind", "t.kind", "SELECT DISTINCT kind, kind FROM bulk_definitions ORDER BY 1"),
    ),
    empty="No definitions are open.",
)
