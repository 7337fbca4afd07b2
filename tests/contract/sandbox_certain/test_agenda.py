"""Agenda items with tags and points, and which registrant has which."""

import pytest

ITEMS = "AgendaItem/NWIND/NWSUMMIT27"
EMPTY = "Registration/NWIND/NWEMPTY27"
PERSON = {"firstName": "Ada", "lastName": "Quist", "email": "ada@quist.example"}


@pytest.fixture
def registrant(certain):
    """The code of the only registration of an event with one item, A1."""
    certain.post(
        "AgendaItem/NWIND/NWEMPTY27", {"activityCode": "A1", "name": "First", "points": 3, "tag": ["ai"]}
    )
    return certain.post(EMPTY, {"profile": PERSON})["registrationCode"]


def test_items_have_points_and_on_request_tags_and_inventory(certain):
    bare = certain.get(f"{ITEMS}/WS-ML-01")
    assert (bare["points"], bare["isActivity"], bare["speaker"][0]["lastName"]) == (10, True, "Quist")
    assert not bare.keys() & {"tag", "inventory"}
    full = certain.get(f"{ITEMS}/WS-ML-01", includeList="tags,inventory")
    assert full["tag"] == [
        {"tagId": 1, "name": "ai", "label": "Artificial Intelligence"},
        {"tagId": 5, "name": "hands-on", "label": "Hands-on"},
    ]
    assert full["inventory"]["total"] == 25
    assert full["inventory"]["available"] == 0
    assert full["inventory"]["waitlisted"] > 0


def test_items_are_searched_and_ordered(certain):
    found = certain.get(ITEMS, isActive="true", order_by="startDate_asc", includeList="tags")["agendaItems"]
    assert "OLD-ITEM" not in [item["activityCode"] for item in found]
    dates = [item["startDate"] or "" for item in found]
    assert dates == sorted(dates)
    assert certain.get(ITEMS, startDate_after="2027-05-06T00:00:00")["size"] == 2
    for name in (
        "isActivity",
        "isAgenda",
        "isRequired",
        "endDate",
        "noPrint",
        "allowWaitlist",
        "hideRating",
        "email",
    ):
        assert certain.get(ITEMS, order_by=f"{name}_desc")["size"] == 10


def test_items_are_created_changed_and_made_inactive(certain):
    path = "AgendaItem/NWIND/NWEMPTY27"
    body = {"activityCode": "A1", "name": "First", "tag": [{"name": "ai"}, {"tagId": 2}], "points": 3,
            "startDate": "2027-12-06T10:00:00", "endDate": "2027-12-06T11:00:00"}  # fmt: skip
    made = certain.post(path, body, includeList="tags")
    assert [tag["name"] for tag in made["tag"]] == ["ai", "cloud"]
    assert certain.post(f"{path}/A1", {"points": 7})["points"] == 7
    assert certain.delete(f"{path}/A1")["isActive"] is False
    early = {"activityCode": "A3", "endDate": "2027-12-06T09:00:00"}
    assert certain.post(path, {**body, **early})["endDate"] == early["endDate"]
    for wrong in (
        {"name": ""},
        {"tag": ["nonsense"]},
        {"points": "many"},
    ):
        assert certain.refused("POST", path, {**body, "activityCode": "A2", **wrong})[0] == 400, wrong


def test_a_sub_account_uses_the_tags_of_its_parent(certain):
    body = {"activityCode": "A1", "name": "First", "tag": ["ai"]}
    made = certain.post("AgendaItem/NWIND-EU/NWBERLIN27", body, includeList="tags")
    assert made["tag"][0]["label"] == "Artificial Intelligence"


def test_an_item_is_assigned_once_and_its_status_changes(certain, registrant, set_clock):
    path = f"RegistrationAgenda/NWIND/NWEMPTY27/{registrant}"
    set_clock("2026-11-10T18:00:00Z")
    made = certain.post(path, {"activityCode": "A1"})
    assert made.items() >= {
        "registrationCode": registrant, "activityCode": "A1", "status": "REGISTERED", "registeredQuantity": 1,
        "availableQuantity": None, "eventCode": "NWEMPTY27", "dateModified": "2026-11-10T10:00:00",
    }.items()  # fmt: skip
    assert made["tag"][0]["name"] == "ai"
    status, text = certain.refused("POST", path, {"activityCode": "A1"})
    assert status == 400
    assert "Specified AgendaItem is already associated with current registration" in text
    set_clock("2026-11-10T19:00:00Z")
    changed = certain.post(f"{path}/A1", {"status": "ATTENDED"})
    assert (changed["status"], changed["dateModified"]) == ("ATTENDED", "2026-11-10T11:00:00")
    assert certain.delete(f"{path}/A1")["status"] == "CANCELLED"
    assert certain.get(path)["registrationAgendas"][0]["status"] == "CANCELLED"


def test_nonsense_is_refused(certain, registrant):
    path = f"RegistrationAgenda/NWIND/NWEMPTY27/{registrant}"
    for body in ({}, {"activityCode": "NOTHING"}, {"activityCode": ["A1"]}):
        assert certain.refused("POST", path, body)[0] == 400, body
    assert certain.refused("GET", path)[0] == 404
    assert certain.refused("GET", f"{path}/A1")[0] == 404


def test_a_declined_registration_may_have_agenda_items_of_any_quantity(certain, registrant):
    path = f"RegistrationAgenda/NWIND/NWEMPTY27/{registrant}"
    certain.post(f"{EMPTY}/{registrant}", {"registrationStatusLabel": "Declined Invitation"})
    made = certain.post(path, {"activityCode": "A1", "registeredQuantity": 0})
    assert (made["status"], made["registeredQuantity"]) == ("REGISTERED", 0)


def test_the_agendas_of_a_whole_event_are_read_by_what_changed(certain):
    path = "RegistrationAgenda/NWIND/NWEXPO25"
    found = certain.get(path, max_results=5000)["registrationAgendas"]
    assert {item["status"] for item in found} == {"ATTENDED", "REGISTERED", "CANCELLED"}
    edge = sorted(item["dateModified"] for item in found)[-20]
    later = certain.get(path, dateModified_after=edge, max_results=5000)
    assert later["completeCollectionSize"] == sum(item["dateModified"] >= edge for item in found)
    one = certain.get(
        path, activityCode="EXPO-KEY", status="ATTENDED", orderBy="startDate_asc", max_results=5
    )
    assert {(item["activityCode"], item["status"]) for item in one["registrationAgendas"]} == {
        ("EXPO-KEY", "ATTENDED")
    }


def test_a_full_item_has_a_waiting_list_or_takes_more(certain, registrant):
    item = {"activityCode": "S", "name": "Small", "capacity": 1, "allowWaitlist": False}
    certain.post("AgendaItem/NWIND/NWEMPTY27", item)
    certain.post("AgendaItem/NWIND/NWEMPTY27", {**item, "activityCode": "W", "allowWaitlist": True})
    other = certain.post(EMPTY, {"profile": PERSON})["registrationCode"]
    for code, status in (("S", "REGISTERED"), ("W", "WAITLISTED")):
        certain.post(f"RegistrationAgenda/NWIND/NWEMPTY27/{registrant}", {"activityCode": code})
        made = certain.post(f"RegistrationAgenda/NWIND/NWEMPTY27/{other}", {"activityCode": code})
        assert (made["status"], made["availableQuantity"]) == (status, 0)
