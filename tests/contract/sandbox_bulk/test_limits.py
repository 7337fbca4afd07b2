"""What Eloqua allows in an hour and in a sandbox, and who has made what."""

from typing import Any

import pytest

from tests.contract.sandbox_bulk.conftest import EMAIL, FIRST, Bulk


def _sync(bulk: Bulk, uri: str) -> Any:
    return bulk.call("POST", "/syncs", json={"syncedInstanceUri": uri})


@pytest.mark.parametrize(
    ("setting", "path", "body"),
    [
        ("export_syncs_per_hour", "/contacts/exports", {"maxRecords": 1}),
        ("import_syncs_per_hour", "/contacts/imports", {"identifierFieldName": "E"}),
        (
            *("action_syncs_per_hour", "/contacts/syncActions"),
            {
                "identifierFieldName": "E",
                "syncActions": [
                    {"action": "setStatus", "destination": "{{GlobalSubscribe}}", "status": "subscribed"}
                ],
            },
        ),
    ],
)
def test_more_syncs_in_an_hour_than_allowed_are_asked_to_wait(
    bulk: Bulk, setting: str, path: str, body: dict[str, Any]
) -> None:
    bulk.sandbox.control("PUT", "/settings", {setting: 2})
    uri = bulk.define(path, fields={"E": EMAIL}, **body)["uri"]
    assert [_sync(bulk, uri).status_code for _ in range(2)] == [201, 201]
    refused = _sync(bulk, uri)
    assert (refused.status_code, refused.reason) == (429, "Too Many Requests")
    assert int(refused.headers["Retry-After"]) > 0
    bulk.sandbox.control("POST", "/clock/advance", {"seconds": 3_601})
    assert _sync(bulk, uri).status_code == 201


def test_a_full_sandbox_takes_no_new_contact_but_updates(bulk: Bulk) -> None:
    there = len(bulk.exported("/contacts", {"Id": "{{Contact.Id}}"}))
    bulk.sandbox.control("PUT", "/settings", {"sandbox_contact_limit": there + 1})
    rows = [{"E": f"{n}@full.example", "F": "new"} for n in range(3)]
    sync = bulk.contacts(rows)
    assert [(r["recordIndex"], r["statusCode"]) for r in bulk.rejects(sync)] == [
        (2, "ELQ-00125"),
        (3, "ELQ-00125"),
    ]
    assert {("ELQ-00004", 1), ("ELQ-00060", 2)} <= set(bulk.logs(sync))
    assert bulk.contacts([{"E": "0@full.example", "F": "changed"}])["status"] == "success"
    assert bulk.by_email("0@full.example", F=FIRST) == {"E": "0@full.example", "F": "changed"}
    rest = bulk.sandbox.url + "/api/rest/2.0/data/contact"
    answer = bulk.session.post(rest, json={"emailAddress": "late@full.example"})
    assert (answer.status_code, answer.reason) == (409, "Sandbox Limit Exceeded")
    bulk.sandbox.control("PUT", "/settings", {"sandbox_contact_limit": None})
    assert bulk.session.post(rest, json={"emailAddress": "late@full.example"}).status_code == 201


@pytest.mark.parametrize(
    "path",
    [
        *("/contacts/lists", "/contacts/segments", "/contacts/filters", "/accounts/lists", "/emailGroups"),
        *("/customObjects", "/events", "/contacts/scoring/models"),
    ],
)
def test_who_made_something_is_a_login_name(bulk: Bulk, path: str) -> None:
    for item in bulk.get(path)["items"]:
        for name in (item["createdBy"], item["updatedBy"]):
            assert not name.isdigit()
            assert "\\" not in name


def test_events_are_read_and_written_like_custom_objects(bulk: Bulk) -> None:
    (event,) = bulk.get("/events")["items"]
    assert event == bulk.get(event["uri"])
    assert event["uniqueFieldUri"].startswith(f"{event['uri']}/fields/")
    fields = {item["internalName"]: item["statement"] for item in bulk.get(f"{event['uri']}/fields")["items"]}
    number = event["uri"].rsplit("/", 1)[1]
    asked = {
        "code": fields["Registrant_ID1"],
        "mail": fields["Email_Address1"],
        "own": f"{{{{Event[{number}].Contact.Field(C_EmailAddress)}}}}",
        "at": fields["UpdatedAt"],
    }
    rows = bulk.exported(event["uri"], asked)
    assert len(rows) > 10
    assert all(row["mail"] == row["own"] for row in rows)
    sync = bulk.imported(
        event["uri"],
        [{"code": rows[0]["code"], "mail": "a@dinner.example"}, {"code": "NEW", "mail": rows[1]["mail"]}],
        fields={"code": asked["code"], "mail": asked["mail"]},
        identifierFieldName="code",
        mapDataCards=True,
        mapDataCardsEntityType="Contact",
        mapDataCardsEntityField=EMAIL,
        mapDataCardsSourceField="mail",
    )
    assert {("ELQ-00077", 1), ("ELQ-00079", 1), ("ELQ-00078", 1)} <= set(bulk.logs(sync))
    assert bulk.call("GET", f"{event['uri']}/syncActions").status_code == 404
    assert number not in [item["uri"].rsplit("/", 1)[1] for item in bulk.get("/customObjects")["items"]]


def test_lead_scores_are_exported_by_the_statements_of_their_model(bulk: Bulk) -> None:
    models = bulk.get("/contacts/scoring/models")["items"]
    assert [model["id"] for model in models] == [1, 2]
    assert bulk.get('/contacts/scoring/models?q="name=*Event*"')["totalResults"] == 1
    active, draft = ({field["name"]: field["statement"] for field in model["fields"]} for model in models)
    rows = bulk.exported("/contacts", active, maxRecords=50)
    assert {row["Rating"] for row in rows} > {"A1", "D4"}
    assert all(0 <= int(row["ProfileScore"]) <= 100 for row in rows)
    assert {row["Rating"] for row in bulk.exported("/contacts", draft, maxRecords=50)} == {""}
    chosen = bulk.exported("/contacts", active, filter=f"'{active['Rating']}' = 'A1'")
    assert chosen
    assert {row["EngagementScore"] for row in chosen} == {"100"}
