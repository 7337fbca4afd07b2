"""The sandbox's page in a headless Chromium: what people see, live, by keyboard, without a network."""

import re
from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.conftest import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture
def page(browser: Browser, sandbox: Sandbox) -> Iterator[Page]:
    """The page at `/`, with everything but the sandbox out of reach."""
    context = browser.new_context(base_url=sandbox.url, viewport={"width": 1280, "height": 900})
    away: list[str] = []
    problems: list[str] = []

    def only_the_sandbox(route: object) -> None:
        url = route.request.url
        if url.startswith(sandbox.url):
            route.continue_()
        else:
            away.append(url)
            route.abort()

    context.route("**/*", only_the_sandbox)
    one = context.new_page()
    one.on("pageerror", lambda error: problems.append(str(error)))
    one.on(
        "console",
        lambda line: problems.append(line.text) if line.type == "error" and "404" not in line.text else None,
    )
    yield one
    context.close()
    assert away == [], "the page asked for something outside"
    assert problems == []


def _first_email(sandbox: Sandbox, view: str) -> str:
    rows = sandbox.control("GET", f"view/{view}")["rows"]
    return str(next(row["email"] for row in rows if row["email"]))


def test_the_overview_counts_both_platforms(page: Page, sandbox: Sandbox) -> None:
    there = sandbox.control("GET", "view/summary")
    page.goto("/")

    expect(page.get_by_role("heading", level=1)).to_have_text("Eloqua and Certain, current state")
    expect(page.get_by_role("main").get_by_role("link", name="Contacts")).to_contain_text(
        f"{there['eloqua']['contacts']:,}"
    )
    expect(page.get_by_role("main").get_by_role("link", name="Registrations")).to_contain_text(
        f"{there['certain']['registrations']:,}"
    )


@pytest.mark.parametrize("platform", ["eloqua", "certain"])
def test_every_tab_shows_its_table(page: Page, platform: str) -> None:
    page.goto(f"/#/{platform}/{'contacts' if platform == 'eloqua' else 'events'}")
    tabs = page.get_by_role("navigation", name="Contents").get_by_role("link")
    expect(tabs.first).to_be_visible()

    for place in range(tabs.count()):
        name = re.sub(r"[\d,]+$", "", tabs.nth(place).inner_text().replace("\n", "")).strip()
        tabs.nth(place).click()
        expect(tabs.nth(place)).to_have_attribute("aria-current", "page")
        expect(page.get_by_role("heading", level=1)).to_contain_text(name)
        expect(page.locator("main table, main .nothing").first).to_be_visible()


def test_searching_and_paging_are_in_the_address(page: Page) -> None:
    page.goto("/#/eloqua/contacts")
    expect(page.locator("tbody tr")).to_have_count(50)
    page.get_by_role("button", name="Next").click()
    expect(page).to_have_url(re.compile("offset=50"))
    expect(page.get_by_role("navigation", name="Pages")).to_contain_text("51 to 100")

    page.get_by_label("Search").fill("zzzznobody")

    expect(page.get_by_text("No contacts.")).to_be_visible()
    expect(page).to_have_url(re.compile("q=zzzznobody"))
    expect(page.get_by_label("Search")).to_be_focused()
    page.go_back()
    expect(page.get_by_role("navigation", name="Pages")).to_contain_text("51 to 100")


@pytest.mark.parametrize(
    ("start", "title"),
    [
        ("/#/eloqua/lists", "Lists and segments"),
        ("/#/eloqua/custom_objects", "Custom objects"),
        ("/#/certain/events", "Events"),
    ],
)
def test_lists_and_objects_and_events_open_what_is_in_them(page: Page, start: str, title: str) -> None:
    page.goto(start)
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    link = page.locator("tbody a").first
    name = link.inner_text()

    link.click()

    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.locator("main table, main .nothing").first).to_be_visible()


def test_a_persons_page_shows_both_sides(page: Page, sandbox: Sandbox) -> None:
    registered = sandbox.control("GET", "view/certain/registrations?limit=300")["rows"]
    contacts = {row["email"] for row in sandbox.control("GET", "view/eloqua/contacts?limit=500")["rows"]}
    email = next(row["email"] for row in registered if row["email"] in contacts)

    page.goto("/")
    page.get_by_label("Find a person by e-mail").fill(email)
    page.keyboard.press("Enter")

    expect(page.get_by_role("region", name="Field by field")).to_contain_text(email)
    expect(page.get_by_role("region", name="Eloqua")).to_contain_text("Lists and segments")
    expect(page.get_by_role("region", name="Certain")).to_contain_text("Registrations")
    page.reload()
    expect(page.get_by_role("region", name="Field by field")).to_contain_text(email)


def test_what_differs_between_the_sides_is_marked(page: Page, sandbox: Sandbox) -> None:
    registered = sandbox.control("GET", "view/certain/registrations?limit=300")["rows"]
    contacts = {row["email"] for row in sandbox.control("GET", "view/eloqua/contacts?limit=500")["rows"]}
    email = next(row["email"] for row in registered if row["email"] in contacts)
    sandbox.control("POST", "eloqua/contact", {"email": email, "fields": {"C_FirstName": "Another Name"}})

    page.goto(f"/#/person/{email}")

    expect(page.get_by_role("row", name=re.compile("First name"))).to_contain_text("differs")


def test_a_change_shows_up_by_itself(page: Page, sandbox: Sandbox) -> None:
    email = _first_email(sandbox, "eloqua/contacts")
    page.goto("/#/eloqua/contacts")
    expect(page.locator("tbody tr").first).to_be_visible()

    sandbox.control("POST", "eloqua/contact", {"email": email, "fields": {"C_FirstName": "Just Now"}})

    expect(page.get_by_role("main")).to_contain_text("Just Now", timeout=8_000)


