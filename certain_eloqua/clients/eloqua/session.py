"""A connection to one Eloqua instance: its address is found once, and a 401 is answered once.

Source: Oracle, "Determining base URLs". An instance may move to another pod; then calls answer 401 and `/id`
tells the new address. `/id` is throttled, so it is asked once per session.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, Unpack
from urllib.parse import urlsplit

import requests

from certain_eloqua.clients.eloqua.error_causes import explain
from certain_eloqua.clients.eloqua.limits import ITEMS_PER_LIST_PAGE, LOGIN_URL, REST_ITEMS_PER_PAGE
from certain_eloqua.clients.eloqua.login import (
    BasicHeader,
    BasicLogin,
    BearerHeader,
    EloquaLogin,
    secrets_of,
)
from certain_eloqua.clients.errors import AuthError, PagingAnomaly, UnexpectedContent
from certain_eloqua.clients.http import HttpClient, HttpOptions, JsonReader

T = TypeVar("T")
log = logging.getLogger(__name__)

BULK = "/api/bulk/2.0"
REST = "/api/rest/1.0"
REST2 = "/api/rest/2.0"
NOT_AUTHENTICATED = "Not authenticated."
"""What `/id` says, with status 200, when it does not know us."""


class EloquaSession:
    """Authenticated JSON calls to one instance. Safe to use from several threads."""

    def __init__(
        self, login: EloquaLogin, *, login_url: str | None, base_url: str | None, **http: Unpack[HttpOptions]
    ) -> None:
        """Nothing is sent yet. Without `base_url` the address is asked at `login_url` when first needed."""
        self._login_url = (login_url or _token_host(base_url)).rstrip("/")
        self._discovers = base_url is None
        self._base = base_url.rstrip("/") if base_url else None
        self._lock = threading.RLock()
        self.http = HttpClient(
            self._base or self._login_url,
            platform="Eloqua",
            address_from="ELOQUA_BASE_URL or ELOQUA_LOGIN_URL",
            secrets=secrets_of(login),
            explain=explain,
            **http,
        )
        self.http.trust(self._login_url)
        self._auth: BasicHeader | BearerHeader = (
            BasicHeader(login)
            if isinstance(login, BasicLogin)
            else BearerHeader(login, self.http, self._login_url)
        )
        self.http.auth = self._auth

    @property
    def base_url(self) -> str:
        """The pod's address. Asks `/id` the first time, unless the address was given."""
        with self._lock:
            if self._base is None:
                self._base = self._discover()
            return self._base

    def _discover(self) -> str:
        doing = "Asking for the instance's address"
        answer = self._ask_id(doing)
        if not isinstance(answer, dict) and self._auth.renew(self._auth.current()):
            answer = self._ask_id(doing)  # the token had ended before its time
        if not isinstance(answer, dict):
            raise AuthError(f"Eloqua: {doing}", f"the login was not accepted ({str(answer)[:40]})")
        base = (answer.get("urls") or {}).get("base")
        if not isinstance(base, str) or not base:
            raise UnexpectedContent(f"Eloqua: {doing}", "an answer without urls.base")
        if self._login_url.startswith("https:") and not base.startswith("https:"):
            raise AuthError(f"Eloqua: {doing}", "an address that is not https; refusing to send credentials")
        if not _may_be_a_pod(base, self._login_url):
            raise AuthError(
                f"Eloqua: {doing}",
                f"an address at {urlsplit(base).hostname}, which is not one of Oracle's; refusing to send "
                "credentials. If it is right, set ELOQUA_BASE_URL to it",
            )
        log.info("Eloqua instance %s is at %s", (answer.get("site") or {}).get("id"), base)
        self.http.trust(base)
        return base.rstrip("/")

    def _ask_id(self, doing: str) -> Any:
        return self.http.read("GET", f"{self._login_url}/id", JsonReader(), doing=doing, route="/id")

    def read(self, method: str, path: str, reader: Callable[[requests.Response], T], **request: Any) -> T:
        """Like `HttpClient.read` on a path of the instance; after a 401 renews what can be renewed, once."""
        base, token = self.base_url, self._auth.current()
        refused: AuthError
        try:
            return self.http.read(method, f"{base}{path}", reader, **{"route": _route(path), **request})
        except AuthError as error:
            if error.status != 401:
                raise
            refused = error
        return self.http.read(
            method, f"{self._again(base, token, refused)}{path}", reader, **{"route": _route(path), **request}
        )

    def _again(self, base: str, token: str | None, refused: AuthError) -> str:
        """The address for the one replay after a 401; raises `refused` if nothing has changed."""
        with self._lock:
            # The token that was refused is the one set while sending, if there was none before.
            renewed = self._auth.renew(token or self._auth.current())
            if not self._discovers:
                if renewed:
                    return base
                raise refused
            if self._base == base:
                self._base = None  # /id refuses us if the login itself is bad
            return self.base_url

    def json(self, method: str, path: str, **request: Any) -> Any:
        """The decoded answer; None when there is no body."""
        return self.read(method, path, JsonReader(), **request)

    def items(
        self, path: str, *, doing: str, params: Mapping[str, Any] | None = None
    ) -> Iterator[dict[str, Any]]:
        """All items of a Bulk list, page by page; an empty page may come without `items`.

        Raises:
            PagingAnomaly: when fewer items came than the list says it has.
        """
        offset = 0
        while True:
            page = self.json(
                "GET",
                path,
                doing=doing,
                params={"limit": ITEMS_PER_LIST_PAGE, "offset": offset, **(params or {})},
            )
            if not isinstance(page, dict):
                raise UnexpectedContent(f"Eloqua: {doing}", "a page that is no object")
            items = page.get("items") or []
            yield from items
            offset += len(items)
            total = page.get("totalResults")
            more = page.get("hasMore") if total is None else offset < total
            if not more:
                return
            if not items:
                raise PagingAnomaly(f"Eloqua: {doing}", f"the pages ended after {offset} of {total} items")

    def elements(
        self, path: str, *, doing: str, params: Mapping[str, Any] | None = None
    ) -> Iterator[dict[str, Any]]:
        """All elements of a REST list. 204 without a body means that there are none."""
        page_number, seen = 1, 0
        while True:
            page = self.json(
                "GET",
                path,
                doing=doing,
                params={"count": REST_ITEMS_PER_PAGE, "page": page_number, **(params or {})},
            )
            if page is None:
                return
            if not isinstance(page, dict):
                raise UnexpectedContent(f"Eloqua: {doing}", "a page that is no object")
            elements = page.get("elements") or []
            yield from elements
            seen += len(elements)
            total = int(page.get("total") or 0)
            if seen >= total:
                return
            if not elements:
                raise PagingAnomaly(f"Eloqua: {doing}", f"the pages ended after {seen} of {total} elements")
            page_number += 1


def _route(path: str) -> str:
    bare = path.removeprefix(BULK)
    return "/" + "/".join("{id}" if part.isdigit() else part for part in bare.strip("/").split("/"))


def _token_host(base_url: str | None) -> str:
    """Where to log in: at Oracle's login host, or at a stand-in when the base is not Oracle's."""
    return LOGIN_URL if base_url is None or _is_oracles(base_url) else base_url


def _may_be_a_pod(base: str, login_url: str) -> bool:
    """Whether `/id` may send us there: to a host of Oracle's, or to a stand-in's own host."""
    return _is_oracles(base) or urlsplit(base).hostname == urlsplit(login_url).hostname


def _is_oracles(url: str) -> bool:
    return (urlsplit(url).hostname or "").endswith(".eloqua.com")
