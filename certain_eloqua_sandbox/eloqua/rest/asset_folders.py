"""Folders of assets; every type of asset has a tree of its own.

This file is read before those of the assets: ``/assets/contact/list/folders`` must not be taken for the list
with the id "folders".
"""

from __future__ import annotations

from sqlite3 import Row
from typing import Any

import orjson

from certain_eloqua_sandbox.eloqua.rest import records
from certain_eloqua_sandbox.eloqua.rest.asset_bodies import kept
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
from certain_eloqua_sandbox.eloqua.rest.versions import answers, is_2_0
from certain_eloqua_sandbox.wire import Request, Response
from certain_eloqua_sandbox.world import World

# Path of the asset type -> where its assets are kept, and of which kind they are.
OWNERS = {
    "contact/list": ("eloqua_lists", "contact_list"),
    "contact/segment": ("eloqua_lists", "segment"),
    "contact/filter": ("eloqua_lists", "filter"),
    "account/list": ("eloqua_lists", "account_list"),
    "email/group": ("eloqua_lists", "email_group"),
    "email/header": ("eloqua_assets", "email_header"),
    "email/footer": ("eloqua_assets", "email_footer"),
    "email": ("eloqua_assets", "email"),
    "form": ("eloqua_assets", "form"),
    "landingPage": ("eloqua_assets", "landing_page"),
    "dynamicContent": ("eloqua_assets", "dynamic_content"),
    "contentSection": ("eloqua_assets", "content_section"),
    "image": ("eloqua_assets", "image"),
    "importedFile": ("eloqua_assets", "imported_file"),
    "hyperlink": ("eloqua_assets", "hyperlink"),
    "fieldMerge": ("eloqua_assets", "field_merge"),
    "campaign": ("eloqua_assets", "campaign"),
    "program": ("eloqua_assets", "program"),
    "customObject": ("eloqua_assets", "custom_object"),  # objects name no folder here
}
_TERMS = {
    "name": Term("t.name"),
    "folderid": Term("json_extract(t.body, '$.folderId')"),
    "description": Term("json_extract(t.body, '$.description')"),
    "issystem": Term("json_extract(t.body, '$.isSystem')"),
}


def _term(name: str) -> Term | None:
    return _TERMS.get(name.lower()) or records.common_term(name)


def kind_of(path: str) -> str:
    """Return the kind under which the folders of an asset type are kept."""
    return f"folder:{path}"


def root_of(world: World, kind: str) -> str | None:
    """Return the id of the topmost folder of a kind of assets."""
    path = next((path for path, owner in OWNERS.items() if owner[1] == kind), None)
    found = (
        world.value("SELECT min(id) FROM eloqua_assets WHERE kind = ?", (kind_of(path),)) if path else None
    )
    return None if found is None else str(found)


def _render(world: World, request: Request, row: Row, depth: str) -> dict[str, Any]:
    del world
    return {
        "type": "Folder",
        **audit(row),
        "depth": depth,
        "name": row["name"],
        "permissions": ["Retrieve", "SetSecurity", "Delete", "Update"] if is_2_0(request) else "fullControl",
        "isSystem": "false",
        "archive": "false",
        **orjson.loads(row["body"]),
    }


def _values(
    world: World, request: Request, kind: str, body: dict[str, Any], old: Row | None
) -> dict[str, Any]:
    """Return the columns that a body writes. Refuses a bad name or parent."""
    key = old["id"] if old else None
    name = text_of(body, "name", "Folder", object_id=key)
    properties = kept(body, "Folder", key)
    properties["isSystem"] = orjson.loads(old["body"]).get("isSystem", "false") if old else "false"
    if properties["isSystem"] == "false":
        parent = properties.setdefault(
            "folderId", str(world.value("SELECT min(id) FROM eloqua_assets WHERE kind = ?", (kind,)) or 0)
        )
        known = world.value(
            "SELECT 1 FROM eloqua_assets WHERE id = ? AND kind = ?", (int_or_zero(parent), kind)
        )
        if (parent != "0" and not known) or parent == str(key):
            raise bad_value("Folder", "folderId", parent, "RelationshipRequirement", object_id=key)
    return {
        "name": name,
        "body": orjson.dumps(properties).decode(),
        "updated_at": world.now(),
        "updated_by": user_id(world, request),
    }


def _used(world: World, path: str, key: int) -> bool:
    """Return whether a folder holds anything."""
    table, kind = OWNERS[path]
    folder = "CAST(folder_id AS TEXT)" if table == "eloqua_lists" else "json_extract(body, '$.folderId')"
    return any(
        world.value(f"SELECT 1 FROM {one} WHERE kind = ? AND {column} = ?", (which, str(key)))
        for one, which, column in (
            (table, kind, folder),
            ("eloqua_assets", kind_of(path), "json_extract(body, '$.folderId')"),
        )
    )


def _family(path: str) -> None:
    kind, one, many = kind_of(path), f"/assets/{path}/folder", f"/assets/{path}/folders"
    source = f"Folders of {path} (Application/2.0)"

    folder = Readable("Folder", "eloqua_assets", _term, _render, "t.kind = ?", (kind,))
    folder.register(one, many, source=source)

    @answers("POST", one, source=source)
    def create_folder(world: World, request: Request) -> Response:
        """Create a folder, in the topmost one unless folderId names another."""
        values = _values(world, request, kind, body_of(request, "Folder"), None)
        made = {"kind": kind, "created_at": values["updated_at"], "created_by": values["updated_by"]}
        key = records.insert(world, "eloqua_assets", values | made)
        world.note("eloqua", "create", "folder", values["name"], {"id": key, "of": path})
        return folder.answer(world, request, key, 201)

    @answers("PUT", f"{one}/{{id}}", source=source)
    def update_folder(world: World, request: Request, id: str) -> Response:
        """Replace a folder's properties."""
        old = folder.row(world, ident(id))
        values = _values(world, request, kind, body_of(request, "Folder", old["id"]), old)
        records.update(world, "eloqua_assets", old["id"], values)
        world.note("eloqua", "update", "folder", values["name"], {"id": old["id"], "of": path})
        return folder.answer(world, request, old["id"])

    @answers("DELETE", f"{one}/{{id}}", source=source)
    def delete_folder(world: World, request: Request, id: str) -> Response:
        """Delete an empty folder; one that holds anything is a 412."""
        row = folder.row(world, ident(id))
        system = orjson.loads(row["body"]).get("isSystem") == "true"
        if system or _used(world, path, row["id"]):
            raise bad_value(
                "Folder", "id", row["id"], "RelationshipRequirement", object_id=row["id"], status=412
            )
        world.run("DELETE FROM eloqua_assets WHERE id = ?", (row["id"],))
        world.note("eloqua", "delete", "folder", row["name"], {"id": row["id"], "of": path})
        return Response()


for _path in OWNERS:
    _family(_path)
