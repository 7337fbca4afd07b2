"""Take the pictures of the sandbox's page anew: `python -m docs.screenshots` writes docs/images/*.png.

Needs a Chromium, and for Chinese, Japanese and Korean names a font that has them (fonts-noto-cjk).
"""

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import ViewportSize, sync_playwright

IMAGES = Path(__file__).parent / "images"
SIZE: ViewportSize = {"width": 1280, "height": 800}
PICTURES = {
    "overview": "/",
    "person": "/#/person/mary.obrien@tailspin.example",
    "sync": "/#/eloqua/syncs/1",
    "event": "/#/certain/events/NWSUMMIT27?limit=8",
}
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
LOGIN = "Basic " + base64.b64encode(b"Sandbox\\demo:demo").decode()


@contextmanager
def sandbox() -> Iterator[str]:
    """Run a sandbox of our own at the default port, and return its address."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder, "ready.json")
        program = subprocess.Popen(
            [sys.executable, "-m", "certain_eloqua_sandbox", "--quiet", "--ready-file", str(ready)],
            stdout=subprocess.DEVNULL,
        )
        try:
            while not ready.exists():
                if program.poll() is not None:
                    sys.exit("The sandbox did not start; is its port taken?")
                time.sleep(0.05)
            yield json.loads(ready.read_text())["url"]
        finally:
            program.terminate()
            program.wait()


def send(method: str, url: str, body: object) -> dict[str, str]:
    """Send JSON as the demo user, and return what comes back."""
    headers = {"Content-Type": "application/json", "Authorization": LOGIN}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers, method=method)  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        text = answer.read()
    found: dict[str, str] = json.loads(text) if text else {}
    return found


def fill(url: str) -> None:
    """Import a few contacts of which some are refused, at a time that is always the same."""
    send("PUT", f"{url}/_sandbox/clock", {"at": "2026-11-23T09:00:00Z"})
    bulk = f"{url}/api/bulk/2.0"
    fields = {
        "E-mail": "{{Contact.Field(C_EmailAddress)}}",
        "First name": "{{Contact.Field(C_FirstName)}}",
        "Customer since": "{{Contact.Field(C_Customer_Since1)}}",
    }
    definition = {"name": "Attendees of the summit", "fields": fields, "identifierFieldName": "E-mail"}
    uri = send("POST", f"{bulk}/contacts/imports", definition)["uri"]
    rows = [
        {
            "E-mail": f"guest{n}@northwind.example" if n % 13 else f"guest{n}, northwind",
            "First name": "Guest",
            "Customer since": "soon" if n % 17 == 5 else "2026-01-31",
        }
        for n in range(1, 41)
    ]
    send("POST", f"{bulk}{uri}/data", rows)
    send("POST", f"{bulk}/syncs", {"syncedInstanceUri": uri})
    send("DELETE", f"{url}/_sandbox/clock", None)


def take(url: str) -> None:
    """Take all pictures."""
    program = shutil.which(os.environ.get("CHROMIUM", "")) or next(
        filter(None, map(shutil.which, NAMES)), None
    )
    if program is None:
        sys.exit("No Chromium: install the package chromium, or name one in CHROMIUM")
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        for name, address in PICTURES.items():
            page.goto(url + address)
            page.locator("main h1").wait_for()
            page.wait_for_load_state("networkidle")
            if name == "sync":
                page.get_by_role("heading", name="Rejected rows").scroll_into_view_if_needed()
                page.mouse.wheel(0, 500)
                page.wait_for_timeout(300)
            page.screenshot(path=IMAGES / f"sandbox-{name}.png")
        browser.close()


def main() -> None:
    """Fill a sandbox and take its pictures."""
    with sandbox() as url:
        fill(url)
        take(url)


if __name__ == "__main__":
    main()
