"""Contacts, accounts, and the lists that hold them."""

from __future__ import annotations

from collections.abc import Mapping

from certain_eloqua_sandbox import bodies
from certain_eloqua_sandbox.eloqua.views.columns import ID, PERSON, TIMES, columns
from certain_eloqua_sandbox.views.table import Column, Filter, Table
from certain_eloqua_sandbox.world import World


def contacts(world: World, asked: Mapping[str, str]) -> Table:
    """Return the table of contacts."""
    del asked
    has = columns(
        world, "contact", "C_EmailAddress", "C_FirstName", "C_LastName", "C_Company", "C_Title", "C_Country"
    )
    return Table(
        "Contacts",
        (
            Column("email", "E-mail", has["C_EmailAddress"], link=PERSON),
            Column("first", "First name", has["C_FirstName"]),
            Column("last", "Last name", has["C_LastName"]),
            Column("company", "Company", has["C_Company"]),
            Column("title", "Title", has["C_Title"]),
            Column("country", "Country", has["C_Country"]),
            Column("subscribed", "Subscribed", "t.is_subscribed", "flag"),
            ID,
            Column("updated", "Updated", "t.updated_at", "time"),
        ),
        "FROM contacts t",
        search=tuple(has[name] for name in ("C_EmailAddress", "C_FirstName", "C_LastName", "C_Company")),
        order="t.id",
        empty="No contacts.",
    )


def accounts(world: World, asked: Mapping[str, str]) -> Table:
    """Return the table of accounts (companies)."""
    del asked
    has = columns(world, "account", "M_CompanyName", "M_City", "M_Country")
    return Table(
        "Accounts",
        (
            Column("name", "Company", has["M_CompanyName"]),
            Column("city", "City", has["M_City"]),
            Column("country", "Country", has["M_Country"]),
            Column(
                "contacts",
                "Contacts",
                "(SELECT COUNT(*) FROM contacts c WHERE c.account_id = t.id)",
                "number",
            ),
            ID,
            *TIMES,
        ),
        "FROM accounts t",
        search=(has["M_CompanyName"], has["M_City"]),
        order="t.id",
        empty="No accounts.",
    )


LISTS = Table(
    "Lists and segments",
    (
        Column("name", "Name", "t.name", link="#/eloqua/lists/{id}"),
        Column("kind", "Kind", "REPLACE(t.kind, '_', ' ')"),
        Column(
            "members",
            "Members",
            "(SELECT COUNT(*) FROM eloqua_list_members m WHERE m.list_id = t.id)",
            "number",
        ),
        ID,
        *TIMES,
    ),
    "FROM eloqua_lists t",
    search=("t.name",),
    order="t.kind, t.name",
    filters=(
        Filter(
            "kind",
            "Kind",
            "t.kind",
            "SELECT DISTINCT kind, REPLACE(kind, '_', ' ') FROM eloqua_lists ORDER BY 1",
        ),
    ),
    empty="No lists.",
)


def members(world: World, asked: Mapping[str, str]) -> Table:
    """Return the members of one list."""
    known = world.row("SELECT * FROM eloqua_lists WHERE id = ?", (asked.get("list"),))
    if known is None:
        raise bodies.refusal(f"there is no list {bodies.quoted(asked.get('list'))}", 404)
    of_accounts = known["kind"] == "account_list"
    has = columns(world, "contact", "C_EmailAddress", "C_FirstName", "C_LastName", "C_Company")
    company = columns(world, "account", "M_CompanyName")["M_CompanyName"]
    people = (
        Column("email", "E-mail", has["C_EmailAddress"], link=PERSON),
        Column("first", "First name", has["C_FirstName"]),
        Column("last", "Last name", has["C_LastName"]),
        Column("company", "Company", has["C_Company"]),
    )
    return Table(
        known["name"],
        (
            *((Column("name", "Company", company),) if of_accounts else people),
            Column("added", "Member since", "m.added_at", "time"),
            ID,
        ),
        "FROM eloqua_list_members m "
        f"JOIN {'accounts' if of_accounts else 'contacts'} t ON t.id = m.member_id",
        search=(company,) if of_accounts else (has["C_EmailAddress"], has["C_LastName"], has["C_Company"]),
        order="m.added_at DESC, t.id",
        filters=(Filter("list", "List", "m.list_id", required=True),),
        empty="This list has no members.",
        head=lambda world, asked: {
            "Kind": known["kind"].replace("_", " "),
            "Id": known["id"],
            "Description": known["description"],
        },
    )
