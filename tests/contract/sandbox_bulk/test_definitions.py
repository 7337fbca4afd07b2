"""Definitions: what is refused and how, replacing and deleting, and ending by themselves."""

from typing import Any

import pytest

from tests.contract.sandbox_bulk.conftest import EMAIL, FIRST, Bulk


def _fields_of(failures: list[dict[str, Any]]) -> list[str]:
    return [failure["field"] for failure in failures]


def test_every_fault_is_told_at_once(bulk: Bulk) -> None:
    failures = bulk.failures(
        "/contacts/exports",
        name="",
        fields={"a": "{{Contact.Field(C_Nothing)}}", "b": "{{Contact.Field[100001]}}"},
        filter="nonsense",
        dataRetentionDuration="two weeks",
        autoDeleteDuration="PT",
    )
    assert _fields_of(failures) == [
        *["name", "fields", "fields", "autoDeleteDuration", "dataRetentionDuration", "filter"]
    ]
    assert failures[1]["value"] == "{{Contact.Field(C_Nothing)}}"


def test_a_missing_identifier_is_told_in_the_documented_words(bulk: Bulk) -> None:
    assert bulk.failures("/contacts/imports", fields={"E": EMAIL}) == [
        {
            "field": "identifierFieldName",
            "constraint": "Must be a string value, at least 1 character and at most 100 characters long.",
        }
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"identifierFieldName": "X"}, "identifierFieldName"),
        ({"name": 5}, "name"),
        ({"fields": {f"f{n}": FIRST for n in range(100)} | {"E": EMAIL}}, "fields"),
        ({"updateRule": "sometimes"}, "updateRule"),
        ({"importRule": "never"}, "importRule"),
        ({"isSyncTriggeredOnImport": "perhaps"}, "isSyncTriggeredOnImport"),
        ({"dataRetentionDuration": "a week"}, "dataRetentionDuration"),
        ({"fields": {"E": EMAIL, "C": "{{Contact.Nothing}}"}}, "fields"),
        ({"syncActions": [{"action": "add", "destination": "{{ContactList[99999]}}"}]}, "syncActions"),
        ({"syncActions": [{"action": "add", "destination": "{{ContactList(1)}}"}]}, "syncActions"),
        ({"syncActions": [{"destination": "{{ContactList[1]}}", "action": "move"}]}, "syncActions"),
        ({"syncActions": [{"destination": "{{GlobalSubscribe}}", "status": "maybe"}]}, "syncActions"),
        ({"maxRecords": 1, "externalSystemId": "x"}, "externalSystemId"),
    ],
)
def test_what_an_import_of_contacts_must_not_be(bulk: Bulk, body: dict[str, Any], field: str) -> None:
    whole = {"fields": {"E": EMAIL}, "identifierFieldName": "E", **body}
    assert set(_fields_of(bulk.failures("/contacts/imports", **whole))) == {field}


def test_several_matches_may_be_updated_by_address(bulk: Bulk) -> None:
    """The manual asks for false here; the service answers 201 all the same (observed, 2021)."""
    body = {"fields": {"E": EMAIL}, "identifierFieldName": "E", "isUpdatingMultipleMatchedRecords": True}
    assert bulk.define("/contacts/imports", **body)["isUpdatingMultipleMatchedRecords"] is True


def test_the_address_of_a_contact_must_not_be_null(bulk: Bulk) -> None:
    fields = {field["internalName"]: field for field in bulk.get("/contacts/fields?limit=1000")["items"]}
    assert fields["C_EmailAddress"]["hasNotNullConstraint"] is True
    assert fields["C_EmailAddress"]["hasUniquenessConstraint"] is True
    assert fields["C_FirstName"]["hasNotNullConstraint"] is False


@pytest.mark.parametrize("fields", [[], {}, None, "E", {"E": 5}])
def test_fields_are_an_object_of_statements(bulk: Bulk, fields: Any) -> None:
    assert "fields" in _fields_of(bulk.failures("/contacts/exports", fields=fields))


def test_an_export_may_have_250_fields(bulk: Bulk) -> None:
    bulk.define("/contacts/exports", fields={f"f{n}": FIRST for n in range(250)})
    failures = bulk.failures("/contacts/exports", fields={f"f{n}": FIRST for n in range(251)})
    assert _fields_of(failures) == ["fields"]


