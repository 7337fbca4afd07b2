"""Definitions of exports, imports and sync actions: made, read, changed, deleted, and timed out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson

from certain_eloqua_sandbox.eloqua.bulk import entities, listing
from certain_eloqua_sandbox.eloqua.bulk.entities import Entity
from certain_eloqua_sandbox.eloqua.bulk.responses import created, invalid, json_object, nothing, ok, refused
from certain_eloqua_sandbox.eloqua.bulk.routes import ROUTES
from certain_eloqua_sandbox.eloqua.bulk.times import duration_seconds, stamp
from certain_eloqua_sandbox.eloqua.bulk.validation import check
from certain_eloqua_sandbox.wire import Request, Response
from certain_eloqua_sandbox.world import World

KINDS = ("exports", "imports", "syncActions")
OFFERED: dict[str, tuple[str, ...]] = {
    "contacts": KINDS,
    "accounts": KINDS,
    "customObjects": KINDS,
    "activities": KINDS[:2],
    "events": KINDS[:2],
    "campaignResponses": KINDS[:1],
    "opportunities": ("imports",),
    "opportunities/contacts": ("imports",),
    "emailAddresses": ("imports",),
}
LARGEST_ID = 2**63 - 1  # no id is larger, and SQLite takes no larger number
EXPORT_RETENTION, IMPORT_RETENTION = "PT12H", "P7D"
SOURCE = "Export data from Eloqua; Import data into Eloqua; Sync actions to Eloqua"


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition as it is kept."""

    id: int
    entity: Entity
    kind: str
    body: dict[str, Any]
    created_by: str
    created_at: float
    updated_by: str
    updated_at: float

    @property
    def uri(self) -> str:
        """Return where it is, relative to the Bulk root."""
        return f"{self.entity.uri}/{self.kind}/{self.id}"

    @property
    def fields(self) -> dict[str, str]:
        """Return its own names and their statements."""
        fields: dict[str, str] = self.body["fields"]
        return fields

    @property
    def retention(self) -> float:
        """Return for how many seconds its data is kept in staging."""
        default = EXPORT_RETENTION if self.kind == "exports" else IMPORT_RETENTION
        return duration_seconds(self.body.get("dataRetentionDuration", default)) or 0.0


def _read(row: Any) -> Definition:
    return Definition(
        row["id"],
        Entity(row["entity"], row["parent_id"]),
        row["kind"],
        orjson.loads(row["body"]),
        row["created_by"],
        row["created_at"],
        row["updated_by"],
        row["updated_at"],
    )


def by_id(world: World, definition_id: int) -> Definition | None:
    """Return a definition that is still there."""
    if definition_id > LARGEST_ID:
        return None
    row = world.row(
        "SELECT * FROM bulk_definitions WHERE id = ? AND (deletes_at IS NULL OR deletes_at > ?)",
        (definition_id, world.now()),
    )
    return _read(row) if row else None


def find(world: World, entity: Entity, kind: str, definition_id: int) -> Definition:
    """Return a definition of an entity, or refuse with 404."""
    found = by_id(world, definition_id)
    if found is None or found.entity != entity or found.kind != kind:
        raise refused(404)
    return found


def by_uri(world: World, uri: str) -> Definition | None:
    """Return the definition at a uri such as ``/contacts/exports/55``."""
    found = re.fullmatch(
        r"(?:https?://[^/]+)?(?:/api/bulk/2\.0)?/*([a-z]+(?:/contacts)?)(?:/(\d+))?/(exports|imports|syncActions)/(\d+)/?",
        uri.strip(),
        re.IGNORECASE,
    )
    if not found or len(found[4]) > 18:
        return None
    definition = by_id(world, int(found[4]))
    if definition is None or definition.kind.lower() != found[3].lower():
        return None
    same = definition.entity.path.lower() == found[1].lower() and definition.entity.parent_id == int(
        found[2] or 0
    )
    return definition if same else None


def render(world: World, of: Definition) -> dict[str, Any]:
    """Return a definition as the API shows it."""
    shown = dict(of.body)
    default = EXPORT_RETENTION if of.kind == "exports" else IMPORT_RETENTION
    shown.setdefault("dataRetentionDuration", default)
    if of.kind != "exports":
        shown.setdefault("isSyncTriggeredOnImport", False)
    if of.kind == "imports":
        shown.setdefault("isUpdatingMultipleMatchedRecords", False)
    staged = _kilobytes(world, of)
    if staged:
        shown["kbUsed"] = staged
    if of.entity.is_object:
        shown |= {"id": of.id, "parentId": of.entity.parent_id}
    return shown | {
        "uri": of.uri,
        "createdBy": of.created_by,
        "createdAt": stamp(of.created_at),
        "updatedBy": of.updated_by,
        "updatedAt": stamp(of.updated_at),
    }


