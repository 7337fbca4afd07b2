"""Custom objects and their records."""

from typing import Any

import pytest

from tests.contract.sandbox_rest.conftest import Rest

TICKETS: dict[str, Any] = {
    "name": "Tickets",
    "uniqueCodeFieldId": "-1",
    "emailAddressFieldId": "-2",
    "displayNameFieldId": "-1",
    "fields": [
        {
            "type": "CustomObjectField",
            "id": "-1",
            "name": "Ticket no",
            "dataType": "text",
            "displayType": "text",
        },
        {"type": "CustomObjectField", "id": "-2", "name": "Email", "dataType": "text", "displayType": "text"},
        {
            "type": "CustomObjectField",
            "id": "-3",
            "name": "Seats",
            "dataType": "number",
            "displayType": "text",
        },
    ],
}


@pytest.fixture
def tickets(rest: Rest) -> dict[str, Any]:
    answer = rest("POST", "/assets/customObject", TICKETS)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def record(rest: Rest, tickets: dict[str, Any], **values: str) -> Any:
    ids = {field["internalName"]: field["id"] for field in tickets["fields"]}
    given = [{"id": ids[name], "value": value} for name, value in values.items()]
    return rest(
        "POST", f"/data/customObject/{tickets['id']}/instance", {"contactId": "5", "fieldValues": given}
    )


def test_negative_ids_become_real_ones(rest: Rest, tickets: dict[str, Any]) -> None:
    first = tickets["fields"][0]
    assert int(first["id"]) > 0
    assert tickets["uniqueCodeFieldId"] == first["id"] == tickets["displayNameFieldId"]
    assert (first["internalName"], tickets["recordCount"]) == ("Ticket_no1", 0)
    assert rest.get(f"/assets/customObject/{tickets['id']}") == tickets


def test_a_name_of_another_custom_object_is_accepted(rest: Rest, tickets: dict[str, Any]) -> None:
    again = rest("POST", "/assets/customObject", TICKETS)
    assert (again.status_code, again.json()["name"]) == (201, tickets["name"])
    assert again.json()["id"] != tickets["id"]


def test_a_record_is_named_coded_and_linked(rest: Rest, tickets: dict[str, Any]) -> None:
    made = record(rest, tickets, Ticket_no1="T-1", Seats1="2")
    assert made.status_code == 201, made.text
    found = made.json()
    assert (found["name"], found["uniqueCode"], found["contactId"]) == ("T-1", "T-1", "5")
    path = f"/data/customObject/{tickets['id']}/instance/{found['id']}"
    assert rest.get(path) == found
    assert record(rest, tickets, Ticket_no1="t-1").status_code == 201
    assert record(rest, tickets, Seats1="two").status_code == 400
    changed = rest(
        "PUT", path, {"id": found["id"], "fieldValues": [{"id": tickets["fields"][2]["id"], "value": "9"}]}
    )
    assert [one.get("value") for one in changed.json()["fieldValues"]] == ["T-1", None, "9"]
    assert rest("DELETE", path).status_code == 200
    assert rest("GET", path).status_code == 404


def test_records_are_searched_by_code_contact_and_name(rest: Rest) -> None:
    for search in ("uniqueCode='REG-00003'", "name='REG-00003'", "Registration_Code1='REG-00003'"):
        found = rest.get("/data/customObject/1/instances", search=search)
        assert [one["uniqueCode"] for one in found["elements"]] == ["REG-00003"]
    [one] = found["elements"]
    assert "fieldValues" in one
    of_contact = rest.get("/data/customObject/1/instances", search=f"contactId='{one['contactId']}'")
    assert one["id"] in [other["id"] for other in of_contact["elements"]]
    assert rest.get("/data/customObject/1", version="1.0", count=2)["total"] == 320


def test_a_put_without_change_is_refused_and_a_field_left_out_goes(
    rest: Rest, tickets: dict[str, Any]
) -> None:
    path = f"/assets/customObject/{tickets['id']}"
    assert rest("PUT", path, tickets).status_code == 400
    changed = rest("PUT", path, {**tickets, "fields": tickets["fields"][:2]})
    assert [field["name"] for field in changed.json()["fields"]] == ["Ticket no", "Email"]


def test_an_object_without_unique_code_gets_generated_codes(rest: Rest) -> None:
    made = rest("POST", "/data/customObject/2", {"fieldValues": []}, version="1.0").json()
    assert made["uniqueCode"].startswith("DCTET")
