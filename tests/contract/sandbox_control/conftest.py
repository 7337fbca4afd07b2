"""What the tests of the control door share: calls that may be refused, and programs of their own."""

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.conftest import Sandbox

ELOQUA = {"Authorization": "Basic U2FuZGJveFxkZW1vOmRlbW8="}  # Sandbox\demo:demo
CERTAIN = {"Authorization": "Basic ZGVtbzpkZW1v", "Accept": "application/json"}
CONTACTS = "/api/rest/1.0/data/contacts?count=1"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    reason: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Caller:
    """Speaks HTTP to a sandbox without taking a refusal for an error."""

    def __init__(self, url: str) -> None:
        self.url = url

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        timeout: float = 20,
    ) -> Answer:
        target = urlsplit(self.url)
        connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=timeout)
        try:
            data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
            connection.request(method, path, data, {"Content-Type": "application/json", **(headers or {})})
            answer = connection.getresponse()
            return Answer(answer.status, answer.reason, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()


@pytest.fixture
def call(sandbox: Sandbox) -> Caller:
    """Call the sandbox, freshly reset."""
    return Caller(sandbox.url)
