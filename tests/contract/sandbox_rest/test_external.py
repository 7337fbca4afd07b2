"""External asset types, assets and activities, and campaigns."""

from typing import Any

import pytest

from tests.contract.sandbox_rest.conftest import Rest

ACTIVITY: dict[str, Any] = {
    "name": "Ann registered",
    "contactId": 20,
    "campaignId": 1,
    "assetType": "Tradeshow",
    "assetName": "CPUG2018 – Keynote",
    "activityType": "Registered",
    "activityDate": "1461038400",
}


def test_an_activity_is_recorded_with_integers_for_contact_and_campaign(rest: Rest) -> None:
    answer = rest("POST", "/data/activity", ACTIVITY)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["type"] == "ExternalActivities"
    assert {name: made[name] for name in ACTIVITY} == ACTIVITY
    assert rest.get(f"/data/activity/{made['id']}") == made
    assert rest.get("/assets/externals", search="CPUG2018 – Keynote")["total"] == 1


def test_each_post_is_another_activity_and_the_journal_counts_them(rest: Rest) -> None:
    email = rest.get("/data/contact/20")["emailAddress"]
    for _ in range(2):
        assert rest("POST", "/data/activity", ACTIVITY).status_code == 201
    assert len(rest.journal("activity", f"Registered|CPUG2018 – Keynote|{email}|1461038400")) == 2


@pytest.mark.parametrize(
    ("change", "member"),
    [
        ({"assetType": "Nothing"}, "assetType"),
        ({"activityType": "Nothing"}, "activityType"),
        ({"contactId": 99_999_999}, "contactId"),
        ({"campaignId": 99_999_999}, "campaignId"),
        ({"activityDate": None}, "activityDate"),
        ({"activityDate": "tomorrow"}, "activityDate"),
        ({"assetName": ""}, "assetName"),
        ({"name": None}, "name"),
    ],
)
def test_what_an_activity_names_must_exist(rest: Rest, change: dict[str, Any], member: str) -> None:
    answer = rest("POST", "/data/activity", {**ACTIVITY, **change})
    assert (answer.status_code, answer.json()[0]["property"]) == (400, member)
    assert rest.get("/assets/externals", search="CPUG2018 – Keynote")["total"] == 0


def test_an_activity_without_a_campaign_is_recorded(rest: Rest) -> None:
    made = rest("POST", "/data/activity", {**ACTIVITY, "campaignId": None})
    assert made.status_code == 201
    assert "campaignId" not in made.json()
    assert rest.get(f"/data/activity/{made.json()['id']}") == made.json()


def test_ids_as_strings_are_accepted(rest: Rest) -> None:
    made = rest(
        "POST", "/data/activity", {**ACTIVITY, "contactId": "20", "campaignId": "1"}, version="1.0"
    ).json()
    assert (made["contactId"], made["campaignId"]) == (20, 1)


def test_activities_of_a_contact_are_a_bare_array(rest: Rest) -> None:
    rest("POST", "/data/activity", ACTIVITY)
    window = {"startDate": 1_461_038_000, "endDate": 1_461_039_000, "count": 100}
    found = rest.get("/data/activities/contact/20", version="1.0", type="externalActivity", **window)
    assert [one["activityDate"] for one in found] == ["1461038400"]
    assert {"Key": "AssetName", "Value": "CPUG2018 – Keynote"} in found[0]["details"]
    assert rest.get("/data/activities/contact/20", version="1.0", type="emailOpen", **window) == []
    assert rest.get("/data/activities/contact/1/emailOpen")[0]["activityType"] == "emailOpen"


def test_an_activity_type_is_added_to_a_type(rest: Rest) -> None:
    kind = rest.get("/assets/external/types", search="Tradeshow", depth="complete")["elements"][0]
    body = {**kind, "activityTypes": [*kind["activityTypes"], {"name": "Visited"}]}
    changed = rest("PUT", f"/assets/external/type/{kind['id']}", body).json()
    names = {one["name"]: one["id"] for one in changed["activityTypes"]}
    assert list(names) == ["Registered", "Attended", "Visited"]
    assert names["Registered"] == kind["activityTypes"][0]["id"]
    assert rest("POST", "/data/activity", {**ACTIVITY, "activityType": "Visited"}).status_code == 201


def test_a_type_is_made_with_its_activity_types(rest: Rest) -> None:
    body = {"name": "Dinner", "activityTypes": [{"type": "ExternalActivityType", "name": "Invited"}]}
    made = rest("POST", "/assets/external/type", body)
    assert (made.status_code, made.json()["activityTypes"][0]["name"]) == (201, "Invited")
    asset = rest("POST", "/assets/external", {"name": "Gala", "externalAssetTypeId": made.json()["id"]})
    assert asset.json()["externalAssetTypeId"] == made.json()["id"]
    assert rest("POST", "/assets/external", {"name": "Gala", "externalAssetTypeId": "999"}).status_code == 400


def test_names_given_twice_are_accepted_and_activities_mean_the_oldest(rest: Rest) -> None:
    kinds = [{"name": "Invited"}, {"name": "invited"}]
    first, _ = (
        rest("POST", "/assets/external/type", {"name": "Dinner", "activityTypes": kinds}) for _ in "ab"
    )
    for _ in "ab":
        body = {"name": "Gala", "externalAssetTypeId": first.json()["id"]}
        assert rest("POST", "/assets/external", body).status_code == 201
    named = {"assetType": "Dinner", "assetName": "gala", "activityType": "Invited"}
    assert rest("POST", "/data/activity", {**ACTIVITY, **named}).status_code == 201
    assert rest.get("/assets/externals", search="Gala")["total"] == 2


def test_a_campaign_is_made_activated_and_drafted(rest: Rest) -> None:
    made = rest("POST", "/assets/campaign", {"name": "Autumn", "crmId": "701"}).json()
    assert (made["currentStatus"], made["crmId"]) == ("Draft", "701")
    path = f"/assets/campaign/{made['id']}"
    active = rest("POST", f"/assets/campaign/active/{made['id']}", params={"activateNow": "true"})
    assert (active.status_code, active.json()["currentStatus"]) == (201, "Active")
    assert rest("POST", f"/assets/campaign/draft/{made['id']}").json()["currentStatus"] == "Draft"
    assert "crmId" not in rest("PUT", path, {"id": made["id"], "name": "Autumn"}).json()
    bare = rest("POST", f"/assets/campaign/active/{made['id']}")
    assert bare.json()["currentStatus"] == "Active"
    assert rest("DELETE", path).status_code == 200
    states = {one["currentStatus"] for one in rest.get("/assets/campaigns")["elements"]}
    assert states >= {"Active", "Draft", "Completed"}
