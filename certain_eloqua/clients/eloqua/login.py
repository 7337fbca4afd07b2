"""Who we are for Eloqua: a user with a password, or an OAuth client with rotating tokens.

Sources: Oracle, "Authenticate using HTTP basic authentication", "Authenticate using OAuth 2.0".
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from requests import PreparedRequest
from requests.auth import AuthBase, HTTPBasicAuth

from certain_eloqua.clients.eloqua.limits import TOKEN_SAFETY_SECONDS
from certain_eloqua.clients.eloqua.tokens import MemoryTokenStore, Tokens, TokenStore
from certain_eloqua.clients.errors import AuthError, UnexpectedContent, ValidationError
from certain_eloqua.clients.http import HttpClient, JsonReader

TOKEN_ROUTE = "/auth/oauth2/token"  # noqa: S105 - an address


@dataclass(frozen=True)
class BasicLogin:
    """A user of one Eloqua company. Oracle recommends OAuth: a changed password stops this one."""

    company: str
    username: str
    password: str = field(repr=False)

    @property
    def user(self) -> str:
        """The login name as Eloqua wants it: company, one backslash, user."""
        return f"{self.company}\\{self.username}"


@dataclass(frozen=True)
class OAuthLogin:
    r"""An OAuth client, with a refresh token or with a user's name and password.

    The refresh token given here is only the first one: Eloqua gives a new one with every refresh, and the old
    one is dead. `token_store` keeps the newest; without a store it lives as long as this process.
    `username` includes the company: `Company\User`.
    """

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    redirect_uri: str = ""
    token_store: TokenStore | None = field(default=None, repr=False, compare=False)


EloquaLogin = BasicLogin | OAuthLogin


class BasicHeader(HTTPBasicAuth):
    """Basic authentication; nothing can be renewed."""

    def __init__(self, login: BasicLogin) -> None:
        super().__init__(login.user.encode(), login.password.encode())

    def renew(self, refused: str | None = None) -> bool:
        """Whether there is something new to try. There never is."""
        return False

    def current(self) -> str | None:
        """The token in use: none."""
        return None


class BearerHeader(AuthBase):
    """Puts a valid access token on every request, renewing it when it is about to end.

    Safe for several threads, and for several processes that share a file store: whoever comes second finds
    the new tokens in the store and uses those.
    """

    def __init__(
        self, login: OAuthLogin, http: HttpClient, login_url: str, now: Callable[[], float] = time.time
    ) -> None:
        self._login = login
        self._http = http
        self._url = f"{login_url.rstrip('/')}{TOKEN_ROUTE}"
        self._now = now
        self._store = login.token_store or MemoryTokenStore()
        self._tokens: Tokens | None = None

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._valid().access_token}"
        return request

    def current(self) -> str | None:
        """The access token in use, if there is one."""
        return self._tokens.access_token if self._tokens else None

    def renew(self, refused: str | None = None) -> bool:
        """Get a new access token after the platform refused one. False if the store already had another."""
        with self._store.lock():
            stored = self._store.load()
            if stored is not None and stored.access_token != refused and self._lives(stored):
                self._tokens = stored
                return True
            self._tokens = self._ask(stored)
            return True

    def _valid(self) -> Tokens:
        tokens = self._tokens
        if tokens is not None and self._lives(tokens):
            return tokens
        with self._store.lock():
            stored = self._store.load()
            if stored is None or not self._lives(stored):
                stored = self._ask(stored)
            self._tokens = stored
            return stored

    def _lives(self, tokens: Tokens) -> bool:
        return bool(tokens.access_token) and self._now() < tokens.expires_at - TOKEN_SAFETY_SECONDS

    def _ask(self, stored: Tokens | None) -> Tokens:
        """New tokens, stored before they are used: losing them means signing in again by hand."""
        refresh = (stored.refresh_token if stored else None) or self._login.refresh_token
        if refresh:
            try:
                return self._keep(self._refresh_form(refresh), refresh)
            except AuthError:
                if not self._login.password:
                    raise
        if not self._login.password:
            raise AuthError(
                "Eloqua: Getting an access token", "no refresh token and no password are configured"
            )
        return self._keep(
            {
                "grant_type": "password",
                "scope": "full",
                "username": self._login.username or "",
                "password": self._login.password,
            },
            None,
        )

    def _refresh_form(self, refresh: str) -> dict[str, str]:
        form = {"grant_type": "refresh_token", "refresh_token": refresh, "scope": "full"}
        if self._login.redirect_uri:
            form["redirect_uri"] = self._login.redirect_uri
        return form

    def _keep(self, form: dict[str, str], refresh: str | None) -> Tokens:
        doing = "Getting an access token"
        try:
            answer = self._http.read(
                "POST",
                self._url,
                JsonReader(),
                doing=doing,
                route=TOKEN_ROUTE,
                data=form,
                auth=HTTPBasicAuth(self._login.client_id.encode(), self._login.client_secret.encode()),
                # If the answer is lost the old refresh token may be dead, but not asking again is no better.
                idempotent=True,
            )
        except ValidationError as error:
            refused = error.came_back
        else:
            if not isinstance(answer, dict) or not answer.get("access_token"):
                raise UnexpectedContent(f"Eloqua: {doing}", "an answer without an access token")
            tokens = Tokens(
                access_token=str(answer["access_token"]),
                refresh_token=str(answer.get("refresh_token") or refresh or "") or None,
                expires_at=self._now() + float(answer.get("expires_in") or 0),
            )
            self._store.save(tokens)
            return tokens
        raise AuthError(f"Eloqua: {doing}", f"refused ({refused}); sign in again")


def secrets_of(login: EloquaLogin) -> tuple[str, ...]:
    """The texts that must never appear in a message."""
    if isinstance(login, BasicLogin):
        return (login.password,)
    return tuple(s for s in (login.client_secret, login.refresh_token, login.password) if s)
