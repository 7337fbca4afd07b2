"""Syncs: created, looked at, finished at once, after some looks or by the clock; logs and rejects."""

from __future__ import annotations

import threading
import urllib.request
from contextlib import suppress
from http.client import HTTPException
from typing import Any

import orjson

from certain_eloqua_sandbox.eloqua.bulk import definitions, listing, validation, work
from certain_eloqua_sandbox.eloqua.bulk.definitions import Definition
from certain_eloqua_sandbox.eloqua.bulk.responses import (
    created,
    failure,
    invalid,
    json_object,
    nothing,
    ok,
    refused,
)
from certain_eloqua_sandbox.eloqua.bulk.routes import ROUTES
from certain_eloqua_sandbox.eloqua.bulk.times import stamp
from certain_eloqua_sandbox.eloqua.settings import settings
from certain_eloqua_sandbox.wire import Request, Response
from certain_eloqua_sandbox.world import World

RETRY_AFTER = "60"  # seconds; the value of the real service is unpublished
STEP = 0.000_013_7  # at once still takes its time: from one moment of a sync to the next
PENDING_SHARE = 0.25  # of the time a sync takes by the clock, it waits in the queue
SYNC_KEPT = 60 * 86_400  # a sync is purged this long after its end; the time is unpublished
SOURCE = "Sync status types; Troubleshooting; Swagger: syncs"


@ROUTES.answers("GET", "/syncs", source=SOURCE)
def list_syncs(world: World, request: Request) -> Response:
    """List the syncs."""
    rows = world.rows("SELECT * FROM bulk_syncs ORDER BY id")
    return listing.answer(world, request, [render(world, row) for row in rows])


@ROUTES.answers("POST", "/syncs", source=SOURCE)
def create(world: World, request: Request) -> Response:
    """Create a sync of a definition."""
    asked = {str(key).lower(): value for key, value in json_object(request).items()}
    uri, callback = asked.get("syncedinstanceuri"), asked.get("callbackurl")
    if not isinstance(uri, str) or not uri.strip():
        raise invalid([failure("syncedInstanceUri", "Must be the uri of a definition.", uri)])
    if callback is not None and not isinstance(callback, str):
        raise invalid([failure("callbackUrl", "Must be a string value.", callback)])
    definition = definitions.by_uri(world, uri)
    if definition is None:
        raise invalid([failure("syncedInstanceUri", "Must reference an existing definition.", uri)])
    return created(start(world, request, definition, callback))


def start(world: World, request: Request, definition: Definition, callback: str | None) -> dict[str, Any]:
    """Create a sync and return its pending self; by the world's settings its work is done at once."""
    definitions.sweep(world)
    checked = validation.check(world, definition.entity, definition.kind, dict(definition.body))
    if checked.faults:
        raise invalid(checked.faults)
    _keep_the_quota(world, definition.kind)
    now = world.now()
    cursor = world.run(
        "INSERT INTO bulk_syncs "
        "(definition_id, instance_uri, kind, callback_url, status, created_by, created_at) "
        "VALUES (?, ?, ?, ?, 'pending', ?, ?)",
        (definition.id, definition.uri, definition.kind, callback, request.user or "", now),
    )
    sync_id = int(cursor.lastrowid or 0)
    world.run(
        "UPDATE bulk_batches SET sync_id = ? WHERE definition_id = ? AND sync_id IS NULL",
        (sync_id, definition.id),
    )
    row = world.row("SELECT * FROM bulk_syncs WHERE id = ?", (sync_id,))
    pending = render(world, row)
    if settings(world).sync_mode == "at_once":
        finish(world, sync_id, now, STEP)
    return pending


def _keep_the_quota(world: World, kind: str) -> None:
    quotas = settings(world)
    most = {
        "exports": quotas.export_syncs_per_hour,
        "imports": quotas.import_syncs_per_hour,
        "syncActions": quotas.action_syncs_per_hour,
    }[kind]
    made = world.value(
        "SELECT count(*) FROM bulk_syncs WHERE kind = ? AND created_at > ?", (kind, world.now() - 3_600)
    )
    if most is not None and made >= most:
        answer = refused(429)
        answer.response.headers["Retry-After"] = RETRY_AFTER
        raise answer


