"""The list of connectors and the reports of runs, as `certain-eloqua pages` serves them."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from certain_eloqua.cli.pages import PagesServer
from certain_eloqua.settings import Settings
from tests.browser.conftest import take_picture
from tests.journeys.conftest import EVENT, deployment, kept

__all__ = ["deployment", "kept"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]


@contextmanager
def served() -> Iterator[PagesServer]:
    with PagesServer(("127.0.0.1", 0), Settings.read(), guarded=True) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


@pytest.fixture
def server(kept) -> Iterator[PagesServer]:
    with served() as one:
        yield one


def get(server: PagesServer, path: str, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=60)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_the_list_leads_to_the_report_of_the_latest_run(kept, server, page: Page):
    kept.file("broken", "kind: nothing_of_ours\n")
    assert kept.job("prospects", EVENT).success
    page.goto(f"http://127.0.0.1:{server.server_port}/")
    row = page.locator("tr#prospects")
    expect(row).to_contain_text("Import Eloqua Contacts as Registrations")
    expect(row).to_contain_text("Completed")
    expect(row).to_contain_text("created")
    expect(page.locator("tr#readers")).to_contain_text("Never run")
    expect(page.locator(".wrong")).to_contain_text("broken.yaml")
    take_picture(page, "pages-list")
    row.get_by_text("report of the delivery").click()
    expect(page.locator("h1")).to_contain_text(f"delivery for {EVENT}")
    expect(page.locator("#records tbody tr").first).to_be_visible()
    assert "@" not in page.locator("#records").inner_text().replace("***@", "")


@pytest.mark.parametrize(
    "path",
    [
        "/reports/prospects/delivery/NWSUMMIT27/{run}.parquet",
        "/reports/prospects/delivery/NWSUMMIT27/latest.json",
        "/reports/../../dagster.yaml",
        "/reports/%2e%2e/%2e%2e/secret.html",
        "/reports//etc/passwd",
        "/reports/prospects/delivery/NWSUMMIT27/",
        "/reports/.html",
        "/reports/",
        "/anything",
    ],
)
def test_nothing_but_reports_is_served(kept, server, path):
    (kept.folder / "home" / "secret.html").write_text("secret")
    assert get(server, path.format(run="3f2a9c01"))[0] == 404


def test_a_page_of_another_site_cannot_read_it(server):
    assert get(server, "/", Host="evil.example")[0] == 403
    assert get(server, "/", Host=f"localhost:{server.server_port}")[0] == 200
