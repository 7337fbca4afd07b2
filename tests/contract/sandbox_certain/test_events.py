"""Events, attendee types, event questions and locations."""

import pytest

NEW = {
    "eventCode": "NW-NEW", "eventName": "Neues & Altes", "startDate": "2028-01-10T09:00:00",
    "endDate": "2028-01-11T17:00:00", "timezone": "Europe/Berlin", "eventStatus": "Planning", "notes": "",
}  # fmt: skip


def test_an_event_is_created_changed_and_made_inactive(certain):
    made = certain.post("Event/NWIND", NEW)
    assert made.items() >= NEW.items()
    assert (made["isActive"], made["isLocked"], made["txtEvtCreatedBy"]) == (True, False, "demo")
    changed = certain.post("Event/NWIND/NW-NEW", {"eventStatus": "Live", "location": {"locationCity": "Ulm"}})
    assert (changed["eventStatus"], changed["location"]["locationCity"]) == ("Live", "Ulm")
    assert certain.delete("Event/NWIND/NW-NEW")["isActive"] is False
    assert certain.get("Event/NWIND", eventCode="NW-NEW")["events"][0]["isActive"] is False


def test_an_event_without_code_gets_one(certain):
    made = certain.post("Event/NWIND", {**NEW, "eventCode": ""})
    assert made["eventCode"]
    assert certain.get(f"Event/NWIND/{made['eventCode']}") == made


@pytest.mark.parametrize(
    "wrong", [{"eventName": ""},
              {"startDate": "2028/01/10 09:00:00"}],
)  # fmt: skip
def test_events_that_can_not_be_are_400(certain, wrong):
    assert certain.refused("POST", "Event/NWIND", {**NEW, **wrong})[0] == 400


@pytest.mark.parametrize(
    "change",
    [
        {"eventCode": "x" * 26},
        {"eventCode": "with space"},
        {"eventName": "x" * 256},
        {"endDate": "2027-01-01T00:00:00"},
    ],
)
def test_event_rules_without_a_known_error_answer_are_not_enforced(certain, change):
    made = certain.post("Event/NWIND", {**NEW, **change})
    assert made.items() >= change.items()
    assert certain.get(f"Event/NWIND/{made['eventCode']}") == made


def test_a_negative_inventory_is_accepted(certain):
    body = {"attendeeTypeCode": "MINUS", "name": "Minus", "inventory": -1}
    assert certain.post("AttendeeType/NWIND/NWEMPTY27", body)["inventory"] == -1


def test_answers_and_tags_of_an_event_come_when_asked_for(certain):
    bare = certain.get("Event/NWIND/NWSUMMIT27")
    assert not bare.keys() & {"answers", "tag"}
    full = certain.get("Event/NWIND/NWSUMMIT27", includeList="answers,tags")
    assert full["answers"]["question"][0]["answer"][0]["answerName"] == "7011"
    assert [tag["name"] for tag in full["tag"]] == ["key-event"]


def test_event_questions_have_answers(certain):
    found = certain.get("EventQuestion/NWIND/NWSUMMIT27")["questions"]
    assert found[0]["questionName"] == "Eloqua Campaign"
    assert found[0]["answer"] == [{"answerName": "7011", "answerLabel": "7011", "answerCode": "7011"}]
    assert certain.refused("GET", "EventQuestion/NWIND/NWFORUM27")[0] == 404


def test_attendee_types_are_listed_created_changed_and_made_inactive(certain):
    path = "AttendeeType/NWIND/NWSUMMIT27"
    codes = [item["attendeeTypeCode"] for item in certain.get(path)["attendeeTypes"]]
    assert codes == ["DELEGATE", "SPEAKER", "VIP", "EXHIBITOR"]
    assert certain.get(path, order_by="eventCode_asc")["size"] == 4
    made = certain.post(path, {"attendeeTypeCode": "PRESS", "name": "Press", "inventory": 30})
    assert made.items() >= {"accountCode": "NWIND", "eventCode": "NWSUMMIT27", "inventory": 30}.items()
    assert certain.post(f"{path}/PRESS", {"inventory": 40})["inventory"] == 40
    assert certain.delete(f"{path}/PRESS")["isActive"] is False
    assert (
        certain.refused("POST", path, {"attendeeTypeCode": "X", "name": "X", "defaultStatus": "No"})[0] == 400
    )
    tags = certain.get(f"{path}/VIP", include_list="tags")["tag"]
    assert [tag["name"] for tag in tags] == ["vip-care"]


def test_locations_are_kept_per_account(certain):
    assert certain.get("Location/NWIND/HALL-A")["name"] == "Lake Hall"
    certain.post("Location/NWIND", {"locationCode": "NEW", "name": "Neu"})
    assert certain.post("Location/NWIND/NEW", {"city": "Ulm"})["city"] == "Ulm"
    assert certain.get("Location/NWIND", city="Ulm")["locations"][0]["locationCode"] == "NEW"
    assert certain.delete("Location/NWIND/NEW")["isActive"] is False


def test_the_demo_events_stand_in_different_states_and_zones(certain):
    found = {event["eventCode"]: event for event in certain.get("Event/NWIND")["events"]}
    assert {code: event["eventStatus"] for code, event in found.items()} == {
        "NWSUMMIT27": "Live", "NWROAD26": "On-Site", "NWFORUM27": "Planning", "NWEXPO25": "Completed",
        "NWTEST27": "Testing", "NWEMPTY27": "Live", "NWOLD24": "Archived",
    }  # fmt: skip
    assert len({event["timezone"] for event in found.values()}) >= 5
    assert found["NWOLD24"]["isActive"] is False
