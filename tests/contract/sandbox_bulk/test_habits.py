"""What third-party clients do (tap-eloqua, pyeloqua, rudder-server) and must find working."""

import re

import pytest

from tests.contract.sandbox_bulk.conftest import EMAIL, FIRST, Bulk, as_csv

TYPES = (
    *("EmailOpen", "EmailClickthrough", "EmailSend", "Subscribe", "Unsubscribe"),
    *("Bounceback", "WebVisit", "PageView", "FormSubmit"),
)
MAY_REPEAT = {"Id", "CreatedAt", "UpdatedAt", "IsBounceback", "IsSubscribed", "EmailFormat", "AccountName"}


def test_discovery_finds_every_field_once(bulk: Bulk) -> None:
    paths = ["/accounts/fields", "/contacts/fields"]
    paths += [f"/activities/fields?activityType={kind}" for kind in TYPES]
    objects = bulk.get("/customObjects")["items"]
    assert all(re.fullmatch(r"/customObjects/\d+", item["uri"]) for item in objects)
    paths += [f"{item['uri']}/fields" for item in objects]
    for path in paths:
        items = bulk.get(path)["items"]
        names = [item["internalName"] for item in items if item["internalName"] not in MAY_REPEAT]
        assert len(set(names)) == len(names), path
        for item in items:
            assert item["dataType"] in ("number", "string", "boolean", "date", "emailAddress")
            assert item["statement"].startswith("{{")
            assert not item.get("uri") or re.search(r"fields/\d+$", item["uri"])
        if "customObjects" in path:
            assert "UpdatedAt" in [item["internalName"] for item in items]
        if "activities" in path:
            assert "ActivityDate" in [item["internalName"] for item in items]


def test_every_listed_statement_can_be_exported(bulk: Bulk) -> None:
    entities = ["/contacts", "/accounts", *(item["uri"] for item in bulk.get("/customObjects")["items"])]
    for entity in entities:
        statements = [item["statement"] for item in bulk.get(f"{entity}/fields")["items"]]
        rows = bulk.exported(entity, {f"f{n}": text for n, text in enumerate(statements)}, maxRecords=20)
        for row in rows:
            assert len(row) == len(statements)
            assert all(isinstance(value, str) for value in row.values())


def test_a_tap_syncs_with_its_own_system_keys(bulk: Bulk) -> None:
    made = bulk.define(
        "/contacts/exports",
        fields={"Id": "{{Contact.Id}}", "UpdatedAt": "{{Contact.UpdatedAt}}", "C_EmailAddress": EMAIL},
        filter="'{{Contact.UpdatedAt}}' >= '2019-01-01 00:00:00'",
        areSystemTimestampsInUTC=True,
        autoDeleteDuration="P3D",
        dataRetentionDuration="P3D",
    )
    sync = bulk.sync(made["uri"])
    logs = bulk.get(f"{sync['uri']}/logs")["items"]
    count = next(x["count"] for x in logs if x["message"] == "Successfully exported members to csv file.")
    seen, offset = 0, 0
    while True:
        page = bulk.get(f"{sync['uri']}/data?limit=5000&offset={offset}")
        seen += len(page.get("items", []))
        assert all(row["UpdatedAt"] for row in page.get("items", []))
        if not page["hasMore"]:
            break
        offset += 5000
    assert seen == count > 0


def test_doubled_slashes_any_letter_case_and_quoted_searches(bulk: Bulk) -> None:
    assert bulk.call("GET", "//contacts/fields?limit=1000&offset=0").json()["hasMore"] is False
    upper = bulk.session.get(f"{bulk.sandbox.url}/API/BULK/2.0//Contacts/Lists", timeout=30)
    assert upper.status_code == 200
    found = bulk.get('/contacts/lists?q="name=Summit*Prospects"')
    assert found["totalResults"] == 1
    assert bulk.get("/contacts/lists?q=name=summit*")["items"] == found["items"]
    assert bulk.get(found["items"][0]["uri"])["statement"] == found["items"][0]["statement"]
    assert bulk.get('/contacts/lists?q="name=nothing like it"')["items"] == []
    assert bulk.get("/contacts/lists?orderBy=name DESC&limit=1")["items"][0]["name"] == max(
        (x["name"] for x in bulk.get("/contacts/lists")["items"]), key=str.lower
    )
    assert bulk.call("GET", "/CustomObjects").status_code == 200
    assert bulk.call("POST", "/emailaddresses/imports", json={}).status_code == 400