def _kilobytes(world: World, of: Definition) -> int:
    total = world.value(
        "SELECT sum(f.bytes) FROM bulk_files f JOIN bulk_batches b ON b.id = f.batch_id "
        "WHERE b.definition_id = ? AND b.sync_id IS NULL",
        (of.id,),
    )
    return -(-(total or 0) // 1024)


def checked_body(world: World, request: Request, entity: Entity, kind: str) -> dict[str, Any]:
    """Return the definition a request carries, or refuse it with all its faults."""
    checked = check(world, entity, kind, json_object(request))
    if checked.faults:
        raise invalid(checked.faults)
    return checked.body


def at(world: World, path: str, parent_id: int) -> Entity:
    """Return the entity of a path, or refuse when there is no such custom object."""
    entity = Entity(path, parent_id)
    if parent_id > LARGEST_ID or not entities.exists(world, entity):
        raise refused(404)
    return entity


# -- operations ------------------------------------------------------------------------------------


def create(world: World, request: Request, path: str, kind: str, parent_id: int = 0) -> Response:
    """Create a definition."""
    entity = at(world, path, parent_id)
    body = checked_body(world, request, entity, kind)
    now, user = world.now(), request.user or ""
    cursor = world.run(
        "INSERT INTO bulk_definitions (entity, parent_id, kind, name, body, created_by, created_at, "
        "updated_by, updated_at, deletes_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(path, parent_id, kind, body["name"], orjson.dumps(body).decode(), user, now, user, now),
            _deletes_at(body, now),
        ),
    )
    made = find(world, entity, kind, int(cursor.lastrowid or 0))
    return created(render(world, made))


def _deletes_at(body: dict[str, Any], from_when: float) -> float | None:
    duration = body.get("autoDeleteDuration")
    return None if duration is None else from_when + (duration_seconds(duration) or 0.0)


def listed(
    world: World,
    request: Request,
    path: str | None,
    kind: str,
    parent_id: int = 0,
) -> Response:
    """List the definitions of an entity, or of all."""
    sweep(world)
    where, values = "kind = ? AND (deletes_at IS NULL OR deletes_at > ?)", [kind, world.now()]
    if path is not None:
        at(world, path, parent_id)
        where += " AND entity = ? AND parent_id = ?"
        values += [path, parent_id]
    rows = world.rows(f"SELECT * FROM bulk_definitions WHERE {where} ORDER BY id", values)
    return listing.answer(world, request, [render(world, _read(row)) for row in rows])


def shown(world: World, request: Request, path: str, kind: str, id: int, parent_id: int = 0) -> Response:
    """Read one definition."""
    del request
    return ok(render(world, find(world, at(world, path, parent_id), kind, id)))


def replaced(world: World, request: Request, path: str, kind: str, id: int, parent_id: int = 0) -> Response:
    """Replace a definition whole."""
    entity = at(world, path, parent_id)
    before = find(world, entity, kind, id)
    body = checked_body(world, request, entity, kind)
    world.run(
        "UPDATE bulk_definitions SET name = ?, body = ?, updated_by = ?, updated_at = ?, deletes_at = ? "
        "WHERE id = ?",
        (
            body["name"],
            orjson.dumps(body).decode(),
            request.user or "",
            world.now(),
            _deletes_at(body, before.created_at),
            id,
        ),
    )
    return ok(render(world, find(world, entity, kind, id)))


def deleted(world: World, request: Request, path: str, kind: str, id: int, parent_id: int = 0) -> Response:
    """Delete a definition; what is staged for it goes too, its syncs stay."""
    del request
    find(world, at(world, path, parent_id), kind, id)
    forget(world, id)
    return nothing()


def forget(world: World, definition_id: int) -> None:
    """Delete a definition and the rows staged for it."""
    from certain_eloqua_sandbox.eloqua.bulk.staging import clear

    clear(world, definition_id)
    world.run("DELETE FROM bulk_definitions WHERE id = ?", (definition_id,))


def sweep(world: World) -> None:
    """Drop the definitions whose ``autoDeleteDuration`` has passed."""
    for row in world.rows("SELECT id FROM bulk_definitions WHERE deletes_at <= ?", (world.now(),)):
        forget(world, row["id"])


def _register() -> None:
    for path, kinds in OFFERED.items():
        root = f"/{path}/{{parent_id:int}}" if path in ("customObjects", "events") else f"/{path}"
        for kind in kinds:
            fixed: dict[str, Any] = {"path": path, "kind": kind}
            here, one = f"{root}/{kind}", f"{root}/{kind}/{{id:int}}"
            what = f"{path} {kind}"
            ROUTES.add(
                "GET", here, partial(listed, **fixed), source=SOURCE, summary=f"List {what} definitions."
            )
            ROUTES.add(
                "POST", here, partial(create, **fixed), source=SOURCE, summary=f"Create a {what} definition."
            )
            ROUTES.add(
                "GET", one, partial(shown, **fixed), source=SOURCE, summary=f"Read a {what} definition."
            )
            ROUTES.add(
                "PUT", one, partial(replaced, **fixed), source=SOURCE, summary=f"Replace a {what} definition."
            )
            ROUTES.add(
                "DELETE",
                one,
                partial(deleted, **fixed),
                source=SOURCE,
                summary=f"Delete a {what} definition.",
            )
    for kind in KINDS:
        ROUTES.add(
            "GET",
            f"/{kind}",
            partial(listed, path=None, kind=kind),
            source="Swagger: bulk 2.0",
            summary=f"List the {kind} definitions of all entities.",
        )
    for path in ("phoneNumbers", "campaignResponses"):
        for method, template in (
            ("GET POST", f"/{path}/imports"),
            ("GET PUT DELETE", f"/{path}/imports/{{id:int}}"),
            ("POST DELETE", f"/{path}/imports/{{id:int}}/data"),
        ):
            summary = f"Imports of {path}: what they do is not published."
            ROUTES.missing(method, template, source=f"Swagger: {path}", summary=summary)


_register()
