"""A platform is a folder: the server, the seeds, the page and the control door take it from one list."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from certain_eloqua_sandbox import platforms
from certain_eloqua_sandbox.seeds.catalogue import SEEDS, plant, replant
from certain_eloqua_sandbox.server import Sandbox
from certain_eloqua_sandbox.wire import Request
from certain_eloqua_sandbox.world import World
from tests.conftest import ROOT, clean_environment

Ask = Callable[..., tuple[int, Any]]
KEY = {"x-key": "open"}


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


@pytest.fixture
def ask(world: World, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Ask a sandbox to which a throw-away platform was added."""
    added = [*platforms.MODULES, "tests.contract.sandbox_control.throwaway.platform"]
    monkeypatch.setattr(platforms, "MODULES", added)
    plant(world, SEEDS["empty"])
    sandbox = Sandbox(world, platforms.platforms())

    def call(method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        data = b"" if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = sandbox.answer(Request(method, path, {}, named, data))
        return answer.status, json.loads(b"".join(answer.parts))

    return call


def test_a_new_platform_answers_below_its_prefix(ask: Ask) -> None:
    assert ask("GET", "/throwaway/v1/leads", **KEY) == (200, ["Planted"])
    assert ask("POST", "/throwaway/v1/leads", {"name": "Ann"}, **KEY) == (201, {})
    assert ask("GET", "/throwaway/v1/leads", **KEY) == (200, ["Planted", "Ann"])


def test_a_new_platform_refuses_in_its_own_words(ask: Ask) -> None:
    assert ask("GET", "/throwaway/v1/leads") == (401, "no key")
    assert ask("GET", "/throwaway/v1/nothing", **KEY) == (404, {"throwaway": 404})
    assert ask("GET", "/throwaway/v9", **KEY) == (404, {"throwaway": 404})


def test_the_control_door_and_the_page_show_a_new_platform(ask: Ask) -> None:
    assert ask("GET", "/_sandbox")[1]["credentials"]["throwaway"] == {"key": "open"}
    assert ask("GET", "/_sandbox/view/summary")[1]["throwaway"] == {"leads": 1}
    assert ask("GET", "/_sandbox/view/throwaway/leads")[1]["rows"] == [{"name": "Planted"}]


def test_a_reset_plants_a_new_platform_again(ask: Ask, world: World) -> None:
    ask("POST", "/throwaway/v1/leads", {"name": "Ann"}, **KEY)
    replant(world)
    assert ask("GET", "/throwaway/v1/leads", **KEY) == (200, ["Planted"])


WITHOUT_THE_PRODUCT = """
import sys
sys.modules["certain_eloqua"] = None  # an import of it, or of a module in it, raises ImportError
from certain_eloqua_sandbox import coverage, run
from certain_eloqua_sandbox.platforms import platforms
from certain_eloqua_sandbox.seeds.catalogue import SEEDS, plant
from certain_eloqua_sandbox.server import Sandbox
from certain_eloqua_sandbox.wire import Request
from certain_eloqua_sandbox.world import World
world = World()
plant(world, SEEDS["empty"])
print(Sandbox(world, platforms()).answer(Request("GET", "/_sandbox", {}, {})).status)
"""


def test_the_sandbox_runs_without_the_product(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT_THE_PRODUCT],
        cwd=tmp_path,
        env={**clean_environment(), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (ran.returncode, ran.stdout.strip()) == (0, "200"), ran.stderr
