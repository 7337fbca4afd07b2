"""Refusals: pages of HTML in API 2.0, JSON in Standard 2.0, the words of the platform."""

import pytest
import requests


def test_an_empty_search_is_a_404_page_and_not_an_empty_list(certain):
    status, text = certain.refused("GET", "Registration/NWIND/NWEMPTY27")
    assert status == 404
    assert text.startswith("<html>")
    assert "<h1>HTTP Status 404 - No registrations found</h1>" in text
    assert certain.refused("GET", "Profile/NWIND", email="nobody@nowhere.example")[0] == 404


def test_unknown_accounts_events_and_items_are_404(certain):
    for path in (
        "Event/NOBODY", "Event/NWIND/NOTHING", "Registration/NWIND/NOTHING",
        "Registration/NWIND/NWSUMMIT27/1-2-3", "Profile/NWIND/P-0", "AttendeeType/NWIND/NWSUMMIT27/KING",
        "AgendaItem/NWIND/NWSUMMIT27/NOTHING", "registration/NWIND/NWSUMMIT27", "Nonsense/NWIND",
        "Event/nwind", "Event/NWIND/nwsummit27",
    ):  # fmt: skip
        status, text = certain.refused("GET", path)
        assert (status, "HTTP Status 404 - " in text) == (404, True), path


def test_a_method_the_platform_does_not_have_is_405(certain):
    assert certain.refused("PUT", "Registration/NWIND/NWSUMMIT27", {})[0] == 405


@pytest.mark.parametrize(
    "body",
    [b"", b"not json", b"[]", b'"text"', b"7", b'{"profile": ', b"\xff\xfe", b'{"a": "\\ud800"}', b"null"],
)
def test_a_body_that_is_no_object_is_400(certain, body):
    for path in (
        "Registration/NWIND/NWSUMMIT27",
        "Profile/NWIND",
        "Event/NWIND",
        "AttendeeType/NWIND/NWSUMMIT27",
    ):
        answer = requests.post(
            f"{certain.url}/certainExternal/service/v1/{path}", data=body, auth=("demo", "demo"), timeout=30
        )
        assert answer.status_code == 400, (path, answer.text)
        assert "HTTP Status 400 - " in answer.text


def test_what_is_not_imitated_says_so(certain):
    for method, path in (
        ("GET", "Speaker/NWIND/NWSUMMIT27"), ("GET", "Exhibitor/NWIND/NWSUMMIT27"), ("GET", "Supplier/NWIND"),
        ("GET", "Transactions/NWIND/NWSUMMIT27"), ("POST", "TravelReservation/NWIND/NWSUMMIT27"),
    ):  # fmt: skip
        status, text = certain.refused(method, path, {})
        assert (status, "not imitated" in text) == (501, True), path
    answer = certain.call("GET", "/NWIND/events/NWROAD26/speakers")
    assert (answer.status_code, "not imitated" in answer.json()["message"]) == (501, True)
    answer = requests.get(
        f"{certain.url}/svcs/api/3.0/accounts/NWIND/events/NWROAD26/sessions",
        auth=("demo", "demo"),
        timeout=30,
    )
    assert answer.status_code == 501


def test_the_newer_api_refuses_in_json_with_a_message(certain):
    answer = certain.call("GET", "/NWIND/events/NOTHING/sessions")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.json() == {"status": "404", "message": "Event NOTHING not found"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_results", "many"), ("start_index", "x"),
        ("dateModified_after", "2026/05/04 11:20:10"), ("dateModified_before", "2026-05-04"),
        ("dateModified_after", ""),
    ],
)  # fmt: skip
def test_parameters_that_make_no_sense_are_400(certain, name, value):
    status, text = certain.refused("GET", "Registration/NWIND/NWSUMMIT27", **{name: value})
    assert (status, "HTTP Status 400 - " in text) == (400, True)
