"""Logging in: base-URL discovery, and OAuth tokens that rotate."""

import json
import stat
from urllib.parse import parse_qs

import pytest

from certain_eloqua.clients.eloqua import BasicLogin, EloquaClient, FileTokenStore, OAuthLogin, Tokens
from certain_eloqua.clients.errors import AuthError, UnexpectedContent
from certain_eloqua.clients.retry import RetryPolicy
from tests.unit.clients.scripted_server import Reply, ScriptedServer

BASIC = BasicLogin("Company", "jane", "s3cret-word")


def identity(server: ScriptedServer) -> Reply:
    return Reply(body=json.dumps({"site": {"id": 1}, "urls": {"base": server.url}}))


def tokens(access: str, refresh: str, seconds: int = 28800) -> Reply:
    return Reply(body=json.dumps({"access_token": access, "refresh_token": refresh, "expires_in": seconds}))


def page(*names: str) -> Reply:
    items = [{"name": n, "internalName": n, "uri": f"/contacts/fields/{i}"} for i, n in enumerate(names)]
    return Reply(body=json.dumps({"items": items, "totalResults": len(items)}))


def client(login, server: ScriptedServer, **options) -> EloquaClient:
    return EloquaClient(login, login_url=server.url, sleep=lambda s: None, **options)


def oauth(store=None, **options) -> OAuthLogin:
    return OAuthLogin("client-id", "client-secret", refresh_token="first", token_store=store, **options)


def test_the_address_is_asked_once_per_session(server):
    server.replies(identity(server), page("C_A"), Reply(body="{}"))
    eloqua = client(BASIC, server)
    eloqua.contact_fields()
    eloqua.contact_fields()
    assert [asked.path.partition("?")[0] for asked in server.asked] == [
        "/id",
        "/api/bulk/2.0/contacts/fields",
    ]


def test_a_given_address_is_not_asked_for(server):
    server.replies(page("C_A"))
    EloquaClient(BASIC, base_url=server.url).contact_fields()
    assert len(server.asked) == 1


def test_a_refused_login_comes_with_status_200_and_is_an_auth_error(server):
    server.replies(Reply(body='"Not authenticated."'))
    with pytest.raises(AuthError) as caught:
        _ = client(BASIC, server).base_url
    assert "s3cret-word" not in str(caught.value)


def test_a_base_without_https_is_refused_when_the_login_was_safe(server, monkeypatch):
    eloqua = EloquaClient(BASIC, login_url="https://login.example")
    monkeypatch.setattr(eloqua._session, "_ask_id", lambda doing: {"urls": {"base": "http://secure.example"}})
    with pytest.raises(AuthError, match="not https"):
        _ = eloqua.base_url


@pytest.mark.parametrize(
    "base", ["https://eloqua.com.example", "https://secure.p03.eloqua.example", "https://evil-eloqua.com"]
)
def test_an_address_that_is_not_oracles_gets_no_credentials(monkeypatch, base):
    eloqua = EloquaClient(BASIC, login_url="https://login.eloqua.com")
    monkeypatch.setattr(eloqua._session, "_ask_id", lambda doing: {"urls": {"base": base}})
    with pytest.raises(AuthError, match="set ELOQUA_BASE_URL"):
        _ = eloqua.base_url


@pytest.mark.parametrize("base", ["https://secure.p03.eloqua.com", "https://www05.secure.eloqua.com"])
def test_an_address_of_a_pod_is_taken(monkeypatch, base):
    eloqua = EloquaClient(BASIC, login_url="https://login.eloqua.com")
    monkeypatch.setattr(eloqua._session, "_ask_id", lambda doing: {"urls": {"base": base}})
    assert eloqua.base_url == base


def test_after_a_401_the_address_is_asked_again_and_the_call_replayed_once(server):
    server.replies(identity(server), Reply(401), identity(server), page("C_A"))
    assert len(client(BASIC, server).contact_fields()) == 1


def test_a_second_401_is_the_end(server):
    server.replies(identity(server), Reply(401), identity(server), Reply(401), page("C_A"))
    with pytest.raises(AuthError):
        client(BASIC, server).contact_fields()


def test_a_401_on_a_given_address_with_a_password_is_the_end(server):
    server.replies(Reply(401), page("C_A"))
    with pytest.raises(AuthError):
        EloquaClient(BASIC, base_url=server.url).contact_fields()
    assert len(server.asked) == 1