def test_a_sync_action_definition_needs_a_sync_action(bulk: Bulk) -> None:
    action = {"action": "add", "destination": "{{ContactList[1]}}"}
    made = bulk.define(
        "/contacts/syncActions", fields={"E": EMAIL}, identifierFieldName="E", syncActions=action
    )
    assert made["syncActions"] == [action]
    failures = bulk.failures(
        "/contacts/syncActions", fields={"E": EMAIL, "F": FIRST}, identifierFieldName="F"
    )
    assert set(_fields_of(failures)) == {"syncActions"}


def test_answers_echo_what_was_sent_with_real_booleans_and_any_letter_case(bulk: Bulk) -> None:
    made = bulk.define(
        "/contacts/exports", Fields={"E": EMAIL}, AREsystemtimestampsinutc="TRUE", MaxRecords="5"
    )
    assert made["areSystemTimestampsInUTC"] is True
    assert made["maxRecords"] == 5
    assert made["uri"].startswith("/contacts/exports/")
    assert made["createdBy"] == "demo"
    assert made["createdAt"][-1] == "Z"
    assert len(made["createdAt"].split(".")[1]) == 8
    assert "filter" not in made
    assert bulk.get(made["uri"]) == made


def test_put_replaces_and_delete_removes(bulk: Bulk) -> None:
    made = bulk.define("/contacts/exports", fields={"E": EMAIL}, maxRecords=1)
    answer = bulk.call("PUT", made["uri"], json={"name": "renamed", "fields": {"F": FIRST}})
    assert answer.status_code == 200
    assert answer.json()["fields"] == {"F": FIRST}
    assert "maxRecords" not in answer.json()
    answer = bulk.call("DELETE", made["uri"])
    assert (answer.status_code, answer.content) == (204, b"")
    assert bulk.call("GET", made["uri"]).status_code == 404
    assert bulk.call("DELETE", made["uri"]).status_code == 404


def test_a_definition_ends_after_its_auto_delete_duration(bulk: Bulk) -> None:
    made = bulk.define("/contacts/exports", fields={"E": EMAIL}, autoDeleteDuration="PT1H")
    sync = bulk.sync(made["uri"])
    bulk.sandbox.control("POST", "/clock/advance", {"seconds": 3601})
    assert bulk.call("GET", made["uri"]).status_code == 404
    assert made["uri"] not in [d["uri"] for d in bulk.get("/contacts/exports").get("items", [])]
    assert bulk.get(f"{sync['uri']}/data?limit=1")["count"] == 1


def test_definitions_are_listed_by_entity_and_over_all(bulk: Bulk) -> None:
    bulk.define("/contacts/exports", name="One of many", fields={"E": EMAIL})
    bulk.define("/contacts/imports", fields={"E": EMAIL}, identifierFieldName="E")
    found = bulk.get('/contacts/exports?q="name=*of MANY"')
    assert [d["name"] for d in found["items"]] == ["One of many"]
    assert bulk.get("/exports")["totalResults"] >= 1
    assert bulk.get("/imports?limit=1")["count"] == 1
    assert bulk.get("/syncActions")["totalResults"] == 0


@pytest.mark.parametrize("body", [b"{", b"[]", b'"text"', b"\xff\xfe"])
def test_what_is_no_json_object_is_a_parsing_error(bulk: Bulk, body: bytes) -> None:
    answer = bulk.call("POST", "/contacts/exports", data=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.reason) == (400, "There was a parsing error.")


def test_what_is_not_imitated_says_so(bulk: Bulk) -> None:
    assert bulk.call("POST", "/phoneNumbers/imports", json={}).status_code == 501
    assert bulk.call("POST", "/campaignResponses/imports", json={}).status_code == 501
    assert bulk.call("GET", "/events/1/syncActions").status_code == 404
    assert bulk.call("GET", "/customObjects/999999/exports").status_code == 404


def test_rows_staged_before_and_after_a_definition_changed(bulk: Bulk) -> None:
    uri = bulk.define("/contacts/imports", fields={"E": EMAIL}, identifierFieldName="E")["uri"]
    bulk.stage(uri, [{"E": "before@a.example"}])
    body = {"name": "wider", "fields": {"E": EMAIL, "F": FIRST}, "identifierFieldName": "E"}
    assert bulk.call("PUT", uri, json=body).status_code == 200
    bulk.stage(uri, [{"E": "after@a.example", "F": "x"}])
    assert ("ELQ-00004", 2) in bulk.logs(bulk.sync(uri))
    assert bulk.by_email("after@a.example", F=FIRST) == {"E": "after@a.example", "F": "x"}
