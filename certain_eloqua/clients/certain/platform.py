"""Certain as a platform: a client from the deployment's settings."""

from __future__ import annotations

from typing import Unpack

from certain_eloqua.clients.certain.client import CertainClient
from certain_eloqua.clients.http import HttpOptions
from certain_eloqua.clients.platform import Platform
from certain_eloqua.clients.usage import Budget
from certain_eloqua.settings import Settings


def connect(settings: Settings, **http: Unpack[HttpOptions]) -> CertainClient:
    """A client for the Certain account of these settings."""
    http.setdefault("budget", Budget(settings.certain_call_budget))
    return CertainClient(
        settings.certain_address,
        settings.certain_username,
        settings.certain_password.get_secret_value(),
        settings.certain_account_code,
        page_size=settings.certain_page_size,
        max_concurrency=settings.certain_writers,
        **http,
    )


def check(client: CertainClient, settings: Settings) -> str:
    """Where we are logged in, and what is there."""
    account = client.account()
    events = sum(1 for _ in client.iter_events())
    return (
        f"logged in at {settings.certain_address}; account {account.code} ({account.name}); {events} events"
    )


PLATFORM = Platform(
    name="certain",
    title="Certain",
    connect=connect,
    check=check,
    login_settings="CERTAIN_USERNAME and CERTAIN_PASSWORD",
    pool="certain",
    pool_limit=4,
)
