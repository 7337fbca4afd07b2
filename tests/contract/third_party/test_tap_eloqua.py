"""tap-eloqua against the sandbox: it discovers every stream and reads what is in them."""

import base64
import json
import subprocess
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Sandbox

Run = Callable[..., subprocess.CompletedProcess[str]]
ACTIVITIES = {
    "activity_email_open",
    "activity_email_clickthrough",
    "activity_email_send",
    "activity_subscribe",
    "activity_unsubscribe",
    "activity_bounceback",
    "activity_web_visit",
    "activity_page_view",
    "activity_form_submit",
}
STATIC = {"visitors", "campaigns", "emails", "forms", "assets", "emailGroups"}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture
def config(tmp_path: Path, sandbox: Sandbox) -> Path:
    """A configuration of the tap. It writes each new refresh token into it."""
    asked = urllib.request.Request(
        f"{sandbox.url}/auth/oauth2/token",
        data=json.dumps(
            {"grant_type": "password", "username": "Sandbox\\demo", "password": "demo", "scope": "full"}
        ).encode(),
        headers={
            "Content-Type": "application/json",
            "Authorization": "Basic " + base64.b64encode(b"demo:demo").decode(),
        },
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:
        token = json.load(answer)["refresh_token"]
    path = tmp_path / "config.json"
    path.write_text(
        json.dumps(
            {
                "start_date": "2010-01-01T00:00:00Z",
                "client_id": "demo",
                "client_secret": "demo",
                "refresh_token": token,
                "redirect_uri": "https://client.example/callback",
                "bulk_page_size": 1000,
            }
        )
    )
    return path


@pytest.fixture
def catalog(tap_eloqua: Path, run_outside: Run, config: Path, tmp_path: Path) -> dict[str, Any]:
    """What the tap discovers."""
    return json.loads(run_outside(tap_eloqua, "--config", config, "--discover").stdout)


def _read(tap: Path, run: Run, config: Path, catalog: dict[str, Any], *streams: str) -> list[dict[str, Any]]:
    chosen = []
    for stream in catalog["streams"]:
        if stream["tap_stream_id"] in streams:
            roots = [entry for entry in stream["metadata"] if not entry["breadcrumb"]]
            if not roots:
                roots = [{"breadcrumb": [], "metadata": {}}]
                stream["metadata"] += roots
            roots[0]["metadata"]["selected"] = True
            chosen.append(stream)
    path = config.parent / "catalog.json"
    path.write_text(json.dumps({"streams": chosen}))
    lines = run(tap, "--config", config, "--catalog", path).stdout.splitlines()
    return [json.loads(line) for line in lines]


def _records(messages: list[dict[str, Any]]) -> Counter[str]:
    return Counter(message["stream"] for message in messages if message["type"] == "RECORD")


def test_it_discovers_every_stream(
    tap_eloqua: Path, run_outside: Run, config: Path, sandbox: Sandbox
) -> None:
    before = json.loads(config.read_text())["refresh_token"]

    catalog = json.loads(run_outside(tap_eloqua, "--config", config, "--discover").stdout)

    streams = {stream["tap_stream_id"] for stream in catalog["streams"]}

    assert streams >= {"contacts", "accounts"} | ACTIVITIES | STATIC
    objects = sandbox.control("GET", "view/eloqua/custom_objects")["rows"]
    assert len(streams) == 2 + len(ACTIVITIES) + len(STATIC) + len(objects)
    assert json.loads(config.read_text())["refresh_token"] != before, "a refresh token is used up by its use"


def test_it_reads_every_contact_and_account(
    tap_eloqua: Path, run_outside: Run, config: Path, catalog: dict[str, Any], sandbox: Sandbox
) -> None:
    read = _records(_read(tap_eloqua, run_outside, config, catalog, "contacts", "accounts"))

    there = sandbox.control("GET", "view/summary")["eloqua"]
    assert read == {name: there[name] for name in ("contacts", "accounts") if there[name]}


def test_it_reads_activities_of_every_type(
    tap_eloqua: Path, run_outside: Run, config: Path, catalog: dict[str, Any]
) -> None:
    read = _records(_read(tap_eloqua, run_outside, config, catalog, *ACTIVITIES))

    assert set(read) == ACTIVITIES


def test_it_reads_custom_objects_and_static_streams(
    tap_eloqua: Path, run_outside: Run, config: Path, catalog: dict[str, Any], sandbox: Sandbox
) -> None:
    known = {"contacts", "accounts"} | ACTIVITIES | STATIC
    custom = {stream["tap_stream_id"] for stream in catalog["streams"]} - known
    messages = _read(tap_eloqua, run_outside, config, catalog, *custom, *STATIC)

    read = _records(messages)
    there = sandbox.control("GET", "view/eloqua/custom_objects")["rows"]
    assert sum(read[name] for name in custom) == sum(one["records"] for one in there)
    assert {name for name in STATIC if read[name]} >= {"campaigns", "emails", "forms"}
