"""The tables of "Eloqua", and how fields become columns.

A record of an entity is a row; a field is a TEXT column of that row. Blank is ``NULL`` (never
the empty string), so ``IS NULL`` is the one test for blank. Times are Unix seconds, UTC; the value of
a date field is ``YYYY-MM-DD HH:MM:SS`` in US Eastern time. Fields that Eloqua computes are generated
columns: they are always right and cannot be written. ``C_DateCreated``, ``C_DateModified``, ``M_DateCreated``
and ``M_DateModified`` are not stored at all: they are ``created_at`` and ``updated_at``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from certain_eloqua_sandbox.world import World

TABLES = """
CREATE TABLE IF NOT EXISTS eloqua_users (
    id INTEGER PRIMARY KEY, username TEXT NOT NULL UNIQUE COLLATE NOCASE, password TEXT NOT NULL,
    first_name TEXT, last_name TEXT, email TEXT,
    may_use_api INTEGER NOT NULL DEFAULT 1);   -- the security group "Advanced Users - Marketing"
CREATE TABLE IF NOT EXISTS eloqua_tokens (
    token TEXT PRIMARY KEY, kind TEXT NOT NULL,      -- access | refresh | code
    username TEXT NOT NULL, client_id TEXT NOT NULL, redirect_uri TEXT, expires_at REAL NOT NULL);

CREATE TABLE IF NOT EXISTS eloqua_fields (
    id INTEGER PRIMARY KEY,
    entity TEXT NOT NULL,              -- contact | account | cdo | event
    parent_id INTEGER NOT NULL DEFAULT 0,   -- of cdo and event: the object's id
    internal_name TEXT NOT NULL COLLATE NOCASE,
    name TEXT NOT NULL,
    data_type TEXT NOT NULL,           -- REST: text | largeText | number | numeric | date
    bulk_type TEXT NOT NULL,           -- Bulk: string | number | date | boolean | emailAddress
    display_type TEXT NOT NULL DEFAULT 'text',
    update_type TEXT NOT NULL DEFAULT 'always',
    rest_property TEXT,                -- firstName ...: the field has a property of its own in REST
    is_read_only INTEGER NOT NULL DEFAULT 0,
    is_required INTEGER NOT NULL DEFAULT 0,
    is_standard INTEGER NOT NULL DEFAULT 0,
    is_unique INTEGER NOT NULL DEFAULT 0,
    option_list_id INTEGER, checked_value TEXT, unchecked_value TEXT, default_value TEXT,
    created_at REAL, updated_at REAL,  -- NULL: a system field, never edited
    UNIQUE (entity, parent_id, internal_name));
CREATE TABLE IF NOT EXISTS eloqua_option_lists (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, options TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS contacts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at REAL NOT NULL, updated_at REAL NOT NULL,
    created_by TEXT, updated_by TEXT,
    is_subscribed INTEGER NOT NULL DEFAULT 1, is_bounced INTEGER NOT NULL DEFAULT 0,
    subscription_date REAL, unsubscription_date REAL, bounceback_date REAL,
    email_format TEXT NOT NULL DEFAULT 'unspecified',
    account_id INTEGER);
CREATE TABLE IF NOT EXISTS accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at REAL NOT NULL, updated_at REAL NOT NULL, created_by TEXT, updated_by TEXT);
CREATE INDEX IF NOT EXISTS contacts_account ON contacts (account_id) WHERE account_id IS NOT NULL;

CREATE TABLE IF NOT EXISTS eloqua_lists (          -- lists, segments, filters, e-mail groups
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,                -- contact_list | segment | filter | account_list | email_group
    name TEXT NOT NULL COLLATE NOCASE, description TEXT, folder_id INTEGER,
    scope TEXT NOT NULL DEFAULT 'global',
    data_lookup_id TEXT, executed_at REAL,
    created_at REAL NOT NULL, updated_at REAL NOT NULL, created_by TEXT, updated_by TEXT);
