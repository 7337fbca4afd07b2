"""Users of the site, to be read."""

from __future__ import annotations

from sqlite3 import Row
from typing import Any

from certain_eloqua_sandbox.eloqua.rest import records
from certain_eloqua_sandbox.eloqua.rest.errors import not_found
from certain_eloqua_sandbox.eloqua.rest.listing import (
    audit,
    depth_of,
    ident,
    listing,
)
from certain_eloqua_sandbox.eloqua.rest.search import Term
from certain_eloqua_sandbox.eloqua.rest.versions import answers
from certain_eloqua_sandbox.wire import Request, Response, json_response
from certain_eloqua_sandbox.world import World

_USERS = (
    "(SELECT *, 0 AS created_at, 0 AS updated_at, NULL AS created_by, NULL AS updated_by FROM eloqua_users)"
)


def _user(row: Row, depth: str) -> dict[str, Any]:
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


@answers("GET", "/system/users", source="Application/2.0 Users")
def list_users(world: World, request: Request) -> Response:
    """List the users of the site."""
    return listing(
        world,
        request,
        table=_USERS,
        default="name",
        terms=_user_term,
        render=lambda rows, depth: [_user(row, depth) for row in rows],
    )


@answers("GET", "/system/user/{id}", source="Application/2.0 Users")
def read_user(world: World, request: Request, id: str) -> Response:
    """Read a user."""
    row = world.row(f"SELECT * FROM {_USERS} WHERE id = ?", (ident(id),))  # noqa: S608
    if row is None:
        raise not_found()
    return json_response(_user(row, depth_of(request, "complete")))
