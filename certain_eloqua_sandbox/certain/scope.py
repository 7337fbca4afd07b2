"""What a path names: its account, its event, a registration of it. Unknown ones are 404."""

from __future__ import annotations

from typing import Any

from certain_eloqua_sandbox.certain.answers import stop
from certain_eloqua_sandbox.wire import Request
from certain_eloqua_sandbox.world import World


def account_of(world: World, request: Request, account: str) -> Any:
    """Return the row of an account."""
    row = world.row("SELECT * FROM certain_accounts WHERE accountCode = ?", (account,))
    return row or stop(request, 404, f"Account {account} not found")


def event_of(world: World, request: Request, account: str, event: str) -> Any:
    """Return the row of an event."""
    row = world.row("SELECT * FROM certain_events WHERE accountCode = ? AND eventCode = ?", (account, event))
    if row is None:
        account_of(world, request, account)
        stop(request, 404, f"Event {event} not found")
    return row


def registration_of(world: World, request: Request, event_id: int, code: str) -> Any:
    """Return the row of a registration."""
    row = world.row(
        "SELECT * FROM certain_registrations WHERE registrationCode = ? AND pkEventId = ?", (code, event_id)
    )
    return row or stop(request, 404, f"Registration {code} not found")
