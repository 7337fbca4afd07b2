"""Eloqua's tables of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from certain_eloqua_sandbox import bodies
from certain_eloqua_sandbox.eloqua import schema
from certain_eloqua_sandbox.views.table import Column, Filter, Table, natural
from certain_eloqua_sandbox.world import World

PERSON = "#/person/{email}"
ID = Column("id", "Id", "t.id", "number")
TIMES = (
    Column("created", "Created", "t.created_at", "time"),
    Column("updated", "Updated", "t.updated_at", "time"),
)
SHOWN_FIELDS = 8


def _columns(world: World, entity: str, *names: str) -> dict[str, str]:
    """Return the SQL of the fields an entity has, by the names asked for."""
    known = {field.internal_name.lower(): field for field in schema.fields_of(world, entity)}
    return {name: f"t.{known[name.lower()].column}" if name.lower() in known else "NULL" for name in names}


def contacts(world: World, asked: Mapping[str, str]) -> Table:
    """Return the table of contacts."""
    del asked
    has = _columns(
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
    has = _columns(world, "account", "M_CompanyName", "M_City", "M_Country")
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


def lists(world: World, asked: Mapping[str, str]) -> Table:
    """Return the table of shared lists, segments, filters and e-mail groups."""
    del world, asked
    return Table(
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
        raise bodies.refusal(f"there is no list {bodies.said(asked.get('list'))}", 404)
    of_accounts = known["kind"] == "account_list"
    has = _columns(world, "contact", "C_EmailAddress", "C_FirstName", "C_LastName", "C_Company")
    company = _columns(world, "account", "M_CompanyName")["M_CompanyName"]
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
        empty="Nobody is on this list.",
        head=lambda world, asked: {
            "Kind": known["kind"].replace("_", " "),
            "Id": known["id"],
            "Description": known["description"],
        },
    )


def custom_objects(world: World, asked: Mapping[str, str]) -> Table:
    """Return the table of custom objects."""
    del asked
    return _objects(world, "Custom objects", "cdo", "custom_objects")


def events(world: World, asked: Mapping[str, str]) -> Table:
    """Return the table of event objects."""
    del asked
    return _objects(world, "Events", "event", "events")


def _objects(world: World, title: str, kind: str, view: str) -> Table:
    counts = " UNION ALL ".join(
        f"SELECT {row['id']} AS of, COUNT(*) AS n FROM {schema.table_of('cdo', row['id'])}"  # noqa: S608
        for row in world.rows("SELECT id FROM custom_objects WHERE kind = ? ORDER BY id LIMIT 400", (kind,))
    )
    return Table(
        title,
        (
            Column("name", "Name", "t.name", link=f"#/eloqua/{view}/{{id}}"),
            Column(
                "fields",
                "Fields",
                "(SELECT COUNT(*) FROM eloqua_fields f WHERE f.parent_id = t.id)",
                "number",
            ),
            Column(
                "records",
                "Records",
                f"(SELECT n FROM ({counts}) WHERE of = t.id)" if counts else "0",  # noqa: S608
                "number",
            ),
            ID,
            *TIMES,
        ),
        f"FROM (SELECT * FROM custom_objects WHERE kind = '{kind}') t",  # noqa: S608
        search=("t.name",),
        order="t.name",
        empty=f"No {title.lower()}.",
    )


def records(world: World, asked: Mapping[str, str]) -> Table:
    """Return the records of one custom object."""
    number = natural(asked, "object", 0)
    known = world.row("SELECT * FROM custom_objects WHERE id = ?", (number,))
    if known is None:
        raise bodies.refusal(f"there is no custom object {number}", 404)
    fields = schema.fields_of(world, known["kind"], number)
    email = _columns(world, "contact", "C_EmailAddress")["C_EmailAddress"].replace("t.", "c.", 1)
    return Table(
        known["name"],
        (
            Column("email", "Contact", email, link=PERSON),
            *(Column(f"f{field.id}", field.name, f"t.{field.column}") for field in fields[:SHOWN_FIELDS]),
            ID,
            Column("updated", "Updated", "t.updated_at", "time"),
        ),
        f"FROM {schema.table_of('cdo', number)} t LEFT JOIN contacts c ON c.id = t.contact_id",
        search=(email, *(f"t.{field.column}" for field in fields[:SHOWN_FIELDS])),
        order="t.id",
        filters=(Filter("object", "Object", f"'{number}'"),),
        empty="No records.",
        head=lambda world, asked: {"Id": number, "Fields": len(fields), "Description": known["description"]},
    )


def activities(world: World, asked: Mapping[str, str]) -> Table:
    """Return the table of activities."""
    del world, asked
    return Table(
        "Activities",
        (
            Column("at", "When", "t.happened_at", "time"),
            Column("type", "Type", "COALESCE(t.external_type, t.type)"),
            Column("email", "E-mail", "t.email", link=PERSON),
            Column("asset", "Asset", "t.asset_name"),
            Column("asset_type", "Asset type", "t.asset_type"),
            Column("campaign", "Campaign", "t.campaign_id", "number"),
            Column("fields", "Details", "t.fields", "json"),
            Column("id", "Id", "t.id", "number"),
        ),
        "FROM activities t",
        search=("t.email", "t.asset_name", "t.external_type", "t.name", "t.external_id"),
        order="t.happened_at DESC, t.id DESC",
        filters=(Filter("type", "Type", "t.type", "SELECT DISTINCT type, type FROM activities ORDER BY 1"),),
        empty="No activities.",
    )


# How many rows an export gave, or an import took in.
ROWS = (
    "COALESCE(t.row_count, "
    "(SELECT l.count FROM bulk_logs l WHERE l.sync_id = t.id AND l.code = 'ELQ-00130' LIMIT 1))"
)


def _count(of: str) -> str:
    return f"(SELECT COUNT(*) FROM {of} x WHERE x.sync_id = t.id)"  # noqa: S608


def syncs(world: World, asked: Mapping[str, str]) -> Table:
    """Return the table of Bulk syncs, the newest first."""
    del world, asked
    return Table(
        "Syncs",
        (
            Column("id", "Sync", "t.id", "number", "#/eloqua/syncs/{id}"),
            Column("status", "Status", "t.status", "status"),
            Column("of", "Definition", "COALESCE(d.name, '')"),
            Column("uri", "Address", "t.instance_uri"),
            Column("rows", "Rows", ROWS, "number"),
            Column("logs", "Logs", _count("bulk_logs"), "number"),
            Column("rejects", "Rejects", _count("bulk_rejects"), "number"),
            Column("asked", "Asked for", "t.created_at", "time"),
            Column("ended", "Ended", "t.ended_at", "time"),
        ),
        "FROM bulk_syncs t LEFT JOIN bulk_definitions d ON d.id = t.definition_id",
        search=("t.instance_uri", "d.name"),
        order="t.id DESC",
        filters=(
            Filter(
                "status", "Status", "t.status", "SELECT DISTINCT status, status FROM bulk_syncs ORDER BY 1"
            ),
        ),
        empty="No sync was asked for since the reset.",
    )


def logs(world: World, asked: Mapping[str, str]) -> Table:
    """Return the log of one sync."""
    known = world.row("SELECT * FROM bulk_syncs WHERE id = ?", (asked.get("sync"),))
    if known is None:
        raise bodies.refusal(f"there is no sync {bodies.said(asked.get('sync'))}", 404)
    return Table(
        f"Sync {known['id']}",
        (
            Column("severity", "Severity", "t.severity", "status"),
            Column("code", "Code", "t.code"),
            Column("message", "Message", "t.message"),
            Column("count", "Count", "t.count", "number"),
            Column("at", "When", "t.created_at", "time"),
        ),
        "FROM bulk_logs t",
        order="t.id",
        filters=(Filter("sync", "Sync", "t.sync_id", required=True),),
        empty="Nothing was logged.",
        head=lambda world, asked: _sync_head(world, int(asked["sync"])),
    )


def _sync_head(world: World, number: int) -> dict[str, Any]:
    row = world.rows(
        f"SELECT t.*, d.name, {ROWS} AS rows FROM bulk_syncs t "  # noqa: S608
        "LEFT JOIN bulk_definitions d ON d.id = t.definition_id WHERE t.id = ?",
        (number,),
    )[0]
    return {
        "Status": row["status"],
        "Definition": row["instance_uri"],
        "Name": row["name"],
        "Asked for": bodies.iso(row["created_at"]),
        "Ended": bodies.iso(row["ended_at"]) if row["ended_at"] else None,
        "Rows": row["rows"],
    }


def rejects(world: World, asked: Mapping[str, str]) -> Table:
    """Return the rejected rows of one sync."""
    del world, asked
    return Table(
        "Rejected rows",
        (
            Column("index", "Row", "t.record_index", "number"),
            Column("code", "Code", "t.code"),
            Column("message", "Message", "t.message"),
            Column("invalid", "Fields", "t.invalid_fields", "texts"),
            Column("values", "Values", "t.field_values", "json"),
        ),
        "FROM bulk_rejects t",
        order="t.record_index, t.id",
        filters=(Filter("sync", "Sync", "t.sync_id", required=True),),
        empty="No row was rejected.",
    )


def definitions(world: World, asked: Mapping[str, str]) -> Table:
    """Return the import, export and sync action definitions that exist."""
    del world, asked
    return Table(
        "Definitions",
        (
            Column("name", "Name", "t.name"),
            Column("entity", "Entity", "t.entity"),
            Column("kind", "Kind", "t.kind"),
            Column("body", "Definition", "t.body", "json"),
            Column(
                "syncs", "Syncs", "(SELECT COUNT(*) FROM bulk_syncs s WHERE s.definition_id = t.id)", "number"
            ),
            Column("user", "By", "t.created_by"),
            ID,
            *TIMES,
        ),
        "FROM bulk_definitions t",
        search=("t.name", "t.entity"),
        order="t.id DESC",
        filters=(
            Filter("kind", "Kind", "t.kind", "SELECT DISTINCT kind, kind FROM bulk_definitions ORDER BY 1"),
        ),
        empty="No definitions are open.",
    )


TABLES = {
    "contacts": contacts,
    "accounts": accounts,
    "lists": lists,
    "members": members,
    "custom_objects": custom_objects,
    "events": events,
    "records": records,
    "activities": activities,
    "syncs": syncs,
    "logs": logs,
    "rejects": rejects,
    "definitions": definitions,
}


def counts(world: World) -> dict[str, int]:
    """Return how many there are of everything the tabs name."""
    return {
        "contacts": world.value("SELECT COUNT(*) FROM contacts"),
        "lists": world.value("SELECT COUNT(*) FROM eloqua_lists"),
        "custom_objects": world.value("SELECT COUNT(*) FROM custom_objects WHERE kind = 'cdo'"),
        "events": world.value("SELECT COUNT(*) FROM custom_objects WHERE kind = 'event'"),
        "activities": world.value("SELECT COUNT(*) FROM activities"),
        "syncs": world.value("SELECT COUNT(*) FROM bulk_syncs"),
        "definitions": world.value("SELECT COUNT(*) FROM bulk_definitions"),
        "accounts": world.value("SELECT COUNT(*) FROM accounts"),
    }