CREATE TABLE IF NOT EXISTS eloqua_list_members (   -- of an e-mail group: those subscribed to it
    list_id INTEGER NOT NULL, member_id INTEGER NOT NULL, added_at REAL NOT NULL,
    PRIMARY KEY (list_id, member_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS eloqua_list_members_member ON eloqua_list_members (member_id);

CREATE TABLE IF NOT EXISTS custom_objects (        -- records are in the table cdo_<id>
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, description TEXT,
    kind TEXT NOT NULL DEFAULT 'cdo',  -- cdo | event
    display_name_field INTEGER, email_field INTEGER, unique_field INTEGER,
    created_at REAL NOT NULL, updated_at REAL NOT NULL, created_by TEXT, updated_by TEXT);

CREATE TABLE IF NOT EXISTS asset_types (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL COLLATE NOCASE,
    created_at REAL NOT NULL, updated_at REAL NOT NULL, created_by TEXT, updated_by TEXT);
CREATE TABLE IF NOT EXISTS activity_types (
    id INTEGER PRIMARY KEY AUTOINCREMENT, asset_type_id INTEGER NOT NULL, name TEXT NOT NULL COLLATE NOCASE,
    created_at REAL NOT NULL, updated_at REAL NOT NULL, created_by TEXT);
CREATE TABLE IF NOT EXISTS external_assets (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL COLLATE NOCASE, asset_type_id INTEGER NOT NULL,
    created_at REAL NOT NULL, updated_at REAL NOT NULL, created_by TEXT, updated_by TEXT);
CREATE INDEX IF NOT EXISTS external_assets_name ON external_assets (asset_type_id, name);
CREATE TABLE IF NOT EXISTS activities (            -- of every type, external ones too
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    type TEXT NOT NULL,                -- EmailOpen ... | ExternalActivity
    happened_at REAL NOT NULL,         -- {{Activity.CreatedAt}}
    contact_id INTEGER, email TEXT, campaign_id INTEGER,
    asset_type TEXT, asset_name TEXT, asset_id INTEGER,
    external_type TEXT,                -- of external activities: the activity type's name
    name TEXT, external_id TEXT, visitor_id TEXT, visitor_external_id TEXT,
    fields TEXT NOT NULL DEFAULT '{}', -- JSON: {{Activity.Field(...)}} by name
    created_at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS activities_type ON activities (type, happened_at);
CREATE INDEX IF NOT EXISTS activities_contact ON activities (contact_id);

CREATE TABLE IF NOT EXISTS eloqua_assets (         -- campaigns, emails, forms ...: REST bodies
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL,   -- campaign | email | form ...
    name TEXT NOT NULL, status TEXT, body TEXT NOT NULL DEFAULT '{}',
    created_at REAL NOT NULL, updated_at REAL NOT NULL, created_by TEXT, updated_by TEXT);
CREATE INDEX IF NOT EXISTS eloqua_assets_kind ON eloqua_assets (kind, name);

CREATE TABLE IF NOT EXISTS service_members (       -- app services: who waits in which execution
    instance TEXT NOT NULL,            -- 32 hex digits, no dashes
    kind TEXT NOT NULL,                -- ActionInstance | DecisionInstance | FeederInstance
    execution INTEGER NOT NULL, entity TEXT NOT NULL, member_id INTEGER NOT NULL, status TEXT NOT NULL,
    PRIMARY KEY (instance, execution, entity, member_id));
"""

BULK_TYPES = {
    "text": "string",
    "largeText": "string",
    "number": "number",
    "numeric": "number",
    "date": "date",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an entity; its values are in the column :attr:`column` of the entity's table."""

    id: int
    entity: str
    parent_id: int
    internal_name: str
    name: str
    data_type: str
    bulk_type: str
    display_type: str
    update_type: str
    rest_property: str | None
    is_read_only: bool
    is_required: bool
    is_standard: bool
    is_unique: bool
    option_list_id: int | None
    checked_value: str | None
    unchecked_value: str | None
    default_value: str | None
    created_at: float | None
    updated_at: float | None

    @property
    def column(self) -> str:
        """Return the column's name, quoted for SQL."""
        return f'"{self.internal_name}"' if self.entity in ("contact", "account") else f'"f{self.id}"'


def table_of(entity: str, parent_id: int = 0) -> str:
    """Return the table in which the records of an entity are kept."""
    return {"contact": "contacts", "account": "accounts"}.get(entity, f"cdo_{parent_id}")


def create(world: World) -> None:
    """Create the tables of an Eloqua without fields and records."""
    world.db.executescript(TABLES)


def add_field(
    world: World,
    entity: str,
    internal_name: str,
    name: str,
    *,
    parent_id: int = 0,
    id: int | None = None,
    data_type: str = "text",
    bulk_type: str | None = None,
    generated: str | None = None,
    **more: Any,
) -> Field:
    """Add a field and its column; ``more`` are further columns of ``eloqua_fields``.

    ``generated`` is an SQL expression over the row: the field is computed whenever it is read and cannot be
    written (``ContactIDExt``, ``C_EmailAddressDomain`` ...).
    """
    values = {
        "id": id,
        "entity": entity,
        "parent_id": parent_id,
        "internal_name": internal_name,
        "name": name,
        "data_type": data_type,
        "bulk_type": bulk_type or BULK_TYPES[data_type],
        **more,
    }
    marks = ", ".join("?" * len(values))
    cursor = world.run(f"INSERT INTO eloqua_fields ({', '.join(values)}) VALUES ({marks})", values.values())
    field = field_by_id(world, int(cursor.lastrowid or 0))
    if field is None:
        raise LookupError(internal_name)
    how = f" GENERATED ALWAYS AS ({generated}) VIRTUAL" if generated else ""
    world.run(f"ALTER TABLE {table_of(entity, parent_id)} ADD COLUMN {field.column} TEXT{how}")
    return field


def drop_field(world: World, field: Field) -> None:
    """Delete a field with its values and the indexes on them."""
    table = table_of(field.entity, field.parent_id)
    for index in world.rows(
        "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND instr(sql, ?)",
        (table, field.column),
    ):
        world.run(f'DROP INDEX "{index["name"]}"')
    world.run(f"ALTER TABLE {table} DROP COLUMN {field.column}")
    world.run("DELETE FROM eloqua_fields WHERE id = ?", (field.id,))


def create_record_table(world: World, parent_id: int) -> None:
    """Create the table of a custom object's (or event's) records."""
    world.run(
        f"CREATE TABLE {table_of('cdo', parent_id)} (id INTEGER PRIMARY KEY AUTOINCREMENT, created_at "
        "REAL NOT NULL, "
        "updated_at REAL NOT NULL, created_by TEXT, updated_by TEXT, contact_id INTEGER, account_id INTEGER, "
        "external_id TEXT, unique_code TEXT, status TEXT)"
    )
    world.run(
        f"CREATE INDEX cdo_{parent_id}_contact ON cdo_{parent_id} (contact_id) WHERE contact_id IS NOT NULL"
    )


def _field(row: Any) -> Field:
    values: tuple[Any, ...] = tuple(row)  # the table's columns are in the order of the class
    return Field(*values[:10], *map(bool, values[10:14]), *values[14:])


def fields_of(world: World, entity: str, parent_id: int = 0) -> list[Field]:
    """Return the fields of an entity by id."""
    return [
        _field(row)
        for row in world.rows(
            "SELECT * FROM eloqua_fields WHERE entity = ? AND parent_id = ? ORDER BY id", (entity, parent_id)
        )
    ]


def field_by_id(world: World, field_id: int) -> Field | None:
    """Return a field by its id."""
    row = world.row("SELECT * FROM eloqua_fields WHERE id = ?", (field_id,))
    return _field(row) if row else None
