"""Who may call: HTTP Basic, then the user's access to the account named in the path.

A user belongs to an account and sees it and all accounts below it.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from urllib.parse import unquote

from certain_eloqua_sandbox.certain.answers import refuse
from certain_eloqua_sandbox.wire import Request, Response
from certain_eloqua_sandbox.world import World

_ACCOUNT = re.compile(
    r"/certainExternal/service/v1/[^/]+/(?P<api2>[^/]+)|/(?:api/standard/2|svcs/api/3)\.0/accounts/(?P<newer>[^/]+)"
)


def credentials(header: str) -> tuple[str, str] | None:
    """Return user and password of a Basic header, or ``None`` when it is not one."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(token.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return (user, password) if colon else None


def admit(world: World, request: Request) -> Response | None:
    """Let a known user through to accounts that are theirs; 401 and 403 for the others."""
    given = credentials(request.header("authorization"))
    user = given and world.row("SELECT * FROM certain_users WHERE username = ? AND isActive = 1", (given[0],))
    if (
        not given
        or not user
        or not secrets.compare_digest(given[1].encode(), (user["password"] or "").encode())
    ):
        refused = refuse(request, 401, "This request requires HTTP authentication")
        refused.headers["WWW-Authenticate"] = 'Basic realm="Certain"'
        return refused
    request.user = user["username"]
    found = _ACCOUNT.match(request.path)
    code = unquote(found["api2"] or found["newer"]) if found else None
    if code and user["accountCode"] not in lineage(world, code):
        known = world.row("SELECT 1 FROM certain_accounts WHERE accountCode = ?", (code,))
        limited = world.value(
            "SELECT parentAccountCode FROM certain_accounts WHERE accountCode = ?", (user["accountCode"],)
        )
        if known or limited:
            return refuse(request, 403, f"User {request.user} has no access to account {code}")
    return None


def lineage(world: World, code: str | None) -> list[str]:
    """Return an account and the accounts above it, nearest first; empty for an unknown one."""
    found: list[str] = []
    while code and code not in found:
        row = world.row(
            "SELECT accountCode, parentAccountCode FROM certain_accounts WHERE accountCode = ?", (code,)
        )
        if row is None:
            break
        found.append(row["accountCode"])
        code = row["parentAccountCode"]
    return found
