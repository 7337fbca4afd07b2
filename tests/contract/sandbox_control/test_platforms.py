"""A platform is a folder: the server, the seeds, the page and the control door take it from one list."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from certain_eloqua_sandbox import coverage, platforms, run
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
        path, _, query = path.partition("?")
        answer = sandbox.answer(Request(method, path, parse_qs(query), named, data))
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


def test_the_page_has_the_tabs_and_people_of_a_new_platform(ask: Ask) -> None:
    known = {one["name"]: one for one in ask("GET", "/_sandbox/view/platforms")[1]}
    assert list(known) == ["eloqua", "certain", "throwaway"]
    assert known["throwaway"]["label"] == "Throwaway"
    assert [tab["table"] for tab in known["throwaway"]["tabs"]] == ["leads"]
    person = ask("GET", "/_sandbox/view/person?email=Planted")[1]
    assert [sheet["heading"] for sheet in person["sides"]["throwaway"]["sheets"]] == ["Planted"]
    assert person["sides"]["eloqua"]["sheets"] == []
    (first,) = [line for line in person["comparison"] if line["label"] == "First name"]
    assert (first["cells"], first["verdict"]) == (
        {"throwaway": {"name": "name", "text": "Ann", "key": None}},
        "one",
    )


def test_the_control_door_has_the_routes_settings_and_counts_of_a_new_platform(ask: Ask) -> None:
    assert ask("POST", "/_sandbox/throwaway/lead", {"name": "Renamed"}) == (200, {})
    assert ask("GET", "/throwaway/v1/leads", **KEY) == (200, ["Renamed"])
    assert any(one["path"] == "/_sandbox/throwaway/lead" for one in ask("GET", "/_sandbox")[1]["can"])
    assert ask("GET", "/_sandbox/settings")[1]["leads_per_call"] == 5
    assert ask("PUT", "/_sandbox/settings", {"leads_per_call": 11})[0] == 400
    assert ask("PUT", "/_sandbox/settings", {"leads_per_call": 7})[1]["leads_per_call"] == 7
    assert ask("GET", "/_sandbox/view/summary")[1]["settings"] == ["leads_per_call"]
    ask("POST", "/_sandbox/reset")
    assert ask("GET", "/_sandbox/settings")[1]["leads_per_call"] == 5
    assert ask("GET", "/_sandbox/counters")[1]["leads_watched"] == 7


def test_the_coverage_page_and_the_greeting_name_a_new_platform(ask: Ask, world: World) -> None:
    page = coverage.generate()
    assert "## The throw-away platform" in page
    assert "| Throwaway | Leads have names | a test |" in page
    assert "| Throwaway | a name is to be unique | a test |" in page
    greeting = run.greeting(Sandbox(world, platforms.platforms()), "http://here", 0.0)
    assert "Oracle Eloqua, Certain and The throw-away platform" in greeting
    assert "Throwaway  key open" in greeting


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
