"""Counters, the journal, and changes made as a user of a platform."""

from urllib.parse import quote

from tests.conftest import Sandbox
from tests.contract.sandbox_control.conftest import CERTAIN, CONTACTS, ELOQUA, Caller


def test_calls_are_counted_by_route(sandbox: Sandbox, call: Caller) -> None:
    for _ in range(3):
        call("GET", CONTACTS, headers=ELOQUA)
    call("GET", "/api/rest/1.0/data/contact/1", headers=ELOQUA)
    call("GET", "/api/rest/1.0/data/contacts")

    counted = sandbox.control("GET", "counters")

    assert counted["total"] == 5
    assert sorted(counted["calls"].values()) == [1, 4]
    assert counted["statuses"] == {"200": 4, "401": 1}
    assert counted["bytes_out"] > 100


def test_the_journal_tells_how_often_something_was_written(sandbox: Sandbox, call: Caller) -> None:
    start = sandbox.control("GET", "clock")["now"]
    call("POST", "/api/rest/1.0/data/contact", {"emailAddress": "once@journal.example"}, ELOQUA)
    call("POST", "/api/rest/1.0/data/contact", {"emailAddress": "once@journal.example"}, ELOQUA)

    asked = "journal?platform=eloqua&entity=contact&operation=create&key=ONCE@journal.example"

    assert sandbox.control("GET", asked)["count"] == 1
    assert sandbox.control("GET", f"{asked}&since={start - 1}")["count"] == 1
    assert sandbox.control("GET", f"{asked}&since=2099-01-01T00:00:00Z")["count"] == 0
    assert sandbox.control("GET", "counters")["writes"]["eloqua.contact"]["create"] == 1


def test_a_status_changed_in_certain_is_seen_by_its_clients(sandbox: Sandbox, call: Caller) -> None:
    row = sandbox.control("GET", "view/certain/registrations?status=Pre-Registered&limit=1")["rows"][0]
    sandbox.control("PUT", "clock", {"at": "2031-03-01T20:00:00Z", "frozen": True})

    changed = sandbox.control("POST", "certain/registration", {"code": row["code"], "status": "attended"})

    assert changed == {"changed": [row["code"]], "dateModified": "2031-03-01T12:00:00"}
    path = f"/certainExternal/service/v1/Registration/NWIND/{row['event']}/{row['code']}"
    seen = call("GET", path, headers=CERTAIN).json()
    assert (seen["registrationStatusLabel"], seen["dateModified"]) == ("Attended", "2031-03-01T12:00:00")
    assert sandbox.control("GET", f"journal?entity=registration&key={row['code']}")["count"] == 1


def test_an_unknown_status_is_refused_with_the_events_own(sandbox: Sandbox, call: Caller) -> None:
    row = sandbox.control("GET", "view/certain/registrations?limit=1")["rows"][0]

    answer = call("POST", "/_sandbox/certain/registration", {"code": row["code"], "status": "Gone fishing"})

    assert answer.status == 400
    assert "Attended" in answer.json()["error"]


def test_a_contact_edited_in_eloqua_is_seen_by_its_clients(sandbox: Sandbox, call: Caller) -> None:
    email = sandbox.control("GET", "view/eloqua/contacts?limit=1")["rows"][0]["email"]

    changed = sandbox.control("POST", "eloqua/contact", {"email": email, "fields": {"c_firstname": "Edited"}})

    seen = call("GET", f"/api/rest/1.0/data/contact/{changed['id']}", headers=ELOQUA).json()
    assert seen["firstName"] == "Edited"


def test_members_of_an_app_wait_for_a_status_filter(sandbox: Sandbox) -> None:
    email = sandbox.control("GET", "view/eloqua/contacts?limit=1")["rows"][0]["email"]
    instance = "0F64BDB5-8F5A-4B0C-9A7A-6B3E1D1C0001"

    sandbox.control("POST", "eloqua/members", {"instance": instance, "execution": 12345, "emails": [email]})

    waiting = sandbox.control("GET", f"eloqua/members?instance={instance}&execution=12345")
    assert waiting["count"] == 1
    assert waiting["items"][0]["status"] == "pending"


def test_the_tables_of_the_page_hold_what_their_counts_say(sandbox: Sandbox) -> None:
    there = sandbox.control("GET", "view/summary")
    for platform in ("eloqua", "certain"):
        for name, count in there[platform].items():
            assert sandbox.control("GET", f"view/{platform}/{name}?limit=1")["total"] == count, name
    for one in sandbox.control("GET", "view/eloqua/custom_objects")["rows"]:
        assert sandbox.control("GET", f"view/eloqua/records?object={one['id']}")["total"] == one["records"]
    for one in sandbox.control("GET", "view/eloqua/lists")["rows"]:
        assert sandbox.control("GET", f"view/eloqua/members?list={one['id']}")["total"] == one["members"]
    for one in sandbox.control("GET", "view/certain/events")["rows"]:
        found = sandbox.control("GET", f"view/certain/registrations?event={one['code']}")
        assert found["total"] == one["registrations"]


def test_a_search_takes_all_words_and_no_wildcards(sandbox: Sandbox) -> None:
    row = next(
        row
        for row in sandbox.control("GET", "view/eloqua/contacts")["rows"]
        if row["first"] and row["company"]
    )
    words = quote(f"{row['company'].split()[0]} {row['email']}")

    assert sandbox.control("GET", f"view/eloqua/contacts?q={words}")["rows"][0]["email"] == row["email"]
    assert sandbox.control("GET", f"view/eloqua/contacts?q={quote('%_')}")["total"] == 0
