"""Pages of a list: ``limit``, ``offset``, ``q``, ``orderBy``, ``totalResults`` and the envelope."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from certain_eloqua_sandbox.eloqua.bulk.responses import Failure, failure, invalid, ok
from certain_eloqua_sandbox.wire import Request, Response
from certain_eloqua_sandbox.world import World

LIST_LIMIT = 1_000
DATA_LIMIT = 50_000
_TERM = re.compile(r"\s*(\w+)\s*(!=|>=|<=|=|>|<|~)\s*(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows a request asks for, and whether it wants their total."""

    limit: int
    offset: int
    with_total: bool

    def envelope(self, total: int, count: int) -> dict[str, Any]:
        """Return what stands beside ``items``."""
        beside: dict[str, Any] = {"totalResults": total} if self.with_total else {}
        more = self.offset + count < total if self.with_total else count == self.limit
        return beside | {"limit": self.limit, "offset": self.offset, "count": count, "hasMore": more}


def window(request: Request, largest: int = LIST_LIMIT) -> Window:
    """Return the page a request asks for.

    A limit or offset outside its range is accepted (accepted_rules.py): the greatest limit instead of a
    greater one, the usual one instead of 0 or less. What is no whole number is refused.
    """
    faults: list[Failure] = []
    limit = _number(request, "limit", LIST_LIMIT, faults)
    limit = LIST_LIMIT if limit < 1 else min(limit, largest)
    offset = min(max(_number(request, "offset", 0, faults), 0), 2**62)
    total = (request.param("totalResults") or "true").strip().lower()
    if total not in ("true", "false"):
        faults.append(failure("totalResults", "Must be true or false.", total))
    if faults:
        raise invalid(faults)
    return Window(limit, offset, total == "true")


def _number(request: Request, name: str, default: int, faults: list[Failure]) -> int:
    text = request.param(name)
    if text is None or not text.strip():
        return default
    if not re.fullmatch(r"\s*[+-]?[0-9]{1,18}\s*", text):
        faults.append(failure(name, "Must be a whole number.", text))
        return default
    return int(text)


def answer(world: World, request: Request, items: Sequence[dict[str, Any]]) -> Response:
    """Return the page of a list that is at hand whole."""
    asked = window(request)
    found = ordered(request, matching(request, items))
    return page(world, asked, found[asked.offset : asked.offset + asked.limit], len(found))


def page(world: World, asked: Window, items: Sequence[dict[str, Any]], total: int) -> Response:
    """Return a page of a list. ``items`` is there even when it is empty (observed on rejects, 2021)."""
    return ok({"items": list(items), **asked.envelope(total, len(items))})


def matching(request: Request, items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the items that satisfy ``q``: ``"name=*Test*"`` with or without the quotes, any letter case."""
    text = request.param("q")
    if text is None or not text.strip().strip("\"'"):
        return list(items)
    term = _TERM.fullmatch(text.strip().strip("\"'"))
    name, operator, wanted = term.groups() if term else ("name", "=", text.strip().strip("\"'"))
    wanted = wanted.strip().strip("\"'")
    return [item for item in items if _satisfies(_property(item, name), operator, wanted)]


def _property(item: dict[str, Any], name: str) -> Any:
    return next((value for key, value in item.items() if key.lower() == name.lower()), None)


def _satisfies(value: Any, operator: str, wanted: str) -> bool:
    text = _text(value)
    if operator in ("=", "~", "!="):
        pattern = ".*".join(re.escape(part) for part in wanted.lower().split("*"))
        return bool(re.fullmatch(pattern, text.lower(), re.DOTALL)) != (operator == "!=")
    left: float | str = text.lower()
    right: float | str = wanted.lower()
    if isinstance(value, int | float) and re.fullmatch(r"-?\d+(\.\d+)?", wanted):
        left, right = float(value), float(wanted)
    elif isinstance(left, str) and isinstance(right, str) and re.match(r"\d{4}-\d\d-\d\d ", right):
        right = right.replace(" ", "t", 1)
    below, equal = left < right, left == right  # type: ignore[operator]
    return {"<": below, "<=": below or equal, ">": not below and not equal, ">=": not below}[operator]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def ordered(request: Request, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the items in the order of ``orderBy``: ``name ASC`` or ``createdAt DESC``."""
    text = (request.param("orderBy") or "").strip().strip("\"'")
    found = re.fullmatch(r"(\w+)(?:\s+(asc|desc))?", text, re.IGNORECASE)
    if not found:
        return items  # another form is accepted (accepted_rules.py)

    def key(item: dict[str, Any]) -> tuple[int, float, str]:
        value = _property(item, found[1])
        if isinstance(value, int | float):
            return 0, float(value), ""
        return 1, 0.0, _text(value).lower()

    return sorted(items, key=key, reverse=(found[2] or "").lower() == "desc")