def test_a_refresh_sends_what_eloqua_wants(server):
    server.replies(tokens("a1", "second"), identity(server))
    _ = client(oauth(redirect_uri="https://us.example/back"), server).base_url
    ask = server.asked[0]
    assert ask.path == "/auth/oauth2/token"
    assert ask.headers["Authorization"].startswith("Basic ")
    assert parse_qs(ask.body.decode()) == {
        "grant_type": ["refresh_token"],
        "refresh_token": ["first"],
        "scope": ["full"],
        "redirect_uri": ["https://us.example/back"],
    }
    assert server.asked[1].headers["Authorization"] == "Bearer a1"


def test_a_refused_token_is_renewed_with_the_rotated_refresh_token(server, tmp_path):
    store = FileTokenStore(tmp_path / "tokens.json")
    server.replies(
        tokens("a1", "second"),
        identity(server),
        Reply(401),
        tokens("a2", "third"),
        identity(server),
        page("C_A"),
    )
    client(oauth(store), server).contact_fields()
    assert parse_qs(server.asked[3].body.decode())["refresh_token"] == ["second"]
    assert server.asked[-1].headers["Authorization"] == "Bearer a2"
    assert store.load().refresh_token == "third"


def test_new_tokens_are_saved_before_they_are_used(server, tmp_path):
    class Broken(FileTokenStore):
        def save(self, tokens: Tokens) -> None:
            raise OSError("disk full")

    server.replies(tokens("a1", "second"), identity(server))
    with pytest.raises(OSError, match="disk full"):
        _ = client(oauth(Broken(tmp_path / "t")), server).base_url
    assert len(server.asked) == 1


def test_the_token_file_is_for_its_owner_only(tmp_path):
    store = FileTokenStore(tmp_path / "deep" / "tokens.json")
    store.save(Tokens("a", "r", 1.0))
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert store.load() == Tokens("a", "r", 1.0)


def test_a_stored_token_is_used_without_asking(server, tmp_path):
    store = FileTokenStore(tmp_path / "t")
    store.save(Tokens("kept", "r", 1e12))
    server.replies(identity(server))
    _ = client(oauth(store), server).base_url
    assert server.asked[0].headers["Authorization"] == "Bearer kept"


def test_a_token_another_process_has_renewed_is_taken_from_the_store(server, tmp_path):
    store = FileTokenStore(tmp_path / "t")
    store.save(Tokens("old", "r", 1e12))
    eloqua = client(oauth(store), server)
    server.replies(identity(server))
    _ = eloqua.base_url
    store.save(Tokens("newer", "r2", 1e12))
    server.replies(Reply(401), identity(server), page("C_A"))
    eloqua.contact_fields()
    assert not [asked for asked in server.asked if asked.path.startswith("/auth")]
    assert server.asked[-1].headers["Authorization"] == "Bearer newer"


def test_a_token_about_to_end_is_renewed_before_use(server):
    server.replies(tokens("a1", "second", seconds=30), identity(server), tokens("a2", "third"), page("C_A"))
    client(oauth(), server).contact_fields()
    assert server.asked[-1].headers["Authorization"] == "Bearer a2"


def test_a_dead_refresh_token_asks_for_a_new_sign_in(server):
    server.replies(Reply(400, '{"error": "invalid_grant", "error_description": "expired first"}'))
    with pytest.raises(AuthError, match="sign in again"):
        _ = client(oauth(), server).base_url


def test_a_dead_refresh_token_is_replaced_by_the_password_if_there_is_one(server):
    login = oauth(username="Company\\jane", password="word-of-jane")
    server.replies(Reply(400, '{"error": "invalid_grant"}'), tokens("a1", "r1"), identity(server))
    _ = client(login, server).base_url
    form = parse_qs(server.asked[1].body.decode())
    assert (form["grant_type"], form["username"]) == (["password"], ["Company\\jane"])


def test_a_broken_token_answer_is_transient(server):
    server.replies(*[Reply(body='{"token": 1}')] * 3)
    with pytest.raises(UnexpectedContent):
        _ = client(oauth(), server, retry=RetryPolicy(attempts=1)).base_url


def test_logins_and_tokens_have_no_secret_in_their_repr():
    shown = f"{BASIC!r} {oauth(password='word-of-jane')!r} {Tokens('acc-ess', 're-fresh', 1.0)!r}"
    for secret in ("s3cret-word", "client-secret", "'first'", "word-of-jane", "acc-ess", "re-fresh"):
        assert secret not in shown
