"""E-mails, pages, forms and the like: made, read, changed, found and deleted, as clients' own suites do."""

import time
from typing import Any

import pytest
import requests

from tests.contract.sandbox_rest.conftest import Rest

PATHS = [
    ("/assets/email", "/assets/emails", "Email", {"subject": "Hello"}),
    ("/assets/landingPage", "/assets/landingPages", "LandingPage", {}),
    ("/assets/form", "/assets/forms", "Form", {}),
    ("/assets/dynamicContent", "/assets/dynamicContents", "DynamicContent", {}),
    ("/assets/contentSection", "/assets/contentSections", "ContentSection", {"contentHtml": "<b>x</b>"}),
    ("/assets/email/header", "/assets/email/headers", "EmailHeader", {"body": "<i>x</i>"}),
    ("/assets/email/footer", "/assets/email/footers", "EmailFooter", {"body": "<i>x</i>"}),
    ("/assets/email/group", "/assets/email/groups", "EmailGroup", {"description": "For all"}),
    ("/assets/email/folder", "/assets/email/folders", "Folder", {"description": "Mine"}),
    ("/assets/contact/list/folder", "/assets/contact/list/folders", "Folder", {}),
    ("/assets/contact/segment", "/assets/contact/segments", "ContactSegment", {"description": "Some"}),
    ("/assets/optionList", "/assets/optionLists", "OptionList",
     {"elements": [{"type": "Option", "displayName": "First", "value": "1"}]}),
    ("/assets/microsite", "/assets/microsites", "Microsite", {"domains": ["a.example.com"]}),
]  # fmt: skip
SEEDED = [
    "assets/emails", "assets/forms", "assets/landingPages", "assets/dynamicContents", "assets/optionLists",
    "assets/email/folders", "assets/form/folders", "assets/landingPage/folders", "assets/images",
    "assets/dynamicContent/folders", "assets/contact/list/folders", "assets/contentSections",
    "assets/email/groups", "assets/email/headers", "assets/email/footers", "assets/microsites",
    "assets/contact/segments", "assets/contact/views", "assets/contact/fields", "system/users",
    "data/contacts",
]  # fmt: skip


@pytest.mark.parametrize(("one", "many", "kind", "more"), PATHS, ids=[path[0] for path in PATHS])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_an_asset_is_made_read_changed_found_and_deleted(
    rest: Rest, one: str, many: str, kind: str, more: dict[str, Any], version: str
) -> None:
    name = f"Ärger & 分析 🎉 (a'b) {version}"

    made = rest("POST", one, {"name": name, "id": "999999", **more}, version=version)

    assert made.status_code == 201, made.text
    body = made.json()
    assert (body["type"], body["name"], body["depth"]) == (kind, name, "complete")
    assert body["id"].isdigit()
    assert body["id"] != "999999"
    texts = {property_: value for property_, value in more.items() if isinstance(value, str)}
    assert texts.items() <= body.items()
    assert rest.get(f"{one}/{body['id']}", version=version) == body
    changed = rest("PUT", f"{one}/{body['id']}", {**body, "name": name + " (test)"}, version=version)
    assert (changed.status_code, changed.json()["name"]) == (200, name + " (test)")
    for search in (f"name='{name} (test)'", f'[name =] "{name} (test)"', f"{name} (test)"):
        found = rest.get(many, version=version, search=search, depth="complete")
        assert [element["id"] for element in found["elements"]] == [body["id"]], search
    mismatch = rest("PUT", f"{one}/{body['id']}", {**body, "id": "1"}, version=version)
    assert mismatch.status_code == 400
    gone = rest("DELETE", f"{one}/{body['id']}", version=version)
    assert (gone.status_code, gone.content) == (200, b"")
    assert rest.get(many, version=version, search=f'[name =] "{name} (test)"')["elements"] == []
    assert rest("GET", f"{one}/{body['id']}", version=version).status_code == 404
    assert rest("DELETE", f"{one}/{body['id']}", version=version).status_code == 404


@pytest.mark.parametrize("one", [path[0] for path in PATHS])
def test_a_name_is_needed_and_the_content_type_too(rest: Rest, one: str) -> None:
    refused = rest("POST", one, {"description": "nameless"})
    assert refused.status_code == 400
    [error] = refused.json()
    assert (error["type"], error["property"]) == ("ObjectValidationError", "name")
    bare = rest.session.post(f"{rest.sandbox.url}/API/REST/2.0{one}", data=b'{"name": "x"}', timeout=30)
    assert bare.status_code == 400
    assert rest("POST", one, ["name"]).status_code == 400


