"""Objects with a code in an account or an event: listed, read, created, changed and made inactive.

Each is one declaration; :meth:`Coded.register` adds its routes. A post with a known code changes that object
(accepted_rules.py), and a code in the body of a change is ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from certain_eloqua_sandbox.certain.answers import answer, stop
from certain_eloqua_sandbox.certain.members import Shape, body_of, change, insert, plain, read, require
from certain_eloqua_sandbox.certain.routes import API
from certain_eloqua_sandbox.certain.scope import account_of, event_of
from certain_eloqua_sandbox.certain.searching import IN_EVENT, answer_search, parts
from certain_eloqua_sandbox.certain.stamps import stamp
from certain_eloqua_sandbox.certain.tags import put_tags, tags_of
from certain_eloqua_sandbox.wire import Request, Response
from certain_eloqua_sandbox.world import World


@dataclass(frozen=True)
class Posted:
    """What a create or a change has at hand: the event or account, the body, and the row before, if any."""

    world: World
    request: Request
    scope: Any
    body: Mapping[str, Any]
    before: Any


@dataclass(frozen=True)
class Coded:
    """One kind of objects.

    ``complete`` returns further columns of a post, or refuses it; ``add`` gives the shown rows what is not in
    their own columns.
    """

    shape: Shape
    path: str
    code: str
    noun: str
    entity: str
    in_event: bool = False
    tagged: str | None = None
    complete: Callable[[Posted, dict[str, Any]], Mapping[str, Any]] = lambda posted, values: {}
    add: Callable[[World, Request, Sequence[Any], list[dict[str, Any]]], None] | None = None

    def find(self, world: World, scope: Any, code: str) -> Any:
        """Return the row with a code in an event (its id) or account (its code), or ``None``."""
        return world.row(
            f"SELECT * FROM {self.shape.table} WHERE {self._column} = ? AND {self.code} = ?",
            (scope, code),
        )

    def row(self, world: World, request: Request, scope: Any, code: str, status: int = 404) -> Any:
        """Return the row with a code. Refuses an unknown one."""
        words = f"{self.noun[:1].upper()}{self.noun[1:]}"
        return self.find(world, scope, code) or stop(request, status, f"{words} {code} not found")

    @property
    def _column(self) -> str:
        return "pkEventId" if self.in_event else "accountCode"

    def _scope(self, world: World, request: Request, account: str, event: str | None) -> tuple[Any, Any]:
        """Return the row of the event or account, and what its objects name it by."""
        if event is None:
            return account_of(world, request, account), account
        row = event_of(world, request, account, event)
        return row, row["eventId"]

    def _show(self, world: World, request: Request, scope: Any, rows: Sequence[Any]) -> list[dict[str, Any]]:
        codes = (
            {"accountCode": scope["accountCode"], "eventCode": scope["eventCode"]} if self.in_event else {}
        )
        items = [{**codes, **plain(row, self.shape)} for row in rows]
        if self.add is not None:
            self.add(world, request, rows, items)
        if self.tagged and "tags" in parts(request):
            keys = [row[self.shape.key] for row in rows]
            tags = tags_of(world, self.tagged, keys)
            for key, item in zip(keys, items, strict=True):
                item["tag"] = tags.get(key, [])
        return items

    def _listed(self, world: World, request: Request, account: str, event: str | None = None) -> Response:
        scope, value = self._scope(world, request, account, event)

        def show(rows: Sequence[Any]) -> Iterable[dict[str, Any]]:
            return self._show(world, request, scope, rows)

        joined = IN_EVENT if self.in_event else None
        return answer_search(world, request, self.shape, {f"o.{self._column}": value}, show, joined)

    def _read(
        self, world: World, request: Request, account: str, code: str, event: str | None = None
    ) -> Response:
        scope, value = self._scope(world, request, account, event)
        found = self.row(world, request, value, code)
        return answer(world, request, self._show(world, request, scope, [found])[0], self.shape.singular)

    def _create(self, world: World, request: Request, account: str, event: str | None = None) -> Response:
        scope, value = self._scope(world, request, account, event)
        body = body_of(request)
        values = read(request, body, self.shape)
        require(request, values, self.shape)
        code = values[self.code]
        if self.find(world, value, code) is not None:
            return self._update(world, request, account, code, event)
        own = self.complete(Posted(world, request, scope, body, None), values)
        now = stamp(world)
        stamps = {self._column: value, "dateCreated": now, "dateModified": now}
        key = insert(world, self.shape.table, {**values, **own, **stamps})
        self._tag(world, request, account, key, body)
        self._note(world, "create", code, event)
        return self._read(world, request, account, code, event)

    def _update(
        self, world: World, request: Request, account: str, code: str, event: str | None = None
    ) -> Response:
        scope, value = self._scope(world, request, account, event)
        found = self.row(world, request, value, code)
        body = body_of(request)
        values = read(request, body, self.shape)
        values.pop(self.code, None)
        own = self.complete(Posted(world, request, scope, body, found), values)
        change(world, self.shape, found[self.shape.key], {**values, **own, "dateModified": stamp(world)})
        self._tag(world, request, account, found[self.shape.key], body)
        self._note(world, "update", found[self.code], event)
        return self._read(world, request, account, code, event)

    def _delete(
        self, world: World, request: Request, account: str, code: str, event: str | None = None
    ) -> Response:
        _, value = self._scope(world, request, account, event)
        found = self.row(world, request, value, code)
        change(world, self.shape, found[self.shape.key], {"isActive": 0, "dateModified": stamp(world)})
        self._note(world, "delete", found[self.code], event)
        return self._read(world, request, account, code, event)

    def _tag(self, world: World, request: Request, account: str, key: int, body: Mapping[str, Any]) -> None:
        if self.tagged and body.get("tag") is not None:
            put_tags(world, request, account, self.tagged, key, body["tag"])

    def _note(self, world: World, operation: str, code: str, event: str | None) -> None:
        world.note("certain", operation, self.entity, code, {"event": event} if event is not None else None)

    def register(self, source: str) -> None:
        """Add the five routes."""
        where = "an event" if self.in_event else "an account"
        many = f"/{self.path}/{{account}}" + ("/{event}" if self.in_event else "")
        one = f"{many}/{{code}}"
        article = "an" if self.noun[:1] in "aeio" else "a"
        for method, template, handler, does in (
            ("GET", many, self._listed, f"List the {self.noun}s of {where}."),
            ("GET", one, self._read, f"Read one {self.noun}."),
            ("POST", many, self._create, f"Create {article} {self.noun}, or change the one with its code."),
            ("POST", one, self._update, f"Change {article} {self.noun}; its code stays."),
            ("DELETE", one, self._delete, f"Make {article} {self.noun} inactive."),
        ):
            API.add(method, template, handler, source=source, summary=does)
