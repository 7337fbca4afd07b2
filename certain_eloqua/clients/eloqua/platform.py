"""Oracle Eloqua as a platform: a client from the deployment's settings."""

from __future__ import annotations

from typing import Unpack

from certain_eloqua.clients.eloqua.client import EloquaClient
from certain_eloqua.clients.eloqua.login import BasicLogin, EloquaLogin, OAuthLogin
from certain_eloqua.clients.eloqua.tokens import FileTokenStore
from certain_eloqua.clients.http import HttpOptions
from certain_eloqua.clients.platform import Platform
from certain_eloqua.clients.polling import PollSettings
from certain_eloqua.clients.usage import Budget
from certain_eloqua.settings import Settings, is_this_machine


def connect(settings: Settings, **http: Unpack[HttpOptions]) -> EloquaClient:
    """A client for the Eloqua of these settings."""
    http.setdefault("budget", Budget(settings.eloqua_call_budget, settings.eloqua_sync_budget))
    return EloquaClient(
        login(settings),
        base_url=settings.eloqua_base_url,
        login_url=settings.eloqua_login_url,
        page_size=settings.eloqua_page_size,
        data_format=settings.eloqua_bulk_format,
        # A sandbox on this machine may be asked often.
        poll=PollSettings(first=0.1) if is_this_machine(settings.eloqua_address) else PollSettings(),
        **http,
    )


def login(settings: Settings) -> EloquaLogin:
    """OAuth if a client is configured, with its rotating tokens stored beside the ledger; otherwise Basic."""
    password = settings.eloqua_password.get_secret_value()
    if not settings.eloqua_client_id:
        return BasicLogin(settings.eloqua_company, settings.eloqua_username, password)
    refresh, secret = settings.eloqua_refresh_token, settings.eloqua_client_secret
    user = f"{settings.eloqua_company}\\{settings.eloqua_username}" if settings.eloqua_username else None
    return OAuthLogin(
        settings.eloqua_client_id,
        secret.get_secret_value() if secret else "",
        refresh_token=refresh.get_secret_value() if refresh else None,
        username=user if password else None,
        password=password or None,
        token_store=FileTokenStore(settings.home / "eloqua_tokens.json"),
    )


def check(client: EloquaClient, settings: Settings) -> str:
    """Where we are logged in, and what is there."""
    fields, definitions = len(client.contact_fields()), client.open_definitions()
    return f"logged in at {client.base_url}; {fields} contact fields; {definitions} definitions of ours"


PLATFORM = Platform(
    name="eloqua",
    title="Oracle Eloqua",
    connect=connect,
    check=check,
    login_settings="ELOQUA_COMPANY, ELOQUA_USERNAME and ELOQUA_PASSWORD "
    "(or the ELOQUA_CLIENT_… and its token)",
    pool="eloqua_bulk",
    pool_limit=2,
)
