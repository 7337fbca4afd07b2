"""Forms with nested elements, copies of them, and what people submit."""

from collections.abc import Iterator
from typing import Any

from tests.contract.sandbox_rest.conftest import Rest


def field(name: str, html_name: str | None = None, **more: Any) -> dict[str, Any]:
    condition = {"type": "TextLengthCondition", "minimum": 0, "maximum": 35}
    rule = {
        "type": "FieldValidation", "name": "Length", "description": "Length", "message": "Too long",
        "isEnabled": True, "condition": condition, "id": -7,
    }  # fmt: skip
    return {"type": "FormField", "name": name, "htmlName": html_name, "validations": [rule], **more}


def everything(name: str) -> dict[str, Any]:
    stage = {"type": "ProgressiveProfileStage", "fields": [field("City", "city", id=-6)], "id": -5}
    return {
        "name": name,
        "type": "Form",
        "elements": [
            field("Email Address", "email", id=-1),
            field("Pick one", optionListId=1, id=-2),
            {"type": "FormFieldGroup", "name": "Two Columns", "fields": [field("A", "a"), field("B", "b")]},
            {"type": "ProgressiveProfile", "name": "Profile", "stages": [stage], "id": -4},
        ],
        "processingSteps": [
            {
                "type": "FormStepCreateUpdateContactFromFormField", "id": -10, "name": "Step",
                "execute": "conditional", "keyFieldId": 100001, "keyFieldMappingSourceId": -1,
                "condition": {"id": -11, "conditionalFieldCriteria": [
                    {"type": "FormFieldComparisonCriteria", "id": -12, "fieldId": -2}]},
                "mappings": [{"id": -13, "sourceFormFieldId": -6, "targetEntityFieldId": 100009}],
            }
        ],
    }  # fmt: skip


def elements(form: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for one in form:
        yield one
        yield from elements(one.get("fields", []))
        yield from elements(one.get("stages", []))


def test_elements_get_ids_and_steps_follow_them(rest: Rest) -> None:
    made = rest("POST", "/assets/form", everything("Nested")).json()
    read = rest.get(f"/assets/form/{made['id']}")

    assert read == made
    ids = [one["id"] for one in elements(read["elements"])]
    assert len(ids) == len(set(ids)) == 8
    assert all(int(one) > 0 for one in ids)
    email, pick, group, profile = read["elements"]
    assert (pick["optionListId"], pick["htmlName"]) == ("1", "pickOne")
    assert email["validations"][0]["condition"] == {
        "type": "TextLengthCondition",
        "minimum": "0",
        "maximum": "35",
    }
    assert email["validations"][0]["isEnabled"] == "true"
    assert int(email["validations"][0]["id"]) > 0
    assert [one["htmlName"] for one in group["fields"]] == ["a", "b"]
    step = read["processingSteps"][0]
    assert step["keyFieldId"] == "100001"
    assert step["keyFieldMappingSourceId"] == email["id"]
    assert step["mappings"][0]["sourceFormFieldId"] == profile["stages"][0]["fields"][0]["id"]
    assert step["condition"]["conditionalFieldCriteria"][0]["fieldId"] == pick["id"]
    assert int(step["id"]) > 0
    assert read["htmlName"].startswith("UntitledForm-")


def test_ids_stay_on_update_and_are_new_in_a_clone(rest: Rest) -> None:
    form = rest("POST", "/assets/form", everything("Original")).json()
    form["elements"][0]["name"] = "Changed"
    form["elements"].append(field("New", id="-99"))
    changed = rest("PUT", f"/assets/form/{form['id']}", form).json()
    assert [one["id"] for one in changed["elements"][:4]] == [one["id"] for one in form["elements"][:4]]
    assert changed["elements"][0]["name"] == "Changed"
    assert int(changed["elements"][4]["id"]) > 0
    assert changed["htmlName"] == form["htmlName"]

    clone = rest("POST", "/assets/form", {**changed, "name": "Clone"}).json()
    own = {one["id"] for one in elements(changed["elements"])}
    assert own.isdisjoint(one["id"] for one in elements(clone["elements"]))
    assert clone["processingSteps"][0]["keyFieldMappingSourceId"] == clone["elements"][0]["id"]

    inverted = rest.get(f"/assets/form/{form['id']}")
    for one in elements(inverted["elements"]):
        one["id"] = -int(one["id"])
    again = rest("PUT", f"/assets/form/{form['id']}", inverted)
    assert again.status_code == 200
    assert all(int(one["id"]) > 0 for one in elements(again.json()["elements"]))


def test_a_form_is_copied(rest: Rest) -> None:
    form = rest.get("/assets/form/359")
    folder = rest("POST", "/assets/form/folder", {"name": "Copies"}).json()
    body = {"name": "Copied form", "folderId": int(folder["id"])}
    copy = rest("POST", "/assets/form/359/copy", body)
    assert copy.status_code == 201
    assert copy.json()["name"] == "Copied form"
    assert copy.json()["folderId"] == folder["id"]
    assert copy.json()["htmlName"] != form["htmlName"]
    assert len(copy.json()["elements"]) == len(form["elements"])
    assert rest("POST", "/assets/form/359/copy", {}).status_code == 400
    assert rest("POST", "/assets/form/100500/copy", {"name": "x"}).status_code == 404


def test_what_is_submitted_is_listed_and_becomes_an_activity(rest: Rest) -> None:
    form = rest.get("/assets/forms", search="Contact Us", depth="complete")["elements"][0]
    email, name = form["elements"][0], form["elements"][1]
    contact = rest("POST", "/data/contact", {"emailAddress": "submits@example.com"}).json()
    values = [{"type": "FieldValue", "id": email["id"], "value": "submits@example.com"},
              {"id": name["id"], "value": "Sub, \"Mits\""}]  # fmt: skip

    answer = rest("POST", f"/data/form/{form['id']}", {"type": "FormData", "fieldValues": values})

    assert answer.status_code == 201
    data = answer.json()
    assert data["type"] == "FormData"
    assert [one["value"] for one in data["fieldValues"]] == ["submits@example.com", 'Sub, "Mits"']
    assert data["submittedAt"].isdigit()
    listed = rest.get(f"/data/form/{form['id']}", depth="minimal", count=200, page=1)
    assert (listed["total"], listed["elements"], listed["pageSize"]) == (1, [data], 200)
    assert rest.get(f"/data/form/{form['id']}", endAt="1000")["elements"] == []
    [activity] = rest.get(f"/data/activities/contact/{contact['id']}", version="1.0", type="formSubmit")
    assert activity["asset"] == form["id"]
    assert (
        rest("POST", f"/data/form/{form['id']}", {"fieldValues": [{"id": "1", "value": "x"}]}).status_code
        == 400
    )
    assert rest("GET", "/data/form/100500").status_code == 404
