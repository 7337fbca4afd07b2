"""The members of an object: which columns there are, and how posted values get into them.

``null`` members are ignored, so is anything the object does not have; a value that cannot be what the
member is (an object where a text belongs, a time in another form) is refused with 400.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from certain_eloqua_sandbox.certain.answers import stop
from certain_eloqua_sandbox.certain.stamps import parsed
from certain_eloqua_sandbox.wire import Request
from certain_eloqua_sandbox.world import World

Kind = Literal["text", "email", "number", "flag", "time", "id"]  # id: a number that is answered as text
LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Shape:
    """One object of API 2.0 and the table of its records."""

    table: str
    key: str  # the table's integer key, and the order of creation
    plural: str
    singular: str
    members: Mapping[str, Kind]  # member -> kind; a member is a column of the same name unless in `renamed`
    writable: frozenset[str]
    hidden: frozenset[str] = frozenset()  # searchable, but not part of the answer
    required: tuple[str, ...] = ()
    document: frozenset[str] = frozenset()  # texts kept in doc that can be searched too

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the members that are answered."""
        return tuple(name for name in self.members if name not in self.hidden)


def body_of(request: Request) -> dict[str, Any]:
    """Return the posted JSON object."""
    try:
        body = request.json()
    except ValueError:
        stop(request, 400, "The request body is not valid JSON")
    if not isinstance(body, dict):
        stop(request, 400, "The request body must be a JSON object")
    return body


def scalar(request: Request, name: str, value: Any, kind: Kind) -> Any:
    """Return a posted value as its column keeps it."""
    if isinstance(value, (dict, list)):
        stop(request, 400, f"{name}: a single value is expected")
    if kind == "flag":
        return _flag(request, name, value)
    if kind in ("number", "id"):
        return _number(request, name, value)
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    if kind == "time" and text:
        moment = parsed(text)
        if moment is None:
            stop(request, 400, f"{name}: '{text}' is not a date of the form yyyy-MM-ddTHH:mm:ss")
        return moment
    return text


def _flag(request: Request, name: str, value: Any) -> int:
    if isinstance(value, bool):
        return int(value)
    text = str(value).lower()
    if text not in ("true", "false"):
        stop(request, 400, f"{name}: '{value}' is not true or false")
    return int(text == "true")


def _number(request: Request, name: str, value: Any) -> int | None:
    if value == "":
        return None
    try:
        number = int(str(value))
    except ValueError:
        stop(request, 400, f"{name}: '{value}' is not a number")
    if abs(number) > LARGEST:
        stop(request, 400, f"{name}: '{value}' is too large")
    return number


def read(request: Request, body: Mapping[str, Any], shape: Shape) -> dict[str, Any]:
    """Return the writable members of a posted object as columns."""
    values: dict[str, Any] = {}
    for name, value in body.items():
        if name not in shape.writable or value is None:
            continue
        values[name] = scalar(request, name, value, shape.members[name])
    return values


def require(request: Request, values: Mapping[str, Any], shape: Shape) -> None:
    """Refuse a new object that lacks what it must have."""
    for name in shape.required:
        if values.get(name) in (None, ""):
            stop(request, 400, f"{name} is required")


def as_object(request: Request, name: str, value: Any) -> dict[str, Any]:
    """Return a member that must be an object."""
    if not isinstance(value, dict):
        stop(request, 400, f"{name}: an object is expected")
    return value


def as_objects(request: Request, name: str, value: Any) -> list[dict[str, Any]]:
    """Return a repeated member: a list of objects, or one object alone."""
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, dict) for item in items):
        stop(request, 400, f"{name}: a list of objects is expected")
    return items


def plain(row: Mapping[str, Any] | Any, shape: Shape) -> dict[str, Any]:
    """Return a row's own members as the API answers them."""
    found: dict[str, Any] = {}
    for name in shape.columns:
        value = row[name]
        kind = shape.members[name]
        if kind == "flag":
            value = bool(value)
        elif kind == "id":
            value = None if value is None else str(value)
        found[name] = value
    return found


def insert(world: World, table: str, values: Mapping[str, Any]) -> int:
    """Insert a row and return its key."""
    names = ", ".join(values)
    holes = ", ".join("?" * len(values))
    # Table and column names are ours, never a caller's.
    done = world.run(f"INSERT INTO {table} ({names}) VALUES ({holes})", tuple(values.values()))
    return int(done.lastrowid or 0)


def change(world: World, shape: Shape, key: int, values: Mapping[str, Any]) -> None:
    """Set columns of one row."""
    if values:
        sets = ", ".join(f"{name} = ?" for name in values)
        world.run(f"UPDATE {shape.table} SET {sets} WHERE {shape.key} = ?", (*values.values(), key))


def dumped(value: Any) -> str:
    """Return a document as it is stored."""
    return orjson.dumps(value).decode()
