"""Contacts by REST: shapes, depths, writing, and what is refused."""

from typing import Any

import pytest

from tests.contract.sandbox_rest.conftest import Rest

REQUIREMENT = "EmailAddressRequirement"


def create(rest: Rest, email: str, **more: Any) -> dict[str, Any]:
    answer = rest("POST", "/data/contact", {"emailAddress": email, **more}, version="1.0")
    assert answer.status_code == 201, answer.text
    return answer.json()


def field(contact: dict[str, Any], field_id: str) -> str | None:
    return next(one.get("value") for one in contact["fieldValues"] if one["id"] == field_id)


def test_a_contact_is_strings_and_its_name_is_its_email(rest: Rest) -> None:
    contact = create(
        rest, "ann@example.com", firstName="Ann", fieldValues=[{"id": "100180", "value": "Speaker"}]
    )
    assert contact["name"] == contact["emailAddress"] == "ann@example.com"
    assert contact["id"].isdigit()
    assert contact["createdAt"].isdigit()
    assert (contact["isSubscribed"], contact["isBounceback"]) == ("true", "false")
    assert "lastName" not in contact
    assert field(contact, "100180") == "Speaker"
    blank = next(one for one in contact["fieldValues"] if one["id"] == "100005")
    assert blank == {"type": "FieldValue", "id": "100005"}
    assert rest.get(f"/data/contact/{contact['id']}", version="1.0") == contact


def test_reading_one_is_complete_in_1_0_and_minimal_in_2_0(rest: Rest) -> None:
    assert rest.get("/data/contact/1", version="1.0")["depth"] == "complete"
    minimal = rest.get("/data/contact/1", version="2.0")
    assert minimal["depth"] == "minimal"
    assert "fieldValues" not in minimal
    assert "firstName" not in minimal
    partial = rest.get("/data/contact/1", version="2.0", depth="partial")
    assert "firstName" in partial
    assert "fieldValues" not in partial
    assert rest.get("/data/contact/1", version="1.0", depth="odd")["depth"] == "complete"


def test_a_list_call_is_minimal_and_wrapped(rest: Rest) -> None:
    found = rest.get("/data/contacts", version="1.0", count=2, page=3)
    assert {name: found[name] for name in ("page", "pageSize")} == {"page": 3, "pageSize": 2}
    assert isinstance(found["total"], int)
    assert [one["id"] for one in found["elements"]] == ["5", "6"]
    assert found["elements"][0]["depth"] == "minimal"
    assert rest.get("/data/contacts", count=1000, page=999)["elements"] == []


@pytest.mark.parametrize("email", ["", None, "nobody", "a@b", "a b@example.com", "a@b@example.com"])
def test_a_bad_email_is_a_validation_error(rest: Rest, email: str | None) -> None:
    answer = rest("POST", "/data/contact", {"emailAddress": email, "firstName": "A"}, version="1.0")
    assert (answer.status_code, answer.reason) == (400, "There was a validation error.")
    [error] = answer.json()
    assert (error["property"], error["requirement"]["type"]) == ("emailAddress", REQUIREMENT)
    assert error["value"] == (email or "<null>")


def test_an_email_in_use_is_a_conflict_in_any_letter_case(rest: Rest) -> None:
    first = create(rest, "once@example.com")
    answer = rest("POST", "/data/contact", {"emailAddress": "ONCE@example.com"}, version="1.0")
    assert answer.status_code == 409
    assert answer.json()[0]["requirement"]["type"] == "UniquenessRequirement"
    other = create(rest, "twice@example.com")
    body = {"id": other["id"], "emailAddress": "Once@example.com"}
    assert rest("PUT", f"/data/contact/{other['id']}", body).status_code == 409
    assert rest.get("/data/contacts", search="once@example.com")["elements"][0]["id"] == first["id"]


def test_a_put_replaces_properties_and_keeps_other_field_values(rest: Rest) -> None:
    old = create(
        rest, "put@example.com", firstName="A", title="B", fieldValues=[{"id": "100180", "value": "Press"}]
    )
    body = {
        "id": old["id"],
        "emailAddress": "put@example.com",
        "lastName": "C",
        "fieldValues": [{"id": "100182", "value": "R-1"}],
    }
    new = rest("PUT", f"/data/contact/{old['id']}", body, version="1.0").json()
    assert "firstName" not in new
    assert "title" not in new
    assert (new["lastName"], field(new, "100180"), field(new, "100182")) == ("C", "Press", "R-1")
    [line] = [one for one in rest.journal("contact", "put@example.com") if one["operation"] == "update"]
    assert line["detail"]["changed"]["C_FirstName"] is None


def test_a_put_with_the_whole_contact_changes_nothing(rest: Rest) -> None:
    old = rest.get("/data/contact/8", version="1.0")
    new = rest("PUT", "/data/contact/8", old, version="1.0")
    assert new.status_code == 200, new.text
    ignored = {"updatedAt", "fieldValues"}
    assert {k: v for k, v in new.json().items() if k not in ignored} == {
        k: v for k, v in old.items() if k not in ignored
    }


def test_ids_of_path_and_body_must_agree_where_both_are_given(rest: Rest) -> None:
    other = {"id": "2", "emailAddress": "a@example.com"}
    assert rest("PUT", "/data/contact/1", other).status_code == 400
    assert rest("PUT", "/data/contact/1", {"emailAddress": "a@example.com"}).status_code == 200


