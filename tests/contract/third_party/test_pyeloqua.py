"""pyeloqua against the sandbox: it exports, imports, fills lists and custom objects and reads activities."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Sandbox
from tests.contract.third_party.redirect import Redirect

SCRIPT = Path(__file__).parent / "pyeloqua_script.py"
Run = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture
def story(pyeloqua_python: Path, run_outside: Run, sandbox: Sandbox) -> Callable[[str], dict[str, Any]]:
    """Run one story of the script in pyeloqua's own environment; returns what it saw."""

    def run(name: str) -> dict[str, Any]:
        return json.loads(run_outside(pyeloqua_python, SCRIPT, name).stdout.splitlines()[-1])

    return run


def test_it_logs_in_by_the_public_host_name(
    story: Callable[[str], dict[str, Any]], eloqua_hosts: Redirect
) -> None:
    seen = story("login")

    assert seen["company"] == "Sandbox"
    assert seen["bulk_base"].endswith("/2.0/")
    assert ("login.eloqua.com", "GET", "/id", 200) in eloqua_hosts.seen


def test_it_exports_contacts_page_by_page(story: Callable[[str], dict[str, Any]], sandbox: Sandbox) -> None:
    seen = story("export")

    assert seen["status"] == "success"
    assert seen["count"] == len(seen["rows"]) > 1000
    assert seen["count"] == sandbox.control("GET", "view/summary")["eloqua"]["contacts"]
    assert all(isinstance(value, str) for row in seen["rows"] for value in row.values())


def test_it_imports_contacts_with_odd_values(story: Callable[[str], dict[str, Any]]) -> None:
    seen = story("import")

    assert seen["status"] == "success"
    assert sorted(seen["back"], key=lambda row: row["C_EmailAddress"]) == seen["sent"]


def test_it_reads_the_rejects_of_an_import(story: Callable[[str], dict[str, Any]]) -> None:
    seen = story("rejects")

    assert seen["status"] == "warning"
    assert [reject["recordIndex"] for reject in seen["rejects"]] == [2]
    assert seen["rejects"][0]["statusCode"].startswith("ELQ-")


def test_it_puts_contacts_on_a_list_and_exports_the_list(story: Callable[[str], dict[str, Any]]) -> None:
    seen = story("lists")

    assert seen["status"] == "success"
    assert set(seen["added"]) <= set(seen["members"])
    assert len(seen["members"]) == seen["before"] + len(seen["added"])


def test_it_imports_and_exports_custom_object_records(story: Callable[[str], dict[str, Any]]) -> None:
    seen = story("custom_objects")

    assert seen["imported"] == "success"
    assert seen["exported"] == "success"
    assert seen["after"] == seen["before"] + 1


def test_it_exports_activities(story: Callable[[str], dict[str, Any]]) -> None:
    seen = story("activities")

    for kind, (status, count) in seen.items():
        assert status == "success", kind
        assert count > 0, kind
