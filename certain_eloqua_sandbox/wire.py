"""Requests, answers and routes: what a platform's handlers are made of.

Handlers are plain functions ``(world, request, **path parameters) -> Response``. They run one
at a time, each in a transaction of its own, so none of them needs a lock.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import orjson

if TYPE_CHECKING:
    from certain_eloqua_sandbox.behaviour import Behaviour
    from certain_eloqua_sandbox.seeds.seed import Seed
    from certain_eloqua_sandbox.views.sheets import Side
    from certain_eloqua_sandbox.views.table import Table
    from certain_eloqua_sandbox.views.tabs import Tab
    from certain_eloqua_sandbox.world import World

JSON = "application/json; charset=utf-8"


@dataclass(slots=True)
class Request:
    """One call, as it arrived.

    ``path`` has doubled slashes folded and keeps its letter case and percent-encoding; ``query``
    keeps every value of a repeated parameter, in order; ``body`` is already unzipped.
    """

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes = b""
    user: str | None = None
    origin: str = "http://127.0.0.1"

    def header(self, name: str, default: str = "") -> str:
        """Return a header; names are stored in lower case."""
        return self.headers.get(name.lower(), default)

    def param(self, *names: str) -> str | None:
        """Return the first value of the first of these query parameters, ignoring letter case."""
        wanted = {name.lower() for name in names}
        for key, values in self.query.items():
            if key.lower() in wanted and values:
                return values[0]
        return None

    def json(self) -> Any:
        """Return the decoded body. Raises ``ValueError`` when it is not JSON."""
        return orjson.loads(self.body)


@dataclass(slots=True)
class Response:
    """One answer. ``parts`` are sent one after the other without being joined."""

    status: int = 200
    parts: tuple[bytes, ...] = ()
    content_type: str = JSON
    reason: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def length(self) -> int:
        """Return the number of bytes of the body."""
        return sum(map(len, self.parts))


def json_response(value: Any, status: int = 200, reason: str | None = None) -> Response:
    """Return a value as a JSON answer."""
    return Response(status, (orjson.dumps(value),), JSON, reason)


def html_response(text: str, status: int = 200, reason: str | None = None) -> Response:
    """Return a text as an HTML answer."""
    return Response(status, (text.encode(),), "text/html; charset=utf-8", reason)


MOST_REPEATED = 200


def shortened(text: str) -> str:
    """Return an offending value as a refusal repeats it: never a megabyte of it."""
    return text if len(text) <= MOST_REPEATED else f"{text[:MOST_REPEATED]}…"


class Refusal(Exception):
    """Raised by a handler to end the request with this answer, undoing what it wrote."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


Handler = Callable[..., Response]


def transactional(handler: Handler) -> Handler:
    """Return a handler that writes all or nothing."""

    @wraps(handler)
    def whole(world: World, request: Request) -> Response:
        with world.transaction():
            return handler(world, request)

    return whole


_PLACEHOLDER = re.compile(r"\{(\w+)(?::(\w+))?\}")
_KINDS = {"int": r"[0-9]{1,18}", "str": r"[^/]+", "path": r".+"}


@dataclass(slots=True)
class Route:
    """One operation of a platform: method, template such as ``/contacts/{id:int}``, and its source.

    ``handler`` is ``None`` for an operation that the platform has and the sandbox has not: it
    answers 501 and stands on the coverage page as missing.
    """

    method: str
    template: str
    handler: Handler | None
    summary: str
    source: str
    pattern: re.Pattern[str]
    integers: frozenset[str]

    def match(self, path: str) -> dict[str, Any] | None:
        """Return the path's parameters, or ``None`` when the path is not of this route."""
        found = self.pattern.fullmatch(path)
        if not found:
            return None
        return {
            name: int(value) if name in self.integers else unquote(value)
            for name, value in found.groupdict().items()
        }


def add_routes(package: str, *modules: str) -> None:
    """Import modules of a package: each adds its operations to the routes of its platform, in this order."""
    for name in modules:
        import_module(f"{package}.{name}")