@pytest.mark.parametrize("path", SEEDED)
@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_lists_take_empty_parameters_and_refuse_page_zero(rest: Rest, path: str, version: str) -> None:
    found = rest.get(f"/{path}", version=version, depth="minimal", page=1, count=10, orderBy="", search="")
    assert (found["page"], found["pageSize"]) == (1, 10)
    assert found["total"] > 0
    assert found["elements"]
    assert rest("GET", f"/{path}", version=version, params={"page": 0}).status_code == 400
    assert rest("GET", f"/{path}", version=version, params={"page": -1}).status_code == 400
    url = f"{rest.sandbox.url}/API/REST/{version}/{path}"
    assert requests.get(url, auth=("Sandbox\\demo", "wrong"), timeout=30).status_code == 401


@pytest.mark.parametrize(
    "one", ["email", "form", "landingPage", "dynamicContent", "optionList", "email/folder"]
)
def test_an_unknown_id_is_not_found(rest: Rest, one: str) -> None:
    assert rest("GET", f"/assets/{one}/100500", params={"depth": "complete"}).status_code == 404
    assert rest("GET", f"/assets/{one}/sandwich").status_code == 400


@pytest.mark.parametrize("kind", ["email", "landingPage"])
def test_a_clone_keeps_what_was_written_and_sorts_by_its_time(rest: Rest, kind: str) -> None:
    newest = rest.get(f"/assets/{kind}s", orderBy="createdAt DESC", count=10)["elements"]
    assert [int(one["createdAt"]) for one in newest] == sorted(
        (int(one["createdAt"]) for one in newest), reverse=True
    )
    body = rest.get(f"/assets/{kind}/{newest[0]['id']}")
    content = body["htmlContent"]
    property_ = {"RawHtmlContent": "html", "StructuredHtmlContent": "htmlBody"}[content["type"]]
    content[property_] = "<body>Test</body>"
    body |= {
        "isTracked": True,
        "unknownProperty": {"deep": [1, None, False]},
        "folderId": int(body["folderId"]),
    }

    first = rest("POST", f"/assets/{kind}", body).json()
    again = rest("POST", f"/assets/{kind}", {**body, "name": body["name"] + " 2"}).json()
    time.sleep(1.1)
    rest("PUT", f"/assets/{kind}/{first['id']}", first)

    assert first["htmlContent"][property_] == "<body>Test</body>"
    assert first["isTracked"] == "true"
    assert first["unknownProperty"] == {"deep": ["1", "false"]}
    assert first["folderId"] == str(body["folderId"])
    found = rest.get(f"/assets/{kind}s", search=body["name"] + "*", orderBy="updatedAt DESC")["elements"]
    assert [one["id"] for one in found[:2]] == [first["id"], again["id"]]


def test_a_bare_email_has_empty_content_and_a_broken_one_is_refused(rest: Rest) -> None:
    made = rest("POST", "/assets/email", {"name": "Bare"}).json()
    assert made["htmlContent"] == {"type": "RawHtmlContent", "contentSource": "upload", "html": ""}
    assert made["currentStatus"] == "Draft"
    assert rest("POST", "/assets/email", {"name": "x", "htmlContent": "<p>"}).status_code == 400
    assert rest("POST", "/assets/email", {"name": "x", "emailGroupId": "newsletter"}).status_code == 400
    assert rest("POST", "/assets/email", {"name": "x", "htmlContent": {"type": "Odd"}}).status_code == 400


@pytest.mark.parametrize("kind", ["email", "landingPage"])
def test_a_preview_is_a_link_that_needs_no_login(rest: Rest, kind: str) -> None:
    contact = rest.get("/data/contacts", depth="complete", count=1, search="C_FirstName=*a*")["elements"][0]
    asset = rest.get(f"/assets/{kind}s", search="*", count=1)["elements"][0]
    path = f"/assets/{kind}/{asset['id']}/preview"
    link = rest.get(path, contactId=contact["id"], extensions="e10")

    page = requests.get(link, timeout=30)

    assert page.headers["Content-Type"].startswith("text/html")
    assert contact["firstName"] in page.text
    direct = rest("GET", path, params={"contactId": contact["id"]}, headers={"Accept": "text/html"})
    assert direct.text == page.text
    assert requests.get(link[:-3] + "abc", timeout=30).status_code == 404
    assert rest("GET", path, params={"contactId": "99999999"}).status_code == 400


