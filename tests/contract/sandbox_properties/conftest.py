"""Random calls: one connection kept open, every answer looked at."""

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, settings

from tests.conftest import Sandbox

ELOQUA = {"Authorization": "Basic U2FuZGJveFxkZW1vOmRlbW8="}  # Sandbox\demo:demo
CERTAIN = {"Authorization": "Basic ZGVtbzpkZW1v", "Accept": "application/json"}

# About a minute in all on two slow cores; the same examples every time, so that CI never fails by chance.
settings.register_profile(
    "sandbox",
    deadline=None,
    derandomize=True,
    max_examples=400,
    print_blob=True,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    kind: str
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Connection:
    """Keeps one connection, and fails at once on a 500."""

    def __init__(self, url: str) -> None:
        self.target = urlsplit(url)
        self.wire = http.client.HTTPConnection(self.target.hostname or "", self.target.port, timeout=30)

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] = ELOQUA,
        kind: str = "application/json",
    ) -> Answer:
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        kind = "text/csv" if type(data).__name__ == "Csv" else kind
        self.wire.request(method, path, data, {**headers, "Content-Type": kind})
        got = self.wire.getresponse()
        answer = Answer(got.status, got.headers.get("Content-Type", ""), got.read())
        assert answer.status != 500, f"{method} {path} {data!r}\n{answer.body.decode(errors='replace')}"
        assert "X-Request-Id" in got.headers
        if method != "HEAD" and answer.body and answer.kind.startswith("application/json"):
            answer.json()
        return answer


@pytest.fixture
def ask(sandbox: Sandbox) -> Iterator[Connection]:
    """A connection to the sandbox, freshly reset and with few people."""
    connection = Connection(sandbox.url)
    yield connection
    connection.wire.close()