def test_the_keyboard_is_enough(page: Page) -> None:
    page.goto("/#/eloqua/contacts")
    expect(page.locator("tbody tr").first).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_label("Search")).to_be_focused()
    page.locator(".tabs a").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Lists and segments")


def test_texts_of_the_platforms_are_never_taken_for_html(page: Page, sandbox: Sandbox) -> None:
    email = _first_email(sandbox, "eloqua/contacts")
    sandbox.control(
        "POST", "eloqua/contact", {"email": email, "fields": {"C_FirstName": "<img src=x onerror=alert(1)>"}}
    )

    page.goto(f"/#/eloqua/contacts?q={email}")

    expect(page.locator("tbody")).to_contain_text("<img src=x")
    assert page.locator("main img").count() == 0


def test_what_was_set_by_hand_is_said_on_every_page(page: Page, sandbox: Sandbox) -> None:
    page.goto("/#/eloqua/contacts")
    expect(page.locator("tbody tr").first).to_be_visible()
    expect(page.locator("#odd")).to_be_hidden()

    sandbox.control("POST", "faults", {"path": "nowhere", "answer": {"status": 503}})
    sandbox.control("PUT", "settings", {"journal_rows": False})
    sandbox.control("PUT", "clock", {"frozen": True})

    expect(page.locator("#odd")).to_contain_text("Clock: stands still", timeout=8_000)
    expect(page.locator("#odd")).to_contain_text("1 fault scripted")
    expect(page.locator("#odd")).to_contain_text("journal_rows")


def test_events_are_no_custom_objects(page: Page, sandbox: Sandbox) -> None:
    page.goto("/#/eloqua/custom_objects")
    expect(page.locator("tbody tr")).to_have_count(
        sandbox.control("GET", "view/summary")["eloqua"]["custom_objects"]
    )
    expect(page.locator("tbody")).not_to_contain_text("Executive Dinner")
    page.get_by_role("navigation", name="Contents").get_by_role("link", name="Events").click()
    page.get_by_role("link", name="Executive Dinner").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Executive Dinner")


def test_the_usual_tables_fit_the_window(page: Page, sandbox: Sandbox) -> None:
    tables = (
        "eloqua/contacts",
        "eloqua/lists",
        "eloqua/activities",
        "certain/events",
        "certain/registrations",
        "certain/events/NWSUMMIT27",
        "certain/profiles",
        "certain/sessions",
        "certain/appointments",
    )
    for name in tables:
        page.goto(f"/#/{name}")
        page.wait_for_load_state("networkidle")
        page.locator("main table").first.wait_for()
        wide = "[...document.querySelectorAll('.scroll')].filter((e) => e.scrollWidth > e.clientWidth).length"
        assert page.evaluate(wide) == 0, name


def test_an_import_shows_how_many_rows_it_took_in(page: Page, sandbox: Sandbox) -> None:
    bulk = f"{sandbox.url}/api/bulk/2.0"
    login = ("Sandbox\\demo", "demo")
    fields = {"E": "{{Contact.Field(C_EmailAddress)}}"}
    body = {"name": "Shown", "fields": fields, "identifierFieldName": "E"}
    uri = requests.post(f"{bulk}/contacts/imports", json=body, auth=login, timeout=30).json()["uri"]
    requests.post(
        f"{bulk}{uri}/data", json=[{"E": f"{n}@a.example"} for n in range(7)], auth=login, timeout=30
    )
    requests.post(f"{bulk}/syncs", json={"syncedInstanceUri": uri}, auth=login, timeout=30)

    page.goto("/#/eloqua/syncs")

    expect(page.get_by_role("row", name=re.compile("Shown"))).to_contain_text("7")
    expect(page.get_by_role("columnheader", name="Definition")).to_be_visible()


def test_an_unknown_address_says_so(page: Page) -> None:
    page.goto("/#/eloqua/lists/99999")
    expect(page.get_by_role("alert")).to_contain_text("there is no list")
    page.goto("/#/person/nobody@nowhere.example")
    expect(page.get_by_role("main")).to_contain_text("No one has this address")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read(page: Page, sandbox: Sandbox, scheme: str) -> None:
    """Every text has at least the contrast that WCAG asks for (4.5), and every control a name."""
    page.emulate_media(color_scheme=scheme)
    email = _first_email(sandbox, "certain/registrations")
    for address in ("/", "/#/eloqua/contacts", "/#/certain/registrations", f"/#/person/{email}"):
        page.goto(address)
        page.locator("main h1").wait_for()
        page.wait_for_load_state("networkidle")
        assert page.evaluate(_CONTRAST) == [], address
        assert page.evaluate(_NAMELESS) == [], address


_CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => { const [x, y, z] = [r, g, b].map((v) => { v /= 255;
    return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z; };
  const behind = (element) => { for (let e = element; e; e = e.parentElement) {
    const c = rgba(getComputedStyle(e).backgroundColor);
    if (c[3] > 250) return c; } return [255, 255, 255]; };
  const bad = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !element.checkVisibility()) continue;
    if (element.closest('.hidden, .skip, script, noscript, :disabled')) continue;
    const pair = [light(rgba(getComputedStyle(element).color)), light(behind(element))];
    const [a, b] = pair.sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) bad.push(`${walker.currentNode.textContent.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
  }
  return [...new Set(bad)].slice(0, 10);
}"""
_NAMELESS = """() => [...document.querySelectorAll('input, select, button, a')]
  .filter((e) => e.checkVisibility())
  .filter((e) => !(e.textContent.trim() || e.labels?.length || e.getAttribute('aria-label')))
  .map((e) => e.outerHTML)"""
