"""Users of the site, to be read."""

from __future__ import annotations

from sqlite3 import Row
from typing import Any

from certain_eloqua_sandbox.eloqua.rest import records
from certain_eloqua_sandbox.eloqua.rest.listing import (
    audit,
)
from certain_eloqua_sandbox.eloqua.rest.reading import Readable
from certain_eloqua_sandbox.eloqua.rest.search import Term
from certain_eloqua_sandbox.wire import Request
from certain_eloqua_sandbox.world import World

_USERS = (
    "(SELECT *, 0 AS created_at, 0 AS updated_at, NULL AS created_by, NULL AS updated_by FROM eloqua_users)"
)


def _user(world: World, request: Request, row: Row, depth: str) -> dict[str, Any]:
    del world, request
    found: dict[str, Any] = {
        "type": "User",
        **audit(row),
        "depth": depth,
        "name": f"{row['first_name']} {row['last_name']}",
        "loginName": row["username"],
    }
    if depth != "minimal":
        found |= {
            "firstName": row["first_name"],
            "lastName": row["last_name"],
            "emailAddress": row["email"],
            "isDisabled": "false",
        }
    return found


def _user_term(name: str) -> Term | None:
    own = {
        "name": Term("(t.first_name || ' ' || t.last_name)"),
        "loginname": Term("t.username"),
        "emailaddress": Term("t.email"),
        "firstname": Term("t.first_name"),
        "lastname": Term("t.last_name"),
    }
    return own.get(name.lower()) or records.common_term(name)


USER = Readable("User", _USERS, _user_term, _user)
USER.register("/system/user", "/system/users", source="Application/2.0 Users")
