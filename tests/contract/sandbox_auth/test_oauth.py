"""OAuth 2 at the sandbox's Eloqua: grants, rotation, lifetimes, faults."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.conftest import Sandbox

CLIENT = ("demo", "demo")
BACK = "https://app.example/callback?install=1"


def ask(sandbox: Sandbox, form: bool = False, **values: str) -> requests.Response:
    body: dict[str, Any] = {"data": values} if form else {"json": values}
    return requests.post(f"{sandbox.url}/auth/oauth2/token", auth=CLIENT, timeout=120, **body)


def by_password(sandbox: Sandbox) -> dict[str, Any]:
    answer = ask(sandbox, grant_type="password", scope="full", username="Sandbox\\demo", password="demo")
    assert answer.status_code == 200, answer.text
    return answer.json()


def status_with(sandbox: Sandbox, access_token: str) -> int:
    return requests.get(
        f"{sandbox.url}/api/rest/2.0/assets/campaigns?count=1",
        headers={"Authorization": f"Bearer {access_token}"},
        timeout=120,
    ).status_code


def authorize(sandbox: Sandbox, **values: str) -> requests.Response:
    return requests.get(
        f"{sandbox.url}/auth/oauth2/authorize", params=values, allow_redirects=False, timeout=120
    )


def test_a_password_buys_a_token_that_opens_the_api(sandbox: Sandbox) -> None:
    tokens = by_password(sandbox)
    assert tokens["token_type"] == "bearer"
    assert tokens["expires_in"] == 28_800
    assert status_with(sandbox, tokens["access_token"]) == 200


@pytest.mark.parametrize("form", [True, False])
def test_a_refresh_rotates_the_refresh_token_and_keeps_the_old_access_token(
    sandbox: Sandbox, form: bool
) -> None:
    first = by_password(sandbox)
    values = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"], "scope": "full"}
    second = ask(sandbox, form, **values, redirect_uri=BACK).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert status_with(sandbox, first["access_token"]) == 200
    assert status_with(sandbox, second["access_token"]) == 200
    again = ask(sandbox, form, **values)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_an_access_token_ends_by_the_clock(sandbox: Sandbox) -> None:
    tokens = by_password(sandbox)
    sandbox.control("POST", "/clock/advance", {"seconds": 28_801})
    assert status_with(sandbox, tokens["access_token"]) == 401


def test_a_code_is_good_once_and_for_the_same_address(sandbox: Sandbox) -> None:
    back = authorize(sandbox, response_type="code", client_id="demo", redirect_uri=BACK, state="s t")
    assert back.status_code == 302
    target = urlsplit(back.headers["Location"])
    given = parse_qs(target.query)
    assert (target.netloc, given["state"], given["install"]) == ("app.example", ["s t"], ["1"])
    values = {"grant_type": "authorization_code", "code": given["code"][0]}
    assert ask(sandbox, **values, redirect_uri="https://app.example/other").json()["error"] == "invalid_grant"
    assert ask(sandbox, **values, redirect_uri=BACK).status_code == 200
    assert ask(sandbox, **values, redirect_uri=BACK).json()["error"] == "invalid_grant"


def test_authorizing_again_within_a_minute_is_too_many(sandbox: Sandbox) -> None:
    values = {"response_type": "code", "client_id": "demo", "redirect_uri": BACK}
    assert authorize(sandbox, **values).status_code == 302
    assert authorize(sandbox, **values).status_code == 429
    sandbox.control("POST", "/clock/advance", {"seconds": 61})
    assert authorize(sandbox, **values).status_code == 302


def test_faults_in_the_client_are_a_page_and_others_a_redirect(sandbox: Sandbox) -> None:
    page = authorize(sandbox, response_type="code", redirect_uri=BACK)
    assert page.status_code == 200
    assert page.text == 'The "client_id" parameter is required.'
    assert page.headers["Content-Type"].startswith("text/html")
    denied = authorize(
        sandbox, response_type="code", client_id="demo", redirect_uri=BACK, state="x", consent="denied"
    )
    assert parse_qs(urlsplit(denied.headers["Location"]).query)["error"] == ["access_denied"]


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "magic"}, "unsupported_grant_type"),
        ({"grant_type": "password", "username": "Sandbox\\demo"}, "invalid_request"),
        ({"grant_type": "password", "username": "Sandbox\\demo", "password": "no"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "gone"}, "invalid_grant"),
        ({"grant_type": "password", "scope": "half"}, "invalid_scope"),
    ],
)
def test_a_refused_token_request_is_a_json_object(
    sandbox: Sandbox, values: dict[str, str], error: str
) -> None:
    answer = ask(sandbox, **values)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_an_unknown_client_is_refused(sandbox: Sandbox) -> None:
    answer = requests.post(
        f"{sandbox.url}/auth/oauth2/token", auth=("demo", "x"), data={"grant_type": "password"}, timeout=120
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