@pytest.mark.parametrize(
    ("field_id", "value", "requirement"),
    [
        ("100181", "x", None),
        ("100183", "someday", "DateRequirement"),
        ("100187", "3.5", "IntegerRequirement"),
        ("999999", "x", "RelationshipRequirement"),
    ],
)
def test_values_must_suit_their_field(rest: Rest, field_id: str, value: str, requirement: str | None) -> None:
    answer = rest(
        "POST",
        "/data/contact",
        {"emailAddress": "typed@example.com", "fieldValues": [{"id": field_id, "value": value}]},
    )
    assert answer.status_code == (400 if requirement else 201)
    if requirement:
        assert answer.json()[0]["requirement"]["type"] == requirement
        assert rest.get("/data/contacts", search="typed@example.com")["total"] == 0


def test_a_date_is_unix_seconds_there_and_back(rest: Rest) -> None:
    contact = create(rest, "dated@example.com", fieldValues=[{"id": "100183", "value": "1735732800"}])
    assert field(contact, "100183") == "1735732800"


def test_values_survive_byte_for_byte(rest: Rest) -> None:
    text = ' "quotes", commas\r\nlines\tand 𠮷 🦄 é '
    contact = create(rest, "odd@example.com", firstName=text)
    assert rest.get(f"/data/contact/{contact['id']}", version="1.0")["firstName"] == text


def test_a_deleted_contact_frees_its_email(rest: Rest) -> None:
    old = create(rest, "gone@example.com")
    answer = rest("DELETE", f"/data/contact/{old['id']}", version="1.0")
    assert (answer.status_code, answer.content) == (200, b"")
    assert rest("GET", f"/data/contact/{old['id']}").status_code == 404
    assert int(create(rest, "gone@example.com")["id"]) > int(old["id"])


def test_an_id_that_is_no_number_is_a_parameter_error(rest: Rest) -> None:
    [error] = rest.get("/data/contact/sandwich", status=400)
    assert error == {
        "type": "EndpointParameterError",
        "parameter": "id",
        "value": "sandwich",
        "requirement": {"type": "IdRequirement", "isRelativeAllowed": False},
    }


def test_contacts_by_ids(rest: Rest) -> None:
    headers = {"X-HTTP-Method-Override": "SEARCH"}
    found = rest("POST", "/data/contacts", {"ids": [3, 1, 99_999_999], "depth": "partial"}, headers=headers)
    assert [one["id"] for one in found.json()] == ["3", "1"]
    assert "emailFormatPreference" in found.json()[0]
    for ids, count in (([1, 1], 1), (list(range(1, 202)), 201), ([], 0)):
        assert len(rest("POST", "/data/contacts", {"ids": ids}, headers=headers).json()) == count
    for wrong in (["x"], None):
        assert rest("POST", "/data/contacts", {"ids": wrong}, headers=headers).status_code == 400


@pytest.mark.parametrize("headers", [{"Content-Type": "text/plain"}, {"Content-Type": "application/json"}])
def test_a_body_that_is_no_json_is_a_400(rest: Rest, headers: dict[str, str]) -> None:
    for body in (b"", b"{", b"[]", b"\xff"):
        answer = rest("POST", "/data/contact", data=body, headers=headers)
        assert answer.status_code == 400


def test_unsubscribing_is_dated(rest: Rest) -> None:
    contact = create(rest, "left@example.com")
    body = {**contact, "isSubscribed": "false"}
    new = rest("PUT", f"/data/contact/{contact['id']}", body, version="1.0").json()
    assert new["isSubscribed"] == "false"
    assert new["unsubscriptionDate"].isdigit()


def test_an_empty_search_of_1_0_may_be_a_204(rest: Rest) -> None:
    path = "/data/contacts"
    assert rest.get(path, version="1.0", search="nobody@nowhere.example")["elements"] == []
    rest.sandbox.control("PUT", "settings", {"empty_contact_search_204": True})
    answer = rest("GET", path, version="1.0", params={"search": "nobody@nowhere.example"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert rest.get(path, version="1.0", count=1)["total"] > 0
    assert rest.get(path, version="2.0", search="nobody@nowhere.example")["elements"] == []


def test_a_refusal_repeats_at_most_200_characters_of_a_value(rest: Rest) -> None:
    answer = rest("POST", "/assets/contact/list", {"name": "A", "scope": "x" * 50_000})
    assert answer.status_code == 400
    assert answer.json()[0]["value"] == "x" * 200 + "…"


@pytest.mark.parametrize(("length", "status"), [(100, 201), (101, 400)])
def test_a_text_longer_than_its_field_is_a_validation_error(rest: Rest, length: int, status: int) -> None:
    body = {"emailAddress": "long@example.com", "firstName": "x" * length}
    answer = rest("POST", "/data/contact", body, version="1.0")
    assert answer.status_code == status
    if status == 400:
        error = answer.json()[0]
        assert (error["property"], error["requirement"]) == (
            *("firstName", {"type": "ValidTextLengthRequirement", "maxLength": 100}),
        )


@pytest.mark.parametrize(
    ("text", "status"),
    [("12", 201), ("9" * 20, 201), ("1_000", 400), ("١٢", 400)],
)
def test_a_number_is_written_with_the_digits_0_to_9(rest: Rest, text: str, status: int) -> None:
    body = {"emailAddress": "count@example.com", "fieldValues": [{"id": "100070", "value": text}]}
    assert rest("POST", "/data/contact", body, version="1.0").status_code == status
