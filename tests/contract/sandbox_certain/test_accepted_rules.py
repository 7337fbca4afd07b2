"""Rules of Certain without a known error answer: what breaks them is accepted."""

from __future__ import annotations

import pytest

from tests.contract.sandbox_certain.conftest import Certain

EMPTY = "/NWIND/events/NWEMPTY27"
CODES = [
    (
        "Event/NWIND",
        {"eventCode": "TWICE", "eventName": "One", "startDate": "2028-01-10T09:00:00"},
        "eventName",
    ),
    ("AgendaItem/NWIND/NWEMPTY27", {"activityCode": "TWICE", "name": "One"}, "name"),
    ("AttendeeType/NWIND/NWEMPTY27", {"attendeeTypeCode": "TWICE", "name": "One"}, "name"),
    ("Location/NWIND", {"locationCode": "TWICE", "name": "One"}, "name"),
    ("User/NWIND", {"username": "twice", "name": "One"}, "name"),
]


@pytest.mark.parametrize(("path", "body", "name"), CODES, ids=lambda one: one if isinstance(one, str) else "")
def test_a_post_with_a_known_code_changes_that_record(
    certain: Certain, path: str, body: dict[str, str], name: str
) -> None:
    body = {**body, **({"endDate": "2028-01-11T09:00:00"} if path.startswith("Event") else {})}
    first = certain.post(path, body)
    again = certain.post(path, {**body, name: "Two"})
    assert (first[name], again[name]) == ("One", "Two")
    assert again["dateCreated"] == first["dateCreated"]


@pytest.mark.parametrize(
    ("path", "body", "name"), CODES[:4], ids=lambda one: one if isinstance(one, str) else ""
)
def test_a_code_in_the_body_of_a_change_is_ignored(
    certain: Certain, path: str, body: dict[str, str], name: str
) -> None:
    code = next(iter(body))
    body = {**body, **({"endDate": "2028-01-11T09:00:00"} if path.startswith("Event") else {})}
    certain.post(path, body)
    changed = certain.post(f"{path}/TWICE", {code: "OTHER", name: "Two"})
    assert (changed[code], changed[name]) == ("TWICE", "Two")


def test_a_session_with_a_known_code_is_changed(certain: Certain) -> None:
    for title in ("One", "Two"):
        found = certain.post(
            f"{EMPTY}/sessions", {"sessionCode": "S9", "sessionTitle": title, "noOfInstances": 0}
        )
        assert [one["sessionTitle"] for one in found["sessions"]] == [title]


def test_unknown_statuses_of_events_and_items_are_kept(certain: Certain) -> None:
    assert certain.post("Event/NWIND/NWEMPTY27", {"eventStatus": "Someday"})["eventStatus"] == "Someday"
    certain.post("AgendaItem/NWIND/NWEMPTY27", {"activityCode": "A1", "name": "First"})
    profile = {"firstName": "Ada", "lastName": "Quist", "email": "ada@quist.example"}
    code = certain.post("Registration/NWIND/NWEMPTY27", {"profile": profile})["registrationCode"]
    made = certain.post(
        f"RegistrationAgenda/NWIND/NWEMPTY27/{code}", {"activityCode": "A1", "status": "maybe"}
    )
    assert made["status"] == "MAYBE"


@pytest.mark.parametrize("order", ["nonsense_asc", "dateModified"])
def test_an_unknown_order_is_the_order_of_creation(certain: Certain, order: str) -> None:
    path = "Registration/NWIND/NWSUMMIT27"
    found = certain.get(path, order_by=order, max_results=5)["registrations"]
    usual = certain.get(path, max_results=5)["registrations"]
    assert [one["registrationCode"] for one in found] == [one["registrationCode"] for one in usual]
