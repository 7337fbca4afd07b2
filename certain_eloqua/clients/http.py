"""One HTTP client for every platform: time-outs, retries, counting, redaction, errors by what one can do.

What a platform's answers mean belongs to the platform's folder; this file knows only HTTP.
"""

import json as _json
import logging
import random as _random
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, NoReturn, TypedDict, TypeVar, Unpack
from urllib.parse import urlsplit

import orjson
import requests
import urllib3
from requests.auth import AuthBase

from certain_eloqua.clients import errors
from certain_eloqua.clients.redaction import quieten_urllib3, redact
from certain_eloqua.clients.retry import Repeatable, Retrier, RetryPolicy, retry_after_seconds
from certain_eloqua.clients.transport import Transport
from certain_eloqua.clients.usage import Budget, Usage

T = TypeVar("T")
log = logging.getLogger(__name__)

CONNECT_AND_READ_SECONDS = (5.0, 120.0)
_SHOWN = 300  # characters of an error body that go into a message
_SAFE_TO_REPEAT = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}
_LOST = (requests.RequestException, urllib3.exceptions.HTTPError, ConnectionError, TimeoutError)


@dataclass(frozen=True)
class Reply:
    """An answer that was read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The decoded body; None if it is empty. Raises ValueError if it is no JSON."""
        return _json.loads(self.body) if self.body.strip() else None


class WrongContent(Exception):
    """Raised by a reader when the body is not what it should be; the caller gets `UnexpectedContent`."""


Explain = Callable[[int, str, bytes], str]
"""Turns (status, content type, body) of an error into the platform's own words."""


def describe_body(status: int, content_type: str, body: bytes) -> str:
    """The default `Explain`: the start of the body as text, without markup."""
    text = body[:4000].decode(errors="replace")
    if "html" in content_type or text.lstrip().startswith("<"):
        text = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", text, flags=re.DOTALL | re.IGNORECASE)
    return " ".join(text.split())[:_SHOWN]


class HttpOptions(TypedDict, total=False):
    """What every client takes and hands on to :class:`HttpClient`.

    Attributes:
        timeout: seconds to connect, and seconds between two bytes of an answer.
        retry: how often and how long a request is repeated.
        usage: counts of calls and bytes, to share between clients of one run.
        budget: calls and syncs after which the client stops.
        pool_size: connections kept open.
        progress: called with a sentence before every wait for another try.
        pushed_back: called when the platform asks for fewer requests (429, 503), before that wait.
        sleep, random, clock: for tests.
    """

    timeout: tuple[float, float]
    retry: RetryPolicy
    usage: Usage
    budget: Budget
    pool_size: int
    progress: Callable[[str], None]
    pushed_back: Callable[[], None]
    sleep: Callable[[float], object]
    random: Callable[[], float]
    clock: Callable[[], float]