def test_dynamic_contents_number_their_parts_and_want_statements(rest: Rest) -> None:
    listed = rest.get("/assets/dynamicContents", version="1.0", orderBy="createdAt DESC")["elements"]
    body = rest.get(f"/assets/dynamicContent/{listed[0]['id']}", version="1.0", depth="partial")
    assert body["defaultContentSection"]["contentHtml"]
    rule = {
        "type": "DynamicContentRule",
        "contentSection": {"name": "de"},
        "criteria": [],
        "statement": "1111",
    }
    body["rules"].append(rule)
    changed = rest("PUT", f"/assets/dynamicContent/{body['id']}", body, version="1.0").json()
    assert changed["rules"][0]["id"] == body["rules"][0]["id"]
    assert int(changed["rules"][1]["id"]) > 0
    assert int(changed["rules"][1]["contentSection"]["id"]) > 0
    del rule["statement"]
    assert rest("PUT", f"/assets/dynamicContent/{body['id']}", body, version="1.0").status_code == 400


def test_folders_that_hold_something_stay(rest: Rest) -> None:
    folder = rest("POST", "/assets/form/folder", {"name": "Mine"}).json()
    form = rest("POST", "/assets/form", {"name": "In it", "folderId": folder["id"]}).json()
    assert rest("DELETE", f"/assets/form/folder/{folder['id']}").status_code == 412
    rest("DELETE", f"/assets/form/{form['id']}")
    assert rest("DELETE", f"/assets/form/folder/{folder['id']}").status_code == 200
    root = rest.get("/assets/form/folders", search="isSystem='true'")["elements"][0]
    assert rest("DELETE", f"/assets/form/folder/{root['id']}").status_code == 412
    assert rest("POST", "/assets/form/folder", {"name": "x", "folderId": "1"}).status_code == 400
    assert rest("GET", f"/assets/email/folder/{root['id']}").status_code == 404
    shared = rest.get("/assets/contact/lists", version="1.0", count=1)["elements"][0]
    assert rest.get(f"/assets/contact/list/folder/{shared['folderId']}", version="1.0")["type"] == "Folder"


def test_a_header_in_use_stays(rest: Rest) -> None:
    header = rest.get("/assets/email/headers", search="Standard Header")["elements"][0]
    assert rest("DELETE", f"/assets/email/header/{header['id']}").status_code == 412


def test_a_segment_of_shared_lists_counts_its_members(rest: Rest) -> None:
    lists = {one["name"]: one for one in rest.get("/assets/contact/lists", version="1.0")["elements"]}
    element = {"type": "ContactListSegmentElement", "id": "-1", "isIncluded": "true"}
    body = {"name": "VIP Segment", "elements": [{**element, "list": {"id": lists["VIPs"]["id"]}}]}
    made = rest("POST", "/assets/contact/segment", body).json()
    assert made["count"] == lists["VIPs"]["count"]
    assert int(made["elements"][0]["id"]) > 0
    members = rest.get(f"/data/contacts/segment/{made['id']}", version="1.0")
    assert str(members["total"]) == made["count"]
    by_filter = {"name": "By filter", "elements": [{"type": "ContactFilterSegmentElement"}]}
    refused = rest("POST", "/assets/contact/segment", by_filter)
    assert refused.status_code == 501
    assert rest.get("/assets/contact/segments", search="By filter")["elements"] == []


def test_every_write_is_in_the_journal(rest: Rest) -> None:
    made = rest("POST", "/assets/email", {"name": "Noted"}).json()
    rest("PUT", f"/assets/email/{made['id']}", made)
    rest("DELETE", f"/assets/email/{made['id']}")
    assert [line["operation"] for line in rest.journal("email", "Noted")] == ["create", "update", "delete"]


def test_sending_emails_is_not_imitated(rest: Rest) -> None:
    answer = rest("POST", "/assets/email/deployment", {"name": "x"})
    assert answer.status_code == 501
    assert "not imitated" in answer.text


def test_a_bottomless_body_is_refused(rest: Rest) -> None:
    url = f"{rest.sandbox.url}/API/REST/2.0/assets/email"
    body = b'{"name": "x", "style": ' + b"[" * 900 + b"]" * 900 + b"}"
    answer = rest.session.post(url, data=body, headers={"Content-Type": "application/json"}, timeout=30)
    assert answer.status_code == 400
