"""Calls to one Certain account: addresses, credentials, pace.

Source: "Certain API 2.0 — Developer Info". The product is called API 2.0, the path says v1; the newer API for
sessions is called Standard 2.0.
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Unpack
from urllib.parse import quote

from requests.auth import HTTPBasicAuth

from certain_eloqua.clients.certain.error_causes import explain
from certain_eloqua.clients.errors import UnexpectedContent
from certain_eloqua.clients.http import HttpClient, HttpOptions, JsonReader

API = "/certainExternal/service/v1"
STANDARD = "/api/standard/2.0"
"""The newer API, for sessions and who is registered for them."""


class Pace:
    """Lets at most so many requests a second pass, evenly spaced, however many threads ask."""

    def __init__(
        self, per_second: float | None, sleep: Callable[[float], object], clock: Callable[[], float]
    ) -> None:
        self._gap = 1 / per_second if per_second else 0.0
        self._sleep = sleep
        self._clock = clock
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Come back when it is this request's turn."""
        if not self._gap:
            return
        with self._lock:
            now = self._clock()
            turn = max(self._next, now)
            self._next = turn + self._gap
        if turn > now:
            self._sleep(turn - now)


class CertainSession:
    """Authenticated JSON calls to one account. Safe to use from several threads."""

    def __init__(
        self,
        base_url: str,
        username: str,
        password: str,
        account_code: str,
        *,
        max_rps: float | None = None,
        **http: Unpack[HttpOptions],
    ) -> None:
        """Nothing is sent yet. `base_url` is the customer's host, with or without the API's path."""
        base = base_url.rstrip("/")
        if base.lower().endswith(API.lower()):
            base = base[: -len(API)]
        self.account_code = account_code
        self._host = base
        self._pace = Pace(max_rps, http.get("sleep", time.sleep), http.get("clock", time.monotonic))
        self.http = HttpClient(
            f"{base}{API}",
            platform="Certain",
            address_from="CERTAIN_BASE_URL",
            auth=HTTPBasicAuth(username.encode(), password.encode()),
            secrets=(password,),
            explain=explain,
            **http,
        )

    def get(
        self, kind: str, *codes: str, doing: str, params: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """An object, or a page of a collection. `NotFound` for an unknown one and for an empty search."""
        return self._object("GET", kind, codes, doing, params=params)

    def get_standard(
        self, event: str, kind: str, *, doing: str, params: Mapping[str, Any] | None = None
    ) -> Any:
        """A collection of an event by the newer API: an object that holds the list, or the bare list."""
        self._pace.wait()
        segments = ("accounts", self.account_code, "events", event, kind)
        return self.http.read(
            "GET",
            "/".join([f"{self._host}{STANDARD}", *(quote(segment, safe="") for segment in segments)]),
            JsonReader(),
            doing=doing,
            route=f"{STANDARD}/accounts/{{account}}/events/{{event}}/{kind}",
            params=params,
        )

    def post(
        self,
        kind: str,
        *codes: str,
        doing: str,
        body: Mapping[str, Any],
        idempotent: bool,
        params: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Create or update: Certain uses POST for both. Members that are None are left out."""
        return self._object(
            "POST", kind, codes, doing, params=params, json=without_nulls(body), idempotent=idempotent
        )

    def delete(self, kind: str, *codes: str, doing: str) -> dict[str, Any]:
        """Make an object inactive; the object as it is then."""
        return self._object("DELETE", kind, codes, doing)

    def _object(
        self, method: str, kind: str, codes: tuple[str, ...], doing: str, **request: Any
    ) -> dict[str, Any]:
        self._pace.wait()
        segments = (self.account_code, *codes)
        answer = self.http.read(
            method,
            "/".join([kind, *(quote(code, safe="") for code in segments)]),
            JsonReader(),
            doing=doing,
            route="/".join(["", kind, *("{account}", "{event}", "{code}")[: len(segments)]]),
            **request,
        )
        if not isinstance(answer, dict):
            raise UnexpectedContent(f"Certain: {doing}", "an answer that is no object")
        return answer


def without_nulls(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body without None members, also inside: what a null does is not known, so none is sent."""
    return {
        key: without_nulls(value) if isinstance(value, Mapping) else value
        for key, value in body.items()
        if value is not None
    }
