"""Contact lists and their members, segments and filters."""

from tests.contract.sandbox_rest.conftest import Rest


def list_id(rest: Rest, name: str) -> str:
    return str(rest.get("/assets/contact/lists", version="1.0", search=f"name='{name}'")["elements"][0]["id"])


def test_a_list_tells_its_size_as_a_string(rest: Rest) -> None:
    found = rest.get(f"/assets/contact/list/{list_id(rest, 'VIPs')}", version="1.0")
    assert (found["type"], found["count"], found["scope"]) == ("ContactList", "40", "global")
    assert found["permissions"] == "fullControl"
    assert isinstance(rest.get(f"/assets/contact/list/{found['id']}", version="2.0")["permissions"], list)


def test_members_are_paged(rest: Rest) -> None:
    key = list_id(rest, "Newsletter Readers")
    pages = [
        rest.get(f"/data/contacts/list/{key}", version="1.0", depth="complete", count=1000, page=page)
        for page in (1, 2, 3)
    ]
    assert [len(page["elements"]) for page in pages] == [1000, 203, 0]
    assert {page["total"] for page in pages} == {1203}
    assert "fieldValues" in pages[0]["elements"][0]
    assert len({one["id"] for page in pages for one in page["elements"]}) == 1203


def test_members_are_added_and_removed_and_journalled_once(rest: Rest) -> None:
    email = rest.get("/data/contact/1")["emailAddress"]
    made = rest(
        "POST",
        "/assets/contact/list",
        {"name": "New one", "scope": "global", "membershipAdditions": ["1", "2"]},
        version="1.0",
    )
    assert made.status_code == 201, made.text
    key = made.json()["id"]
    assert "membershipAdditions" not in made.json()
    for _ in range(2):
        body = {
            "id": key,
            "name": "New one",
            "membershipAdditions": ["1", "3"],
            "membershipDeletions": ["2", "9"],
        }
        answer = rest("PUT", f"/assets/contact/list/{key}", body, version="1.0")
        assert (answer.status_code, answer.json()["count"]) == (200, "2")
    assert [one["operation"] for one in rest.journal("list_member", f"New one|{email}")] == ["add"]
    assert [one["name"] for one in rest.get("/data/contact/3/membership") if one["id"] == key] == ["New one"]
    assert rest("DELETE", f"/assets/contact/list/{key}", version="1.0").status_code == 200
    assert rest("GET", f"/data/contacts/list/{key}", version="1.0").status_code == 404


def test_an_unknown_contact_refuses_the_whole_request(rest: Rest) -> None:
    key = list_id(rest, "Empty List")
    body = {"id": key, "name": "Empty List", "membershipAdditions": ["1", "99999999"]}
    answer = rest("PUT", f"/assets/contact/list/{key}", body, version="1.0")
    assert (answer.status_code, answer.json()[0]["property"]) == (400, "membershipAdditions")
    assert rest.get(f"/data/contacts/list/{key}", version="1.0")["total"] == 0


def test_a_list_needs_a_name_and_a_known_scope(rest: Rest) -> None:
    for body, status in (
        ({"name": "VIPs", "folderId": "360"}, 201),
        ({"name": "vips", "folderId": "999"}, 201),
        ({"name": " "}, 400),
        ({"name": "x" * 101}, 201),
        ({"name": "scoped", "scope": "elsewhere"}, 400),
    ):
        assert rest("POST", "/assets/contact/list", body, version="1.0").status_code == status


def test_segments_and_filters_list_their_contacts(rest: Rest) -> None:
    for kind, plural in (("segment", "segments"), ("filter", "filters")):
        one = rest.get(f"/assets/contact/{plural}")["elements"][0]
        assert rest.get(f"/data/contacts/{kind}/{one['id']}", count=1)["total"] == int(one["count"])
    assert rest("GET", "/data/contacts/segment/1").status_code == 404


def test_a_list_that_a_segment_is_made_of_is_not_deleted(rest: Rest) -> None:
    key = list_id(rest, "Roadshow_Invitees")
    answer = rest("DELETE", f"/assets/contact/list/{key}", version="1.0")
    reason = "The resource you are attempting to delete has dependencies, and cannot be deleted"
    assert (answer.status_code, answer.reason, answer.json()) == (412, reason, reason)
    (segment,) = rest.get(f"/assets/contact/list/{key}/dependencies")
    assert (segment["type"], segment["name"]) == ("ContactSegment", "Roadshow Audience")
    assert rest.get(f"/data/contacts/segment/{segment['id']}", count=1)["total"] == 312
    assert rest("DELETE", f"/assets/contact/segment/{segment['id']}").status_code == 200
    assert rest.get(f"/assets/contact/list/{key}/dependencies") == []
    assert rest("DELETE", f"/assets/contact/list/{key}", version="1.0").status_code == 200


def test_a_list_that_a_campaign_adds_to_is_not_deleted(rest: Rest) -> None:
    key = rest("POST", "/assets/contact/list", {"name": "Step"}).json()["id"]
    step = {"type": "CampaignAddToContactListAction", "id": "-1", "listId": key}
    made = rest("POST", "/assets/campaign", {"name": "Uses a list", "elements": [step]})
    assert made.status_code == 201, made.text
    assert [one["id"] for one in rest.get(f"/assets/contact/list/{key}/dependencies")] == [made.json()["id"]]
    assert rest("DELETE", f"/assets/contact/list/{key}").status_code == 412
