"""Assets: e-mails, forms, landing pages, dynamic contents and the like; visitors and users to be read.

One family of routes for each type. What makes a type special is in its ``prepare``; folders, form data,
e-mail groups and previews have files of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from sqlite3 import Row
from typing import Any

import orjson

from certain_eloqua_sandbox.eloqua.rest import asset_bodies, asset_folders, forms, records, workflow_steps
from certain_eloqua_sandbox.eloqua.rest.asset_bodies import Numbering, ids_inside, objects
from certain_eloqua_sandbox.eloqua.rest.errors import bad_value, not_found
from certain_eloqua_sandbox.eloqua.rest.listing import (
    audit,
    body_of,
    depth_of,
    ident,
    listing,
    text_of,
    user_id,
)
from certain_eloqua_sandbox.eloqua.rest.search import Term
from certain_eloqua_sandbox.eloqua.rest.times import unix
from certain_eloqua_sandbox.eloqua.rest.versions import answers, is_2_0, missing
from certain_eloqua_sandbox.wire import Request, Response, json_response
from certain_eloqua_sandbox.world import World

# Completes a kept body: (world, body, the body kept before, the asset's id or None).
Prepare = Callable[[World, dict[str, Any], dict[str, Any], int | None], None]


@dataclass(frozen=True, slots=True)
class Family:
    """A type of assets: where it answers, whether it can be written, and what a new one begins with."""

    kind: str
    type: str
    one: str
    many: str
    writable: bool = False
    made: bool = True  # of a writable one: it can be created, not only changed and deleted
    prepare: Prepare | None = None
    draft: bool = False  # has a currentStatus
    defaults: tuple[tuple[str, str], ...] = ()
    at_minimal: tuple[str, ...] = ("folderId",)  # properties of the body that the minimal depth shows


def _html(object_type: str) -> Prepare:
    def prepare(world: World, body: dict[str, Any], old: dict[str, Any], key: int | None) -> None:
        asset_bodies.with_html(body, object_type, key)

    return prepare


def _section(world: World, body: dict[str, Any], old: dict[str, Any], key: int | None) -> None:
    """Complete a content section."""
    body.setdefault("contentHtml", "")
    body.setdefault("contentText", "")
    body.setdefault("scope", "global")
    body.setdefault("size", {"type": "Size", "width": "0", "height": "0"})


def _dynamic(world: World, body: dict[str, Any], old: dict[str, Any], key: int | None) -> None:
    """Complete a dynamic content: its default section, and the rules, each with a statement."""
    parts = Numbering(world, ids_inside(old))
    section = body.setdefault("defaultContentSection", {"name": "Default"})
    rules = body.setdefault("rules", [])
    for name, value, kind in (("defaultContentSection", section, dict), ("rules", rules, list)):
        if not isinstance(value, kind):
            raise bad_value("DynamicContent", name, value, "ContentRequirement", object_id=key)
    for rule in objects(rules):
        if not rule.get("statement"):
            raise bad_value("DynamicContent", "rules", None, "NotNullRequirement", object_id=key)
        rule.setdefault("type", "DynamicContentRule")
    sections = [section, *objects([rule.get("contentSection") for rule in objects(rules)])]
    for one in sections:
        one.setdefault("type", "ContentSection")
        one.setdefault("scope", "local")
        one.setdefault("contentHtml", "")
        one.setdefault("contentText", "")
    criteria = [one for rule in objects(rules) for one in objects(rule.get("criteria"))]
    for part in (*sections, *objects(rules), *criteria):
        parts.number(part)


def _program(world: World, body: dict[str, Any], old: dict[str, Any], key: int | None) -> None:
    """Complete a program; it stays a draft, as nothing runs it."""
    if not isinstance(body.setdefault("elements", []), list):
        raise bad_value("Program", "elements", body["elements"], "ContentRequirement", object_id=key)
    workflow_steps.number_steps(world, body["elements"], old.get("elements"))


_EMAIL = (
    ("encodingId", "3"),
    ("isTracked", "true"),
    ("layout", "{}"),
    ("plainText", ""),
    ("sendPlainTextOnly", "false"),
    ("style", "{}"),
)
_PAGE = (("isContentProtected", "false"), ("layout", "{}"), ("style", "{}"))

FAMILIES = (
    Family("email", "Email", "/assets/email", "/assets/emails", True, prepare=_html("Email"), draft=True,
           defaults=_EMAIL, at_minimal=("folderId", "subject", "previewText")),
    Family("email_header", "EmailHeader", "/assets/email/header", "/assets/email/headers", True),
    Family("email_footer", "EmailFooter", "/assets/email/footer", "/assets/email/footers", True),
    Family("form", "Form", "/assets/form", "/assets/forms", True, prepare=forms.prepare, draft=True,
           defaults=(("processingType", "internalProcessing"),), at_minimal=("folderId", "htmlName")),
    Family("landing_page", "LandingPage", "/assets/landingPage", "/assets/landingPages", True,
           prepare=_html("LandingPage"), draft=True, defaults=_PAGE, at_minimal=("folderId", "relativePath")),
    Family("image", "ImageFile", "/assets/image", "/assets/images", True, made=False,
           at_minimal=("folderId", "fullImageUrl", "thumbnailUrl", "size")),
    Family("microsite", "Microsite", "/assets/microsite", "/assets/microsites", True),
    Family("content_section", "ContentSection", "/assets/contentSection", "/assets/contentSections", True,
           prepare=_section, at_minimal=("folderId", "scope", "size")),
    Family("dynamic_content", "DynamicContent", "/assets/dynamicContent", "/assets/dynamicContents", True,
           prepare=_dynamic),
    Family("field_merge", "FieldMerge", "/assets/fieldMerge", "/assets/fieldMerges", True),
    Family("hyperlink", "Hyperlink", "/assets/hyperlink", "/assets/hyperlinks", True),
    Family("imported_file", "ImportedFile", "/assets/importedFile", "/assets/importedFiles"),
    Family("program", "Program", "/assets/program", "/assets/programs", True, prepare=_program, draft=True),
    Family("event", "EventRegistration", "/assets/eventRegistration", "/assets/eventRegistrations"),
    Family("contact_view", "ContactView", "/assets/contact/view", "/assets/contact/views"),
    Family("account_view", "AccountView", "/assets/account/view", "/assets/account/views"),
    Family("tracked_url", "TrackedUrl", "/assets/trackedUrl", "/assets/trackedUrls"),
)  # fmt: skip
# An asset that others point to cannot be deleted: kind -> (kinds that point, their property)
POINTERS = {
    "email_header": (("email",), "emailHeaderId"),
    "email_footer": (("email",), "emailFooterId"),
    "microsite": (("landing_page",), "micrositeId"),
}


def asset_term(name: str) -> Term | None:
    """Return the search terms of an asset: its columns, and any property of its body."""
    own = {"name": Term("t.name"), "currentstatus": Term("t.status"), "status": Term("t.status")}
    found = own.get(name.lower()) or records.common_term(name)
    if found or not re.fullmatch(r"[A-Za-z]\w{0,60}", name):
        return found
    return Term(f"json_extract(t.body, '$.{name}')")


def render(row: Row, depth: str, family: Family, request: Request) -> dict[str, Any]:
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


def row_of(world: World, family: Family, key: int) -> Row:
    """Return the row of an asset. Refuses an unknown id."""
    row = world.row("SELECT * FROM eloqua_assets WHERE id = ? AND kind = ?", (key, family.kind))
    if row is None:
        raise not_found()
    return row


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
    return render(row_of(world, family, key), "complete", family, request)


def _used(world: World, kind: str, key: int) -> bool:
    kinds, property_ = POINTERS.get(kind, ((), ""))
    return any(
        world.value(
            f"SELECT 1 FROM eloqua_assets WHERE kind = ? AND json_extract(body, '$.{property_}') = ?",  # noqa: S608
            (one, str(key)),
        )
        for one in kinds
    )


def _reading(family: Family, source: str) -> None:
    def list_assets(world: World, request: Request) -> Response:
        return listing(
            world,
            request,
            table="eloqua_assets",
            default="name",
            terms=asset_term,
            where="t.kind = ?",
            parameters=(family.kind,),
            render=lambda rows, depth: [render(row, depth, family, request) for row in rows],
        )

    def read_asset(world: World, request: Request, id: str) -> Response:
        row = row_of(world, family, ident(id))
        return json_response(render(row, depth_of(request, "complete"), family, request))

    list_assets.__doc__ = f"List assets of the type {family.type}."
    read_asset.__doc__ = f"Read a {family.type}."
    answers("GET", family.many, source=source)(list_assets)
    answers("GET", f"{family.one}/{{id}}", source=source)(read_asset)


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


def family_of(kind: str) -> Family:
    """Return the family of a kind. Raises ``StopIteration`` for an unknown one."""
    return next(family for family in FAMILIES if family.kind == kind)


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
        _reading(family, source)
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


# -- visitors ------------------------------------------------------------------------------------------------


@answers("GET", "/data/visitors", source="Application/2.0 Visitors")
def list_visitors(world: World, request: Request) -> Response:
    """List visitors of the web site; their own id is visitorId."""

    def render(row: Row, depth: str) -> dict[str, Any]:
        found = {
            "type": "Visitor",
            "createdAt": unix(row["created_at"]),
            "updatedAt": unix(row["updated_at"]),
        }
        found |= orjson.loads(row["body"])
        found["V_LastVisitDateAndTime"] = found["updatedAt"]
        return found if depth == "minimal" else {**found, "fieldValues": []}

    def terms(name: str) -> Term | None:
        aliases = {
            "v_createdat": "createdAt",
            "v_updatedat": "updatedAt",
            "v_lastvisitdateandtime": "updatedAt",
        }
        return asset_term(aliases.get(name.lower(), name))

    return listing(
        world,
        request,
        table="eloqua_assets",
        default="visitorId",
        terms=terms,
        where="t.kind = 'visitor'",
        render=lambda rows, depth: [render(row, depth) for row in rows],
    )


# -- users ---------------------------------------------------------------------------------------------------

_USERS = (
    "(SELECT *, 0 AS created_at, 0 AS updated_at, NULL AS created_by, NULL AS updated_by FROM eloqua_users)"
)


def _user(row: Row, depth: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "User",
        **audit(row),
        "depth": depth,
        "name": f"{row['first_name']} {row['last_name']}",
        "loginName": row["username"],
    }
    if depth != "minimal":
        found |= {
            "firstName": row["first_name"],
            "lastName": row["last_name"],
            "emailAddress": row["email"],
            "isDisabled": "false",
        }
    return found


def _user_term(name: str) -> Term | None:
    own = {
        "name": Term("(t.first_name || ' ' || t.last_name)"),
        "loginname": Term("t.username"),
        "emailaddress": Term("t.email"),
        "firstname": Term("t.first_name"),
        "lastname": Term("t.last_name"),
    }
    return own.get(name.lower()) or records.common_term(name)


@answers("GET", "/system/users", source="Application/2.0 Users")
def list_users(world: World, request: Request) -> Response:
    """List the users of the site."""
    return listing(
        world,
        request,
        table=_USERS,
        default="name",
        terms=_user_term,
        render=lambda rows, depth: [_user(row, depth) for row in rows],
    )


@answers("GET", "/system/user/{id}", source="Application/2.0 Users")
def read_user(world: World, request: Request, id: str) -> Response:
    """Read a user."""
    row = world.row(f"SELECT * FROM {_USERS} WHERE id = ?", (ident(id),))  # noqa: S608
    if row is None:
        raise not_found()
    return json_response(_user(row, depth_of(request, "complete")))
