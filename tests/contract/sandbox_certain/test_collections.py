"""Collections: the envelope, paging in both readings, filters, ranges, ordering, include lists."""

import pytest

SUMMIT = "Registration/NWIND/NWSUMMIT27"


def codes(answer):
    return [item["registrationCode"] for item in answer["registrations"]]


def test_the_envelope_has_the_members_of_the_platform(certain):
    found = certain.get(SUMMIT, max_results=3)
    envelope = {name: value for name, value in found.items() if name != "registrations"}
    assert envelope == {
        "etag": "1-null", "transactionId": None, "completeCollectionSize": 700, "size": 3, "startingIndex": 1,
        "maxResults": 3,
    }  # fmt: skip
    assert len(found["registrations"]) == 3


def test_a_page_has_a_thousand_unless_asked_and_five_thousand_at_most(certain):
    found = certain.get("Profile/NWIND")
    assert (found["size"], found["maxResults"], found["completeCollectionSize"]) == (1000, 1000, 2000)
    found = certain.get("Profile/NWIND", max_results=99_999)
    assert (found["size"], found["maxResults"]) == (2000, 5000)


def test_start_index_counts_records(certain):
    everything = codes(certain.get(SUMMIT, max_results=20))
    assert codes(certain.get(SUMMIT, max_results=5, start_index=6)) == everything[5:10]
    assert codes(certain.get(SUMMIT, max_results=5, start_index=0)) == everything[:5]
    assert certain.get(SUMMIT, max_results=5, start_index=6)["startingIndex"] == 6
    assert certain.refused("GET", SUMMIT, start_index=701)[0] == 404


def test_start_index_counts_pages_when_the_server_is_of_that_kind(certain, settings):
    everything = codes(certain.get(SUMMIT, max_results=20))
    settings(paging_mode="page")
    assert codes(certain.get(SUMMIT, max_results=5, start_index=2)) == everything[5:10]
    assert codes(certain.get(SUMMIT, max_results=5, start_index=1)) == everything[:5]
    assert certain.refused("GET", SUMMIT, max_results=350, start_index=3)[0] == 404


def test_the_pages_have_every_record_once(certain):
    seen, start = [], 1
    while (answer := certain.call("GET", SUMMIT, max_results=64, start_index=start)).status_code == 200:
        seen += codes(answer.json())
        start = len(seen) + 1
    assert len(seen) == len(set(seen)) == 700


def test_both_spellings_of_parameters_are_understood(certain):
    snake = certain.get(SUMMIT, order_by="dateModified_desc", include_list="tags,order_code", max_results=4)
    camel = certain.get(SUMMIT, orderBy="dateModified_desc", includeList="tags,order_code", max_results=4)
    assert snake == camel
    assert {"tag", "orderCode"} <= snake["registrations"][0].keys()


@pytest.mark.parametrize(
    "name", ["dateModified", "statusModified", "dateCreated", "lastName", "firstName", "eventName",
             "registrationCode", "registrationStatusLabel", "pkProfileId"],
)  # fmt: skip
def test_registrations_are_ordered_both_ways(certain, name):
    def values(direction):
        found = certain.get(SUMMIT, order_by=f"{name}_{direction}", max_results=5000)["registrations"]
        return [{**item["profile"], **item}[name] for item in found]

    upwards = values("asc")
    assert upwards == sorted(upwards)
    assert values("desc") == upwards[::-1]


def test_filters_are_equalities_that_all_hold(certain):
    found = certain.get(
        SUMMIT, registrationStatusLabel="Pre-Registered", attendeeTypeCode="DELEGATE", isActive="true",
        isTestMode="false",
    )["registrations"]  # fmt: skip
    assert found
    for item in found:
        assert item["registrationStatusLabel"] == "Pre-Registered"
        assert (item["attendeeTypeCode"], item["isActive"], item["isTestMode"]) == ("DELEGATE", True, False)
    assert certain.refused("GET", SUMMIT, registrationStatusLabel="pre-registered")[0] == 404