@pytest.mark.parametrize(
    ("asked", "taken"),
    [
        ("limit=0", (1000, 0)),
        ("limit=1001", (1000, 0)),
        ("limit=-1", (1000, 0)),
        ("limit=2&offset=-5", (2, 0)),
        ("orderBy=name sideways", (1000, 0)),
    ],
)
def test_a_window_out_of_range_is_the_nearest_or_usual_one(
    bulk: Bulk, asked: str, taken: tuple[int, int]
) -> None:
    page = bulk.get(f"/contacts/fields?{asked}")
    assert (page["limit"], page["offset"]) == taken
    assert page["items"]


def test_a_limit_that_is_no_number_is_refused(bulk: Bulk) -> None:
    assert bulk.call("GET", "/contacts/fields?limit=many").json()["failures"][0]["field"] == "limit"


def test_a_destination_uploads_csv_and_cleans_up(bulk: Bulk) -> None:
    made = bulk.define(
        "/contacts/imports",
        fields={"C_EmailAddress": EMAIL, "C_FirstName": FIRST},
        identifierFieldName="C_EmailAddress",
        isSyncTriggeredOnImport=False,
        dataRetentionDuration="P7D",
    )
    rows = [["C_EmailAddress", "C_FirstName"], ["ok@a.example", "a"], ["Polar bear", "b"]]
    bulk.stage(made["uri"], as_csv(rows))
    sync = bulk.sync(made["uri"])
    assert sync["status"] == "warning"
    page = bulk.get(f"{sync['uri']}/rejects?offset=0")
    assert page["items"][0]["recordIndex"] == 2
    assert page["hasMore"] is False
    assert bulk.call("DELETE", made["uri"]).status_code == 204


def test_more_than_a_page_of_rejects(bulk: Bulk) -> None:
    sync = bulk.contacts(as_csv([["E", "F"], *([f"no address {n}", ""] for n in range(1001))]))
    first = bulk.get(f"{sync['uri']}/rejects")
    assert (first["count"], first["totalResults"], first["hasMore"]) == (1000, 1001, True)
    assert bulk.get(f"{sync['uri']}/rejects?offset=1000")["items"][0]["recordIndex"] == 1001


def test_uploads_have_their_limits(bulk: Bulk) -> None:
    uri = bulk.define("/contacts/imports", fields={"E": EMAIL}, identifierFieldName="E")["uri"]
    large = b"E\n" + b"x" * (32 * 1024 * 1024)
    answer = bulk.call("POST", f"{uri}/data", data=large, headers={"Content-Type": "text/csv"})
    assert answer.status_code == 404
    for _ in range(500):
        bulk.stage(uri, [{"E": "same@a.example"}])
    answer = bulk.call("POST", f"{uri}/data", json=[{"E": "one@a.example"}])
    assert (answer.status_code, answer.reason) == (400, "There was a validation error.")
    assert bulk.sync(uri)["status"] == "warning"
    bulk.stage(uri, [{"E": "one@a.example"}])
    assert bulk.call("DELETE", f"{uri}/data").status_code == 204
    assert bulk.logs(bulk.sync(uri))[0][0] == "ELQ-00124"


@pytest.mark.parametrize("body", [b"[{", b"5", b"\xff\xff"])
def test_an_unreadable_upload_is_a_parsing_error(bulk: Bulk, body: bytes) -> None:
    uri = bulk.define("/contacts/imports", fields={"E": EMAIL}, identifierFieldName="E")["uri"]
    answer = bulk.call("POST", f"{uri}/data", data=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.reason) == (400, "There was a parsing error.")


def test_without_credentials_nothing_is_told(bulk: Bulk) -> None:
    bulk.session.auth = ("Sandbox\\demo", "wrong")
    assert bulk.call("GET", "/contacts/fields").status_code == 401
