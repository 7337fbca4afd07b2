"""Sync actions: lists, subscriptions, and members of app services."""

import pytest

from tests.contract.sandbox_bulk.conftest import EMAIL, Bulk

GUID = "f82d50cd86a94fcab37e4ec9a98b0339"


def _act(bulk: Bulk, emails: list[str], **action: object) -> list[tuple[str, int]]:
    made = bulk.define(
        "/contacts/syncActions", fields={"E": EMAIL}, identifierFieldName="E", syncActions=[action]
    )
    bulk.stage(made["uri"], [{"E": email} for email in emails])
    return bulk.logs(bulk.sync(made["uri"]))


def _members(bulk: Bulk, statement: str) -> list[str]:
    rows = bulk.exported("/contacts", {"E": EMAIL}, filter=f"EXISTS('{statement}')")
    return sorted(row["E"] for row in rows)


def test_an_import_adds_to_a_list_whatever_it_wrote(bulk: Bulk) -> None:
    empty = bulk.list_named("Empty List")
    action = {"action": "add", "destination": empty["statement"]}
    bulk.contacts([{"E": "old@a.example", "F": "x"}])
    rows = [{"E": "old@a.example", "F": "y"}, {"E": "new@a.example", "F": "z"}, {"E": "bad", "F": "-"}]
    sync = bulk.contacts(rows, syncActions=[action])
    assert ("ELQ-00119", 2) in bulk.logs(sync)
    assert _members(bulk, empty["statement"]) == ["new@a.example", "old@a.example"]
    assert bulk.get(empty["uri"])["count"] == 2
    lines = bulk.sandbox.control("GET", "/journal?entity=list_member&key=Empty%20List%7Cnew@a.example")
    assert [line["operation"] for line in lines["items"]] == ["add"]


def test_a_sync_action_definition_adds_and_removes(bulk: Bulk) -> None:
    bulk.contacts([{"E": "m@a.example", "F": "x"}])
    destination = bulk.list_named("Empty List")["statement"]
    logs = _act(bulk, ["M@a.example", "nobody@a.example"], action="add", destination=destination)
    assert ("ELQ-00119", 1) in logs
    assert ("ELQ-00034", 1) in logs
    assert _members(bulk, destination) == ["m@a.example"]
    assert ("ELQ-00118", 1) in _act(bulk, ["m@a.example"], action="remove", destination=destination)
    assert _members(bulk, destination) == []


@pytest.mark.parametrize(("status", "code"), [("unsubscribed", "ELQ-00017"), ("subscribed", "ELQ-00138")])
def test_global_subscription(bulk: Bulk, status: str, code: str) -> None:
    subscribed = "{{Contact.Email.IsSubscribed}}"
    bulk.contacts([{"E": "g@a.example", "F": "x"}])
    logs = _act(bulk, ["g@a.example"], action="setStatus", destination="{{GlobalSubscribe}}", status=status)
    assert (code, 1) in logs
    expected = "true" if status == "subscribed" else "false"
    assert bulk.by_email("g@a.example", S=subscribed) == {"E": "g@a.example", "S": expected}


def test_email_groups(bulk: Bulk) -> None:
    bulk.contacts([{"E": "eg@a.example", "F": "x"}])
    group = bulk.list_named("Newsletter", "/emailGroups")["statement"]
    for status in ("unsubscribed", "subscribed"):
        _act(bulk, ["eg@a.example"], action="setStatus", destination=group, status=status)
    logs = _act(bulk, ["eg@a.example"], action="setStatus", destination=group, status="unsubscribed")
    assert ("ELQ-00116", 1) in logs


def test_members_of_a_service_are_found_by_status_and_moved_on(bulk: Bulk) -> None:
    emails = [f"s{n}@a.example" for n in range(3)]
    bulk.contacts([{"E": email, "F": "x"} for email in emails])
    bulk.sandbox.control(
        "POST",
        "/eloqua/members",
        {"instance": GUID, "execution": 12345, "kind": "ActionInstance", "emails": emails},
    )
    service = f"{{{{ActionInstance({GUID}).Execution[12345]}}}}"
    waiting = f"STATUS('{service}') = 'pending'"
    assert len(bulk.exported("/contacts", {"E": EMAIL}, filter=waiting)) == 3
    without_execution = f"STATUS('{{{{ActionInstance({GUID})}}}}') = 'pending'"
    assert len(bulk.exported("/contacts", {"E": EMAIL}, filter=without_execution)) == 3
    logs = _act(bulk, emails[:2], action="setStatus", destination=service, status="complete")
    assert ("ELQ-00128", 2) in logs
    assert [row["E"] for row in bulk.exported("/contacts", {"E": EMAIL}, filter=waiting)] == emails[2:]
    logs = _act(bulk, emails[:1], action="setStatus", destination=service, status="errored", updateAll=True)
    assert ("ELQ-00128", 3) in logs


def test_a_feeder_places_contacts_in_its_step(bulk: Bulk) -> None:
    feeder = f"{{{{FeederInstance({GUID})}}}}"
    action = {"action": "setStatus", "destination": feeder, "status": "complete"}
    sync = bulk.contacts([{"E": "f@a.example", "F": "x"}], syncActions=[action])
    assert ("ELQ-00128", 1) in bulk.logs(sync)
    assert bulk.exported("/contacts", {"E": EMAIL}, filter=f"STATUS('{feeder}') = 'complete'") == [
        {"E": "f@a.example"}
    ]


def test_actions_on_an_export_apply_to_the_exported_records(bulk: Bulk) -> None:
    vips, empty = bulk.list_named("VIPs"), bulk.list_named("Empty List")
    made = bulk.define(
        "/contacts/exports",
        fields={"E": EMAIL},
        filter=f"EXISTS('{vips['statement']}')",
        syncActions=[{"action": "add", "destination": empty["statement"]}],
    )
    assert ("ELQ-00119", vips["count"]) in bulk.logs(bulk.sync(made["uri"]))
    assert bulk.get(empty["uri"])["count"] == vips["count"]


def test_addresses_without_a_contact_keep_their_status_for_one_to_come(bulk: Bulk) -> None:
    sync = bulk.imported(
        "/emailAddresses",
        [{"A": "future@a.example"}],
        fields={"A": "{{EmailAddress.Field(EmailAddress)}}"},
        identifierFieldName="A",
        syncActions=[{"action": "setStatus", "destination": "{{GlobalSubscribe}}", "status": "unsubscribed"}],
    )
    assert sync["status"] == "success"
    assert ("ELQ-00033", 1) in bulk.logs(sync)
    bulk.contacts([{"E": "Future@a.example", "F": "x"}])
    subscribed = bulk.by_email("future@a.example", S="{{Contact.Email.IsSubscribed}}")
    assert subscribed == {"E": "Future@a.example", "S": "false"}
