"""The report of a plan in a browser: opened as a file, searched, filtered; the data runs no script."""

import json
import os
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser, expect

from certain_eloqua.assets.report import About, render_report
from certain_eloqua.connectors.catalogue import KINDS

pytestmark = pytest.mark.browser
KIND = KINDS["upsert_contacts"]
NASTY = "</td></table><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"


def _plan(rows: int) -> pd.DataFrame:
    frame = pd.DataFrame({name: [""] * rows for name in KIND.plan_schema.names})
    frame["key"] = frame["email"] = [f"person{number}@example.com" for number in range(rows)]
    frame["action"], frame["record"] = "create", "contact"
    change = {"on": "contact", "field": "C_FirstName", "old": "Mira", "new": "Mirabel"}
    frame["changes"] = json.dumps([change, change | {"field": "C_City", "old": None, "new": NASTY}])
    frame.loc[rows // 2 :, "action"] = "unchanged"
    frame.loc[rows - 5 :, ["action", "reason", "detail"]] = ["skip", "no_email", "the address is blank"]
    frame.loc[rows - 1, ["reason", "detail"]] = ["test_mode", NASTY]
    return frame.astype("str")


def test_a_report_is_searched_and_filtered_without_a_network(browser: Browser, tmp_path: Path):
    about = About(
        "plan",
        "attendees_to_eloqua",
        "NWSUMMIT27",
        "3f2a9c01-0000-4000-8000-000000000000",
        "2026-11-26T10:00:00+00:00",
        link="http://127.0.0.1:3000/runs/3f2a9c01",
        settings={"registration_statuses": ["Pre-Registered"]},
        cost={"seconds": 2.1, "eloqua_calls": 7},
    )
    file = tmp_path / "report.html"
    file.write_text(render_report(KIND, _plan(400), about, unmasked=True), encoding="utf-8")
    context = browser.new_context(offline=True, viewport={"width": 1300, "height": 900})
    page = context.new_page()
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(file.as_uri())
    rows = page.locator("#records tbody tr:not([hidden])")
    expect(rows).to_have_count(400)
    page.locator("#what").select_option("skip")
    expect(rows).to_have_count(5)
    page.locator("#why").select_option("no_email")
    expect(rows).to_have_count(4)
    expect(page.locator("#shown")).to_have_text("4 shown")
    page.locator("#what").select_option("")
    page.locator("#why").select_option("")
    page.locator("#search").fill("PERSON12@ mirabel")
    expect(rows).to_have_count(1)
    page.locator("#search").fill("")
    expect(rows).to_have_count(400)
    assert page.title() == "attendees_to_eloqua · plan · NWSUMMIT27"
    assert page.locator("img").count() == 0
    assert (asked, wrong) == ([file.as_uri()], [])
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / "report.png")
    context.close()
