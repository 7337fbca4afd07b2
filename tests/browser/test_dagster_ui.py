"""The Dagster UI as an analyst uses it: graph, launchpad, a run started by a click, its metadata and checks.

Screenshots go to the folder named by SCREENSHOTS, if there is one.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import dagster as dg
import pytest
import yaml

from tests.conftest import ROOT, clean_environment

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
EVENT = "NWSUMMIT27"
CONNECTOR = "summit_prospects"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
LOADED = """{workspaceOrError{... on Workspace{locationEntries{loadStatus
  locationOrLoadError{__typename ... on PythonError{message}}}}}}"""
RUNS = """query($job:String!){runsOrError(filter:{pipelineName:$job}){... on Runs{results{
  runId status tags{key value}}}}}"""


def ask(base, query, **variables):
    body = json.dumps({"query": query, "variables": variables}).encode()
    request = urllib.request.Request(f"{base}/graphql", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["data"]


@pytest.fixture
def live(sandbox, tmp_path, monkeypatch):
    """`dagster dev` on a home of its own, with the shipped connectors and the sandbox."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text((ROOT / "dagster.yaml").read_text())
    ours = {"DAGSTER_HOME": str(home), "ELOQUA_BASE_URL": sandbox.url, "CERTAIN_BASE_URL": sandbox.url}
    for name, value in ours.items():
        monkeypatch.setenv(name, value)
    with dg.DagsterInstance.get() as instance:  # the databases are made before anything runs in parallel
        instance.add_dynamic_partitions("events", [EVENT])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["-m", "dagster", "dev", "-w", str(ROOT / "workspace.yaml"), "-h", "127.0.0.1", "-p", str(port)]
    environment = {**clean_environment(), **ours, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    log = home / "dev.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, *command],
            cwd=home,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    base, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 120
    try:
        while True:
            try:
                entries = ask(base, LOADED)["workspaceOrError"]["locationEntries"]
            except OSError:
                entries = []
            if entries and entries[0]["loadStatus"] == "LOADED":
                break
            assert server.poll() is None, log.read_text()[-3000:]
            assert time.monotonic() < deadline, log.read_text()[-3000:]
            time.sleep(0.2)
        assert entries[0]["locationOrLoadError"]["__typename"] == "RepositoryLocation", entries
        yield base
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


@pytest.fixture
def page(live):
    playwright = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM:
        pytest.skip("no Chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1600, "height": 1000})
        page.set_default_timeout(60_000)
        yield page
        browser.close()


def shoot(page, name):
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.wait_for_timeout(1200)
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_an_analyst_looks_chooses_runs_and_reads(live, page):
    location = f"{live}/locations/certain_eloqua"
    page.goto(f"{live}/asset-groups")
    for group in ("certain", CONNECTOR, "attendees_to_eloqua", "newsletter_profiles"):
        page.get_by_text(group, exact=True).first.wait_for()
    shoot(page, "asset-graph")
    page.goto(f"{location}/asset-groups/{CONNECTOR}/lineage")
    page.get_by_text("delivery", exact=True).first.wait_for()
    shoot(page, "connector-graph")

    page.goto(f"{location}/jobs/{CONNECTOR}/playground")
    page.locator(".CodeMirror").first.wait_for()
    page.get_by_text("Summit Prospects").first.wait_for()
    partition = page.get_by_placeholder("Partition")
    partition.click()
    partition.fill(EVENT)
    page.get_by_role("menuitem", name=EVENT).or_(page.get_by_text(EVENT, exact=True)).last.click()
    shoot(page, "launchpad")
    editor = "document.querySelector('.CodeMirror').CodeMirror"
    chosen = page.evaluate(f"{editor}.getValue()")
    form = yaml.safe_load(chosen)["resources"][f"{CONNECTOR}_settings"]["config"]
    assert form["contact_list_name"] == "Summit Prospects"
    wrong = yaml.safe_dump(
        {"resources": {f"{CONNECTOR}_settings": {"config": {"profile_deduplication": "phone"}}}}
    )
    page.evaluate(f"t => {editor}.setValue(t)", wrong)
    page.get_by_text("not in enum type").first.wait_for()
    shoot(page, "launchpad-refuses")
    page.evaluate(f"t => {editor}.setValue(t)", chosen)
    page.get_by_text("No errors").first.wait_for()
    page.get_by_role("button", name="Launch Run").click()

    deadline = time.monotonic() + 150
    while True:
        found = ask(live, RUNS, job=CONNECTOR)["runsOrError"]["results"]
        if found and found[0]["status"] in ("SUCCESS", "FAILURE", "CANCELED"):
            break
        assert time.monotonic() < deadline, found
        time.sleep(0.5)
    assert found[0]["status"] == "SUCCESS"
    # By this tag runs of one event wait for each other (dagster.yaml).
    assert {"key": "dagster/partition", "value": EVENT} in found[0]["tags"]
    page.goto(f"{live}/runs/{found[0]['runId']}")
    page.get_by_text("Success", exact=True).first.wait_for()
    shoot(page, "run")

    for asset, figure in (("plan", "plan_create"), ("delivery", "created")):
        page.goto(f"{live}/assets/{CONNECTOR}/{asset}?view=partitions&partition={EVENT}")
        page.get_by_text(figure, exact=True).first.wait_for()
        shoot(page, f"{asset}-metadata")
        page.goto(f"{live}/assets/{CONNECTOR}/{asset}?view=checks")
        check = "keys_are_unique" if asset == "plan" else "everything_planned_has_an_outcome"
        page.get_by_text(check).first.wait_for()
        shoot(page, f"{asset}-checks")
