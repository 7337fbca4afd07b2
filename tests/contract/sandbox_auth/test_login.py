"""Logins of the sandbox's Eloqua, and the base addresses it returns."""

import base64

import pytest
import requests

from tests.conftest import Sandbox

DEMO = ("Sandbox\\demo", "demo")


def test_the_identity_tells_site_user_and_addresses(sandbox: Sandbox) -> None:
    found = requests.get(f"{sandbox.url}/id", auth=DEMO, timeout=120).json()
    assert found["site"] == {"id": 42, "name": "Sandbox"}
    assert found["user"]["username"] == "demo"
    assert isinstance(found["user"]["id"], int)
    assert found["urls"]["base"] == sandbox.url
    assert found["urls"]["apis"]["rest"]["bulk"] == f"{sandbox.url}/API/Bulk/{{version}}/"
    standard = found["urls"]["apis"]["rest"]["standard"].format(version="2.0")
    assert requests.get(f"{standard}/assets/campaigns?count=1", auth=DEMO, timeout=120).status_code == 200


@pytest.mark.parametrize("login", [("Sandbox\\demo", "wrong"), ("demo", "demo"), ("Other\\demo", "demo")])
def test_a_bad_login_is_a_200_with_a_string(sandbox: Sandbox, login: tuple[str, str]) -> None:
    answer = requests.get(f"{sandbox.url}/id", auth=login, timeout=120)
    assert (answer.status_code, answer.content) == (200, b'"Not authenticated."')


def test_credentials_that_cannot_be_read_are_no_fault_of_the_server(sandbox: Sandbox) -> None:
    for header in (
        "Basic !!!",
        "Basic",
        "Bearer",
        "Digest x",
        "Basic " + base64.b64encode(b"\xff\xfe:").decode(),
    ):
        headers = {"Authorization": header}
        assert requests.get(f"{sandbox.url}/id", headers=headers, timeout=120).json() == "Not authenticated."
        refused = requests.get(f"{sandbox.url}/api/rest/2.0/data/contacts", headers=headers, timeout=120)
        assert refused.status_code == 401


def test_a_call_without_credentials_is_refused_in_both_apis(sandbox: Sandbox) -> None:
    for path in (
        "/api/rest/1.0/data/contacts",
        "/API/REST/2.0/assets/campaigns",
        "/api/bulk/2.0/contacts/fields",
    ):
        answer = requests.get(sandbox.url + path, timeout=120)
        assert answer.status_code == 401
        assert isinstance(answer.json(), str)
        assert answer.headers["X-Request-Id"]


def test_a_user_without_permission_is_forbidden(sandbox: Sandbox) -> None:
    answer = requests.get(
        f"{sandbox.url}/api/rest/1.0/data/contacts", auth=("Sandbox\\no.api", "demo"), timeout=120
    )
    assert (answer.status_code, answer.reason) == (403, "Forbidden")


def test_the_status_can_be_forced(sandbox: Sandbox) -> None:
    answer = requests.get(
        f"{sandbox.url}/api/rest/1.0/data/contact/99999999",
        auth=DEMO,
        headers={"X-HTTP-Status-Code-Override": "200"},
        timeout=120,
    )
    assert (answer.status_code, answer.headers["X-HTTP-Original-Status-Code"]) == (200, "404")
