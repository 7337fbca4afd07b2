"""A caller of the sandbox's Application API."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from tests.conftest import Sandbox


@dataclass(frozen=True)
class Rest:
    """Calls by version and path; the user is the demo user."""

    sandbox: Sandbox
    session: requests.Session

    def __call__(
        self, method: str, path: str, body: Any = None, *, version: str = "2.0", **more: Any
    ) -> requests.Response:
        url = f"{self.sandbox.url}/API/REST/{version}{path}"
        return self.session.request(method, url, json=body, timeout=30, **more)

    def get(self, path: str, *, version: str = "2.0", status: int = 200, **params: Any) -> Any:
        answer = self("GET", path, version=version, params=params)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def journal(self, entity: str, key: str) -> list[dict[str, Any]]:
        found = self.sandbox.control("GET", f"/journal?{urlencode({'entity': entity, 'key': key})}")
        return list(found["items"])


@pytest.fixture
def rest(sandbox: Sandbox) -> Iterator[Rest]:
    with requests.Session() as session:
        session.auth = ("Sandbox\\demo", "demo")
        yield Rest(sandbox, session)
