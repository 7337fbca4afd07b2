"""The sandbox on a port: one event loop, one call at a time, both platforms behind one address."""

from __future__ import annotations

import asyncio
import gzip
import logging
import re
import uuid
import zlib
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web

from certain_eloqua_sandbox.wire import Platform, Refusal, Request, Response, Route, Routes
from certain_eloqua_sandbox.world import World

LOG = logging.getLogger(__name__)

SLICE = 256 * 1024
_NEEDLESS = re.compile("%(2[dDeE]|3[0-9]|4[1-9a-fA-F]|5[0-9aAfF]|6[1-9a-fA-F]|7[0-9aAeE])")
LARGEST_BODY = 64 * 1024 * 1024
SMALLEST_COMPRESSED = 2_048
LARGEST_COMPRESSED = 1_048_576  # on loopback, zipping a large page costs more than it saves


@dataclass(slots=True)
class Call:
    """Where a request belongs: the platform, its operation, and the name under which it is counted."""

    platform: Platform
    route: Route | None
    parameters: dict[str, Any]
    allowed: set[str]
    name: str


class Sandbox:
    """Both platforms and the control door, ready to be served."""

    def __init__(self, world: World, platforms: tuple[Platform, ...]) -> None:
        self.world = world
        self.platforms = platforms

    def application(self) -> web.Application:
        """Return the aiohttp application; every path goes through :meth:`handle`."""
        application = web.Application(client_max_size=LARGEST_BODY)
        application.router.add_route("*", r"/{path:[\s\S]*}", self.handle)
        return application

    async def handle(self, raw: web.Request) -> web.StreamResponse:
        """Answer one call: count it, play its fault if one is scripted, else call the platform."""
        try:
            request = await self._read(raw)
        except web.HTTPRequestEntityTooLarge:
            request = self._head(raw, b"")
            call = self._locate(request)
            return await self._send(raw, request, call.platform.refuse(request, 413, ""))
        call = self._locate(request)
        if call.platform.name == "sandbox":
            return await self._send(raw, request, self._answer(call, request), counted=False)
        counters = self.world.counters
        counters.calls[call.name] += 1
        counters.bytes_in += len(request.body)
        if self.world.settings.latency_ms:
            await asyncio.sleep(self.world.settings.latency_ms / 1000)
        if fault := self.world.next_fault(request.method, request.path):
            counters.faults += 1
            return await self._play(raw, request, call, fault.answer)
        return await self._send(raw, request, self._answer(call, request))

    # -- deciding --------------------------------------------------------------------------------

    def answer(self, request: Request) -> Response:
        """Return the platform's answer to a call."""
        return self._answer(self._locate(request), request)

    def _locate(self, request: Request) -> Call:
        method = request.header("x-http-method-override").upper() or request.method
        for platform in self.platforms:
            if routes := platform.routes_for(request.path):
                break
        else:
            platform, routes = self._refusing(request.path), Routes("")
        route, parameters, allowed = routes.find(method, request.path)
        if route is None and method == "HEAD":
            route, parameters, allowed = routes.find("GET", request.path)
        if route is None and not allowed and not routes.prefix:  # the routes of the page at / own every path
            platform = self._refusing(request.path)
        return Call(
            platform, route, parameters, allowed, f"{method} {route.template if route else request.path}"
        )

    def _refusing(self, path: str) -> Platform:
        """Return what refuses an unknown path: the platform with its prefix, or the control door."""
        lower = path.lower()
        return next((one for one in self.platforms if lower.startswith(one.prefixes)), self.platforms[-1])

    def _answer(self, call: Call, request: Request) -> Response:
        """Return the answer of a call, in a transaction that a refusal undoes."""
        own = (
            call.platform.name == "sandbox"
        )  # its handlers exchange whole databases: no transaction around that
        try:
            with self.world.transaction():
                for platform in self.platforms:
                    platform.settle(self.world)
            with nullcontext() if own else self.world.transaction():
                response = self._asked(call, request)
        except Refusal as refusal:
            response = refusal.response
        except Exception as error:
            response = call.platform.refuse(request, 500, f"{type(error).__name__}: {error}")
            LOG.exception("the sandbox failed on %s %s", request.method, request.path)
        call.platform.decorate(self.world, request, response)
        return response

    def _asked(self, call: Call, request: Request) -> Response:
        platform, route = call.platform, call.route
        if refused := platform.admit(self.world, request):
            raise Refusal(refused)
        if route is None:
            refusal = platform.refuse(request, 405 if call.allowed else 404, "")
            if call.allowed:
                refusal.headers["Allow"] = ", ".join(sorted(call.allowed))
            raise Refusal(refusal)
        if route.handler is None:
            message = f"{route.method} {route.template} is not imitated by this sandbox"
            raise Refusal(platform.refuse(request, 501, message))
        return route.handler(self.world, request, **call.parameters)

    # -- bytes in, bytes out ---------------------------------------------------------------------

    async def _read(self, raw: web.Request) -> Request:
        body = await raw.read()
        if raw.headers.get("Content-Encoding", "").lower() in ("gzip", "x-gzip", "deflate"):
            try:
                body = _unzipped(body)
            except zlib.error:
                body = b"\x1f"  # no JSON and no CSV: the platform refuses it as unreadable
        return self._head(raw, body)

    @staticmethod
    def _head(raw: web.Request, body: bytes) -> Request:
        path, _, query = raw.raw_path.partition("?")
        if path.startswith(("http://", "https://")):  # a client that takes us for its proxy
            path = "/" + path.split("/", 3)[3] if path.count("/") > 2 else "/"
        headers = {name.lower(): value for name, value in raw.headers.items()}
        scheme = headers.get("x-forwarded-proto", raw.scheme)
        return Request(
            method=raw.method,
            path=re.sub(r"/{2,}", "/", _plain(path)),
            query=parse_qs(query, keep_blank_values=True),
            headers=headers,
            body=body,
            origin=f"{scheme}://{raw.host}",
        )

    async def _send(
        self, raw: web.Request, request: Request, response: Response, *, counted: bool = True
    ) -> web.StreamResponse:
        parts: tuple[bytes, ...] = response.parts
        if counted:
            self.world.counters.bytes_out += response.length
            self.world.counters.statuses[str(response.status)] += 1
        headers = {"X-Request-Id": str(uuid.uuid4()), **response.headers}
        if parts or response.content_type != "application/json; charset=utf-8":
            headers["Content-Type"] = response.content_type
        if (
            self.world.settings.compress_answers
            and SMALLEST_COMPRESSED <= response.length <= LARGEST_COMPRESSED
            and "gzip" in request.header("accept-encoding")
        ):
            parts = (gzip.compress(b"".join(parts), compresslevel=1),)
            headers["Content-Encoding"] = "gzip"
        answer = web.StreamResponse(status=response.status, reason=response.reason, headers=headers)
        if response.status not in (204, 304):
            answer.content_length = sum(map(len, parts))
        await answer.prepare(raw)
        if request.method != "HEAD":
            for part in parts:
                await _write(answer, part)
        await answer.write_eof()
        return answer

    async def _play(
        self, raw: web.Request, request: Request, call: Call, script: dict[str, Any]
    ) -> web.StreamResponse:
        """Play a scripted fault; the keys are documented in docs/sandbox.md."""
        if wait := script.get("delay_ms"):
            await asyncio.sleep(wait / 1000)
        made_up = script.get("when") != "after" and bool(script.keys() & {"status", "body", "cut"})
        real = Response() if made_up and "truncate" not in script else self._answer(call, request)
        if script.get("cut"):
            return self._cut(raw)
        body = script.get("body")
        answer = Response(
            status=script.get("status", real.status),
            parts=real.parts if body is None else (body,),
            content_type=script.get(
                "content_type", "text/html; charset=utf-8" if made_up else real.content_type
            ),
            reason=script.get("reason", real.reason if "status" not in script else None),
            headers={**real.headers, **script.get("headers", {})},
        )
        if "truncate" in script:
            return await self._truncate(raw, answer, script["truncate"])
        return await self._send(raw, request, answer)

    @staticmethod
    def _cut(raw: web.Request) -> web.Response:
        """Drop the connection: the client cannot know whether it was heard."""
        if raw.transport is not None:
            raw.transport.abort()
        return web.Response()

    async def _truncate(self, raw: web.Request, real: Response, keep: float) -> web.StreamResponse:
        """Send the head and a share of the body (below 1), or that many bytes, then cut the connection."""
        body = b"".join(real.parts)
        bytes_kept = int(len(body) * keep) if keep < 1 else min(int(keep), len(body))
        headers = {**real.headers, "Content-Type": real.content_type}
        answer = web.StreamResponse(status=real.status, reason=real.reason, headers=headers)
        answer.content_length = len(body)
        self.world.counters.statuses[str(real.status)] += 1
        await answer.prepare(raw)
        await answer.write(body[:bytes_kept])
        await asyncio.sleep(0.01)
        self._cut(raw)
        return answer


def _plain(path: str) -> str:
    """Return a path with its needlessly encoded characters in clear (RFC 3986, section 6.2.2.2)."""
    return _NEEDLESS.sub(lambda found: chr(int(found[1], 16)), path)


def _unzipped(body: bytes) -> bytes:
    """Return a gzip (or zlib) body in clear. Raises ``zlib.error`` for a broken or far too large one."""
    unzip = zlib.decompressobj(wbits=47)
    clear = unzip.decompress(body, LARGEST_BODY)
    if unzip.unconsumed_tail or not unzip.eof:
        raise zlib.error("too large, or cut off")
    return clear


async def _write(answer: web.StreamResponse, part: bytes) -> None:
    """Write in slices: what the socket does not take at once is copied, so never hand it megabytes."""
    if len(part) <= SLICE:
        await answer.write(part)
        return
    view = memoryview(part)
    for start in range(0, len(part), SLICE):
        await answer.write(view[start : start + SLICE])
