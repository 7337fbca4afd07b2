"""A headless Chromium, and `dagster dev` on a home of its own, for tests that look at pages."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from certain_eloqua.cli.pages import PagesServer
from certain_eloqua.settings import Settings
from tests.conftest import ROOT, Sandbox, clean_environment

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CODE_LOCATION = {"repositoryLocationName": "certain_eloqua", "repositoryName": "__repository__"}
STARTS_WITHIN, RUNS_WITHIN = 240.0, 300.0
SHOWN_WITHIN = 300.0
"""Seconds. Far more than it takes: these only end a test that would never end."""
FIRST_TRY, LONGEST_TRY = 10_000, 60_000
"""Milliseconds. A page that missed an update shows it when it is opened again; each try is twice as long."""

LOADED = """{workspaceOrError{... on Workspace{locationEntries{loadStatus
  locationOrLoadError{__typename ... on PythonError{message}}}}}}"""
LAUNCH = """mutation($params:ExecutionParams!){launchRun(executionParams:$params){__typename
  ... on LaunchRunSuccess{run{runId}} ... on RunConfigValidationInvalid{errors{message}}
  ... on PythonError{message}}}"""
RUN = "query($id:ID!){runOrError(runId:$id){... on Run{status tags{key value}}}}"
RUNS = "query($filter:RunsFilter!){runsOrError(filter:$filter){... on Runs{results{status}}}}"
MESSAGES = """query($id:ID!){logsForRun(runId:$id){... on EventConnection{events{
  ... on MessageEvent{message}}}}}"""
ERRORS = """query($id:ID!){logsForRun(runId:$id){... on EventConnection{events{
  ... on ExecutionStepFailureEvent{error{message}}}}}}"""
CONFIG_ERRORS = """query($job:PipelineSelector!,$config:RunConfigData!){
  isPipelineConfigValid(pipeline:$job,runConfigData:$config,mode:"default"){
    ... on RunConfigValidationInvalid{errors{message}} ... on PythonError{message}}}"""
ASSET = """query($key:AssetKeyInput!,$partitions:[String!]){assetNodeOrError(assetKey:$key){... on AssetNode{
  assetChecksOrError{... on AssetChecks{checks{name executionForLatestMaterialization{status}}}}
  latestMaterializationByPartition(partitions:$partitions){metadataEntries{label
    ... on IntMetadataEntry{intValue} ... on MarkdownMetadataEntry{mdStr}}}}}}"""


@pytest.fixture(scope="session")
def browser():
    """The system's Chromium. Without one this fails: a page nobody looked at is not tested."""
    program = shutil.which(os.environ.get("CHROMIUM", "")) or next(
        filter(None, map(shutil.which, NAMES)), None
    )
    if program is None:
        pytest.fail("No Chromium: install the package chromium, or name one in CHROMIUM", pytrace=False)
    with sync_playwright() as playwright:
        running: Browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        yield running
        running.close()


