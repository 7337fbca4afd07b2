"""External asset types and their activity types, and external assets."""

from __future__ import annotations

from sqlite3 import Row
from typing import Any

from certain_eloqua_sandbox.eloqua.rest import records
from certain_eloqua_sandbox.eloqua.rest.errors import bad_value
from certain_eloqua_sandbox.eloqua.rest.listing import (
    audit,
    body_of,
    ident,
    int_or_zero,
    text_of,
    user_id,
)
from certain_eloqua_sandbox.eloqua.rest.reading import Readable
from certain_eloqua_sandbox.eloqua.rest.search import Term
from certain_eloqua_sandbox.eloqua.rest.times import unix
from certain_eloqua_sandbox.eloqua.rest.versions import answers
from certain_eloqua_sandbox.wire import Request, Response
from certain_eloqua_sandbox.world import World

TYPES = "Application/2.0 External asset types"
ASSETS = "Application/2.0 External assets"


def _term(name: str) -> Term | None:
    own = {"name": Term("t.name"), "externalassettypeid": Term("t.asset_type_id", "id")}
    return own.get(name.lower()) or records.common_term(name)


# -- types ---------------------------------------------------------------------------------------------------


def _render_type(world: World, request: Request, row: Row, depth: str) -> dict[str, Any]:
    del request
    found: dict[str, Any] = {"type": "ExternalAssetType", **audit(row), "depth": depth, "name": row["name"]}
    if depth != "minimal":
        inner = "complete" if depth == "complete" else "minimal"
        found["activityTypes"] = [
            {
                "type": "ExternalActivityType",
                "id": str(one["id"]),
                "createdAt": unix(one["created_at"]),
                "createdBy": one["created_by"] or "",
                "depth": inner,
                "name": one["name"],
                "updatedAt": unix(one["updated_at"]),
                "updatedBy": one["created_by"] or "",
            }
            for one in world.rows(
                "SELECT * FROM activity_types WHERE asset_type_id = ? ORDER BY id", (row["id"],)
            )
        ]
    return found


TYPE = Readable("ExternalAssetType", "asset_types", _term, _render_type)
TYPE.register("/assets/external/type", "/assets/external/types", source=TYPES)


@answers("POST", "/assets/external/type", source=TYPES)
def create_type(world: World, request: Request) -> Response:
    """Create an external asset type with its activity types."""
    body = body_of(request, "ExternalAssetType")
    name = text_of(body, "name", "ExternalAssetType") or ""
    key = records.create(
        world,
        request,
        "asset_types",
        {
            "name": name,
        },
    )
    _write_activity_types(world, body, key, user_id(world, request))
    world.note("eloqua", "create", "asset_type", name, {"id": key})
    return TYPE.answer(world, request, key, 201)


@answers("PUT", "/assets/external/type/{id}", source=TYPES)
def update_type(world: World, request: Request, id: str) -> Response:
    """Replace an external asset type; activity types without id are added, those left out are deleted."""
    old = TYPE.row(world, ident(id))
    key = int(old["id"])
    body = body_of(request, "ExternalAssetType", key)
    name = text_of(body, "name", "ExternalAssetType", object_id=key) or ""
    user = user_id(world, request)
    records.update(world, "asset_types", key, {"name": name, "updated_at": world.now(), "updated_by": user})
    if "activityTypes" in body:
        _write_activity_types(world, body, key, user_id(world, request))
    world.note("eloqua", "update", "asset_type", name, {"id": key})
    return TYPE.answer(world, request, key)