class Routes:
    """The operations of one platform below one prefix, in the order they are tried."""

    def __init__(self, prefix: str, *, ignore_case: bool = False) -> None:
        self.prefix = prefix.rstrip("/")
        self._flags = re.IGNORECASE if ignore_case else re.NOFLAG
        self._routes: list[Route] = []

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes)

    def joined(self, others: Iterable[Routes]) -> Routes:
        """Return these routes followed by those of others below the same prefix."""
        whole = Routes(self.prefix)
        whole._routes = [*self._routes, *(route for other in others for route in other)]
        return whole

    def owns(self, path: str) -> bool:
        """Return whether a path lies below the prefix."""
        return bool(re.match(re.escape(self.prefix) + r"(/|$)", path, self._flags))

    def add(self, methods: str, template: str, handler: Handler | None, *, source: str, summary: str) -> None:
        """Add a route. ``methods`` is one verb or several, separated by spaces."""
        pattern, position, integers = "", 0, set()
        for hole in _PLACEHOLDER.finditer(template):
            name, kind = hole[1], hole[2] or "str"
            pattern += re.escape(template[position : hole.start()]) + f"(?P<{name}>{_KINDS[kind]})"
            position = hole.end()
            if kind == "int":
                integers.add(name)
        pattern += re.escape(template[position:])
        compiled = re.compile(re.escape(self.prefix) + pattern + "/?", self._flags)
        for method in methods.split():
            self._routes.append(
                Route(method, self.prefix + template, handler, summary, source, compiled, frozenset(integers))
            )

    def answers(self, methods: str, template: str, *, source: str) -> Callable[[Handler], Handler]:
        """Decorate the handler of a route; its docstring's first line becomes the summary."""

        def register(handler: Handler) -> Handler:
            summary = (handler.__doc__ or handler.__name__).strip().splitlines()[0]
            self.add(methods, template, handler, source=source, summary=summary)
            return handler

        return register

    def missing(self, methods: str, template: str, *, source: str, summary: str) -> None:
        """Name an operation of the platform that the sandbox does not imitate: it answers 501."""
        self.add(methods, template, None, source=source, summary=summary)

    def find(self, method: str, path: str) -> tuple[Route | None, dict[str, Any], set[str]]:
        """Return the route of a call with its parameters, and the methods the path would allow."""
        allowed: set[str] = set()
        for route in self._routes:
            parameters = route.match(path)
            if parameters is None:
                continue
            if route.method == method:
                return route, parameters, allowed
            allowed.add(route.method)
        return None, {}, allowed


@dataclass(slots=True)
class Platform:
    """One imitated service: its routes, its refusals, and what it brings to the page and the control door.

    ``admit`` checks the credentials: it returns a refusal, or ``None`` after setting
    ``request.user``. ``refuse`` words an error in the platform's own way. ``schema`` creates the
    tables in an empty world; ``settle`` does what has fallen due by the world's clock, before every call.

    ``plant`` fills the platform with a seed. An unknown path below one of the ``prefixes`` gets this
    platform's 404.

    The page has a tab for each of the ``tabs``, shows ``tables`` (those that depend on the world or on the
    query are functions), ``counts`` and what the platform knows of a ``person``, all under the ``label`` and
    in the colour ``accent`` (static/page.css). The control door shows the ``credentials``, counts ``watched``
    things, has the ``settings`` (a dataclass) and the routes of ``door``. The coverage page has the
    ``title``, the ``behaviours`` and the ``accepted_rules`` by area.
    """

    name: str
    routes: tuple[Routes, ...]
    admit: Callable[[World, Request], Response | None]
    refuse: Callable[[Request, int, str], Response]
    schema: Callable[[World], None]
    decorate: Callable[[World, Request, Response], None] = lambda world, request, response: None
    settle: Callable[[World], None] = lambda world: None
    plant: Callable[[World, Seed], None] = lambda world, seed: None
    credentials: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, Table | Callable[[World, Mapping[str, str]], Table]] = field(default_factory=dict)
    counts: Callable[[World], Mapping[str, int]] = lambda world: {}
    label: str = ""
    title: str = ""
    accent: str = "slate"
    tabs: tuple[Tab, ...] = ()
    person: Callable[[World, str], Side] | None = None
    door: Routes | None = None
    settings: type | None = None
    setting_checks: Mapping[str, Callable[[str, Any], Any]] = field(default_factory=dict)
    watched: Callable[[World], Mapping[str, int]] = lambda world: {}
    behaviours: tuple[Behaviour, ...] = ()
    accepted_rules: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    prefixes: tuple[str, ...] = ()

    def routes_for(self, path: str) -> Routes | None:
        """Return the routes a path belongs to."""
        return next((routes for routes in self.routes if routes.owns(path)), None)


def all_routes(platforms: Iterable[Platform]) -> Iterator[tuple[Platform, Route]]:
    """Return every operation of every platform, for the coverage page."""
    for platform in platforms:
        for routes in platform.routes:
            for route in routes:
                yield platform, route
