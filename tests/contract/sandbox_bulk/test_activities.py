"""Activities: exports by type, and imports of external ones."""

from typing import Any

import pytest

from tests.contract.sandbox_bulk.conftest import EMAIL, Bulk

FIELDS = {
    "C_EmailAddress": "{{Activity.Contact.Field(C_EmailAddress)}}",
    "CampaignID": "{{Activity.Campaign.Id}}",
    "AssetName": "{{Activity.Asset.Name}}",
    "AssetType": "{{Activity.Asset.Type}}",
    "AssetDate": "{{Activity.CreatedAt}}",
    "ActivityType": "{{Activity.Type}}",
}
TYPES = [
    *("EmailSend", "EmailOpen", "EmailClickthrough", "Subscribe", "Unsubscribe"),
    *("Bounceback", "WebVisit", "PageView", "FormSubmit", "ExternalActivity"),
]


def _row(**other: str) -> dict[str, str]:
    return {
        "C_EmailAddress": "active@a.example",
        "CampaignID": "",
        "AssetName": "A stand",
        "AssetType": "Tradeshow",
        "AssetDate": "2026-05-04 03:02:01",
        "ActivityType": "Registered",
        **other,
    }


def _import(bulk: Bulk, rows: list[dict[str, str]], **more: Any) -> dict[str, Any]:
    bulk.contacts([{"E": "active@a.example", "F": "x"}])
    return bulk.imported("/activities", rows, fields=FIELDS, **more)


def test_an_external_activity_is_created_with_its_asset(bulk: Bulk) -> None:
    sync = _import(bulk, [_row(), _row(C_EmailAddress="ACTIVE@a.example")])
    assert sync["status"] == "success"
    assert {("ELQ-00068", 1), ("ELQ-00069", 2)} <= set(bulk.logs(sync))
    exported = bulk.exported(
        "/activities",
        {key: text for key, text in FIELDS.items() if key != "CampaignID"}
        | {"Name": "{{Activity.Field(ExternalActivityType)}}"},
        filter="'{{Activity.Type}}'='ExternalActivity' AND '{{Activity.Asset.Name}}' = 'A stand'",
    )
    written = {key: value for key, value in _row().items() if key != "CampaignID"}
    assert exported == [{**written, "ActivityType": "ExternalActivity", "Name": "Registered"}] * 2


def test_the_journal_counts_activities_under_one_key(bulk: Bulk) -> None:
    _import(bulk, [_row(), _row()])
    key = "Registered%7CA%20stand%7Cactive@a.example%7C1777878121"
    assert bulk.sandbox.control("GET", f"/journal?entity=activity&key={key}")["count"] == 2


@pytest.mark.parametrize(
    ("other", "code", "field"),
    [
        ({"AssetType": "No such type"}, "ELQ-00072", "AssetType"),
        ({"ActivityType": "No such type"}, "ELQ-00070", "ActivityType"),
        ({"C_EmailAddress": "nobody@a.example"}, "ELQ-00085", "C_EmailAddress"),
        ({"CampaignID": "99999"}, "ELQ-00055", "CampaignID"),
        ({"AssetName": ""}, "ELQ-00061", "AssetName"),
        ({"AssetDate": ""}, "ELQ-00061", "AssetDate"),
        ({"AssetDate": "soon"}, "ELQ-00040", "AssetDate"),
    ],
)
def test_what_an_activity_must_name(bulk: Bulk, other: dict[str, str], code: str, field: str) -> None:
    sync = _import(bulk, [_row(), _row(**other)])
    assert sync["status"] == "warning"
    assert [(r["recordIndex"], r["statusCode"], r["invalidFields"]) for r in bulk.rejects(sync)] == [
        (2, code, [field])
    ]
    assert {("ELQ-00069", 1), ("ELQ-00060", 1), ("ELQ-00003", 1)} <= set(bulk.logs(sync))


def test_campaigns_must_be_active(bulk: Bulk) -> None:
    session = bulk.session.get(f"{bulk.sandbox.url}/api/REST/2.0/assets/campaigns?depth=minimal", timeout=30)
    campaigns = session.json()["elements"]
    active = next(c["id"] for c in campaigns if c["currentStatus"] == "Active")
    other = next(c["id"] for c in campaigns if c["currentStatus"] != "Active")
    sync = _import(bulk, [_row(CampaignID=active), _row(CampaignID=other)])
    assert [(r["recordIndex"], r["statusCode"]) for r in bulk.rejects(sync)] == [(2, "ELQ-00132")]


def test_an_identifier_is_ignored_and_the_log_says_so(bulk: Bulk) -> None:
    sync = _import(bulk, [_row()], identifierFieldName="AssetName")
    assert bulk.logs(sync)[0] == ("ELQ-00123", 0)
    assert sync["status"] == "success"


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_exports_with_all_its_fields(bulk: Bulk, kind: str) -> None:
    items = bulk.get(f"/activities/fields?activityType={kind}")["items"]
    assert all(kind in item["activityTypes"] for item in items)
    names = [item["internalName"] for item in items]
    assert len(set(names)) == len(names)
    assert {"ActivityId", "ActivityType", "ActivityDate"} <= set(names)
    rows = bulk.exported(
        "/activities",
        {item["internalName"]: item["statement"] for item in items},
        filter=f"'{{{{Activity.Type}}}}' = '{kind}' AND '{{{{Activity.CreatedAt}}}}' >= '2000-01-01'",
        areSystemTimestampsInUTC=True,
    )
    assert all(list(row) == names for row in rows)


def test_a_contact_field_may_be_in_the_filter_of_activities(bulk: Bulk) -> None:
    text = f"'{FIELDS['C_EmailAddress']}' = 'a@a.example'"
    body: dict[str, Any] = {"fields": {"Id": "{{Activity.Id}}"}}
    assert bulk.exported("/activities", **body, filter=text) == []
    assert bulk.failures("/activities/exports", fields={"E": EMAIL})[0]["field"] == "fields"


def test_names_given_twice_make_one_activity_a_row(bulk: Bulk) -> None:
    rest = f"{bulk.sandbox.url}/api/rest/2.0/assets/external"
    body = {"name": "Dinner", "activityTypes": [{"name": "Invited"}, {"name": "Invited"}]}
    first = bulk.session.post(f"{rest}/type", json=body).json()
    bulk.session.post(f"{rest}/type", json={"name": "Dinner", "activityTypes": []})
    for _ in "ab":
        asset = {"name": "Gala", "externalAssetTypeId": first["id"]}
        assert bulk.session.post(rest, json=asset).status_code == 201
    bulk.contacts([{"E": "guest@a.example", "F": "x"}])
    fields = {
        "E": "{{Activity.Contact.Field(C_EmailAddress)}}",
        "T": "{{Activity.Asset.Type}}",
        "N": "{{Activity.Asset.Name}}",
        "A": "{{Activity.Type}}",
    }
    rows = [
        {"E": "guest@a.example", "T": "Dinner", "N": name, "A": "Invited"} for name in ("Gala", "gala", "New")
    ]
    sync = bulk.imported("/activities", rows, fields=fields)
    assert {("ELQ-00068", 1), ("ELQ-00069", 3)} <= set(bulk.logs(sync))
