"""Reading what is kept in a table: a list, and one by its id. The routes of both are added by one call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from sqlite3 import Row
from typing import Any

from certain_eloqua_sandbox.eloqua.rest.errors import not_found
from certain_eloqua_sandbox.eloqua.rest.listing import depth_of, ident, listing
from certain_eloqua_sandbox.eloqua.rest.search import Terms
from certain_eloqua_sandbox.eloqua.rest.versions import answers
from certain_eloqua_sandbox.wire import Request, Response, json_response
from certain_eloqua_sandbox.world import World

Show = Callable[[World, Request, Row, str], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Readable:
    """A kind of objects: their type, the rows of a table (``t``) that they are, and how one is shown."""

    type: str
    table: str
    terms: Terms
    show: Show
    where: str = "1"
    parameters: tuple[Any, ...] = ()
    default: str = "name"

    def row(self, world: World, key: int) -> Row:
        """Return the row of one. Refuses an unknown id."""
        row = world.row(
            f"SELECT t.* FROM {self.table} t WHERE t.id = ? AND {self.where}",
            (key, *self.parameters),
        )
        if row is None:
            raise not_found()
        return row

    def listed(self, world: World, request: Request) -> Response:
        """Answer a list call."""
        return listing(
            world,
            request,
            table=self.table,
            default=self.default,
            terms=self.terms,
            where=self.where,
            parameters=self.parameters,
            render=lambda rows, depth: [self.show(world, request, row, depth) for row in rows],
        )

    def answer(self, world: World, request: Request, key: int, status: int = 200) -> Response:
        """Answer with one: at the depth that a GET asks for, complete after a write."""
        depth = depth_of(request, "complete") if request.method == "GET" else "complete"
        return json_response(self.show(world, request, self.row(world, key), depth), status)

    def register(self, one: str, many: str, *, source: str) -> None:
        """Add the routes of the list and of one."""

        def list_them(world: World, request: Request) -> Response:
            return self.listed(world, request)

        def read_one(world: World, request: Request, id: str) -> Response:
            return self.answer(world, request, ident(id))

        list_them.__doc__ = f"List objects of the type {self.type}."
        read_one.__doc__ = f"Read an object of the type {self.type}."
        answers("GET", many, source=source)(list_them)
        answers("GET", f"{one}/{{id}}", source=source)(read_one)
