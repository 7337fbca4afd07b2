"""Credentials stay with the hosts they are meant for: no redirect is followed, no other site is called."""

from collections.abc import Iterator

import pytest
from requests.auth import HTTPBasicAuth

from certain_eloqua.clients import errors
from certain_eloqua.clients.http import HttpClient, JsonReader
from tests.unit.clients.scripted_server import Reply, ScriptedServer


@pytest.fixture
def other_host() -> Iterator[ScriptedServer]:
    scripted = ScriptedServer()
    scripted.replies(Reply())
    yield scripted
    scripted.close()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_is_an_error_and_sends_nothing_there(server, other_host, status, method):
    server.replies(Reply(status, headers={"Location": f"{other_host.url}/login"}))
    with (
        HttpClient(server.url, platform="Somewhere", auth=HTTPBasicAuth("user", "hush-hush")) as http,
        pytest.raises(errors.AuthError) as caught,
    ):
        http.read(method, "things/7", JsonReader(), doing="Calling a thing")
    assert "Authorization" in server.asked[0].headers
    assert len(server.asked) == 1
    assert other_host.asked == []
    assert "hush-hush" not in str(caught.value)


def test_a_redirect_on_the_same_host_is_an_error_too(server):
    server.replies(Reply(302, headers={"Location": "/login"}), Reply())
    with (
        HttpClient(server.url, platform="Somewhere") as http,
        pytest.raises(errors.AuthError, match="HTTP 302"),
    ):
        http.read("GET", "things/7", JsonReader(), doing="Calling a thing")
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "address", ["{other}/things/7", "https://127.0.0.1/things/7", "http://user:word@{elsewhere}/things/7"]
)
def test_an_address_of_another_site_is_refused_before_anything_is_sent(server, other_host, address):
    there = address.format(other=other_host.url, elsewhere=other_host.url.removeprefix("http://"))
    with (
        HttpClient(server.url, platform="Somewhere", auth=HTTPBasicAuth("user", "hush-hush")) as http,
        pytest.raises(errors.AuthError, match="another site"),
    ):
        http.read("GET", there, JsonReader(), doing="Calling a thing")
    assert server.asked == other_host.asked == []


def test_a_trusted_site_may_be_called(server, other_host):
    with HttpClient(server.url, platform="Somewhere") as http:
        http.trust(f"{other_host.url}/anything")
        http.read("GET", f"{other_host.url}/things/7", JsonReader(), doing="Calling a thing")
    assert len(other_host.asked) == 1
