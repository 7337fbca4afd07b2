"""Sessions, instances and who is registered for them (Standard 2.0)."""

import pytest

ROAD = "/NWIND/events/NWROAD26"
EMPTY = "/NWIND/events/NWEMPTY27"
PERSON = {"firstName": "Ada", "lastName": "Quist", "email": "ada@quist.example"}


@pytest.fixture
def registrant(certain):
    return certain.post("Registration/NWIND/NWEMPTY27", {"profile": PERSON})["registrationCode"]


@pytest.fixture
def instance(certain):
    """The id of a published instance with one place."""
    made = certain.post(
        f"{EMPTY}/sessions", {"sessionCode": "S1", "name": "Q & A", "capacity": 1, "duration": 45}
    )
    number = made["sessions"][0]["instanceId"]
    certain.ask(
        "PUT", f"{EMPTY}/locations/ROOM-1/sessions/{number}",
        {"locationCode": "ROOM-1", "startDate": "12/06/2027 10:00:00"},
    )  # fmt: skip
    certain.ask("PUT", f"{EMPTY}/sessions/S1/publish", {"attendeetypes": "all"})
    return number


def test_instances_are_listed_flat_with_slashed_times_and_escaped_texts(certain):
    found = certain.get(f"{ROAD}/sessions")
    assert found["completeCollectionSize"] == len(found["sessions"]) == 8
    by_code = {item["instanceCode"]: item for item in found["sessions"]}
    lab = by_code["LAB-AI-2"]
    assert (lab["startTime"], lab["endTime"]) == ("11/25/2026 10:30:00", "11/25/2026 12:00:00")
    assert (lab["sessionTitle"], lab["trackName"]) == ("AI lab: bring &amp; build", "AI &amp; Data")
    assert (lab["noOfInstances"], lab["points"], [tag["name"] for tag in lab["tags"]]) == (
        2,
        15,
        ["ai", "hands-on"],
    )
    assert {item["status"] for item in found["sessions"]} == {"Published", "Scheduled", "Qualified"}
    assert by_code["IDEA-01-1"]["startTime"] is None


def test_sessions_are_read_by_what_changed(certain, instance, set_clock):
    set_clock("2030-01-02T12:00:00Z")
    certain.ask("PUT", f"{EMPTY}/sessions/S1", {"notes": "New"})
    found = certain.get(f"{EMPTY}/sessions", dateModified_after="2030-01-01T00:00:00")
    assert found["completeCollectionSize"] == 1
    assert found["sessions"][0]["session_dateModified"] == "01/02/2030 04:00:00"
    assert certain.get(f"{EMPTY}/sessions", dateModified_after="2030-01-03T00:00:00")["sessions"] == []
    assert certain.refused("GET", f"{EMPTY}/sessions", dateModified_after="01/03/2030 00:00:00")[0] == 400


def test_all_registrations_come_with_their_sessions(certain):
    found = certain.get(f"{ROAD}/registrations")
    assert found["completeCollectionSize"] == len(found["data"]) == 260
    first = next(item for item in found["data"] if item["sessions"])
    assert first.keys() == {
        "registrationId", "registrationUUID", "pkRegId", "registrationCode", "pkEventId", "eventCode",
        "sessions",
    }  # fmt: skip
    assert first["sessions"][0].keys() == {
        "instanceId", "sessionCode", "sessionName", "regSessionStatus", "trackName", "typeName",
        "locationName", "startDate", "endDate",
    }  # fmt: skip
    states = {session["regSessionStatus"] for item in found["data"] for session in item["sessions"]}
    assert states == {"Registered", "Cancelled", "Waitlisted"}
    part = certain.get(f"{ROAD}/registrations", max_results=10, start_index=251)
    assert (len(part["data"]), part["completeCollectionSize"]) == (10, 260)


def test_a_registrant_is_assigned_attends_and_is_removed(certain, registrant, instance, set_clock):
    path = f"{EMPTY}/sessions/{instance}/registrations"
    set_clock("2030-01-02T12:00:00Z")
    made = certain.post(path, {"registrationCode": registrant})
    assert (made["registrationCode"], made["sessions"][0]["regSessionStatus"]) == (registrant, "Registered")
    attended = certain.post(path, {"registrationCode": registrant, "status": "Attended"})
    assert attended["sessions"][0]["regSessionStatus"] == "Attended"
    changed = certain.get(f"{EMPTY}/registrations", dateModified_after="2030-01-01T00:00:00")["data"]
    assert [item["registrationCode"] for item in changed] == [registrant]
    gone = certain.delete(f"{path}/{registrant}")
    assert gone["sessions"][0]["regSessionStatus"] == "Cancelled"
    assert len(certain.get(f"{EMPTY}/registrations/{registrant}/sessions")["data"][0]["sessions"]) == 1
    assert [item["registrationCode"] for item in certain.get(path)["data"]] == [registrant]


def test_the_platforms_words_for_refused_assignments(certain, registrant, instance):
    path = f"{EMPTY}/sessions/{instance}/registrations"
    assert certain.refused("POST", path, {})[1].count("Please provide registration code") == 1
    for number in ("1", "x", "6001", "9" * 30):
        status, text = certain.refused(
            "POST", f"{EMPTY}/sessions/{number}/registrations", {"registrationCode": registrant}
        )
        assert (status, "Attempted to associate with an invalid session id" in text) == (404, True), number
    status, text = certain.refused("POST", path, {"registrationCode": registrant, "status": "Cancelled"})
    assert (status, "Cannot update the status" in text) == (400, True)
    assert certain.refused("POST", path, {"registrationCode": "1-2-3"})[0] == 404
    assert certain.refused("POST", path, [])[0] == 400


