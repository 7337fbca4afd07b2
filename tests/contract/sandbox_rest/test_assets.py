"""Fields, option lists, accounts, and the lists that ordinary clients read."""

import pytest

from tests.contract.sandbox_rest.conftest import Rest


def test_contact_fields_are_those_of_a_real_instance(rest: Rest) -> None:
    fields = rest.get("/assets/contact/fields", version="1.0", depth="complete")["elements"]
    by_id = {field["id"]: field for field in fields}
    assert len(fields) >= 150
    email = by_id["100001"]
    assert (email["name"], email["internalName"], email["isStandard"]) == (
        "Email Address",
        "C_EmailAddress",
        "true",
    )
    assert (email["createdAt"], email["dataType"]) == ("0", "text")
    assert by_id["100025"]["isReadOnly"] == "true"
    select = next(field for field in fields if field["displayType"] == "singleSelect")
    options = rest.get(f"/assets/optionList/{select['optionListId']}", version="1.0")
    assert {"type", "displayName", "value"} == set(options["elements"][0])


def test_a_field_is_made_used_and_deleted(rest: Rest) -> None:
    body = {
        "name": "Shoe Size",
        "dataType": "number",
        "displayType": "text",
        "updateType": "always",
        "isProtected": "false",
    }
    made = rest("POST", "/assets/contact/field", body, version="1.0").json()
    assert (made["internalName"], made["isStandard"]) == ("C_Shoe_Size1", "false")
    contact = {"emailAddress": "shoe@example.com", "fieldValues": [{"id": made["id"], "value": "42"}]}
    assert rest("POST", "/data/contact", contact).status_code == 201
    assert rest.get("/data/contacts", search="C_Shoe_Size1>41")["total"] == 1
    assert rest("DELETE", f"/assets/contact/field/{made['id']}", version="1.0").status_code == 200
    assert rest("DELETE", "/assets/contact/field/100001", version="1.0").status_code == 400


def test_accounts_are_searched_made_and_changed(rest: Rest) -> None:
    [found] = rest.get("/data/accounts", version="1.0", search="M_CompanyName='Contoso, Ltd.'")["elements"]
    assert rest.get(f"/data/account/{found['id']}", version="1.0")["name"] == "Contoso, Ltd."
    made = rest("POST", "/data/account", {"name": "Acme", "country": "Canada"}, version="1.0")
    assert made.status_code == 201
    changed = rest(
        "PUT", f"/data/account/{made.json()['id']}", {"id": made.json()["id"], "name": "Acme 2"}
    ).json()
    assert changed["name"] == "Acme 2"
    assert "country" not in changed
    assert rest("POST", "/data/account", {"country": "Canada"}).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "data/visitors",
        "assets/campaigns",
        "assets/emails",
        "assets/forms",
        "assets/externals",
        "assets/email/groups",
        "assets/landingPages",
        "assets/images",
        "assets/programs",
        "system/users",
        "assets/account/lists",
        "assets/contact/segments",
        "assets/contact/filters",
        "assets/optionLists",
    ],
)
def test_list_endpoints_have_the_envelope(rest: Rest, path: str) -> None:
    found = rest.get(f"/{path}", count=1)
    assert {"elements", "page", "pageSize", "total"} <= set(found)
    assert (found["page"], found["pageSize"]) == (1, 1)
    assert len(found["elements"]) == min(found["total"], 1)
    assert all(isinstance(one.get("updatedAt", ""), str) for one in found["elements"])


def test_what_is_not_imitated_says_so(rest: Rest) -> None:
    answer = rest("POST", "/assets/email/deployment", {"name": "x"})
    assert answer.status_code == 501
    assert "not imitated" in answer.text


def test_unknown_paths_and_verbs(rest: Rest) -> None:
    assert rest("GET", "/assets/nothing").status_code == 404
    assert rest("PATCH", "/data/contact/1", {}).status_code == 405
    assert (
        rest("POST", "/data/contact/1", None, headers={"X-HTTP-Method-Override": "DELETE"}).status_code == 200
    )


def test_permissions_of_a_campaign_are_a_word_in_1_0_and_a_list_in_2_0(rest: Rest) -> None:
    key = rest.get("/assets/campaigns")["elements"][0]["id"]
    assert rest.get(f"/assets/campaign/{key}", version="1.0")["permissions"] == "fullControl"
    assert "Retrieve" in rest.get(f"/assets/campaign/{key}", version="2.0")["permissions"]
