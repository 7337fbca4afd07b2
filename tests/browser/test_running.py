"""The dry run with one click, the list of connectors, and the report's path, in the UI."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DagsterServer, show, take_picture
from tests.conftest import Sandbox
from tests.waiting import until_played

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
    with page.context.expect_page() as opened:
        page.get_by_text(f"{EVENT}/{ran['run_id']}.html").first.click()
    report = opened.value
    expect(report.locator("h1")).to_contain_text(f"plan for {EVENT}")
    expect(report.locator("#records tbody tr").first).to_be_visible()
    take_picture(report, "report-of-a-plan")


def test_a_running_run_is_stopped_and_says_what_it_has_done(
    dagster_server: DagsterServer, page: Page, sandbox_server: str
):
    sandbox = Sandbox(sandbox_server)
    slow = {"method": "POST", "path": "/Registration/", "skip": 6, "times": -1, "answer": {"delay_ms": 2_000}}
    sandbox.control("POST", "faults", [slow])
    try:
        run = dagster_server.launch("summit_prospects", EVENT)
        until_played(sandbox, "the slow write was not reached")
        show(page, dagster_server.page(f"runs/{run}"), "summit_prospects", name="run-running")
        page.get_by_role("button", name="Terminate").click()
        page.get_by_role("dialog").get_by_role("button", name="Terminate").click()
        show(
            page,
            dagster_server.page(f"runs/{run}"),
            "Canceled",
            "have a recorded outcome",
            name="run-stopped",
        )
    finally:
        sandbox.control("DELETE", "faults")


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
