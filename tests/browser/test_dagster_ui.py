"""The Dagster UI as an analyst sees it: graph, launchpad, a run, plans and deliveries, their checks.

What *is* so is asked by GraphQL; the browser shows how it looks. A page is awaited until it shows what
it must, and loaded again if it does not: on a busy machine a request of a page may run into a timeout.

Screenshots go to the folder named by SCREENSHOTS, if there is one.
"""

import pytest
import yaml
from playwright.sync_api import Page, expect

from tests.browser.conftest import DagsterServer, show

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]
EVENT = "NWSUMMIT27"
CONNECTOR = "summit_prospects"
OTHERS = ("attendees_to_eloqua", "newsletter_profiles")


@pytest.fixture(scope="module")
def finished_run(dagster_server):
    """A run of the connector's job for one event."""
    return dagster_server.run(CONNECTOR, EVENT)


def test_the_graph_shows_every_connector_and_its_steps(dagster_server: DagsterServer, page: Page):
    show(page, dagster_server.page("asset-groups"), "certain", CONNECTOR, *OTHERS, name="asset-graph")
    lineage = dagster_server.location_page(f"asset-groups/{CONNECTOR}/lineage")
    show(page, lineage, "contacts", "plan", "delivery", name="connector-graph")


def test_a_schedule_is_switched_on_and_shows_its_next_tick(dagster_server: DagsterServer, page: Page):
    address = dagster_server.location_page("schedules/attendees_to_eloqua_schedule")
    show(page, address, "each event's own zone", "Preview tick result")
    page.get_by_role("checkbox").press("Space")
    show(page, address, "Next tick", name="schedule")
    page.get_by_role("checkbox").press("Space")


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
