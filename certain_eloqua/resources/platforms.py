"""Both platforms, logged in for the length of a run.

The resources have no configuration: they read the deployment's settings when a run needs them. So the
launchpad
holds a connector's own settings and nothing else, and no secret ever passes through Dagster, not even
as the name of a variable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import dagster as dg

from certain_eloqua.settings import Settings, is_this_machine

if TYPE_CHECKING:
    from certain_eloqua.clients.certain import CertainClient
    from certain_eloqua.clients.eloqua import EloquaClient
    from certain_eloqua.clients.eloqua.login import EloquaLogin


class EloquaResource(dg.ConfigurableResource["EloquaClient"]):
    """One Eloqua instance; one session for all steps of a run. Steps ask for `eloqua`, an `EloquaClient`."""

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[EloquaClient]:
        """Nothing is sent before the first call; hang up when the run ends."""
        with eloqua_client(Settings.read(), progress=_progress(context)) as client:
            yield client


class CertainResource(dg.ConfigurableResource["CertainClient"]):
    """One Certain account; one session for all steps of a run. Steps ask for `certain`, a `CertainClient`."""

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[CertainClient]:
        """Nothing is sent before the first call; hang up when the run ends."""
        with certain_client(Settings.read(), progress=_progress(context)) as client:
            yield client


def _progress(context: dg.InitResourceContext) -> Callable[[str], None]:
    """Show in the run's log that a client waits for another try."""
    log = context.log
    return log.info if log is not None else lambda message: None


def eloqua_client(settings: Settings, **more: Any) -> EloquaClient:
    """A client for the Eloqua of these settings; `more` is said to the client as it is."""
    from certain_eloqua.clients.eloqua import EloquaClient
    from certain_eloqua.clients.polling import PollSettings
    from certain_eloqua.clients.usage import Budget

    return EloquaClient(
        eloqua_login(settings),
        base_url=settings.eloqua_base_url,
        login_url=settings.eloqua_login_url,
        page_size=settings.eloqua_page_size,
        data_format=settings.eloqua_bulk_format,
        budget=Budget(settings.eloqua_call_budget, settings.eloqua_sync_budget),
        # Nobody minds being asked often on this machine.
        poll=PollSettings(first=0.1) if is_this_machine(settings.eloqua_address) else PollSettings(),
        **more,
    )


def eloqua_login(settings: Settings) -> EloquaLogin:
    """OAuth when a client is configured, whose rotating tokens are kept beside the ledger; Basic
    otherwise.
    """
    from certain_eloqua.clients.eloqua import BasicLogin, FileTokenStore, OAuthLogin

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


def certain_client(settings: Settings, **more: Any) -> CertainClient:
    """A client for the Certain account of these settings; `more` is said to the client as it is."""
    from certain_eloqua.clients.certain import CertainClient
    from certain_eloqua.clients.usage import Budget

    return CertainClient(
        settings.certain_address,
        settings.certain_username,
        settings.certain_password.get_secret_value(),
        settings.certain_account_code,
        page_size=settings.certain_page_size,
        max_concurrency=settings.certain_writers,
        budget=Budget(settings.certain_call_budget),
        **more,
    )
