from collections.abc import Callable, Iterator
from typing import Any

import pytest

from certain_eloqua.clients.certain import CertainClient
from certain_eloqua.clients.eloqua import BasicLogin, EloquaClient
from certain_eloqua.clients.polling import PollSettings


@pytest.fixture
def slept() -> list[float]:
    """Seconds that were waited instead of being slept."""
    return []


@pytest.fixture
def connect_eloqua(sandbox: Any, slept: list[float]) -> Iterator[Callable[..., EloquaClient]]:
    """Makes clients of the sandbox's Eloqua, with any option changed."""
    clients: list[EloquaClient] = []

    def connect(login: Any = None, **options: Any) -> EloquaClient:
        settings = {
            "login_url": sandbox.url,
            "sleep": slept.append,
            "poll": PollSettings(first=2.0),
            **options,
        }
        clients.append(EloquaClient(login or BasicLogin("Sandbox", "demo", "demo"), **settings))
        return clients[-1]

    yield connect
    for client in clients:
        client.close()


@pytest.fixture
def eloqua(connect_eloqua: Callable[..., EloquaClient]) -> EloquaClient:
    return connect_eloqua()


@pytest.fixture
def connect_certain(sandbox: Any, slept: list[float]) -> Iterator[Callable[..., CertainClient]]:
    """Makes clients of the sandbox's Certain, with any option changed."""
    clients: list[CertainClient] = []

    def connect(password: str = "demo", account: str = "NWIND", **options: Any) -> CertainClient:
        settings = {"sleep": slept.append, **options}
        clients.append(CertainClient(sandbox.url, "demo", password, account, **settings))
        return clients[-1]

    yield connect
    for client in clients:
        client.close()


@pytest.fixture
def certain(connect_certain: Callable[..., CertainClient]) -> CertainClient:
    return connect_certain()


@pytest.fixture
def fault(sandbox: Any) -> Callable[..., None]:
    """Script what the sandbox does to the next request of a method on a path (a regular expression)."""

    def script(method: str, path: str, *, times: int = 1, skip: int = 0, **answer: Any) -> None:
        sandbox.control(
            "POST",
            "/faults",
            {"method": method, "path": path, "times": times, "skip": skip, "answer": answer},
        )

    return script
