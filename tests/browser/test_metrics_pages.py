"""Metrics as people see them: the charts in the Dagster UI, and the custom objects on the sandbox's page."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DagsterServer, show, take_picture

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]
EVENT = "NWEXPO25"
CHARTS = {
    "engagement": ("engagement_distribution", "How many sessions attendees have", "most_engaged"),
    "interest": ("interest_by_tag", "Points by tag", "most_interested"),
}
SHOWN = {
    "engagement": ("SessionsRegistered", "SessionsAttended", "AverageSessionRating"),
    "interest": ("TagName", "Points", "ItemsCounted"),
}
IS_DRAWN = "image => image.complete && image.naturalWidth > 400"


@pytest.mark.parametrize("what", CHARTS)
def test_the_charts_are_drawn_and_the_custom_object_is_linked(
    dagster_server: DagsterServer, sandbox_server, page: Page, what: str
):
    assert dagster_server.run(f"attendee_{what}", EVENT)["status"] == "SUCCESS"
    label, title, people = CHARTS[what]
    address = dagster_server.page(f"assets/metrics/{what}?view=partitions&partition={EVENT}")
    show(page, address, label, people, name=f"metrics-{what}")
    page.get_by_role("row", name=label).get_by_text("[Show Markdown]").click()
    chart = page.get_by_role("img", name=title)
    expect(chart).to_be_visible()
    assert chart.evaluate(IS_DRAWN), "the chart is not drawn"
    box = chart.bounding_box()
    assert box["x"] + box["width"] <= 1600, "the chart is wider than the window"
    take_picture(page, f"metrics-{what}-chart")

    page.goto(f"{sandbox_server}/#/eloqua/custom_objects")
    page.get_by_role("link", name=f"Certain {what.title()} Metrics").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Certain {what.title()} Metrics")
    expect(page.locator("tbody tr").first).to_contain_text(f"NWIND.{EVENT}.")
    expect(page.locator("tbody tr").get_by_role("link").first).to_contain_text("@")
    for field in SHOWN[what]:
        expect(page.get_by_role("columnheader", name=field)).to_be_visible()
    take_picture(page, f"custom-object-{what}")
