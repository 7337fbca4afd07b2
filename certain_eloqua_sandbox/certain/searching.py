"""Collections of API 2.0: equality filters, date ranges, ordering, paging, the envelope, include lists.

An empty result is the platform's 404 page, not an empty list. Names that are no member of the object are
ignored, in a filter and in an ordering.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from certain_eloqua_sandbox.certain.answers import answer_page, stop
from certain_eloqua_sandbox.certain.members import LARGEST, Kind, Shape
from certain_eloqua_sandbox.certain.settings import settings
from certain_eloqua_sandbox.certain.stamps import parsed
from certain_eloqua_sandbox.text_keys import key_sql
from certain_eloqua_sandbox.wire import Request, Response
from certain_eloqua_sandbox.world import World

DEFAULT_RESULTS = 1_000
MOST_RESULTS = 5_000


@dataclass(frozen=True)
class Joined:
    """A second table whose members can be searched and ordered by as well."""

    clause: str
    columns: Mapping[str, tuple[str, Kind]]  # member -> column with its table, kind


IN_EVENT = Joined(
    "JOIN certain_events e ON e.eventId = o.pkEventId",
    {"accountCode": ("e.accountCode", "text"), "eventCode": ("e.eventCode", "text")},
)


@dataclass
class Query:
    """The conditions of one search."""

    clauses: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    joined: bool = False

    def add(self, clause: str, *values: Any) -> None:
        self.clauses.append(clause)
        self.values.extend(values)


@dataclass(frozen=True)
class Window:
    """Which part of the matches was asked for."""

    start: int
    size: int
    offset: int


def parts(request: Request) -> frozenset[str]:
    """Return the names of the include list, under both spellings."""
    text = request.param("include_list") or request.param("includeList") or ""
    return frozenset(name.strip() for name in text.split(",") if name.strip())


def window(world: World, request: Request) -> Window:
    """Return the page asked for; what ``start_index`` counts is ``settings.paging_mode``."""
    asked = _whole(request, "max_results", "maxResults")
    size = DEFAULT_RESULTS if asked is None or asked <= 0 else min(asked, MOST_RESULTS)
    start = _whole(request, "start_index", "startIndex")
    start = 1 if start is None else start
    first = max(start, 1) - 1  # 0 is tolerated
    return Window(start, size, first * size if settings(world).paging_mode == "page" else first)


def _whole(request: Request, *names: str) -> int | None:
    text = request.param(*names)
    if text is None or text == "":
        return None
    try:
        number = int(text)
    except ValueError:
        stop(request, 400, f"{names[0]}: '{text}' is not a number")
    return max(min(number, 2**31), -1)


def condition(column: str, kind: Kind, value: str) -> tuple[str, Any]:
    """Return the condition of an equality filter."""
    if kind == "flag":
        return f"{column} = ?", int(value.lower() == "true")
    if kind in ("number", "id"):
        digits = value.strip()
        number = int(digits) if digits.isascii() and digits.removeprefix("-").isdigit() else None
        return f"{column} = ?", number if number is not None and abs(number) <= LARGEST else None
    if value == "":
        return f"coalesce({column}, '') = ?", ""
    if kind == "email":
        return f"{key_sql(column)} = text_key(?)", value
    return f"{column} = ?", value


def _columns(world: World, shape: Shape, joined: Joined | None) -> dict[str, tuple[str, Kind]]:
    columns: dict[str, tuple[str, Kind]] = {name: (f"o.{name}", kind) for name, kind in shape.members.items()}
    for name in shape.document:
        columns[name] = (f"json_extract(o.doc, '$.{name}')", "text")
    if joined:
        for name, column in joined.columns.items():
            columns.setdefault(name, column)
    for name, setting in (
        ("externalKey", settings(world).external_id_member),
        ("sourceOfProfile", settings(world).source_member),
    ):
        if name in columns and setting != name:
            columns[setting] = columns.pop(name)
    return columns


def filtered(
    world: World, request: Request, shape: Shape, scope: Mapping[str, Any], joined: Joined | None = None
) -> Query:
    """Return the search of a request within its scope (the path's account, event, registration)."""
    query = Query()
    for column, value in scope.items():
        query.add(f"{column} = ?", value)
    columns = _columns(world, shape, joined)
    for name, values in request.query.items():
        base, _, edge = name.rpartition("_")
        if name in columns:
            column, kind = columns[name]
            clause, wanted = condition(column, kind, values[0])
        elif edge in ("after", "before") and base in columns and columns[base][1] == "time":
            column, kind = columns[base]
            wanted = parsed(values[0])
            if wanted is None:
                stop(request, 400, f"{name}: '{values[0]}' is not a date of the form yyyy-MM-ddTHH:mm:ss")
            clause = f"{column} {'>=' if edge == 'after' else '<='} ?"
        else:
            continue
        query.add(clause, wanted)
        query.joined |= not column.startswith(("o.", "json_extract(o."))
    return query


def ordering(world: World, request: Request, shape: Shape, joined: Joined | None, query: Query) -> str:
    """Return the ORDER BY of a request; ties keep the order of creation, or its reverse."""
    text = request.param("order_by") or request.param("orderBy")
    if not text:
        return f"o.{shape.key}"
    name, _, direction = text.rpartition("_")
    column = _columns(world, shape, joined).get(name)
    if direction.lower() not in ("asc", "desc") or column is None:
        return f"o.{shape.key}"  # accepted (accepted_rules.py)
    query.joined |= not column[0].startswith(("o.", "json_extract(o."))
    way = direction.upper()
    return f"{column[0]} {way}, o.{shape.key} {way}"


def answer_search(
    world: World,
    request: Request,
    shape: Shape,
    scope: Mapping[str, Any],
    render: Callable[[Sequence[Any]], Iterable[dict[str, Any]]],
    joined: Joined | None = None,
    *,
    plural: str | None = None,
) -> Response:
    """Search a table and answer the page that was asked for."""
    query = filtered(world, request, shape, scope, joined)
    order = ordering(world, request, shape, joined, query)
    source = f"{shape.table} o" + (f" {joined.clause}" if joined and query.joined else "")
    where = " AND ".join(query.clauses) or "1"
    page = window(world, request)
    # Every name in these statements is one of ours; what a caller sends is only ever bound.
    total = world.value(f"SELECT count(*) FROM {source} WHERE {where}", query.values)
    keys = world.rows(
        f"SELECT o.{shape.key} FROM {source} WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?",
        (*query.values, page.size, page.offset),
    )
    rows = by_key(world, shape, [key[0] for key in keys])
    return answer_list(
        world, request, list(render(rows)), int(total), page, plural or shape.plural, shape.singular
    )


def by_key(world: World, shape: Shape, keys: Sequence[int]) -> list[Any]:
    """Return the rows with these keys, in this order."""
    found = {
        row[shape.key]: row
        for row in world.rows(
            f"SELECT * FROM {shape.table} WHERE {shape.key} IN (SELECT value FROM json_each(?))",
            (str(list(keys)),),
        )
    }
    return [found[key] for key in keys if key in found]


def answer_list(
    world: World,
    request: Request,
    items: list[dict[str, Any]],
    total: int,
    page: Window,
    plural: str,
    singular: str,
) -> Response:
    """Answer one page in the envelope, or 404 when nothing is on it."""
    if not items:
        stop(request, 404, f"No {plural} found")
    envelope = {
        "etag": "1-null",
        "transactionId": None,
        "completeCollectionSize": total,
        "size": len(items),
        "startingIndex": page.start,
        "maxResults": page.size,
        plural: items,
    }
    return answer_page(world, request, envelope, plural, singular)
