"""Registrations: creating, changing, deleting, statuses, inventory, test mode."""

import re

import pytest

EVENT = "Registration/NWIND/NWEMPTY27"
SUMMIT = "Registration/NWIND/NWSUMMIT27"
PERSON = {"firstName": "Ada", "lastName": "Quist", "email": "ada@quist.example"}


def test_a_new_registration_is_new_and_complete(certain):
    made = certain.post(EVENT, {"profile": PERSON, "attendeeTypeCode": "DELEGATE"})
    assert made["registrationStatusLabel"] == "New"
    assert re.fullmatch(r"\d+-\d+-\d+", made["registrationCode"])
    assert made["pkRegId"].isdigit()
    assert (made["attendeeType"], made["eventName"]) == ("Delegate", "Northwind Winter School 2027")
    assert (made["isActive"], made["isTestMode"], made["isConfirmed"], made["doFollowUp"]) == (
        True,
        False,
        False,
        False,
    )
    assert made["profile"]["pin"]
    assert "profilePin" not in made["profile"]
    assert certain.get(f"{EVENT}/{made['registrationCode']}") == made


def test_an_attendee_type_may_have_a_default_status(certain):
    made = certain.post(SUMMIT, {"profile": PERSON, "attendeeTypeCode": "SPEAKER"})
    assert made["registrationStatusLabel"] == "Pre-Registered"


@pytest.mark.parametrize("body", [{}, {"profile": {}}, {"profile": "Ada"}, {"profile": {"firstName": "Ada"}}])
def test_a_registration_needs_a_person_with_names(certain, body):
    assert certain.refused("POST", EVENT, body)[0] == 400


def test_a_status_is_changed_by_its_label(certain, set_clock):
    set_clock("2026-11-10T18:00:00Z")
    code = certain.post(EVENT, {"profile": PERSON})["registrationCode"]
    set_clock("2026-11-10T19:00:00Z")
    changed = certain.post(f"{EVENT}/{code}", {"registrationStatusLabel": "Attended"})
    assert changed["registrationStatusLabel"] == "Attended"
    assert changed["statusModified"] == changed["dateModified"] == "2026-11-10T11:00:00"
    set_clock("2026-11-10T20:00:00Z")
    same = certain.post(f"{EVENT}/{code}", {"registrationStatusLabel": "Attended", "isConfirmed": True})
    assert (same["statusModified"], same["dateModified"]) == ("2026-11-10T11:00:00", "2026-11-10T12:00:00")
    assert same["isConfirmed"] is True


def test_unknown_statuses_and_types_are_refused_by_name(certain):
    code = certain.post(EVENT, {"profile": PERSON})["registrationCode"]
    for path, body in ((EVENT, {"profile": PERSON}), (f"{EVENT}/{code}", {})):
        status, text = certain.refused("POST", path, {**body, "registrationStatusLabel": "Checked In"})
        assert (status, "'Checked In' is not a status of event NWEMPTY27" in text) == (400, True)
        status, text = certain.refused("POST", path, {**body, "attendeeTypeCode": "KING"})
        assert (status, "Attendee type KING" in text) == (400, True)


def test_a_custom_status_belongs_to_its_event(certain):
    made = certain.post(SUMMIT, {"profile": PERSON, "registrationStatusLabel": "Hold for Review"})
    assert made["registrationStatusLabel"] == "Hold for Review"


def test_an_account_may_hide_the_standard_statuses(certain):
    labels = [
        item["label"]
        for item in certain.get("RegistrationStatus/NWIND-EU/NWBERLIN27")["registrationStatuses"]
    ]
    assert labels == ["Registered", "On Hold", "Withdrawn"]
    path = "Registration/NWIND-EU/NWBERLIN27"
    assert certain.refused("POST", path, {"profile": PERSON, "registrationStatusLabel": "New"})[0] == 400
    assert certain.post(path, {"profile": PERSON})["registrationStatusLabel"] == "Registered"


def test_the_statuses_of_an_event_have_classifications_and_tags(certain):
    path = "RegistrationStatus/NWIND/NWSUMMIT27"
    found = certain.get(path)["registrationStatuses"]
    assert len(found) == 11 + 2
    assert {"label": "No-show", "classification": "Accepted", "isStandard": True} in found
    assert {"label": "Hold for Review", "classification": "Pending", "isStandard": False} in found
    tagged = {
        item["label"]: item["tag"] for item in certain.get(path, includeList="tags")["registrationStatuses"]
    }
    assert [tag["name"] for tag in tagged["Attended"]] == ["hot", "follow-up"]


