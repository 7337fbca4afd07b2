"""Accounts with their sub-accounts, and the users of an account."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from certain_eloqua_sandbox.certain.access import lineage
from certain_eloqua_sandbox.certain.answers import answer, stop
from certain_eloqua_sandbox.certain.members import Shape, body_of, change, insert, plain, read, require
from certain_eloqua_sandbox.certain.routes import API, CLIENTS, SUITE
from certain_eloqua_sandbox.certain.scope import account_of
from certain_eloqua_sandbox.certain.searching import answer_search
from certain_eloqua_sandbox.certain.stamps import stamp
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


@API.answers("GET", "/User/{account}", source=SUITE)
def list_users(world: World, request: Request, account: str) -> Response:
    """List the users of an account."""
    account_of(world, request, account)
    return answer_search(world, request, USER, {"o.accountCode": account}, _users)


def _users(rows: Sequence[Any]) -> Iterable[dict[str, Any]]:
    return (plain(row, USER) for row in rows)


def _user_of(world: World, request: Request, account: str, username: str) -> Any:
    account_of(world, request, account)
    row = world.row("SELECT * FROM certain_users WHERE accountCode = ? AND username = ?", (account, username))
    return row or stop(request, 404, f"User {username} not found")


@API.answers("GET", "/User/{account}/{username}", source=SUITE)
def read_user(world: World, request: Request, account: str, username: str) -> Response:
    """Read one user."""
    return answer(world, request, plain(_user_of(world, request, account, username), USER), "user")


@API.answers("POST", "/User/{account}", source=SUITE)
def create_user(world: World, request: Request, account: str) -> Response:
    """Create a user, who cannot log in here as no password is posted, or change the one with the name."""
    account_of(world, request, account)
    values = read(request, body_of(request), USER)
    require(request, values, USER)
    username = values["username"]
    if world.row("SELECT 1 FROM certain_users WHERE username = ?", (username,)):
        return update_user(world, request, account, username)
    now = stamp(world)
    insert(
        world,
        USER.table,
        {
            **values,
            "accountCode": account,
            "uuid": str(uuid.uuid4()),
            "dateCreated": now,
            "dateModified": now,
        },
    )
    world.note("certain", "create", "user", username)
    return read_user(world, request, account, username)


@API.answers("POST", "/User/{account}/{username}", source=SUITE)
def update_user(world: World, request: Request, account: str, username: str) -> Response:
    """Change a user. Nobody raises themselves to System Master."""
    row = _user_of(world, request, account, username)
    values = read(request, body_of(request), USER)
    values.pop("username", None)
    if (
        values.get("userTypeName") == SYSTEM_MASTER
        and row["userTypeName"] != SYSTEM_MASTER
        and row["username"] == request.user
    ):
        stop(request, 403, f"User {username} may not become a {SYSTEM_MASTER}")
    change(world, USER, row["pkUserId"], {**values, "dateModified": stamp(world)})
    world.note("certain", "update", "user", row["username"])
    return read_user(world, request, account, username)


@API.answers("DELETE", "/User/{account}/{username}", source=SUITE)
def delete_user(world: World, request: Request, account: str, username: str) -> Response:
    """Make a user inactive; the row stays."""
    row = _user_of(world, request, account, username)
    change(world, USER, row["pkUserId"], {"isActive": 0, "dateModified": stamp(world)})
    world.note("certain", "delete", "user", row["username"])
    return read_user(world, request, account, username)