class HttpClient:
    """Requests to one platform. Safe to use from several threads.

    Args:
        base_url: what paths are appended to; a full address of the same site, or of one named by
            `trust`, may be given instead of a path.
        platform: its name for messages, "Eloqua".
        auth: adds the credentials to a request.
        address_from: the setting that holds the address, for the message when nothing answers there.
        secrets: texts that must never appear in a message.
        explain: turns the body of an error into a message.
        options: see :class:`HttpOptions`.
    """

    def __init__(
        self,
        base_url: str,
        *,
        platform: str,
        address_from: str = "the address in the settings",
        auth: AuthBase | None = None,
        secrets: Iterable[str] = (),
        explain: Explain = describe_body,
        **options: Unpack[HttpOptions],
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.platform = platform
        self.address_from = address_from
        self.auth = auth
        self.timeout = options.get("timeout", CONNECT_AND_READ_SECONDS)
        self.usage = options.get("usage", Usage())
        self.budget = options.get("budget", Budget())
        self.secrets = tuple(secrets)
        self.explain = explain
        self.retrier = Retrier(
            options.get("retry", RetryPolicy()),
            self.usage,
            options.get("sleep", time.sleep),
            options.get("random", _random.random),
            options.get("progress"),
            options.get("clock", time.monotonic),
            options.get("pushed_back"),
        )
        self._transport = Transport(options.get("pool_size", 10))
        self._answered = False
        self._trusted = {site_of(base_url)}
        quieten_urllib3()

    def __enter__(self) -> "HttpClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._transport.close()

    def trust(self, url: str) -> None:
        """Let requests with our credentials go to the site of this address, too."""
        self._trusted.add(site_of(url))

    def request(
        self,
        method: str,
        path: str,
        *,
        doing: str,
        route: str | None = None,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        data: bytes | Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: AuthBase | None = None,
        idempotent: bool | None = None,
        within_budget: bool = True,
    ) -> Reply:
        """Send a request and read the whole answer; see `read` for the rest."""
        return self.read(
            method,
            path,
            _whole_body,
            doing=doing,
            route=route,
            params=params,
            json=json,
            data=data,
            headers=headers,
            auth=auth,
            idempotent=idempotent,
            within_budget=within_budget,
        )

    def read(
        self,
        method: str,
        path: str,
        reader: Callable[[requests.Response], T],
        *,
        doing: str,
        route: str | None = None,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        data: bytes | Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: AuthBase | None = None,
        idempotent: bool | None = None,
        within_budget: bool = True,
    ) -> T:
        """Send a request and let `reader` consume the body as it arrives.

        Reading is part of the attempt: a connection cut in the middle of a page is retried as a whole, and
        nothing of the broken page is kept. A POST is repeated only if the server surely has not carried it
        out (429, 503 with `Retry-After`, no connection), unless `idempotent` says that repeating is harmless.

        `doing` is for messages, as the start of a sentence: "Reading page 2 of sync 17". `route` is the path
        with its ids replaced, for counting; it is made from the path when left out. `within_budget` is False
        for cleaning up, which must be possible when the budget is used up.

        Raises:
            AuthError: the address is of a site that is neither the platform's nor trusted; nothing is sent.
            AuthError, NotFound, ValidationError, LimitExceeded: by status, at once.
            Unreachable: after some seconds, if nothing has ever answered at the address.
            RateLimited, ServerError, ConnectionLost, UnexpectedContent: after the retries.
            InDoubt: a request that must not be repeated may have been carried out.
            BudgetReached: before the request is sent.
        """
        once = not (idempotent if idempotent is not None else method in _SAFE_TO_REPEAT)
        url = path if "://" in path else f"{self.base_url}/{path.lstrip('/')}"
        if url is path and site_of(url) not in self._trusted:
            raise errors.AuthError(
                self._doing(doing), "an address of another site; refusing to send credentials"
            )
        counted = f"{method} {route or route_of(path)}"
        body = orjson.dumps(json) if json is not None else data
        sent_headers = {"Accept": "application/json", **(headers or {})}
        if json is not None:
            sent_headers.setdefault("Content-Type", "application/json")

        def attempt() -> T:
            if within_budget:
                self._check_budget(doing)
            self.usage.call(counted, len(body) if isinstance(body, bytes) else 0)
            response = self._send(
                doing,
                once,
                method=method,
                url=url,
                params=params,
                data=body,
                headers=sent_headers,
                auth=auth or self.auth or _no_auth,
            )
            try:
                return self._consume(response, reader, doing, once)
            finally:
                self._finish(response)

        return self.retrier.run(attempt)

    def _send(self, doing: str, once: bool, **request: Any) -> requests.Response:
        try:
            response = self._transport.send(timeout=self.timeout, **request)
        except _LOST as error:
            never_sent = _never_sent(error)
            in_doubt = once and not never_sent
            if never_sent and not self._answered:
                lost: errors.ConnectionLost = self._unreachable(doing, error, request["url"])
            else:
                lost = errors.ConnectionLost(self._doing(doing), self._redact(_cause(error)))
        else:
            self._answered = True
            return response
        raise _verdict(lost, in_doubt)

    def _unreachable(self, doing: str, error: BaseException, url: str) -> errors.Unreachable:
        parts = urlsplit(url)
        address = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
        return errors.Unreachable(
            self._doing(doing),
            f"{address} cannot be reached: {_plain_cause(error)}",
            advice=f"Check {self.address_from}, that the platform is up, and that the network, a proxy or a "
            "VPN lets this machine reach it. Nothing was sent.",
        )

    def _consume(
        self, response: requests.Response, reader: Callable[[requests.Response], T], doing: str, once: bool
    ) -> T:
        if response.status_code >= 300:
            self._refuse(response, doing, once)
        lost: errors.ClientError
        try:
            return reader(response)
        except WrongContent as error:
            message = self._redact(str(error))
            lost = errors.UnexpectedContent(self._doing(doing), message, status=response.status_code)
        except _LOST as error:
            message = f"the answer stopped in the middle ({self._redact(_cause(error))})"
            lost = errors.ConnectionLost(self._doing(doing), message)
        raise _verdict(lost, once)

    def _finish(self, response: requests.Response) -> None:
        self.usage.received(response.raw.tell() if response.raw is not None else 0)
        response.close()

    def _refuse(self, response: requests.Response, doing: str, once: bool) -> NoReturn:
        """Raise what an answer of 300 or more means."""
        status = response.status_code
        try:
            body = response.raw.read(65_536, decode_content=True) or b""
        except _LOST:
            body = b""
        kind = response.headers.get("Content-Type", "")
        words = self._redact(self.explain(status, kind, body)) or (response.reason or "no explanation")
        doing, message = self._doing(doing), f"HTTP {status} {words}"
        wait = retry_after_seconds(response.headers.get("Retry-After"))
        if status == 429:
            raise Repeatable(errors.RateLimited(doing, message, status=status, retry_after=wait))
        if status >= 500:
            failed = errors.ServerError(doing, message, status=status, retry_after=wait)
            if not once or (status == 503 and wait is not None):
                raise Repeatable(failed)
            if status == 503:
                raise failed  # most likely not carried out, but the answer names no time for another try
            raise errors.InDoubt(doing, message, status=status)
        if status in (401, 403) or status < 400:
            raise errors.AuthError(doing, message, status=status)
        if status in (404, 410):
            raise errors.NotFound(doing, message, status=status)
        if status == 413:
            raise errors.LimitExceeded(doing, message, status=status)
        if status in (408, 425):
            raise Repeatable(errors.ServerError(doing, message, status=status, retry_after=wait))
        raise errors.ValidationError(doing, message, failures=_failures(body), status=status)

    def _check_budget(self, doing: str) -> None:
        limit = self.budget.calls
        if limit is not None and self.usage.total_calls >= limit:
            raise errors.BudgetReached(self._doing(doing), f"the budget of {limit} calls is used up")

    def _doing(self, doing: str) -> str:
        return f"{self.platform}: {self._redact(doing)}"

    def _redact(self, text: str) -> str:
        return redact(text, self.secrets)


class JsonReader:
    """Reads a JSON body and refuses what is none: an HTML login page, or text cut in the middle."""

    def __call__(self, response: requests.Response) -> Any:
        body = response.raw.read(decode_content=True)
        return decode_json(body, response.headers.get("Content-Type", ""))


def decode_json(body: bytes, content_type: str) -> Any:
    """The decoded body, None when empty. Raises `WrongContent` with what it was instead."""
    if not body.strip():
        return None
    if "html" in content_type or body.lstrip()[:1] == b"<":
        raise WrongContent(f"HTML instead of JSON: {describe_body(200, 'text/html', body)[:120]}")
    try:
        return orjson.loads(body)
    except ValueError:
        raise WrongContent(f"{len(body)} bytes that are no JSON, perhaps cut short") from None


def site_of(url: str) -> str:
    """Scheme, host and port of an address: who gets what is sent there."""
    parts = urlsplit(url)
    return f"{parts.scheme.lower()}://{parts.netloc.rpartition('@')[2].lower()}"


def route_of(path: str) -> str:
    """The path with numbers replaced, so that calls can be counted by kind: `/syncs/{id}/data`."""
    bare = urlsplit(path).path if "://" in path else path.partition("?")[0]
    return "/" + "/".join("{id}" if part.isdigit() else part for part in bare.strip("/").split("/"))


def _verdict(error: errors.ClientError, in_doubt: bool) -> Exception:
    """What to raise: the request may be sent again, or it may have been carried out already."""
    if in_doubt:
        return errors.InDoubt(error.doing, error.came_back, status=error.status)
    return Repeatable(error)


def _whole_body(response: requests.Response) -> Reply:
    body = response.raw.read(decode_content=True) or b""
    return Reply(response.status_code, response.headers, body)


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps requests from looking credentials up in a .netrc file."""
    return request


def _never_sent(error: BaseException) -> bool:
    """Whether the connection failed before a byte of the request could have left."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError):
        return True
    return any(isinstance(one, _NO_CONNECTION) for one in _chain(error))


_NO_CONNECTION = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.NameResolutionError)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and those inside it, as requests and urllib3 wrap them."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        reason = getattr(current, "reason", None)
        inner = current.args[0] if current.args and isinstance(current.args[0], BaseException) else None
        current = reason if isinstance(reason, BaseException) else inner