def render(world: World, row: Any) -> dict[str, Any]:
    """Return a sync as the API shows it."""
    del world
    shown: dict[str, Any] = {"syncedInstanceUri": row["instance_uri"]}
    if row["callback_url"]:
        shown["callbackUrl"] = row["callback_url"]
    if row["started_at"] is not None:
        shown["syncStartedAt"] = stamp(row["started_at"])
    if row["ended_at"] is not None:
        shown["syncEndedAt"] = stamp(row["ended_at"])
    return shown | {
        "status": row["status"],
        "createdAt": stamp(row["created_at"]),
        "createdBy": row["created_by"],
        "uri": f"/syncs/{row['id']}",
    }


@ROUTES.answers("GET", "/syncs/{id:int}", source=SOURCE)
def read(world: World, request: Request, id: int) -> Response:
    """Read a sync. In the mode ``looks`` this is what moves it on."""
    del request
    row = find(world, id)
    if row["ended_at"] is None and settings(world).sync_mode != "clock":
        row = _look(world, row)
    return ok(render(world, row))


ROUTES.add(
    "GET",
    "/sync/{id:int}",
    read,
    source="Retrieving app records using the bulk API",
    summary="Alias of /syncs/{id}.",
)


def find(world: World, sync_id: int) -> Any:
    """Return a sync that has not been purged, or refuse with 404."""
    known = sync_id <= definitions.LARGEST_ID
    row = world.row("SELECT * FROM bulk_syncs WHERE id = ?", (sync_id,)) if known else None
    if row is None or (row["ended_at"] is not None and row["ended_at"] + SYNC_KEPT <= world.now()):
        raise refused(404)
    return row


def _look(world: World, row: Any) -> Any:
    """Move a sync on by one look: pending, then active, at the n-th look finished."""
    if _waits(world, row):
        return row
    looks, needed = row["looks"] + 1, settings(world).sync_looks
    world.run("UPDATE bulk_syncs SET looks = ? WHERE id = ?", (looks, row["id"]))
    if looks >= needed or settings(world).sync_mode == "at_once":
        finish(world, row["id"], world.now())
    elif looks > 1 or needed <= 2:
        _activate(world, row["id"], world.now())
    return world.row("SELECT * FROM bulk_syncs WHERE id = ?", (row["id"],))


def _activate(world: World, sync_id: int, at: float) -> None:
    world.run(
        "UPDATE bulk_syncs SET status = 'active', started_at = COALESCE(started_at, ?) WHERE id = ?",
        (at, sync_id),
    )


def _waits(world: World, row: Any) -> bool:
    """Return whether an earlier sync of the same definition has not ended."""
    return bool(
        world.value(
            "SELECT 1 FROM bulk_syncs WHERE definition_id = ? AND id < ? AND ended_at IS NULL",
            (row["definition_id"], row["id"]),
        )
    )


def is_busy(world: World, definition_id: int) -> bool:
    """Return whether a sync of a definition has not ended."""
    return bool(
        world.value("SELECT 1 FROM bulk_syncs WHERE definition_id = ? AND ended_at IS NULL", (definition_id,))
    )


def settle(world: World) -> None:
    """In the mode ``clock``: start and finish, in order, the syncs whose time has come.

    The server does this before every call, so no call sees a world behind its clock.
    """
    if settings(world).sync_mode != "clock":
        return
    now, takes = world.now(), settings(world).sync_seconds
    ended: dict[int, float] = {}
    for row in world.rows("SELECT * FROM bulk_syncs WHERE ended_at IS NULL ORDER BY id"):
        if _waits(world, row):
            continue
        begun = max(row["created_at"], ended.get(row["definition_id"], 0.0))
        if now >= begun + takes:
            ended[row["definition_id"]] = begun + takes
            _activate(world, row["id"], begun + takes * PENDING_SHARE)
            finish(world, row["id"], begun + takes)
        elif now >= begun + takes * PENDING_SHARE:
            _activate(world, row["id"], begun + takes * PENDING_SHARE)


