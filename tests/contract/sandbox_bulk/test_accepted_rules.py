"""Rules without a known error answer: what breaks them is accepted, and works."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.sandbox_bulk.conftest import EMAIL, FIRST, Bulk

SCORED = "{{Contact.Field(C_Lead_Score_Date___Most_Recent1)}}"
TITLE = "{{Contact.Field(C_Title)}}"


@pytest.mark.parametrize(
    "more",
    [
        {"isUpdatingMultipleMatchedRecords": True},
        {"importPriorityUri": "/imports/priorities/99"},
        {"updateRule": "useFieldRule", "updateRuleByField": {"Nothing": "always"}},
        {"autoDeleteDuration": "PT1M"},
        {"dataRetentionDuration": "P30D"},
        {"mapDataCards": True},
        {"name": "n" * 101},
        {"externalSystemId": -1},
        {"syncActions": [{"action": "setStatus", "destination": "{{GlobalSubscribe}}", "status": "yes"}]},
        {"syncActions": [{"action": "setStatus", "destination": "{{ContactList[1]}}", "status": "active"}]},
        {"syncActions": [{"action": "add", "destination": "{{AccountList[19]}}"}] * 11},
    ],
    ids=str,
)
def test_an_import_that_breaks_such_a_rule_works(bulk: Bulk, more: dict[str, Any]) -> None:
    sync = bulk.imported(
        "/contacts",
        [{"E": "rules@a.example", "F": "Ann"}],
        fields={"E": EMAIL, "F": FIRST},
        identifierFieldName="E",
        **more,
    )
    assert sync["status"] == "success"
    assert bulk.by_email("rules@a.example", F=FIRST) == {"E": "rules@a.example", "F": "Ann"}


def test_names_that_differ_in_case_only_and_blank_names_are_accepted(bulk: Bulk) -> None:
    made = bulk.define("/contacts/exports", fields={"a": EMAIL, "A": FIRST, "": TITLE})
    assert bulk.sync(made["uri"])["status"] == "success"


def test_a_date_may_be_the_identifier(bulk: Bulk) -> None:
    day = "2026-11-26 10:00:00"
    bulk.contacts([{"E": "scored@a.example", "D": day}], fields={"E": EMAIL, "D": SCORED})
    sync = bulk.imported(
        "/contacts", [{"D": day, "T": "found"}], fields={"D": SCORED, "T": TITLE}, identifierFieldName="D"
    )
    assert sync["status"] == "success"
    assert bulk.by_email("scored@a.example", T=TITLE) == {"E": "scored@a.example", "T": "found"}


def test_an_activity_export_may_have_more_than_ten_contact_fields(bulk: Bulk) -> None:
    field = "{{Activity.Contact.Field(C_EmailAddress)}}"
    made = bulk.define("/activities/exports", fields={f"c{n}": field for n in range(11)})
    assert bulk.sync(made["uri"])["status"] == "success"


def test_a_filter_may_ask_for_two_lists(bulk: Bulk) -> None:
    first = bulk.list_named("Summit Prospects")
    second = bulk.list_named("Newsletter Readers")
    text = f"EXISTS('{first['statement']}') OR EXISTS('{second['statement']}')"
    uri = bulk.define("/contacts/exports", fields={"E": EMAIL}, filter=text)["uri"]
    sync = bulk.sync(uri)
    both = bulk.get(f"{sync['uri']}/data?limit=1")["totalResults"]
    alone = []
    for one in (first, second):
        only = bulk.define("/contacts/exports", fields={"E": EMAIL}, filter=f"EXISTS('{one['statement']}')")
        alone.append(bulk.get(f"{bulk.sync(only['uri'])['uri']}/data?limit=1")["totalResults"])
    assert max(alone) <= both <= sum(alone)


def test_a_sync_action_that_does_not_fit_changes_nothing(bulk: Bulk) -> None:
    vips = bulk.list_named("VIPs")
    (one,) = bulk.exported("/contacts", {"E": EMAIL}, filter=f"EXISTS('{vips['statement']}')", maxRecords=1)
    actions = [
        {"action": "setStatus", "destination": vips["statement"], "status": "complete"},
        {"action": "remove", "destination": "{{GlobalSubscribe}}"},
    ]
    sync = bulk.contacts([{"E": one["E"]}], syncActions=actions)
    assert sync["status"] == "success"
    after = bulk.by_email(one["E"], S="{{Contact.Email.IsSubscribed}}")
    assert after
    assert after["S"].lower() in ("true", "1")
    assert bulk.list_named("VIPs")["count"] == vips["count"]


def test_a_sync_action_definition_may_have_other_fields_than_one_identifying_one(bulk: Bulk) -> None:
    bulk.contacts([{"E": "named@a.example", "F": "Unmistakable"}])
    vips = bulk.list_named("VIPs")
    made = bulk.define(
        "/contacts/syncActions",
        fields={"F": FIRST, "T": TITLE},
        identifierFieldName="F",
        syncActions=[{"action": "add", "destination": vips["statement"]}],
    )
    bulk.stage(made["uri"], [{"F": "unmistakable", "T": ""}])
    assert ("ELQ-00119", 1) in bulk.logs(bulk.sync(made["uri"]))


def test_sync_actions_on_activities_change_nothing(bulk: Bulk) -> None:
    vips = bulk.list_named("VIPs")
    made = bulk.define(
        "/activities/exports",
        fields={"Id": "{{Activity.Id}}"},
        syncActions=[{"action": "add", "destination": vips["statement"]}],
    )
    assert bulk.sync(made["uri"])["status"] == "success"
    assert bulk.list_named("VIPs")["count"] == vips["count"]


def test_a_read_only_field_is_not_written(bulk: Bulk) -> None:
    sync = bulk.contacts(
        [{"E": "readonly@a.example", "C": "2001-01-01"}], fields={"E": EMAIL, "C": "{{Contact.CreatedAt}}"}
    )
    assert sync["status"] == "success"
    found = bulk.by_email("readonly@a.example", C="{{Contact.CreatedAt}}")
    assert found
    assert not found["C"].startswith("2001")


def test_rows_with_an_identifier_that_cannot_be_written_create_nothing(bulk: Bulk) -> None:
    fields = {"C": "{{Contact.CreatedAt}}", "F": FIRST}
    sync = bulk.imported("/contacts", [{"C": "2001", "F": "x"}], fields=fields, identifierFieldName="C")
    assert [one["statusCode"] for one in bulk.rejects(sync)] == ["ELQ-00034"]


def test_a_container_of_another_entity_holds_none_of_the_records(bulk: Bulk) -> None:
    accounts = bulk.get("/accounts/lists")["items"][0]["statement"]
    assert bulk.exported("/contacts", {"E": EMAIL}, filter=f"EXISTS('{accounts}')") == []


def test_no_records_are_exported_when_none_are_asked_for(bulk: Bulk) -> None:
    assert bulk.exported("/contacts", {"E": EMAIL}, maxRecords=0) == []


def test_a_callback_address_that_is_not_absolute_is_not_called(bulk: Bulk) -> None:
    uri = bulk.define("/contacts/exports", fields={"E": EMAIL}, maxRecords=1)["uri"]
    body = {"syncedInstanceUri": uri, "callbackUrl": "/done"}
    answer = bulk.call("POST", "/syncs", json=body)
    assert (answer.status_code, answer.json()["callbackUrl"]) == (201, "/done")
    assert bulk.get(answer.json()["uri"])["status"] == "success"


def test_an_address_may_be_unsubscribed_and_bounced_at_once(bulk: Bulk) -> None:
    bulk.contacts([{"E": "both@a.example", "F": "x"}])
    both = [
        {"action": "setStatus", "destination": "{{GlobalSubscribe}}", "status": status}
        for status in ("unsubscribed", "bounced")
    ]
    bulk.imported(
        "/emailAddresses", [{"E": "both@a.example"}],
        fields={"E": EMAIL}, identifierFieldName="E", syncActions=both,
    )  # fmt: skip
    found = bulk.by_email(
        "both@a.example", S="{{Contact.Email.IsSubscribed}}", B="{{Contact.Email.IsBounced}}"
    )
    assert found
    assert (found["S"].lower(), found["B"].lower()) in (("false", "true"), ("0", "1"))


def test_fields_of_an_unknown_activity_type_are_none(bulk: Bulk) -> None:
    assert bulk.get("/activities/fields?activityType=Dance")["items"] == []
