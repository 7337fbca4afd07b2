"""Who may call Certain, and how other callers are refused."""

import requests

from tests.contract.sandbox_certain.conftest import Certain


def test_a_wrong_password_is_401_with_a_challenge_on_a_html_page(certain):
    certain.password = "wrong"
    answer = certain.call("GET", "Account/NWIND")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="Certain"'
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "HTTP Status 401 - " in answer.text


def test_no_credentials_and_nonsense_credentials_are_401(certain):
    for header in (None, "Bearer abc", "Basic !!!", "Basic ZGVtbw==", "Basic"):
        headers = {"Authorization": header} if header else {}
        answer = requests.get(
            f"{certain.url}/certainExternal/service/v1/Account/NWIND", headers=headers, timeout=30
        )
        assert answer.status_code == 401, header


def test_a_user_of_a_sub_account_sees_only_that_account(sandbox):
    europe = Certain(sandbox.url, user="demo-eu")
    assert europe.get("Event/NWIND-EU")["events"][0]["eventCode"] == "NWBERLIN27"
    for path in ("Event/NWIND", "Account/NWIND", "Registration/NWIND/NWSUMMIT27", "Event/NOBODY"):
        status, text = europe.refused("GET", path)
        assert (status, "HTTP Status 403 - " in text) == (403, True), path
    assert [account["accountCode"] for account in europe.get("Account")["accounts"]] == ["NWIND-EU"]


def test_a_user_of_the_parent_account_sees_the_sub_account(certain):
    accounts = certain.get("Account")["accounts"]
    assert [account["accountCode"] for account in accounts] == ["NWIND", "NWIND-EU"]
    assert accounts[1]["parentAccountCode"] == "NWIND"
    assert certain.get("Registration/NWIND-EU/NWBERLIN27")["completeCollectionSize"] == 40


def test_the_newer_api_refuses_in_json(sandbox):
    answer = Certain(sandbox.url, password="wrong").call("GET", "/NWIND/events/NWROAD26/sessions")
    assert (answer.status_code, answer.json()["status"]) == (401, "401")
    assert "WWW-Authenticate" in answer.headers
    answer = Certain(sandbox.url, user="demo-eu").call("GET", "/NWIND/events/NWROAD26/sessions")
    assert (answer.status_code, "no access" in answer.json()["message"]) == (403, True)


def test_one_account_is_answered_as_a_collection(certain):
    found = certain.get("Account/NWIND")
    assert (found["completeCollectionSize"], found["size"], found["startingIndex"], found["maxResults"]) == (
        1, 1, 1, 1000,
    )  # fmt: skip
    assert found["accounts"][0]["accountId"] == 4711


def test_a_deleted_user_is_inactive_and_can_not_come_in_again(certain, sandbox):
    assert certain.delete("User/NWIND-EU/demo-eu")["isActive"] is False
    assert Certain(sandbox.url, user="demo-eu").call("GET", "Account/NWIND-EU").status_code == 401


def test_nobody_makes_themselves_system_master(certain):
    status, text = certain.refused("POST", "User/NWIND/demo", {"userTypeName": "System Master"})
    assert (status, "HTTP Status 403 - " in text) == (403, True)
    assert certain.get("User/NWIND/demo")["userTypeName"] == "Administrator"


def test_users_are_created_changed_and_searched(certain):
    made = certain.post("User/NWIND", {"username": "new.user", "name": "New User", "email": "n@x.example"})
    assert made["isActive"] is True
    assert made["uuid"]
    assert certain.post("User/NWIND/new.user", {"name": "Newer"})["name"] == "Newer"
    assert certain.get("User/NWIND", email="N@x.example")["users"][0]["username"] == "new.user"
    assert certain.get("User/NWIND", isActive="false")["users"][0]["username"] == "old.hand"
    assert certain.refused("POST", "User/NWIND", {"name": "Nameless"})[0] == 400
