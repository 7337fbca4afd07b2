"""The steps of campaigns and programs get ids, and the wires between them follow."""

import pytest

from tests.contract.sandbox_rest.conftest import Rest


@pytest.mark.parametrize("kind", ["campaign", "program"])
def test_steps_get_ids_and_wires_follow(rest: Rest, kind: str) -> None:
    wire = {"type": "CampaignOutputTerminal", "id": "-3", "connectedId": "-2", "terminalType": "out"}
    steps = [
        {"type": "CampaignSegment", "id": "-1", "name": "Members", "outputTerminals": [wire]},
        {"type": "CampaignEmail", "id": "-2", "name": "Invitation", "memberCount": 0},
    ]
    made = rest("POST", f"/assets/{kind}", {"name": f"With steps ({kind})", "elements": steps})
    assert made.status_code == 201
    body = made.json()
    first, second = body["elements"]
    assert int(first["id"]) > 0
    assert int(second["id"]) > 0
    assert second["memberCount"] == "0"
    assert first["outputTerminals"][0]["connectedId"] == second["id"]
    assert int(first["outputTerminals"][0]["id"]) > 0

    changed = rest("PUT", f"/assets/{kind}/{body['id']}", {**body, "description": "changed"}).json()

    assert changed["elements"] == body["elements"]
    assert changed["currentStatus"] == "Draft"
    assert rest("DELETE", f"/assets/{kind}/{body['id']}").status_code == 200


def test_images_are_changed_and_deleted_but_not_made(rest: Rest) -> None:
    image = rest.get("/assets/images", depth="complete", search="logo.png")["elements"][0]
    assert (
        rest("PUT", f"/assets/image/{image['id']}", {**image, "name": "mark.png"}).json()["name"]
        == "mark.png"
    )
    assert rest("POST", "/assets/image", {"name": "new.png"}).status_code == 501
    assert rest("DELETE", f"/assets/image/{image['id']}").status_code == 200


def test_what_was_submitted_is_deleted(rest: Rest) -> None:
    data = rest("POST", "/data/form/359", {"fieldValues": []}).json()
    assert rest("DELETE", f"/data/form/359/datarow/{data['id']}").status_code == 200
    assert rest("DELETE", f"/data/form/359/datarow/{data['id']}").status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/assets/program/active/1"), ("PUT", "/system/user/8"), ("POST", "/assets/email/deployment")],
)
def test_what_nothing_would_run_is_a_501(rest: Rest, method: str, path: str) -> None:
    assert rest(method, path, {"name": "x"}).status_code == 501
