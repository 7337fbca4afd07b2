"""The Dagster UI as an analyst sees it: graph, launchpad, a run, plans and deliveries, their checks.

What *is* so is asked by GraphQL; the browser shows how it looks. A page is awaited until it shows what
it must, and loaded again if it does not: on a busy machine a request of a page may run into a timeout.

Screenshots go to the folder named by SCREENSHOTS, if there is one.
"""

import os
import time
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Error, Page, expect

from tests.browser.conftest import DagsterServer

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]
EVENT = "NWSUMMIT27"
CONNECTOR = "summit_prospects"
OTHERS = ("attendees_to_eloqua", "newsletter_profiles")
SHOWN_WITHIN, ONE_TRY = 300.0, 60_000


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1600, "height": 1400})
    one = context.new_page()
    one.set_default_timeout(ONE_TRY)
    yield one
    context.close()


@pytest.fixture(scope="module")
def finished_run(dagster_server):
    """A run of the connector's job for one event."""
    return dagster_server.run(CONNECTOR, EVENT)


def show(page: Page, address: str, *texts: str, name: str = "") -> None:
    """Open a page and wait until it shows all these texts; then take its picture."""
    deadline = time.monotonic() + SHOWN_WITHIN
    while True:
        try:
            page.goto(address)
            for text in texts:
                expect(page.get_by_text(text).first).to_be_visible(timeout=ONE_TRY)
            break
        except (AssertionError, Error):
            if time.monotonic() > deadline:
                raise
    folder = os.environ.get("SCREENSHOTS")
    if folder and name:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.wait_for_timeout(1500)
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_the_graph_shows_every_connector_and_its_steps(dagster_server: DagsterServer, page: Page):
    show(page, dagster_server.page("asset-groups"), "certain", CONNECTOR, *OTHERS, name="asset-graph")
    lineage = dagster_server.location_page(f"asset-groups/{CONNECTOR}/lineage")
    show(page, lineage, "contacts", "plan", "delivery", name="connector-graph")


def test_the_launchpad_opens_with_the_settings_of_the_file_and_of_no_other_connector(dagster_server, page):
    playground = dagster_server.location_page(f"jobs/{CONNECTOR}/playground")
    show(page, playground, "Summit Prospects", f"{CONNECTOR}_settings", "run_locks", name="launchpad")

    text = page.evaluate("document.querySelector('.CodeMirror').CodeMirror.getValue()")
    (settings,) = yaml.safe_load(text)["resources"].items()
    assert settings[0] == f"{CONNECTOR}_settings"
    assert settings[1]["config"]["contact_list_name"] == "Summit Prospects"
    for other in OTHERS:
        expect(page.get_by_text(f"{other}_settings")).to_have_count(0)


def test_a_setting_that_cannot_be_is_refused_before_the_launch(dagster_server):
    def config(connector, **settings):
        return {"resources": {f"{connector}_settings": {"config": settings}}}

    assert dagster_server.config_errors(CONNECTOR, config(CONNECTOR, profile_deduplication="email")) == []
    (error,) = dagster_server.config_errors(CONNECTOR, config(CONNECTOR, profile_deduplication="phone"))
    assert "not in enum type" in error
    (error,) = dagster_server.config_errors(CONNECTOR, config(OTHERS[0], lookup_limit=1))
    assert OTHERS[0] in error


def test_a_run_succeeds_and_carries_the_tag_by_which_runs_of_an_event_wait(
    dagster_server, page, finished_run
):
    assert finished_run["status"] == "SUCCESS"
    assert {"key": "dagster/partition", "value": EVENT} in finished_run["tags"]
    show(page, dagster_server.page(f"runs/{finished_run['run_id']}"), "Success", name="run")


@pytest.mark.parametrize(
    ("step", "count", "table"),
    [("plan", "plan_create", "field: old → new"), ("delivery", "created", "outcome")],
)
def test_a_step_shows_its_counts_and_a_table_of_records(
    dagster_server, page, finished_run, step, count, table
):
    metadata, _ = dagster_server.asset(f"{CONNECTOR}/{step}", EVENT)
    assert metadata[count] > 0
    head = metadata["changes" if step == "plan" else "records"].splitlines()[0]
    assert table in head
    address = dagster_server.page(f"assets/{CONNECTOR}/{step}?view=partitions&partition={EVENT}")
    show(page, address, count, str(metadata[count]), table, name=f"{step}-metadata")
    assert "***@" in page.inner_text("body")

    # What an analyst must read is on the screen, not behind a scroll bar.
    cell = page.get_by_text("reason" if step == "plan" else "cause", exact=True).first.bounding_box()
    assert cell["x"] + cell["width"] < 1600


@pytest.mark.parametrize("step", ["plan", "delivery"])
def test_a_step_shows_the_checks_that_passed(dagster_server, page, finished_run, step):
    _, checks = dagster_server.asset(f"{CONNECTOR}/{step}", EVENT)
    assert checks
    assert set(checks.values()) == {"SUCCEEDED"}
    show(page, dagster_server.page(f"assets/{CONNECTOR}/{step}?view=checks"), *checks, name=f"{step}-checks")
