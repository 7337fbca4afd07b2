"""Kinds 5 and 6 from the sandbox's Certain to custom objects in its Eloqua."""

import base64
import json
import urllib.request

import pytest

FORUM, EXPO = "NWFORUM27", "NWEXPO25"
NUMBERS = ("SessionsRegistered", "SessionsAttended", "SessionsRated", "AppointmentsScheduled")


def eloqua(deployment, method, path, body=None):
    request = urllib.request.Request(
        f"{deployment.sandbox.url}/api/rest/2.0{path}",
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={
            "Authorization": "Basic " + base64.b64encode(b"Sandbox\\demo:demo").decode(),
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        text = answer.read()
        return json.loads(text) if text else None


def certain(deployment, method, path, body=None):
    request = urllib.request.Request(
        f"{deployment.sandbox.url}/certainExternal/service/v1{path}",
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={
            "Authorization": "Basic " + base64.b64encode(b"demo:demo").decode(),
            "Content-Type": "application/json",
            "Accept": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


def custom_object(deployment, name):
    found = eloqua(deployment, "GET", "/assets/customObjects?depth=complete&count=1000")["elements"]
    return next((one for one in found if one["name"] == name), None)


def records(deployment, name):
    """The records of a custom object by unique code: values by field name, and the linked contact."""
    one = custom_object(deployment, name)
    names = {field["id"]: field["name"] for field in one["fields"]}
    found, page = {}, 1
    while True:
        path = f"/data/customObject/{one['id']}/instances?depth=complete&count=1000&page={page}"
        listed = eloqua(deployment, "GET", path)["elements"]
        for record in listed:
            values = {names[value["id"]]: value.get("value") or "" for value in record["fieldValues"]}
            found[record["uniqueCode"]] = {**values, "contact": record.get("contactId") or ""}
        if len(listed) < 1000:
            return found
        page += 1


@pytest.fixture
def uploads(deployment):
    deployment.file("engagement", "kind: upload_engagement_metrics\nevents: all\nsettings: {}\n")
    deployment.file("interest", "kind: upload_interest_metrics\nevents: all\nsettings: {}\n")
    return deployment


def test_engagement_stands_in_a_new_custom_object_linked_to_contacts(uploads):
    ran = uploads.job("engagement", EXPO)
    assert ran.success, ran.failure
    assert all(ran.checks.values()), ran.checks
    done = ran.of("engagement/delivery")
    made = custom_object(uploads, "Certain Engagement Metrics")
    types = {field["name"]: field["dataType"] for field in made["fields"]}
    assert types["AttendeeID"] == "text"
    assert types["SessionsRegistered"] == "number"
    assert types["AverageSessionRating"] == "numeric"
    assert types["LastCalculated"] == "date"
    unique = {field["id"]: field["name"] for field in made["fields"]}[made["uniqueCodeFieldId"]]
    assert unique == "AttendeeID"

    stored = records(uploads, "Certain Engagement Metrics")
    assert len(stored) == done["created"] > 0
    frame = uploads.frames.frame(("metrics", "engagement"), EXPO)
    for row in frame[frame["LeftOut"].isna()].to_dict("records"):
        mine = stored.get(row["AttendeeID"])
        if mine is None:
            continue
        for name in NUMBERS:
            assert float(mine[name]) == row[name], (row["AttendeeID"], name)
        if mine["AverageSessionRating"]:
            assert float(mine["AverageSessionRating"]) == row["AverageSessionRating"]
    linked = [one for one in stored.values() if one["contact"]]
    assert len(linked) == done["records_linked_to_contacts"]
    assert done["records_without_contact"] == len(stored) - len(linked)
    delivered = uploads.frames.frame(("engagement", "delivery"), EXPO)
    waiting = delivered["cause"].fillna("").str.startswith("no contact in Eloqua")
    assert {key for key, one in stored.items() if not one["contact"]} == set(delivered["key"][waiting])
    assert done["eloqua_calls"] <= 30
    assert uploads.sandbox.control("GET", "counters")["open_definitions"] == 0


def test_interest_of_the_worked_example_reaches_eloqua(uploads):
    ran = uploads.job("interest", FORUM)
    assert ran.success, ran.failure
    stored = records(uploads, "Certain Interest Metrics")
    frame = uploads.frames.frame(("metrics", "interest"), FORUM)
    example = frame[frame["TagName"] == "ai"]
    for row in example[example["LeftOut"].isna()].to_dict("records"):
        mine = stored.get(f"{row['AttendeeID']}.ai")
        if mine:
            assert (float(mine["Points"]), mine["TagName"]) == (row["Points"], "ai")
    assert {one["EventCode"] for one in stored.values()} == {FORUM}
    assert ran.of("interest/delivery")["eloqua_calls"] <= 30


@pytest.mark.parametrize("name", ["engagement", "interest"])
def test_a_second_run_writes_nothing_and_sends_nothing(uploads, name):
    first = uploads.job(name, EXPO)
    assert first.success, first.failure
    before, moved = uploads.writes(), uploads.journal(platform="eloqua")
    again = uploads.job(name, EXPO)
    assert again.success, again.failure
    assert uploads.writes() == before
    assert uploads.journal(platform="eloqua") == moved
    assert again.of(f"{name}/plan")["plan_unchanged"] == first.of(f"{name}/delivery")["created"]
    assert again.of(f"{name}/delivery").get("records_uploaded") is None


def test_a_cancelled_item_takes_its_points_away_and_the_tag_is_set_to_zero_once(uploads):
    first = uploads.job("interest", FORUM)
    assert first.success, first.failure
    stored = records(uploads, "Certain Interest Metrics")
    key, before = next((k, one) for k, one in stored.items() if one["TagName"] == "security")
    code = before["RegistrationCode"]
    uploads.sandbox.control("POST", "clock/advance", {"seconds": 7_200})
    certain(uploads, "DELETE", f"/RegistrationAgenda/NWIND/{FORUM}/{code}/K3")
    again = uploads.job("interest", FORUM)
    assert again.success, again.failure
    assert again.of("interest/plan")["plan_update"] == 1
    after = records(uploads, "Certain Interest Metrics")
    assert (float(after[key]["Points"]), float(after[key]["ItemsCounted"])) == (0, 0)
    assert after[key]["EmailAddress"] == before["EmailAddress"], "nothing but the numbers is touched"
    assert after[key]["contact"] == before["contact"]
    assert len(after) == len(stored)
    third = uploads.job("interest", FORUM)
    assert third.of("interest/plan")["plan_update"] == 0


def test_a_registration_that_no_longer_counts_is_set_to_zero_once_and_comes_back(uploads):
    first = uploads.job("engagement", EXPO)
    assert first.success, first.failure
    stored = records(uploads, "Certain Engagement Metrics")
    key, before = next((k, one) for k, one in stored.items() if float(one["SessionsRegistered"] or 0) > 0)
    path = f"/Registration/NWIND/{EXPO}/{before['RegistrationCode']}"
    uploads.sandbox.control("POST", "clock/advance", {"seconds": 7_200})
    certain(uploads, "POST", path, {"registrationStatusLabel": "Cancelled"})
    again = uploads.job("engagement", EXPO)
    assert again.success, again.failure
    after = records(uploads, "Certain Engagement Metrics")[key]
    assert [float(after[name]) for name in NUMBERS] == [0, 0, 0, 0]
    assert after["AverageSessionRating"] == ""
    assert after["RegistrationStatus"] == "Cancelled"
    assert after["EmailAddress"] == before["EmailAddress"]
    assert uploads.job("engagement", EXPO).of("engagement/plan")["plan_update"] == 0
    uploads.sandbox.control("POST", "clock/advance", {"seconds": 7_200})
    certain(uploads, "POST", path, {"registrationStatusLabel": before["RegistrationStatus"]})
    assert uploads.job("engagement", EXPO).success
    back = records(uploads, "Certain Engagement Metrics")[key]
    assert [back[name] for name in NUMBERS] == [before[name] for name in NUMBERS]


def test_an_object_that_does_not_fit_is_refused_with_everything_that_is_wrong(uploads):
    fields = [
        {"type": "CustomObjectField", "id": "-1", "name": "AttendeeID", "dataType": "largeText"},
        {"type": "CustomObjectField", "id": "-2", "name": "SessionsRegistered", "dataType": "text"},
    ]
    eloqua(
        uploads,
        "POST",
        "/assets/customObject",
        {"name": "Certain Engagement Metrics", "fields": [{**one, "displayType": "text"} for one in fields]},
    )
    before = uploads.writes()
    ran = uploads.job("engagement", EXPO)
    assert not ran.success
    for words in (
        "AttendeeID is largeText, it must be text (small text, 250 characters",
        "AttendeeID is not the unique code field",
        "SessionsRegistered is text, it must be number",
        "the field AverageSessionRating (numeric) is missing",
    ):
        assert words in ran.failure
    assert uploads.writes() == before


def test_a_missing_object_is_an_error_when_it_may_not_be_created(uploads):
    ran = uploads.job("engagement", EXPO, create_custom_object=False, custom_object="Certain Engagment")
    assert not ran.success
    assert "there is no custom object 'Certain Engagment'" in ran.failure


def test_a_status_that_the_event_does_not_have_is_refused_with_the_nearest(uploads):
    ran = uploads.job("interest", EXPO, registration_statuses=["Atended"])
    assert not ran.success
    assert "Did you mean 'Attended'?" in ran.failure


def test_two_events_share_one_object_and_do_not_touch_each_others_records(uploads):
    assert uploads.job("interest", FORUM).success
    first = records(uploads, "Certain Interest Metrics")
    assert uploads.job("interest", EXPO).success
    both = records(uploads, "Certain Interest Metrics")
    assert {key: both[key] for key in first} == first
    assert len(both) > len(first)


def test_everything_is_sent_again_on_demand(uploads):
    first = uploads.job("engagement", EXPO)
    again = uploads.job("engagement", EXPO, refresh_all=True)
    assert again.success, again.failure
    assert again.of("engagement/delivery")["updated"] == first.of("engagement/delivery")["created"]
