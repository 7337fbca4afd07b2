from collections.abc import Iterator

import pytest

from tests.unit.clients.scripted_server import ScriptedServer


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    scripted = ScriptedServer()
    yield scripted
    scripted.close()


@pytest.fixture
def slept() -> list[float]:
    """Seconds that were waited instead of being slept."""
    return []
