"""Assets: e-mails, forms, landing pages, dynamic contents and the like, each with the same routes.

What makes a type special is in ``asset_families``; folders, form data, e-mail groups and previews have files
of their own.
"""

from __future__ import annotations

import re
from sqlite3 import Row
from typing import Any

import orjson

from certain_eloqua_sandbox.eloqua.rest import asset_bodies, asset_folders, records
from certain_eloqua_sandbox.eloqua.rest.asset_families import FAMILIES, POINTERS, Family, family_of
from certain_eloqua_sandbox.eloqua.rest.errors import bad_value
from certain_eloqua_sandbox.eloqua.rest.listing import (
    audit,
    body_of,
    ident,
    text_of,
    user_id,
)
from certain_eloqua_sandbox.eloqua.rest.reading import Readable
from certain_eloqua_sandbox.eloqua.rest.search import Term
from certain_eloqua_sandbox.eloqua.rest.versions import answers, is_2_0, missing
from certain_eloqua_sandbox.wire import Request, Response, json_response
from certain_eloqua_sandbox.world import World


def asset_term(name: str) -> Term | None:
    """Return the search terms of an asset: its columns, and any property of its body."""
    own = {"name": Term("t.name"), "currentstatus": Term("t.status"), "status": Term("t.status")}
    found = own.get(name.lower()) or records.common_term(name)
    if found or not re.fullmatch(r"[A-Za-z]\w{0,60}", name):
        return found
    return Term(f"json_extract(t.body, '$.{name}')")


def render(request: Request, row: Row, depth: str, family: Family) -> dict[str, Any]:
    """Return an asset as the API shows it."""
    found: dict[str, Any] = {"type": family.type, **audit(row), "depth": depth, "name": row["name"]}
    found["permissions"] = (
        ["Retrieve", "SetSecurity", "Delete", "Update"] if is_2_0(request) else "fullControl"
    )
    if row["status"] is not None:
        found["currentStatus"] = row["status"]
    body: dict[str, Any] = orjson.loads(row["body"])
    if depth != "minimal":
        return found | body
    return found | {name: body[name] for name in family.at_minimal if name in body}


def readable(family: Family) -> Readable:
    """Return the assets of a family as what can be listed and read."""

    def show(world: World, request: Request, row: Row, depth: str) -> dict[str, Any]:
        del world
        return render(request, row, depth, family)

    return Readable(family.type, "eloqua_assets", asset_term, show, "t.kind = ?", (family.kind,))


def row_of(world: World, family: Family, key: int) -> Row:
    """Return the row of an asset. Refuses an unknown id."""
    return readable(family).row(world, key)


def write(
    world: World, request: Request, family: Family, body: dict[str, Any], old: Row | None
) -> dict[str, Any]:
    """Create an asset, or replace one, and return it as the API shows it."""
    key = int(old["id"]) if old else None
    name = text_of(body, "name", family.type, object_id=key) or ""
    kept = asset_bodies.kept(body, family.type, key)
    for property_, value in family.defaults:
        kept.setdefault(property_, value)
    if (root := asset_folders.root_of(world, family.kind)) is not None:
        kept.setdefault("folderId", root)
    if family.prepare:
        family.prepare(world, kept, orjson.loads(old["body"]) if old else {}, key)
    now, user = world.now(), user_id(world, request)
    values: dict[str, Any] = {
        "name": name,
        "body": orjson.dumps(kept).decode(),
        "updated_at": now,
        "updated_by": user,
    }
    if family.draft:
        values["status"] = (old["status"] if old else None) or "Draft"
    if old is None:
        made = {"kind": family.kind, "created_at": now, "created_by": user}
        key = records.insert(world, "eloqua_assets", values | made)
    else:
        records.update(world, "eloqua_assets", old["id"], values)
        key = int(old["id"])
    world.note("eloqua", "update" if old else "create", family.kind, name, {"id": key})
    return render(request, row_of(world, family, key), "complete", family)


def _used(world: World, kind: str, key: int) -> bool:
    kinds, property_ = POINTERS.get(kind, ((), ""))
    return any(
        world.value(
            f"SELECT 1 FROM eloqua_assets WHERE kind = ? AND json_extract(body, '$.{property_}') = ?",
            (one, str(key)),
        )
        for one in kinds
    )


def _writing(family: Family, source: str) -> None:
    def create(world: World, request: Request) -> Response:
        return json_response(write(world, request, family, body_of(request, family.type), None), 201)

    def update(world: World, request: Request, id: str) -> Response:
        old = row_of(world, family, ident(id))
        return json_response(write(world, request, family, body_of(request, family.type, old["id"]), old))

    def delete(world: World, request: Request, id: str) -> Response:
        row = row_of(world, family, ident(id))
        key = row["id"]
        if _used(world, family.kind, key):
            raise bad_value(family.type, "id", key, "RelationshipRequirement", object_id=key, status=412)
        world.run("DELETE FROM eloqua_assets WHERE id = ?", (key,))
        world.note("eloqua", "delete", family.kind, row["name"], {"id": key})
        return Response()

    create.__doc__ = f"Create a {family.type}; an id in the body is passed over."
    update.__doc__ = f"Replace a {family.type}."
    delete.__doc__ = f"Delete a {family.type}."
    if family.made:
        answers("POST", family.one, source=source)(create)
    else:
        missing("POST", family.one, source=source, summary=f"Create a {family.type}.")
    answers("PUT", f"{family.one}/{{id}}", source=source)(update)
    answers("DELETE", f"{family.one}/{{id}}", source=source)(delete)


def _copy_form(world: World, request: Request, id: str) -> Response:
    """Copy a form under a new name, into a folder if folderId names one."""
    family = family_of("form")
    source = row_of(world, family, ident(id))
    asked = body_of(request, family.type)
    text_of(asked, "name", family.type)
    copy = {**orjson.loads(source["body"]), "name": asked["name"]}
    copy.pop("htmlName", None)
    if asked.get("folderId") is not None:
        copy["folderId"] = asked["folderId"]
    return json_response(write(world, request, family, copy, None), 201)


def register() -> None:
    """Register the families; last, and the longer paths first, so no plural is taken for an id.

    ``/assets/email/groups`` and ``/assets/email/headers`` would match ``/assets/email/{id}``.
    """
    deployments = "Application/2.0 Email deployments"
    missing("POST", "/assets/email/deployment", source=deployments, summary="Send an e-mail.")
    missing("GET", "/assets/email/deployments", source=deployments, summary="List what was sent.")
    missing("GET", "/assets/email/deployment/{id}", source=deployments, summary="Read what was sent.")
    for step in ("active", "draft", "pause"):
        missing("POST", f"/assets/program/{step}/{{id}}", source="Programs", summary=f"Program: {step}.")
    missing("PUT", "/system/user/{id}", source="Application/2.0 Users", summary="Change a user.")
    for family in sorted(FAMILIES, key=lambda family: -family.one.count("/")):
        source = f"{family.type}s (Application/2.0)"
        readable(family).register(family.one, family.many, source=source)
        if family.writable:
            _writing(family, source)
        else:
            missing("POST", family.one, source=source, summary=f"Create a {family.type}.")
            missing(
                "PUT DELETE",
                f"{family.one}/{{id}}",
                source=source,
                summary=f"Change or delete a {family.type}.",
            )
    answers("POST", "/assets/form/{id}/copy", source="seen in a public client")(_copy_form)
