"""The ledger's tables. A change here needs a migration (migrations/versions)."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Column, DateTime, Dialect, Index, Integer, MetaData, String, Table, Text, TypeDecorator

metadata = MetaData()


class Moment(TypeDecorator[datetime]):
    """An aware UTC time, also in SQLite, which has none."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


sent_values = Table(
    "ledger_sent_values",
    metadata,
    Column("account", String(100), primary_key=True),
    Column("person", String(40), primary_key=True),  # digest of the e-mail address, never the address
    Column("contact_id", String(40), nullable=False),
    Column("working_list", String(255), nullable=False),  # the list the contact was added to when last sent
    Column("fields", Text, nullable=False),  # JSON {internal name: digest of the value}
    Column("sent_at", Moment, nullable=False),
)

known_profiles = Table(
    "ledger_known_profiles",
    metadata,
    Column("account", String(100), primary_key=True),
    Column("contact_id", String(40), primary_key=True),
    Column("profile_pin", String(100), nullable=False),
)
"""The profile each contact became. Anonymising removes both keys from a profile; this still recognises it."""

deliveries = Table(
    "ledger_deliveries",
    metadata,
    Column("plan_id", String(64), primary_key=True),
    Column("connector", String(255), nullable=False),
    Column("event", String(100), nullable=False),  # "" for account-level connectors
    Column("run_id", String(64), nullable=False),  # the run that delivers, or delivered last
    Column("state", String(20), nullable=False),  # see deliveries.py
    Column("attempts", Integer, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("counts", Text, nullable=False, default="{}"),  # JSON {outcome: number}
    Column("cause", Text),
    Index("ledger_deliveries_by_connector", "connector", "event", "started_at"),
)

delivered_rows = Table(
    "ledger_delivered_rows",
    metadata,
    Column("plan_id", String(64), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("step", String(20), primary_key=True),  # contact, profile, registration: a row may need several
    Column("outcome", String(20), nullable=False),
    Column("code", String(40)),
    Column("cause", Text),
    Column("ids", Text, nullable=False, default="{}"),  # JSON {key column: value}, without personal data
    Column("sync", String(60)),
)

uploads = Table(
    "ledger_uploads",
    metadata,
    Column("plan_id", String(64), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("person", String(40), nullable=False),  # digest of the e-mail address, never the address
    Column("action", String(20), nullable=False),
    Column("contact_id", String(40), nullable=False),  # "" if the plan did not know it
)
"""Rows that were sent and whose outcome is not recorded yet; removed when it is."""

registered_definitions = Table(
    "ledger_registered_definitions",
    metadata,
    Column("connector", String(255), primary_key=True),
    Column("event", String(100), primary_key=True),
    Column("batch", String(40), primary_key=True),  # in the names of the definitions
    Column("purpose", String(20), nullable=False),  # read, delivery
    Column("since", Moment, nullable=False),
)
"""Runs that may have left definitions behind in Eloqua."""

run_locks = Table(
    "ledger_run_locks",
    metadata,
    Column("name", String(400), primary_key=True),
    Column("run_id", String(64), nullable=False),
    Column("host", String(255), nullable=False),
    Column("process", Integer, nullable=False),
    Column("since", Moment, nullable=False),
)
"""Who holds a run lock, for those who find it taken (PostgreSQL; with SQLite the lock file says it)."""
