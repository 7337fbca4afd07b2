"""Who calls: Basic and Bearer credentials, ``/id``, and the OAuth 2 endpoints.

Lifetimes run on the world's clock, so a test lets a token expire by moving the clock.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from certain_eloqua_sandbox.eloqua.settings import settings
from certain_eloqua_sandbox.wire import Request, Response, Routes, html_response, json_response
from certain_eloqua_sandbox.world import World

SITE_ID, SITE_NAME = 42, "Sandbox"
CLIENTS = {"demo": "demo"}
CODE_SECONDS = 60  # as long as a user cannot authorize the same app again
REFRESH_SECONDS = 365 * 24 * 3600

IDENTITY = Routes("/id", ignore_case=True)
OAUTH = Routes("/auth/oauth2", ignore_case=True)


@dataclass(frozen=True, slots=True)
class User:
    """A user of the site."""

    id: int
    username: str
    first_name: str
    last_name: str
    email: str
    may_use_api: bool


# (id, user name, password, first name, last name, may use the API)
USERS = (
    (8, "demo", "demo", "Demo", "User", True),
    (9, "api.reader", "demo", "Api", "Reader", True),
    (10, "no.api", "demo", "No", "Permission", False),
)


def plant_users(world: World) -> None:
    """Make the users of the site; they exist even in an empty world."""
    world.db.executemany(
        "INSERT OR IGNORE INTO eloqua_users (id, username, password, first_name, last_name, email, "
        "may_use_api) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (id_, name, password, first, last, f"{name}@example.com", may)
            for id_, name, password, first, last, may in USERS
        ],
    )


def caller(world: World, request: Request) -> User | None:
    """Return the user whose credentials a request carries, or ``None``."""
    scheme, _, secret = request.header("authorization").strip().partition(" ")
    if scheme.lower() == "basic":
        name, _, password = _decoded(secret).partition(":")
        return _by_password(world, name, password)
    if scheme.lower() == "bearer":
        row = world.row(
            "SELECT username FROM eloqua_tokens WHERE token = ? AND kind = 'access' AND expires_at > ?",
            (secret.strip(), world.now()),
        )
        return _user(world, row["username"]) if row else None
    return None


def _decoded(secret: str) -> str:
    try:
        raw = base64.b64decode(secret.strip(), validate=True)
    except (binascii.Error, ValueError):
        return ""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _by_password(world: World, login: str, password: str) -> User | None:
    company, _, username = login.partition("\\")
    if company.lower() != SITE_NAME.lower():
        return None
    known = world.value("SELECT password FROM eloqua_users WHERE username = ?", (username,))
    return _user(world, username) if known is not None and known == password else None


def _user(world: World, username: str) -> User | None:
    row = world.row("SELECT * FROM eloqua_users WHERE username = ?", (username,))
    if row is None:
        return None
    return User(
        row["id"],
        row["username"],
        row["first_name"],
        row["last_name"],
        row["email"],
        bool(row["may_use_api"]),
    )


# -- who am I, and where do I live ---------------------------------------------------------------------


@IDENTITY.answers("GET POST", "", source="Determining base URLs")
def who_am_i(world: World, request: Request) -> Response:
    """Return the site, the user and the base addresses; a rejected login is a 200 with a JSON string."""
    user = caller(world, request)
    if user is None:
        return json_response("Not authenticated.")
    if not user.may_use_api:
        return json_response("Forbidden", 403, "Forbidden")
    base = request.origin
    soap = {
        "standard": "Service", "dataTransfer": "DataTransferService",
        "email": "EmailService", "externalAction": "ExternalActionService",
    }  # fmt: skip
    return json_response({
        "site": {"id": SITE_ID, "name": SITE_NAME},
        "user": {
            "id": user.id, "username": user.username, "displayName": f"{user.first_name} {user.last_name}",
            "firstName": user.first_name, "lastName": user.last_name, "emailAddress": user.email,
        },
        "urls": {"base": base, "apis": {
            "soap": {name: f"{base}/API/{{version}}/{service}.svc" for name, service in soap.items()},
            "rest": {"standard": f"{base}/API/REST/{{version}}/", "bulk": f"{base}/API/Bulk/{{version}}/"},
        }},
    })  # fmt: skip


# -- OAuth 2: authorize ----------------------------------------------------------------------------------


@OAUTH.answers("GET", "/authorize", source="OAuth Responses: Authorization Code Grant Request")
def authorize(world: World, request: Request) -> Response:
    """Send the browser back with a code; faults in client_id and redirect_uri are a 200 with a line of HTML.

    There is no login page here: the user is the one of the Basic credentials, else ``demo``, and consents
    unless the query has ``consent=denied``.
    """
    redirect = request.param("redirect_uri") or ""
    for name in ("client_id", "redirect_uri"):
        if not request.param(name):
            return html_response(f'The "{name}" parameter is required.')
    client_id = request.param("client_id") or ""
    if client_id not in CLIENTS:
        return html_response('The "client_id" value is not a known client.')
    if urlsplit(redirect).scheme not in ("http", "https") or not urlsplit(redirect).netloc:
        return html_response('The "redirect_uri" value is not a valid URL.')
    response_type = request.param("response_type")
    if response_type is None:
        return _back(request, redirect, error="invalid_request")
    if response_type not in ("code", "token"):
        return _back(request, redirect, error="unsupported_response_type")
    if request.param("scope") not in (None, "", "full"):
        return _back(request, redirect, error="invalid_scope")
    user = caller(world, request) if request.header("authorization") else _user(world, "demo")
    if user is None or not user.may_use_api or request.param("consent") == "denied":
        return _back(request, redirect, error="access_denied")
    return _grant(world, request, user, client_id, redirect, implicit=response_type == "token")


def _grant(
    world: World, request: Request, user: User, client_id: str, redirect: str, *, implicit: bool
) -> Response:
    recently = world.value(
        "SELECT count(*) FROM eloqua_tokens WHERE kind IN ('code', 'used') AND username = ? AND "
        "client_id = ? "
        "AND expires_at > ?",
        (user.username, client_id, world.now()),
    )
    if recently:
        text = "The user has already authorized this app within the last 60 seconds."
        return html_response(text, 429, "Too Many Requests")
    code = _keep(world, "code", user.username, client_id, CODE_SECONDS, redirect)
    if not implicit:
        return _back(request, redirect, code=code)
    world.run("UPDATE eloqua_tokens SET kind = 'used' WHERE token = ?", (code,))
    tokens = _tokens(world, user.username, client_id, refresh=False)
    state = {"state": request.param("state")} if request.param("state") else {}
    return _redirect(f"{redirect}#{urlencode({**tokens, **state})}")


def _back(request: Request, redirect: str, **values: str) -> Response:
    """Redirect to the client with values and its state."""
    if state := request.param("state"):
        values["state"] = state
    joint = "&" if urlsplit(redirect).query else "?"
    return _redirect(f"{redirect}{joint}{urlencode(values)}")


def _redirect(location: str) -> Response:
    return Response(302, content_type="text/html; charset=utf-8", headers={"Location": location})


# -- OAuth 2: token --------------------------------------------------------------------------------------


@OAUTH.answers("POST", "/token", source="Authenticate using OAuth 2.0")
def token(world: World, request: Request) -> Response:
    """Trade a password, a code or a refresh token for tokens; the body is a form or JSON."""
    scheme, _, secret = request.header("authorization").strip().partition(" ")
    client_id, _, client_secret = (
        _decoded(secret).partition(":") if scheme.lower() == "basic" else ("", "", "")
    )
    if CLIENTS.get(client_id) != client_secret or not client_id:
        return _fault("invalid_client", "The client could not be authenticated.", 401)
    form = _form(request)
    if form is None:
        return _fault("invalid_request", "The body is neither JSON nor a form.")
    if form.get("scope") not in (None, "", "full"):
        return _fault("invalid_scope", 'The only scope is "full".')
    grant = form.get("grant_type", "")
    needed = {
        "password": ("username", "password"),
        "refresh_token": ("refresh_token",),
        "authorization_code": ("code", "redirect_uri"),
    }
    if not grant:
        return _fault("invalid_request", 'The "grant_type" parameter is required.')
    if grant not in needed:
        return _fault("unsupported_grant_type", f'The grant type "{grant}" is not supported.')
    for name in needed[grant]:
        if not form.get(name):
            return _fault("invalid_request", f'The "{name}" parameter is required.')
    username = _owner(world, grant, form, client_id)
    if username is None:
        return _fault("invalid_grant", "The grant is invalid, expired or already used.")
    answer = json_response(_tokens(world, username, client_id))
    answer.headers |= {"Cache-Control": "no-store", "Pragma": "no-cache"}
    return answer


def _owner(world: World, grant: str, form: dict[str, str], client_id: str) -> str | None:
    """Return whose grant this is, using it up; ``None`` when it is not valid."""
    if grant == "password":
        user = _by_password(world, form["username"], form["password"])
        return user.username if user else None
    kind, given = ("refresh", form["refresh_token"]) if grant == "refresh_token" else ("code", form["code"])
    row = world.row(
        "SELECT * FROM eloqua_tokens WHERE token = ? AND kind = ? AND client_id = ? AND expires_at > ?",
        (given, kind, client_id, world.now()),
    )
    if row is None or (kind == "code" and row["redirect_uri"] != form["redirect_uri"]):
        return None
    # A refresh token is rotated: used up here. The access token it came with lives on (since May 2026).
    if kind == "code":
        world.run("UPDATE eloqua_tokens SET kind = 'used' WHERE token = ?", (given,))
    else:
        world.run("DELETE FROM eloqua_tokens WHERE token = ?", (given,))
    return str(row["username"])


def _tokens(world: World, username: str, client_id: str, *, refresh: bool = True) -> dict[str, Any]:
    world.run("DELETE FROM eloqua_tokens WHERE expires_at <= ?", (world.now(),))
    seconds = settings(world).access_token_seconds
    answer: dict[str, Any] = {
        "access_token": _keep(world, "access", username, client_id, seconds),
        "token_type": "bearer",
        "expires_in": int(seconds),
    }
    if refresh:
        answer["refresh_token"] = _keep(world, "refresh", username, client_id, REFRESH_SECONDS)
    return answer


def _keep(
    world: World, kind: str, username: str, client_id: str, seconds: float, redirect_uri: str | None = None
) -> str:
    value = secrets.token_urlsafe(36)
    world.run(
        "INSERT INTO eloqua_tokens (token, kind, username, client_id, redirect_uri, expires_at) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (value, kind, username, client_id, redirect_uri, world.now() + seconds),
    )
    return value


def _form(request: Request) -> dict[str, str] | None:
    """Return the body's values by name, or ``None`` when it cannot be read."""
    try:
        if "json" in request.header("content-type").lower() or request.body.lstrip()[:1] == b"{":
            value = request.json()
            return {str(k): str(v) for k, v in value.items()} if isinstance(value, dict) else None
        return {
            name: values[0]
            for name, values in parse_qs(request.body.decode(), keep_blank_values=True).items()
        }
    except ValueError:
        return None


def _fault(error: str, description: str, status: int = 400) -> Response:
    return json_response({"error": error, "error_description": description}, status)