@dataclass(frozen=True)
class DagsterServer:
    """A running `dagster dev`: its state by GraphQL, its pages by their addresses."""

    url: str

    def ask(self, query: str, **variables):
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(f"{self.url}/graphql", body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()[:2000]) from None

    def page(self, path: str) -> str:
        return f"{self.url}/{path}"

    def location_page(self, path: str) -> str:
        return f"{self.url}/locations/certain_eloqua/{path}"

    def config_errors(self, job: str, config: dict) -> list[str]:
        answer = self.ask(CONFIG_ERRORS, job={**CODE_LOCATION, "pipelineName": job}, config=config)
        return [error["message"] for error in answer["isPipelineConfigValid"].get("errors", [])]

    def launch(self, job: str, event: str, config: dict | None = None) -> str:
        """Launch a job for an event as the launchpad does; the run's id."""
        tags = [{"key": "dagster/partition", "value": event}]
        params = {
            "selector": {**CODE_LOCATION, "jobName": job},
            "runConfigData": config or {},
            "executionMetadata": {"tags": tags},
        }
        launched = self.ask(LAUNCH, params=params)["launchRun"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        return launched["run"]["runId"]

    def run(self, job: str, event: str, config: dict | None = None) -> dict:
        """Launch a job for an event, and wait until the run has ended."""
        run_id = self.launch(job, event, config)
        deadline = time.monotonic() + RUNS_WITHIN
        while True:
            found = self.ask(RUN, id=run_id)["runOrError"]
            if found["status"] in ("SUCCESS", "FAILURE", "CANCELED"):
                return {**found, "run_id": run_id}
            assert time.monotonic() < deadline, found
            time.sleep(0.5)

    def statuses(self, job: str) -> list[str]:
        """The statuses of all runs of a job."""
        found = self.ask(RUNS, filter={"pipelineName": job})["runsOrError"]["results"]
        return [one["status"] for one in found]

    def messages(self, run_id: str) -> list[str]:
        """The messages of a run's events."""
        return [one["message"] for one in self.ask(MESSAGES, id=run_id)["logsForRun"]["events"]]

    def error(self, run_id: str) -> str:
        """The error of the step of a run that failed."""
        events = self.ask(ERRORS, id=run_id)["logsForRun"]["events"]
        (error,) = [one["error"]["message"] for one in events if one.get("error")]
        return error

    def asset(self, key: str, event: str) -> tuple[dict[str, object], dict[str, str]]:
        """The metadata of an asset's latest materialization for an event, and the results of its checks."""
        answer = self.ask(ASSET, key={"path": key.split("/")}, partitions=[event])["assetNodeOrError"]
        (latest,) = answer["latestMaterializationByPartition"]
        metadata = {
            entry["label"]: entry.get("intValue", entry.get("mdStr")) for entry in latest["metadataEntries"]
        }
        checks = {
            check["name"]: (check["executionForLatestMaterialization"] or {}).get("status")
            for check in answer["assetChecksOrError"]["checks"]
        }
        return metadata, checks


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _loaded(server: DagsterServer) -> bool:
    try:
        entries = server.ask(LOADED)["workspaceOrError"]["locationEntries"]
    except OSError:
        return False
    if not entries or entries[0]["loadStatus"] != "LOADED":
        return False
    assert entries[0]["locationOrLoadError"]["__typename"] == "RepositoryLocation", entries
    return True


def _start(home: Path, environment: dict[str, str]) -> tuple[subprocess.Popen, DagsterServer]:
    port, log = _free_port(), home / "dev.log"
    command = ["-m", "dagster", "dev", "-w", str(ROOT / "workspace.yaml"), "-h", "127.0.0.1", "-p", str(port)]
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=home,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server, deadline = DagsterServer(f"http://127.0.0.1:{port}"), time.monotonic() + STARTS_WITHIN
    try:
        while not _loaded(server):
            assert process.poll() is None, log.read_text()[-3000:]
            assert time.monotonic() < deadline, log.read_text()[-3000:]
            time.sleep(0.2)
    except BaseException:
        _stop(process)
        raise
    return process, server


def _stop(process: subprocess.Popen) -> None:
    """Ends all its processes at once: asked to end, the servers of code wait half a minute for each other."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def running_dagster(sandbox_url: str, home: Path, **more: str) -> Iterator[DagsterServer]:
    """`dagster dev` on a home of its own, with the sandbox; `more` is put into its environment."""
    (home / "dagster.yaml").write_text((ROOT / "dagster.yaml").read_text())
    ours = {"DAGSTER_HOME": str(home), "ELOQUA_BASE_URL": sandbox_url, "CERTAIN_BASE_URL": sandbox_url}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_HOME", str(home))
        # The databases are made before anything runs in parallel.
        with dg.DagsterInstance.get() as instance:
            instance.add_dynamic_partitions("events", ["NWSUMMIT27"])
    environment = {**clean_environment(), **ours, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", **more}
    process, server = _start(home, environment)
    try:
        yield server
    finally:
        _stop(process)


@contextmanager
def pages_of(home: Path) -> Iterator[str]:
    """What `certain-eloqua pages` serves of a Dagster home; the address."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_HOME", str(home))
        server = PagesServer(("127.0.0.1", 0), Settings.read(), guarded=True)
    with server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@pytest.fixture(scope="module")
def dagster_server(sandbox_server, tmp_path_factory):
    """`dagster dev` with the shipped connectors and the sandbox as freshly started."""
    Sandbox(sandbox_server).control("POST", "/reset")
    home = tmp_path_factory.mktemp("home")
    with (
        pages_of(home) as pages,
        running_dagster(sandbox_server, home, CERTAIN_ELOQUA_PAGES_URL=pages) as server,
    ):
        yield server


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1600, "height": 1400})
    one = context.new_page()
    one.set_default_timeout(LONGEST_TRY)
    yield one
    context.close()


def show(page: Page, address: str, *texts: str, name: str = "") -> None:
    """Open a page and wait until it shows all these texts; then take its picture."""
    deadline, patience = time.monotonic() + SHOWN_WITHIN, FIRST_TRY
    while True:
        try:
            page.goto(address)
            for text in texts:
                expect(page.get_by_text(text).first).to_be_visible(timeout=patience)
            break
        except (AssertionError, Error):
            if time.monotonic() > deadline:
                raise
            patience = min(2 * patience, LONGEST_TRY)
    if name:
        take_picture(page, name)


def take_picture(page: Page, name: str) -> None:
    """Keep a picture of the page in the folder that SCREENSHOTS names, if it names one."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.wait_for_timeout(1500)
        page.screenshot(path=str(Path(folder) / f"{name}.png"))