def test_the_second_of_an_inventory_of_one_waits(certain):
    certain.post("AttendeeType/NWIND/NWEMPTY27", {"attendeeTypeCode": "ONE", "name": "One", "inventory": 1})
    people = [{**PERSON, "email": f"{n}@x.example"} for n in range(3)]
    made = [certain.post(EVENT, {"profile": person, "attendeeTypeCode": "ONE"}) for person in people]
    labels = [item["registrationStatusLabel"] for item in made]
    assert labels == ["New", "Waitlist Hold", "Waitlist Hold"]
    certain.delete(f"{EVENT}/{made[0]['registrationCode']}")
    free = certain.post(EVENT, {"profile": PERSON, "attendeeTypeCode": "ONE"})
    assert free["registrationStatusLabel"] == "New"


def test_a_full_type_holds_people_whatever_accepted_status_is_posted(certain):
    body = {"profile": PERSON, "attendeeTypeCode": "VIP", "registrationStatusLabel": "Pre-Registered"}
    assert certain.post(SUMMIT, body)["registrationStatusLabel"] == "Waitlist Hold"


def test_an_update_without_profile_leaves_the_profile(certain):
    made = certain.post(EVENT, {"profile": PERSON})
    path = f"{EVENT}/{made['registrationCode']}"
    assert certain.post(path, {"badgeName": "Ada Q."})["profile"] == made["profile"]
    changed = certain.post(path, {"profile": {"position": "CEO"}})
    assert (changed["profile"]["position"], changed["badgeName"]) == ("CEO", "Ada Q.")


def test_a_deleted_registration_stays_inactive_with_its_status(certain):
    made = certain.post(EVENT, {"profile": PERSON, "registrationStatusLabel": "Invited"})
    path = f"{EVENT}/{made['registrationCode']}"
    gone = certain.delete(path)
    assert (gone["isActive"], gone["registrationStatusLabel"]) == (False, "Invited")
    assert certain.get(path)["isActive"] is False
    again = certain.post(EVENT, {"profile": PERSON}, profileIdentifier="EMAIL", allowduplicates="no")
    assert again["registrationCode"] != made["registrationCode"]


def test_answers_are_merged_question_by_question(certain):
    def question(name, value):
        return {"questionName": name, "answers": {"answer": [{"value": value}]}}

    made = certain.post(
        EVENT, {"profile": PERSON, "registrationQuestions": {"question": [question("Diet", "Vegan")]}}
    )
    path = f"{EVENT}/{made['registrationCode']}"
    certain.post(path, {"registrationQuestions": {"question": question("Size", "M")}})
    certain.post(path, {"registrationQuestions": {"question": [question("Diet", "None")]}})
    found = certain.get(path, include_list="registration_questions")["registrationQuestions"]["question"]
    assert found == [question("Diet", "None"), question("Size", "M")]


def test_an_event_that_goes_live_loses_its_test_registrations(certain):
    path = "Registration/NWIND/NWTEST27"
    made = certain.post(path, {"profile": PERSON})
    assert made["isTestMode"] is True
    real = certain.post(path, {"profile": {**PERSON, "email": "b@x.example"}, "isTestMode": False})
    certain.post("Event/NWIND/NWTEST27", {"eventStatus": "Live"})
    left = certain.get(path)["registrations"]
    assert [item["registrationCode"] for item in left] == [real["registrationCode"]]


def test_checkins_are_kept_and_stamped(certain):
    code = certain.post(EVENT, {"profile": PERSON})["registrationCode"]
    posted = {"checkInDate": "2026-11-24T09:01:02", "entryType": "On-site", "source": "Door"}
    found = certain.post(f"{EVENT}/{code}", {"checkins": [posted]})["checkins"]
    assert found[0].items() >= posted.items()
    assert found[0]["createdBy"] == "demo"


def test_every_write_is_in_the_journal(certain, sandbox):
    code = certain.post(EVENT, {"profile": PERSON})["registrationCode"]
    certain.post(f"{EVENT}/{code}", {"registrationStatusLabel": "Attended"})
    certain.refused("POST", f"{EVENT}/{code}", {"registrationStatusLabel": "Nonsense"})
    found = sandbox.control("GET", f"/journal?entity=registration&key={code}")
    lines = found if isinstance(found, list) else next(v for v in found.values() if isinstance(v, list))
    assert [line["operation"] for line in lines] == ["create", "update"]
    assert lines[1]["detail"]["status"] == "Attended"


def test_the_events_key_is_a_text_in_every_answer(certain):
    for path, name in (("Registration", "registrations"), ("Appointments", "appointments")):
        found = certain.get(f"{path}/NWIND/NWEXPO25", max_results=3)[name]
        assert {one["pkEventId"] for one in found} == {"90213"}
    assert certain.get("Registration/NWIND", pkEventId="90213", max_results=1)["size"] == 1


def test_an_overlong_value_is_not_repeated_as_a_whole(certain):
    status, text = certain.refused("GET", "Registration/NWIND", dateModified_after="x'" * 3_000)
    assert (status, len(text) < 2_000) == (400, True)
