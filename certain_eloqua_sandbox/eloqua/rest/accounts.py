"""Accounts (companies): search, read, create, update, delete."""

from __future__ import annotations

from sqlite3 import Row
from typing import Any

from certain_eloqua_sandbox.eloqua import schema
from certain_eloqua_sandbox.eloqua.rest import records
from certain_eloqua_sandbox.eloqua.rest.errors import bad_value, not_found
from certain_eloqua_sandbox.eloqua.rest.listing import body_of, depth_of, ident, listing
from certain_eloqua_sandbox.eloqua.rest.times import unix
from certain_eloqua_sandbox.eloqua.rest.versions import answers
from certain_eloqua_sandbox.wire import Request, Response, json_response
from certain_eloqua_sandbox.world import World

ACCOUNTS = "Application/1.0 Accounts"


def render(reader: records.Reader, found_row: Row, depth: str) -> dict[str, Any]:
    """Return an account as the API shows it."""
    row = records.plain(found_row)
    found: dict[str, Any] = {
        "type": "Account",
        "id": str(row["id"]),
        "createdAt": unix(row["created_at"]),
        "depth": depth,
        "updatedAt": unix(row["updated_at"]),
    }
    if depth == "minimal":
        if row["M_CompanyName"] is not None:
            found["name"] = row["M_CompanyName"]
        return found
    found |= reader.properties(row)
    if depth == "complete":
        found["fieldValues"] = reader.field_values(row)
    return found


def _row(world: World, key: int) -> Row:
    row = world.row("SELECT * FROM accounts WHERE id = ?", (key,))
    if row is None:
        raise not_found()
    return row


def _list(world: World, request: Request, where: str = "1", parameters: tuple[Any, ...] = ()) -> Response:
    fields = schema.fields_of(world, "account")
    reader = records.Reader(fields)
    return listing(
        world,
        request,
        table="accounts",
        default="name",
        terms=records.field_terms(fields),
        where=where,
        parameters=parameters,
        render=lambda rows, depth: [render(reader, row, depth) for row in rows],
    )


@answers("GET", "/data/accounts", source=ACCOUNTS)
def search_accounts(world: World, request: Request) -> Response:
    """Search accounts."""
    return _list(world, request)


@answers("GET", "/data/accounts/list/{id}", source="Undocumented; used by public clients")
def accounts_of_list(world: World, request: Request, id: str) -> Response:
    """List the members of an account list."""
    key = ident(id)
    if not world.value("SELECT 1 FROM eloqua_lists WHERE id = ? AND kind = 'account_list'", (key,)):
        raise not_found()
    return _list(
        world, request, "t.id IN (SELECT member_id FROM eloqua_list_members WHERE list_id = ?)", (key,)
    )


@answers("GET", "/data/account/{id}", source=ACCOUNTS)
def read_account(world: World, request: Request, id: str) -> Response:
    """Read an account."""
    row = _row(world, ident(id))
    reader = records.Reader(schema.fields_of(world, "account"))
    return json_response(render(reader, row, depth_of(request, "complete")))


@answers("POST", "/data/account", source=ACCOUNTS)
def create_account(world: World, request: Request) -> Response:
    """Create an account; names need not be unique."""
    body = body_of(request, "Account")
    fields = schema.fields_of(world, "account")
    values: dict[str, Any] = records.changes(fields, body, "Account", None, replace=False)
    if not values.get('"M_CompanyName"'):
        raise bad_value("Account", "name", body.get("name"), "NotNullRequirement")
    key = records.create(world, request, "accounts", values)
    world.note("eloqua", "create", "account", values['"M_CompanyName"'], {"id": key})
    return json_response(render(records.Reader(fields), _row(world, key), "complete"), 201)


@answers("PUT", "/data/account/{id}", source=ACCOUNTS)
def update_account(world: World, request: Request, id: str) -> Response:
    """Replace an account."""
    key = int(_row(world, ident(id))["id"])
    body = body_of(request, "Account", key)
    fields = schema.fields_of(world, "account")
    values: dict[str, Any] = records.changes(fields, body, "Account", key, replace=True)
    if not values.get('"M_CompanyName"'):
        raise bad_value("Account", "name", body.get("name"), "NotNullRequirement", object_id=key)
    records.replace(world, request, "accounts", key, values)
    world.note("eloqua", "update", "account", values['"M_CompanyName"'], {"id": key})
    return json_response(render(records.Reader(fields), _row(world, key), "complete"))


@answers("DELETE", "/data/account/{id}", source=ACCOUNTS)
def delete_account(world: World, request: Request, id: str) -> Response:
    """Delete an account; its contacts stay."""
    row = _row(world, ident(id))
    world.run("UPDATE contacts SET account_id = NULL WHERE account_id = ?", (row["id"],))
    world.run(
        "DELETE FROM eloqua_list_members WHERE member_id = ? AND list_id IN "
        "(SELECT id FROM eloqua_lists WHERE kind = 'account_list')",
        (row["id"],),
    )
    world.run("DELETE FROM accounts WHERE id = ?", (row["id"],))
    world.note("eloqua", "delete", "account", row["M_CompanyName"] or str(row["id"]), {"id": row["id"]})
    return Response()
