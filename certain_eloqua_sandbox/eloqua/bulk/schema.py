"""Tables that only the Bulk API needs: definitions, staged rows, syncs and what they leave behind.

The rows of an upload are in ``bulk_rows_<batch>``: ``n`` (from 1 over all files), ``file``, and
one TEXT column ``c0``, ``c1`` ... per field of the definition; NULL where the file has no such column.
"""

from __future__ import annotations

import re

from certain_eloqua_sandbox.eloqua.bulk.filter_parser import sql_server_like
from certain_eloqua_sandbox.eloqua.bulk.times import to_field_value, to_unix
from certain_eloqua_sandbox.text_keys import text_key
from certain_eloqua_sandbox.world import World

TABLES = """
CREATE TABLE IF NOT EXISTS bulk_definitions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    entity TEXT NOT NULL,              -- contacts | accounts | customObjects | events | activities ...
    parent_id INTEGER NOT NULL DEFAULT 0,
    kind TEXT NOT NULL,                -- exports | imports | syncActions
    name TEXT NOT NULL,
    body TEXT NOT NULL,                -- JSON: the properties the user sent, checked
    created_by TEXT NOT NULL, created_at REAL NOT NULL, updated_by TEXT NOT NULL, updated_at REAL NOT NULL,
    deletes_at REAL);                  -- autoDeleteDuration
CREATE INDEX IF NOT EXISTS bulk_definitions_of ON bulk_definitions (entity, parent_id, kind);

CREATE TABLE IF NOT EXISTS bulk_batches (     -- what one sync will take: the files staged since the last one
    id INTEGER PRIMARY KEY AUTOINCREMENT, definition_id INTEGER NOT NULL, sync_id INTEGER,
    columns TEXT NOT NULL);            -- JSON: field names of c0, c1 ...
CREATE INDEX IF NOT EXISTS bulk_batches_of ON bulk_batches (definition_id, sync_id);
CREATE TABLE IF NOT EXISTS bulk_files (
    id INTEGER PRIMARY KEY AUTOINCREMENT, batch_id INTEGER NOT NULL, staged_at REAL NOT NULL,
    bytes INTEGER NOT NULL, rows INTEGER NOT NULL,
    unknown TEXT NOT NULL, missing TEXT NOT NULL,   -- JSON: names of columns
    malformed TEXT NOT NULL);          -- JSON: the n of unreadable rows
CREATE INDEX IF NOT EXISTS bulk_files_of ON bulk_files (batch_id);

CREATE TABLE IF NOT EXISTS bulk_syncs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    definition_id INTEGER NOT NULL, instance_uri TEXT NOT NULL, kind TEXT NOT NULL, callback_url TEXT,
    status TEXT NOT NULL,              -- the real one; the answer to POST is always pending
    created_by TEXT NOT NULL, created_at REAL NOT NULL, started_at REAL, ended_at REAL,
    looks INTEGER NOT NULL DEFAULT 0,
    row_count INTEGER, expires_at REAL, deleted INTEGER NOT NULL DEFAULT 0);   -- of exports: the rows
CREATE INDEX IF NOT EXISTS bulk_syncs_of ON bulk_syncs (definition_id, ended_at);
CREATE INDEX IF NOT EXISTS bulk_syncs_hour ON bulk_syncs (kind, created_at);
CREATE INDEX IF NOT EXISTS bulk_syncs_open ON bulk_syncs (id) WHERE ended_at IS NULL;
CREATE TABLE IF NOT EXISTS bulk_logs (
    id INTEGER PRIMARY KEY, sync_id INTEGER NOT NULL, count INTEGER NOT NULL, severity TEXT NOT NULL,
    code TEXT NOT NULL, message TEXT, created_at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS bulk_logs_of ON bulk_logs (sync_id);
CREATE TABLE IF NOT EXISTS bulk_rejects (
    id INTEGER PRIMARY KEY, sync_id INTEGER NOT NULL, record_index INTEGER NOT NULL, code TEXT NOT NULL,
    message TEXT NOT NULL, field_values TEXT NOT NULL, invalid_fields TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS bulk_rejects_of ON bulk_rejects (sync_id, record_index);
CREATE TABLE IF NOT EXISTS bulk_pages (       -- exported rows, encoded when the sync ran
    sync_id INTEGER NOT NULL, first_row INTEGER NOT NULL, rows INTEGER NOT NULL,
    json BLOB NOT NULL, json_ends BLOB NOT NULL, csv BLOB NOT NULL, csv_ends BLOB NOT NULL,
    id INTEGER PRIMARY KEY);
CREATE UNIQUE INDEX IF NOT EXISTS bulk_pages_of ON bulk_pages (sync_id, first_row);
CREATE TABLE IF NOT EXISTS bulk_csv_heads (sync_id INTEGER PRIMARY KEY, head BLOB NOT NULL);

CREATE TABLE IF NOT EXISTS bulk_priorities (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, priority INTEGER NOT NULL,
    created_by TEXT, created_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS bulk_scoring_models (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, status TEXT NOT NULL,
    created_by TEXT, created_at REAL NOT NULL, updated_by TEXT, updated_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS bulk_scores (
    model_id INTEGER NOT NULL, contact_id INTEGER NOT NULL, rating TEXT, profile_score INTEGER,
    engagement_score INTEGER, PRIMARY KEY (model_id, contact_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS bulk_email_statuses (      -- of addresses, with or without a contact
    key TEXT PRIMARY KEY, address TEXT NOT NULL, unsubscribed INTEGER NOT NULL DEFAULT 0,
    bounced INTEGER NOT NULL DEFAULT 0, updated_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS bulk_opportunities (
    id INTEGER PRIMARY KEY AUTOINCREMENT, created_at REAL NOT NULL, updated_at REAL NOT NULL,
    created_by TEXT, updated_by TEXT,
    opportunity_id TEXT, name TEXT, stage TEXT, amount TEXT, account_name TEXT, opened_at TEXT);
CREATE TABLE IF NOT EXISTS bulk_opportunity_contacts (
    opportunity_id INTEGER NOT NULL, contact_id INTEGER NOT NULL, PRIMARY KEY (opportunity_id, contact_id));
CREATE TABLE IF NOT EXISTS bulk_campaign_responses (
    id INTEGER PRIMARY KEY AUTOINCREMENT, created_at REAL NOT NULL, updated_at REAL NOT NULL,
    created_by TEXT, updated_by TEXT,
    contact_id INTEGER, campaign_id INTEGER, member_status TEXT, integration_return_value TEXT);
INSERT OR IGNORE INTO bulk_priorities VALUES (1, 'Default', 1, 'System', 1420088400.0);
"""