def test_only_published_sessions_take_people(certain, registrant):
    made = certain.post(f"{EMPTY}/sessions", {"sessionCode": "S2", "sessionTitle": "Two"})
    path = f"{EMPTY}/sessions/{made['sessions'][0]['instanceId']}/registrations"
    status, text = certain.refused("POST", path, {"registrationCode": registrant})
    assert (status, "This session is not published yet" in text) == (400, True)


def test_the_life_of_a_session(certain):
    made = certain.post(
        f"{EMPTY}/sessions", {"sessionCode": "S3", "name": "Three", "noOfInstances": 2, "duration": 30}
    )
    assert [item["status"] for item in made["sessions"]] == ["Qualified", "Qualified"]
    publish = f"{EMPTY}/sessions/S3/publish"
    assert "is not in Scheduled status" in certain.refused("PUT", publish, {"attendeetypes": "all"})[1]
    number = made["sessions"][0]["instanceId"]
    place = f"{EMPTY}/locations/ROOM-1/sessions/{number}"
    planned = certain.ask("PUT", place, {"locationCode": "ROOM-1", "startDate": "12/06/2027 10:00:00"})[
        "sessions"
    ][0]
    assert (planned["status"], planned["locationName"]) == ("Scheduled", "Room 1")
    assert planned["endTime"] == "12/06/2027 10:30:00"
    assert certain.ask("PUT", publish, {"attendeetypes": "all"})["sessions"][0]["status"] == "Published"
    status, text = certain.refused("PUT", publish, {"attendeetypes": "all"})
    assert (status, "is already published." in text) == (404, True)
    status, text = certain.refused("PUT", f"{EMPTY}/sessions/NOTHING/publish", {"attendeetypes": "all"})
    assert (status, "Invalid Session Code." in text) == (404, True)
    assert certain.delete(f"{EMPTY}/sessions/S3")["sessions"][0]["isActive"] is False


def test_a_session_with_people_can_not_be_deleted(certain, registrant, instance):
    certain.post(f"{EMPTY}/sessions/{instance}/registrations", {"registrationCode": registrant})
    status, text = certain.refused("DELETE", f"{EMPTY}/sessions/S1")
    assert (status, "You can not delete this session." in text) == (400, True)


def test_bulk_calls_answer_for_each_item(certain, registrant, instance):
    other = certain.post("Registration/NWIND/NWEMPTY27", {"profile": PERSON})["registrationCode"]
    items = [
        {"registrationCode": registrant, "instanceId": instance, "status": "Registered"},
        {"registrationCode": other, "instanceId": instance, "status": "Registered"},
        {"registrationCode": "1-2-3", "instanceId": instance, "status": "Registered"},
        {"registrationCode": other, "instanceId": 1, "status": "Registered"},
        {"instanceId": instance},
        {"registrationCode": registrant, "instanceId": instance, "status": ["Registered"]},
    ]
    found = certain.post(f"{EMPTY}/registrations/sessions", items)["data"]
    statuses = [(item.get("successApiResponse") or item["errorApiResponse"])["status"] for item in found]
    assert statuses == ["200", "200", "404", "404", "404", "400"]
    states = {
        item["registrationCode"]: item["sessions"][0]["regSessionStatus"]
        for item in certain.get(f"{EMPTY}/sessions/{instance}/registrations")["data"]
    }
    assert states == {registrant: "Registered", other: "Waitlisted"}
    bulk = f"{EMPTY}/sessions/{instance}/registrations/bulkAssign"
    found = certain.post(bulk, [{"registrationCode": registrant, "status": "Cancelled"}])["data"]
    assert found[0]["successApiResponse"]["status"] == "200"
    assert certain.refused("POST", bulk, {"registrationCode": registrant})[0] == 400


def test_a_failed_item_of_a_bulk_call_has_its_instance_as_a_number(certain, instance):
    bulk = f"{EMPTY}/sessions/{instance}/registrations/bulkAssign"
    (item,) = certain.post(bulk, [{"registrationCode": "1-2-3"}])["data"]
    assert (item["instanceId"], "errorApiResponse" in item) == (instance, True)
    items = [{"registrationCode": "1-2-3", "instanceId": "77"}]
    (item,) = certain.post(f"{EMPTY}/registrations/sessions", items)["data"]
    assert item["instanceId"] == 77


def test_the_flagship_event_has_sessions_with_people_and_appointments(certain):
    summit = "/NWIND/events/NWSUMMIT27"
    sessions = certain.get(f"{summit}/sessions")["sessions"]
    assert {"S-KEY", "S-ML", "S-SEC", "S-PANEL"} == {one["sessionCode"] for one in sessions}
    statuses = {
        held["regSessionStatus"]
        for one in certain.get(f"{summit}/registrations")["data"]
        for held in one["sessions"]
    }
    assert {"Registered", "Waitlisted"} <= statuses
    assert certain.get("Appointments/NWIND/NWSUMMIT27")["size"] > 0