def _write_activity_types(world: World, body: dict[str, Any], key: int, user: str) -> None:
    given = body.get("activityTypes") or []
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise bad_value("ExternalAssetType", "activityTypes", given, "ContentRequirement", object_id=key)
    known = {
        str(row["id"]) for row in world.rows("SELECT id FROM activity_types WHERE asset_type_id = ?", (key,))
    }
    names = [(text_of(one, "name", "ExternalActivityType") or "") for one in given]
    kept = {str(one["id"]) for one in given if one.get("id") not in (None, "") and int_or_zero(one["id"]) > 0}
    if kept - known:
        raise bad_value(
            "ExternalActivityType", "id", min(kept - known), "RelationshipRequirement", object_id=key
        )
    for gone in known - kept:
        world.run("DELETE FROM activity_types WHERE id = ?", (gone,))
    for one, name in zip(given, names, strict=True):
        if str(one.get("id")) in kept:
            world.run(
                "UPDATE activity_types SET name = ?, updated_at = ? WHERE id = ? AND name != ?",
                (name, world.now(), one["id"], name),
            )
        else:
            world.run(
                "INSERT INTO activity_types (asset_type_id, name, created_at, updated_at, created_by) "
                "VALUES (?, ?, ?, ?, ?)",
                (key, name, world.now(), world.now(), user),
            )
            world.note("eloqua", "create", "activity_type", name, {"asset_type": key})


@answers("DELETE", "/assets/external/type/{id}", source=TYPES)
def delete_type(world: World, request: Request, id: str) -> Response:
    """Delete an external asset type that has no assets; otherwise 409."""
    row = TYPE.row(world, ident(id))
    if world.value("SELECT 1 FROM external_assets WHERE asset_type_id = ?", (row["id"],)):
        raise bad_value(
            "ExternalAssetType", "id", row["id"], "RelationshipRequirement", object_id=row["id"], status=409
        )
    world.run("DELETE FROM activity_types WHERE asset_type_id = ?", (row["id"],))
    world.run("DELETE FROM asset_types WHERE id = ?", (row["id"],))
    world.note("eloqua", "delete", "asset_type", row["name"], {"id": row["id"]})
    return Response()


# -- assets --------------------------------------------------------------------------------------------------


def _render_asset(world: World, request: Request, row: Row, depth: str) -> dict[str, Any]:
    del world, request
    return {
        "type": "ExternalAsset",
        **audit(row),
        "depth": depth,
        "name": row["name"],
        "externalAssetTypeId": str(row["asset_type_id"]),
    }


ASSET = Readable("ExternalAsset", "external_assets", _term, _render_asset)
ASSET.register("/assets/external", "/assets/externals", source=ASSETS)


def _asset_values(world: World, body: dict[str, Any], old: Row | None) -> dict[str, Any]:
    key = old["id"] if old else None
    name = text_of(body, "name", "ExternalAsset", object_id=key)
    given = body.get("externalAssetTypeId") or (old["asset_type_id"] if old else None)
    if not world.value("SELECT 1 FROM asset_types WHERE id = ?", (int_or_zero(given),)):
        raise bad_value(
            "ExternalAsset", "externalAssetTypeId", given, "RelationshipRequirement", object_id=key
        )
    return {"name": name, "asset_type_id": int_or_zero(given)}


@answers("POST", "/assets/external", source=ASSETS)
def create_asset(world: World, request: Request) -> Response:
    """Create an external asset of a type."""
    values = _asset_values(world, body_of(request, "ExternalAsset"), None)
    key = records.create(world, request, "external_assets", values)
    world.note("eloqua", "create", "external_asset", values["name"], {"id": key})
    return ASSET.answer(world, request, key, 201)


@answers("PUT", "/assets/external/{id}", source=ASSETS)
def update_asset(world: World, request: Request, id: str) -> Response:
    """Replace an external asset."""
    old = ASSET.row(world, ident(id))
    values = _asset_values(world, body_of(request, "ExternalAsset", old["id"]), old)
    records.replace(world, request, "external_assets", old["id"], values)
    world.note("eloqua", "update", "external_asset", values["name"], {"id": old["id"]})
    return ASSET.answer(world, request, old["id"])


@answers("DELETE", "/assets/external/{id}", source=ASSETS)
def delete_asset(world: World, request: Request, id: str) -> Response:
    """Accept the deletion of an external asset, which has no effect (as seen by a client's author)."""
    ASSET.row(world, ident(id))
    return Response()
