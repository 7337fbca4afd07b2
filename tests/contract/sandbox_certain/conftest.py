"""Certain over plain HTTP, as a third party's client calls it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from tests.conftest import Sandbox

API = "/certainExternal/service/v1/"
STANDARD = "/api/standard/2.0/accounts/"


@dataclass
class Certain:
    """A caller with a user, a password and an Accept header."""

    url: str
    user: str = "demo"
    password: str = "demo"
    accept: str | None = "application/json"
    session: requests.Session = field(default_factory=requests.Session)

    def call(self, method: str, path: str, body: Any = None, **params: Any) -> requests.Response:
        """Call API 2.0, or Standard 2.0 when the path begins with a slash."""
        address = self.url + (STANDARD + path[1:] if path.startswith("/") else API + path)
        headers = {"Accept": self.accept} if self.accept else {}
        return self.session.request(
            method,
            address,
            json=body,
            params=params,
            auth=(self.user, self.password),
            headers=headers,
            timeout=30,
        )

    def ask(self, method: str, path: str, body: Any = None, **params: Any) -> Any:
        """Call and return the decoded answer of a call that must succeed."""
        answer = self.call(method, path, body, **params)
        assert answer.status_code == 200, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json()

    def get(self, path: str, **params: Any) -> Any:
        return self.ask("GET", path, **params)

    def post(self, path: str, body: Any, **params: Any) -> Any:
        return self.ask("POST", path, body, **params)

    def delete(self, path: str) -> Any:
        return self.ask("DELETE", path)

    def refused(self, method: str, path: str, body: Any = None, **params: Any) -> tuple[int, str]:
        """Call and return status and text of an answer that is a refusal."""
        answer = self.call(method, path, body, **params)
        assert answer.status_code >= 400, answer.text[:500]
        return answer.status_code, answer.text


@pytest.fixture
def certain(sandbox: Sandbox) -> Certain:
    return Certain(sandbox.url)


@pytest.fixture
def set_clock(sandbox: Sandbox) -> Any:
    """Put the world's clock to an instant and let it stand there."""

    def put(instant: str) -> None:
        sandbox.control("PUT", "/clock", {"at": instant, "frozen": True})

    return put


@pytest.fixture
def settings(sandbox: Sandbox) -> Any:
    """Turn the sandbox's settings; the next test starts from the defaults."""

    def put(**values: Any) -> None:
        sandbox.control("PUT", "/settings", values)

    return put
