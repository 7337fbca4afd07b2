"""Profiles: creating by PIN, merging, soft deletes, anonymising, the settings' names."""

import pytest

NEW = {"firstName": "Mira", "lastName": "Okafor", "email": "mira.okafor@new.example"}


def test_a_new_profile_gets_ids_a_pin_and_a_user_name(certain):
    made = certain.post("Profile/NWIND", NEW)
    assert made["pkProfileId"].isdigit()
    assert made["username"] == f"NWIND{made['pkProfileId']}"
    assert made["isActive"] is True
    assert certain.get(f"Profile/NWIND/{made['profilePin']}") == made


def test_the_same_pin_twice_is_one_profile(certain):
    before = certain.get("Profile/NWIND")["completeCollectionSize"]
    first = certain.post("Profile/NWIND", {**NEW, "profilePin": "PIN-7"})
    second = certain.post("Profile/NWIND", {"profilePin": "PIN-7", "firstName": "M.", "lastName": "O."})
    assert second["pkProfileId"] == first["pkProfileId"]
    assert (second["firstName"], second["email"]) == ("M.", NEW["email"])
    assert certain.get("Profile/NWIND")["completeCollectionSize"] == before + 1


@pytest.mark.parametrize("missing", ["firstName", "lastName"])
def test_a_profile_needs_both_names(certain, missing):
    body = {name: value for name, value in NEW.items() if name != missing}
    status, text = certain.refused("POST", "Profile/NWIND", body)
    assert (status, f"{missing} is required" in text) == (400, True)
    assert certain.refused("POST", "Profile/NWIND", {**NEW, missing: "  "})[0] == 400


def test_an_update_changes_what_is_posted_and_ignores_nulls(certain):
    made = certain.post(
        "Profile/NWIND", {**NEW, "phone": "1", "address": {"line1": "12 Quay St", "city": "Chicago"}}
    )
    changed = certain.post(
        f"Profile/NWIND/{made['profilePin']}",
        {"phone": None, "position": "Head of Data", "address": {"city": "Köln", "line1": None}},
    )
    assert (changed["phone"], changed["position"], changed["firstName"]) == ("1", "Head of Data", "Mira")
    assert changed["address"] == {"line1": "12 Quay St", "city": "Köln"}


def test_a_posted_blank_clears(certain):
    made = certain.post("Profile/NWIND", {**NEW, "phone": "1"})
    assert certain.post(f"Profile/NWIND/{made['profilePin']}", {"phone": ""})["phone"] == ""


def test_members_of_the_server_and_unknown_ones_are_ignored(certain):
    made = certain.post(
        "Profile/NWIND",
        {
            **NEW,
            "pkProfileId": "1",
            "dateCreated": "x",
            "dateModified": {},
            "accountCode": "NWIND-EU",
            "nonsense": 1,
        },
    )
    assert made["pkProfileId"] != "1"
    assert made["accountCode"] == "NWIND"
    assert "nonsense" not in made


@pytest.mark.parametrize(
    "wrong", [{"email": {"a": 1}}, {"email": ["a"]}, {"isActive": "perhaps"}, {"address": "street"},
              {"profileQuestions": []},
              {"profileQuestions": {"question": [{"value": 1}]}}, {"profileQuestions": {"question": 7}}],
)  # fmt: skip
def test_values_that_can_not_be_are_400(certain, wrong):
    assert certain.refused("POST", "Profile/NWIND", {**NEW, **wrong})[0] == 400


def test_lengths_without_a_known_error_answer_are_accepted(certain):
    made = certain.post("Profile/NWIND", {**NEW, "profilePin": "x" * 26, "externalKey": "x" * 101})
    assert (made["profilePin"], made["externalKey"]) == ("x" * 26, "x" * 101)


def test_every_text_survives(certain):
    text = 'Größe "½", 𝒎 & <b>, \\ \r\n\ttab, 🦄'
    made = certain.post("Profile/NWIND", {**NEW, "organization": text, "address": {"line1": text}})
    again = certain.get(f"Profile/NWIND/{made['profilePin']}")
    assert (again["organization"], again["address"]["line1"]) == (text, text)
    assert certain.get("Profile/NWIND", organization=text)["completeCollectionSize"] == 1


def test_a_deleted_profile_stays_readable_and_inactive(certain):
    pin = certain.post("Profile/NWIND", NEW)["profilePin"]
    assert certain.delete(f"Profile/NWIND/{pin}")["isActive"] is False
    assert certain.get(f"Profile/NWIND/{pin}")["isActive"] is False


def test_a_pin_of_another_profile_is_refused(certain):
    certain.post("Profile/NWIND", {**NEW, "profilePin": "A"})
    certain.post("Profile/NWIND", {**NEW, "profilePin": "B"})
    status, text = certain.refused("POST", "Profile/NWIND/B", {"profilePin": "A"})
    assert (status, "A profile already exists for given profile pin" in text) == (400, True)


def test_the_names_of_external_id_and_source_are_settings(certain, settings):
    settings(external_id_member="externalProfileId", source_member="profileSource")
    made = certain.post(
        "Profile/NWIND", {**NEW, "externalProfileId": "77", "profileSource": "Eloqua", "externalKey": "8"}
    )
    assert (made["externalProfileId"], made["profileSource"]) == ("77", "Eloqua")
    assert not made.keys() & {"externalKey", "sourceOfProfile"}
    assert (
        certain.get("Profile/NWIND", externalProfileId="77")["profiles"][0]["profilePin"]
        == made["profilePin"]
    )


def test_an_anonymised_profile_has_nothing_left_of_the_person(certain):
    registration = certain.post("Registration/NWIND/NWEMPTY27", {"profile": NEW})
    key = registration["profile"]["pkProfileId"]
    done = certain.post("ProfileAnonymize/NWIND", {"pkProfileId": [key]})["results"]
    codes = [{"registrationCode": registration["registrationCode"]}]
    assert done == [{"pkProfileID": key, "registrations": codes}]
    profile = certain.get(f"Profile/NWIND/{registration['profile']['pin']}")
    assert (profile["email"], profile["isActive"], profile["address"]) == (None, False, None)
    assert "Okafor" not in str(profile)
    listed = certain.get("ProfileAnonymize/NWIND", limit=-1)["results"]
    assert key in [item["pkProfileID"] for item in listed]
    assert len(listed) > 1
    assert certain.refused("POST", "ProfileAnonymize/NWIND", {"pkProfileId": ["0"]})[0] == 400


def test_the_events_of_a_profile_come_when_asked_for(certain):
    registration = certain.post("Registration/NWIND/NWEMPTY27", {"profile": NEW})
    path = f"Profile/NWIND/{registration['profile']['pin']}"
    assert "events" not in certain.get(path)
    events = certain.get(path, include_list="event_list")["events"]["event"]
    assert [event["eventCode"] for event in events] == ["NWEMPTY27"]