def _plain_cause(error: BaseException) -> str:
    """Why no connection came about, in words without addresses."""
    if isinstance(error, requests.exceptions.SSLError):
        untrusted = any("CERTIFICATE_VERIFY_FAILED" in str(one) for one in _chain(error))
        return "its certificate is not trusted" if untrusted else "no secure (TLS) connection comes about"
    if isinstance(error, requests.ConnectTimeout):
        return "no answer to the attempt to connect"
    if any(isinstance(one, urllib3.exceptions.NameResolutionError) for one in _chain(error)):
        return "the name of the host does not resolve"
    return "the connection is refused"


def _cause(error: BaseException) -> str:
    """The kind of failure. Not its text: that quotes the address, and ours have people in them."""
    inner = error.args[0] if error.args and isinstance(error.args[0], BaseException) else None
    reason = getattr(inner, "reason", None) or inner
    return type(error).__name__ if reason is None else f"{type(error).__name__}, {type(reason).__name__}"


def _failures(body: bytes) -> list[dict[str, Any]]:
    """The platform's list of faults without the values, which are people's."""
    try:
        answer = _json.loads(body)
    except ValueError:
        return []
    listed = answer.get("failures", [answer]) if isinstance(answer, dict) else answer
    if not isinstance(listed, list):
        return []
    return [{k: v for k, v in fault.items() if k != "value"} for fault in listed if isinstance(fault, dict)]