def create_tables(world: World) -> None:
    """Create the Bulk tables in a world that has Eloqua's, and register the functions of their SQL."""
    world.db.executescript(TABLES)
    register_functions(world)


def register_functions(world: World) -> None:
    """Give the connection the functions that imports and filters use."""
    world.db.create_function("bulk_date", 1, _date, deterministic=True)
    world.db.create_function("bulk_number", 1, _number, deterministic=True)
    world.db.create_function("bulk_unix", 1, _unix, deterministic=True)
    world.db.create_function("bulk_like", 2, _like, deterministic=True)


_FRACTION = re.compile(r":[0-9]{2}\.[0-9]")


def _date(text: str | None) -> str | None:
    # A value with fractions of a second is ignored (Oracle, "Importing contacts or accounts").
    return None if text is None or _FRACTION.search(str(text)) else to_field_value(str(text))


def _unix(text: str | None) -> float | None:
    return None if text is None else to_unix(str(text))


# At most 15 digits before the point and 4 after it (Oracle, "Data types (date and numeric formats)").
_NUMBER = re.compile(r"[+-]?(?:0*[0-9]{1,15}(?:\.[0-9]{0,4})?|\.[0-9]{1,4})")


def _number(text: str | None) -> str | None:
    value = str(text or "").strip(" ")
    return value if _NUMBER.fullmatch(value) else None


def _like(pattern: str, text: str | None) -> bool:
    return sql_server_like(text_key(pattern)).fullmatch(text_key(text or "")) is not None