def finish(world: World, sync_id: int, at: float, step: float = 0.0) -> None:
    """Do the work of a sync, end it, and have its callback called once the transaction is through."""
    _activate(world, sync_id, at + step)
    row = world.row("SELECT * FROM bulk_syncs WHERE id = ?", (sync_id,))
    assert row is not None
    status, ended = work.run_sync(world, row, at, step)
    world.run("UPDATE bulk_syncs SET status = ?, ended_at = ? WHERE id = ?", (status, ended, sync_id))
    if str(row["callback_url"] or "").lower().startswith(("http://", "https://")):
        done = world.row("SELECT * FROM bulk_syncs WHERE id = ?", (sync_id,))
        body = orjson.dumps(render(world, done))
        world.after_commit.append(lambda: _call_back(row["callback_url"], body))


def _call_back(url: str, body: bytes) -> None:
    def call() -> None:
        request = urllib.request.Request(  # noqa: S310  the address was checked to be http(s)
            url, data=body, method="POST", headers={"Content-Type": "application/json"}
        )
        with suppress(OSError, ValueError, HTTPException), urllib.request.urlopen(request, timeout=10):  # noqa: S310
            pass

    threading.Thread(target=call, name="eloqua-callback", daemon=True).start()


def drop_rows(world: World, sync_id: int) -> None:
    """Drop the exported rows of a sync."""
    world.run("DELETE FROM bulk_pages WHERE sync_id = ?", (sync_id,))
    world.run("UPDATE bulk_syncs SET deleted = 1 WHERE id = ?", (sync_id,))


@ROUTES.answers("DELETE", "/syncs/{id:int}/data", source="Swagger: syncs; Readiness 24B")
def delete_data(world: World, request: Request, id: int) -> Response:
    """Delete the data of a sync; 409 while it runs."""
    row = find(world, id)
    if row["created_by"] != (request.user or ""):
        raise refused(403)
    if row["ended_at"] is None:
        raise refused(409)
    drop_rows(world, id)
    return nothing()


@ROUTES.answers("GET", "/syncs/{id:int}/logs", source=SOURCE)
def logs(world: World, request: Request, id: int) -> Response:
    """List what a sync did, in aggregates."""
    find(world, id)
    items = []
    for row in world.rows("SELECT * FROM bulk_logs WHERE sync_id = ? ORDER BY id", (id,)):
        item = {
            "syncUri": f"/syncs/{id}",
            "count": row["count"],
            "severity": row["severity"],
            "statusCode": row["code"],
        }
        if row["message"] is not None:
            item["message"] = row["message"]
        items.append(item | {"createdAt": stamp(row["created_at"])})
    return listing.answer(world, request, items)


@ROUTES.answers("GET", "/syncs/{id:int}/rejects", source=SOURCE)
def rejects(world: World, request: Request, id: int) -> Response:
    """List the rows that an import refused, or took without some of their values."""
    find(world, id)
    if request.param("q") or request.param("orderBy"):
        rows = world.rows("SELECT * FROM bulk_rejects WHERE sync_id = ? ORDER BY record_index, id", (id,))
        return listing.answer(world, request, [_reject(row) for row in rows])
    asked = listing.window(request)
    total = world.value("SELECT count(*) FROM bulk_rejects WHERE sync_id = ?", (id,))
    rows = world.rows(
        "SELECT * FROM bulk_rejects WHERE sync_id = ? ORDER BY record_index, id LIMIT ? OFFSET ?",
        (id, asked.limit, asked.offset),
    )
    return listing.page(world, asked, [_reject(row) for row in rows], total)


def _reject(row: Any) -> dict[str, Any]:
    return {
        "fieldValues": orjson.loads(row["field_values"]),
        "message": row["message"],
        "statusCode": row["code"],
        "recordIndex": row["record_index"],
        "invalidFields": orjson.loads(row["invalid_fields"]),
    }