def test_every_scalar_of_a_registration_and_its_profile_can_be_a_filter(certain):
    item = certain.get(SUMMIT, start_index=12, max_results=1)["registrations"][0]
    scalars = {**item["profile"], **item}
    for name in ("accountCode", "isActive", "dateCreated", "dateModified"):
        scalars[name] = item[name]
    for name, value in scalars.items():
        if isinstance(value, (dict, list)) or value is None:
            continue
        text = str(value).lower() if isinstance(value, bool) else str(value)
        found = certain.get(SUMMIT, max_results=5000, **{name: text})
        assert item["registrationCode"] in codes(found), name


def test_inactive_and_test_records_are_read_unless_filtered(certain):
    everything = certain.get(SUMMIT)["completeCollectionSize"]
    assert certain.get(SUMMIT, isActive="true")["completeCollectionSize"] < everything
    assert certain.get(SUMMIT, isTestMode="false")["completeCollectionSize"] < everything
    assert certain.get("Profile/NWIND", isActive="false")["completeCollectionSize"] > 5


def test_an_email_is_found_in_any_letter_case_and_a_code_is_not(certain):
    email = certain.get(SUMMIT, max_results=1)["registrations"][0]["profile"]["email"]
    assert codes(certain.get(SUMMIT, email=email.upper())) == codes(certain.get(SUMMIT, email=email))
    assert certain.refused("GET", "Profile/NWIND", profilePin="p-5530000")[0] == 404


def test_date_ranges_include_their_edges(certain):
    stamps = [item["dateModified"] for item in certain.get(SUMMIT)["registrations"]]
    edge = sorted(stamps)[350]
    after = certain.get(SUMMIT, dateModified_after=edge)["completeCollectionSize"]
    before = certain.get(SUMMIT, dateModified_before=edge)["completeCollectionSize"]
    assert after == sum(stamp >= edge for stamp in stamps)
    assert before == sum(stamp <= edge for stamp in stamps)
    assert {event["eventCode"] for event in certain.get("Event/NWIND",
    startDate_after="2027-09-01T00:00:00")["events"]
            } == {"NWFORUM27", "NWEMPTY27"}  # fmt: skip


def test_parts_are_absent_unless_asked_for(certain):
    parts = {
        "registration_questions": "registrationQuestions", "travel_questions": "travelQuestions",
        "reg_properties": "properties", "groups": "groups", "financial": "financial",
        "order_code": "orderCode", "tags": "tag",
    }  # fmt: skip
    bare = certain.get(SUMMIT, max_results=1)["registrations"][0]
    assert not bare.keys() & set(parts.values())
    assert not bare["profile"].keys() & {"profileQuestions", "assistant", "additional"}
    asked = ",".join([*parts, "profile_questions", "assistant", "additional"])
    full = certain.get(SUMMIT, max_results=1, include_list=asked)["registrations"][0]
    assert set(parts.values()) <= full.keys()
    assert {"profileQuestions", "assistant", "additional"} <= full["profile"].keys()


def test_registrations_of_all_events_of_an_account_are_read_together(certain):
    found = certain.get("Registration/NWIND", max_results=5000)
    assert found["completeCollectionSize"] == 700 + 260 + 22 + 420 + 12 + 30
    assert {item["eventCode"] for item in found["registrations"]} >= {"NWSUMMIT27", "NWEXPO25"}
    only = certain.get("Registration/NWIND", eventCode="NWROAD26", max_results=1)
    assert only["completeCollectionSize"] == 260


def test_the_light_list_has_the_named_members_only(certain):
    found = certain.get(
        "RegistrationList/NWIND/NWSUMMIT27", isActive="true", isTestMode="false",
        listFields="registrationCode,registrationStatusLabel",
    )  # fmt: skip
    assert found["registrationList"][0].keys() == {"registrationCode", "registrationStatusLabel"}
    assert found["size"] == found["completeCollectionSize"] > 600
