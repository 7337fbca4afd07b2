"""XML unless JSON is asked for, and the single-element lists of a server that makes JSON from XML."""

import xml.etree.ElementTree as ET

import pytest


@pytest.mark.parametrize(
    "accept",
    [None, "*/*", "application/xml",
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8",
     "application/json;q=0.1,application/xml"],
)  # fmt: skip
def test_without_a_wish_for_json_the_answer_is_xml(certain, accept):
    certain.accept = accept
    answer = certain.call(
        "GET", "Registration/NWIND/NWSUMMIT27", max_results=2, include_list="registration_questions"
    )
    assert answer.headers["Content-Type"].startswith("application/xml")
    root = ET.fromstring(answer.content)
    assert root.tag == "collection"
    assert len(root.findall("registrations/registration")) == 2
    assert root.findtext("completeCollectionSize") == "700"
    assert root.findtext("registrations/registration/isActive") == "true"
    assert root.find("registrations/registration/profile/address/city") is not None


@pytest.mark.parametrize(
    "accept", ["application/json", "application/json, text/plain, */*", "Application/JSON"]
)
def test_with_a_wish_for_json_the_answer_is_json(certain, accept):
    certain.accept = accept
    assert certain.call("GET", "Event/NWIND").headers["Content-Type"].startswith("application/json")


def test_xml_of_one_object_and_of_difficult_texts_is_well_formed(certain):
    pin = certain.post(
        "Profile/NWIND", {"firstName": "<A&B>", "lastName": "\x01é\n𝒎", "email": "x@y.example"}
    )["profilePin"]
    certain.accept = "application/xml"
    root = ET.fromstring(certain.call("GET", f"Profile/NWIND/{pin}").content)
    assert (root.tag, root.findtext("firstName"), root.findtext("lastName")) == ("profile", "<A&B>", "é\n𝒎")


def test_a_list_of_one_may_come_as_an_object(certain, settings):
    settings(xmlish_lists=True)
    path, asked = "Registration/NWIND/NWSUMMIT27", {"include_list": "registration_questions,tags"}
    one = certain.get(path, max_results=1, registrationStatusLabel="Pre-Registered", **asked)["registrations"]
    assert one["tag"]["name"] == "follow-up"
    questions = [
        item["registrationQuestions"]["question"] for item in certain.get(path, **asked)["registrations"]
    ]
    kinds = {type(question) for question in questions}
    assert kinds == {dict, list, type(None)}


def test_lists_are_lists_by_default(certain):
    for item in certain.get("Registration/NWIND/NWSUMMIT27", include_list="registration_questions,tags")[
        "registrations"
    ]:
        assert isinstance(item["registrationQuestions"]["question"], list)
        assert isinstance(item["tag"], list)
