"""Accounts with their sub-accounts, and the users of an account."""

from __future__ import annotations

import uuid
from typing import Any

from certain_eloqua_sandbox.certain.access import lineage
from certain_eloqua_sandbox.certain.answers import stop
from certain_eloqua_sandbox.certain.coded import Coded, Posted
from certain_eloqua_sandbox.certain.members import Shape
from certain_eloqua_sandbox.certain.routes import API, CLIENTS, SUITE
from certain_eloqua_sandbox.certain.scope import account_of
from certain_eloqua_sandbox.certain.statuses import page_of
from certain_eloqua_sandbox.wire import Request, Response
from certain_eloqua_sandbox.world import World

SYSTEM_MASTER = "System Master"

USER = Shape(
    table="certain_users",
    key="pkUserId",
    plural="users",
    singular="user",
    members={
        "accountCode": "text", "username": "text", "name": "text", "email": "email", "userTypeName": "text",
        "uuid": "text", "isActive": "flag", "dateCreated": "time", "dateModified": "time",
    },
    writable=frozenset({"username", "name", "email", "userTypeName", "isActive"}),
    required=("username", "name"),
)  # fmt: skip


def _account(row: Any) -> dict[str, Any]:
    return {
        "accountId": row["accountId"],
        "accountCode": row["accountCode"],
        "accountName": row["accountName"],
        "parentAccountCode": row["parentAccountCode"],
        "isActive": bool(row["isActive"]),
    }


@API.answers("GET", "/Account", source=CLIENTS)
def list_accounts(world: World, request: Request) -> Response:
    """List the accounts the user may see: their own and those below it."""
    home = world.value("SELECT accountCode FROM certain_users WHERE username = ?", (request.user,))
    rows = world.rows("SELECT * FROM certain_accounts ORDER BY accountId")
    items = [_account(row) for row in rows if home in lineage(world, row["accountCode"])]
    for name in ("accountCode", "parentAccountCode"):
        if (wanted := request.query.get(name)) is not None:
            items = [item for item in items if item[name] == wanted[0]]
    return page_of(world, request, items, "accounts", "account")


@API.answers("GET", "/Account/{account}", source=CLIENTS)
def read_account(world: World, request: Request, account: str) -> Response:
    """Read one account, answered as a collection of one."""
    return page_of(world, request, [_account(account_of(world, request, account))], "accounts", "account")


def _complete(posted: Posted, values: dict[str, Any]) -> dict[str, Any]:
    """Give a new user an id. Users cannot make themselves a System Master, and no password is posted."""
    before, request = posted.before, posted.request
    if before is None:
        return {"uuid": str(uuid.uuid4())}
    raised = values.get("userTypeName") == SYSTEM_MASTER != before["userTypeName"]
    if raised and before["username"] == request.user:
        stop(request, 403, f"User {before['username']} may not become a {SYSTEM_MASTER}")
    return {}


Coded(USER, "User", "username", "user", "user", complete=_complete).register(SUITE)
