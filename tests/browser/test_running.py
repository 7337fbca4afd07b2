"""The dry run with one click, the list of connectors, and the report's path, in the UI."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DagsterServer, show

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]
EVENT = "NWSUMMIT27"
CONNECTOR = "attendees_to_eloqua"


def test_the_dry_run_is_a_job_of_its_own_whose_plan_has_a_report(
    dagster_server: DagsterServer, page: Page, sandbox_server: str
):
    job = f"{CONNECTOR}_dry_run"
    show(page, dagster_server.location_page(f"jobs/{job}"), job, "Materialize", name="dry-run")
    ran = dagster_server.run(job, EVENT)
    assert ran["status"] == "SUCCESS"
    path = f"assets/{CONNECTOR}/plan?view=partitions&partition={EVENT}"
    show(
        page,
        dagster_server.page(path),
        "report",
        f"certain-eloqua report {ran['run_id']}",
        name="plan-report",
    )


def test_the_list_of_connectors_shows_their_status(dagster_server: DagsterServer, page: Page):
    assert dagster_server.run(f"{CONNECTOR}_dry_run", EVENT)["status"] == "SUCCESS"
    assert dagster_server.run("standing", "")["status"] == "SUCCESS"
    show(
        page,
        dagster_server.page("assets/standing/connector_files"),
        "connectors",
        "usable",
        name="connector-list",
    )
