"""Query parameters and list envelopes: depth, count, page, orderBy, search, lastUpdatedAt."""

from __future__ import annotations

from collections.abc import Callable
from sqlite3 import Row
from typing import Any

from certain_eloqua_sandbox.eloqua.rest import search
from certain_eloqua_sandbox.eloqua.rest.errors import bad_parameter, bad_value, unreadable
from certain_eloqua_sandbox.eloqua.rest.times import seconds, unix
from certain_eloqua_sandbox.text_keys import key_sql
from certain_eloqua_sandbox.wire import Refusal, Request, Response, json_response
from certain_eloqua_sandbox.world import World

LARGEST_PAGE = 1000
LARGEST_ID = 2**63 - 1


def ident(text: str, parameter: str = "id") -> int:
    """Return an id of a path. Refuses what is no positive integer."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= LARGEST_ID:
        raise bad_parameter(parameter, text, "IdRequirement", isRelativeAllowed=False)
    return int(text)


def depth_of(request: Request, default: str = "minimal") -> str:
    """Return the wanted depth; an unknown value falls back to the default of the operation."""
    wanted = (request.param("depth") or "").lower()
    return wanted if wanted in ("minimal", "partial", "complete") else default


def _positive(request: Request, name: str, default: int) -> int:
    text = request.param(name)
    if text is None or text == "":
        return default
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 2**31:
        raise bad_parameter(name, text, "IntegerRequirement")  # as suites of public clients expect
    return int(text)


def listing(
    world: World,
    request: Request,
    *,
    table: str,
    terms: search.Terms,
    default: str,
    render: Callable[[list[Row], str], list[dict[str, Any]]],
    where: str = "1",
    parameters: tuple[Any, ...] = (),
    columns: str = "t.*",
    depth: str | None = None,
    none_found: int = 200,
) -> Response:
    """Answer a list call from a table (``t``): searched, ordered, paged, and rendered at the wanted depth.

    ``none_found`` is the status when nothing matches; a 204 has no body.
    """
    count, page = min(_positive(request, "count", LARGEST_PAGE), LARGEST_PAGE), _positive(request, "page", 1)
    sql, values = search.condition(request.param("search"), terms, default)
    if since := request.param("lastUpdatedAt"):
        at = seconds(since)
        if at is None:
            raise bad_parameter("lastUpdatedAt", since, "DateRequirement")
        sql, values = f"({sql}) AND t.updated_at >= ?", [*values, at]
    where, given = f"({where}) AND {sql}", [*parameters, *values]
    total = int(world.value(f"SELECT count(*) FROM {table} t WHERE {where}", given))
    if not total and none_found == 204:
        return Response(204)
    rows = world.rows(
        f"SELECT {columns} FROM {table} t WHERE {where} ORDER BY {_order(request, terms)} LIMIT ? OFFSET ?",
        [*given, count, (page - 1) * count],
    )
    wanted = depth or depth_of(request)
    return json_response({"elements": render(rows, wanted), "page": page, "pageSize": count, "total": total})


def _order(request: Request, terms: search.Terms) -> str:
    text = request.param("orderBy") or request.param("sort") or ""
    name, _, direction = text.strip().partition(" ")
    direction = (direction or request.param("dir") or "asc").strip().lower()
    if not name:
        return "t.id"
    term = terms(name)
    if term is None or direction not in ("asc", "desc"):
        return "t.id"  # accepted (accepted_rules.py)
    by = key_sql(term.sql) if term.kind == "text" else term.sql
    return f"{by} {direction}, t.id {direction}"


def audit(row: Row) -> dict[str, Any]:
    """Return the properties that every entity has, from a row with the usual columns."""
    found = {"id": str(row["id"]), "createdAt": unix(row["created_at"]), "updatedAt": unix(row["updated_at"])}
    for property_, column in (("createdBy", "created_by"), ("updatedBy", "updated_by")):
        if row[column] is not None:
            found[property_] = str(row[column])
    return found


def body_of(request: Request, object_type: str, path_id: int | None = None) -> dict[str, Any]:
    """Return the JSON object of a write. Refuses what is none, and an ``id`` that is not the path's."""
    if "json" not in request.header("content-type").lower():
        reason = "There was a serialization error."
        raise Refusal(json_response(reason, 400, reason))
    try:
        body = request.json()
    except ValueError:
        raise unreadable() from None
    if not isinstance(body, dict):
        raise unreadable()
    if path_id is not None and body.get("id") is not None and str(body["id"]) != str(path_id):
        raise bad_value(object_type, "id", body["id"], "IdRequirement", object_id=path_id)
    return body


def text_of(
    body: dict[str, Any],
    name: str,
    object_type: str,
    *,
    object_id: int | None = None,
    required: bool = True,
) -> str | None:
    """Return a text of a body. Refuses a missing or blank one, and an object or a list."""
    value = body.get(name)
    if value is None or str(value).strip() == "":
        if required:
            raise bad_value(object_type, name, value, "NotNullRequirement", object_id=object_id)
        return None
    if isinstance(value, dict | list):
        raise bad_value(object_type, name, value, "ContentRequirement", object_id=object_id)
    return str(value)


def int_or_zero(value: Any) -> int:
    """Return an id that may be negative (not yet existing), 0 for what is none."""
    text = str(value)
    digits = text.removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 18:
        return 0
    return int(text)


def truth(value: Any) -> bool | None:
    """Return a Boolean written as JSON or as a string, ``None`` for anything else."""
    return {"true": True, "1": True, "false": False, "0": False}.get(str(value).lower())


def user_id(world: World, request: Request) -> str:
    """Return the id of the calling user, as ``createdBy`` has it."""
    return str(world.value("SELECT id FROM eloqua_users WHERE username = ?", (request.user,)))
