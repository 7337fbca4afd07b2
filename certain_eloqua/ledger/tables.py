"""The ledger's tables. A change here needs a migration (migrations/versions)."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

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

seen_statuses = Table(
    "ledger_seen_statuses",
    metadata,
    Column("connector", String(255), primary_key=True),
    Column("event", String(100), primary_key=True),
    Column("item", String(100), primary_key=True),  # a session or an agenda item; "" for the registration
    Column("registration", String(100), primary_key=True),
    Column("status", String(255), nullable=False),
    Column("stamp", String(40), nullable=False),  # the source's time of the change; "" if it has none
    Column("ordinal", Integer, nullable=False),  # how many statuses were seen before this one
    Column("decision", String(40), nullable=False),  # why it made a change in the outbox, or made none
    Column("seen_at", Moment, nullable=False),
)
"""The status last seen of every registration, by connector: changes are differences to this."""


def _numbered() -> Column[int]:
    """The key of a table whose rows are kept in the order in which they were written."""
    kind = BigInteger().with_variant(Integer, "sqlite")
    return Column("number", kind, primary_key=True, autoincrement=True)


def _change() -> tuple[Column[str], ...]:
    """Whose status changed, where, from what to what."""
    places = (Column(name, String(100), nullable=False) for name in ("event", "item", "registration"))
    statuses = (Column(name, String(255), nullable=False) for name in ("previous", "status"))
    return Column("connector", String(255), nullable=False), *places, *statuses


outbox = Table(
    "ledger_outbox",
    metadata,
    _numbered(),
    Column("fingerprint", String(32), nullable=False),
    *_change(),
    Column("person", String(40), nullable=False),  # digest of the e-mail address, never the address
    Column("contact_id", String(40), nullable=False),  # "" when the contact is found by e-mail
    Column("asset_type", String(100), nullable=False),
    Column("asset_name", String(100), nullable=False),
    Column("activity_type", String(100), nullable=False),
    Column("campaign", String(40), nullable=False),
    Column("happened_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("seen_by", String(64), nullable=False),  # the run that saw the change
    Column("state", String(12), nullable=False),  # see outbox.py
    Column("batch", String(32)),
    Column("sync", String(60)),
    Column("code", String(40)),
    Column("cause", Text),
    Column("sent_at", Moment),
    Index("ledger_outbox_by_fingerprint", "fingerprint", unique=True),
    Index("ledger_outbox_by_state", "connector", "state", "number"),
    Index("ledger_outbox_by_batch", "batch"),
    Index("ledger_outbox_by_person", "person"),
)
"""Changes that are to become activities or list memberships, in the order in which they were seen."""

batches = Table(
    "ledger_batches",
    metadata,
    Column("batch", String(32), primary_key=True),  # in the name of the import definition
    Column("connector", String(255), nullable=False),
    Column("run_id", String(64), nullable=False),
    Column("found_by", String(10), nullable=False),  # id, email: how its contacts are found
    Column("changes", Integer, nullable=False),
    Column("state", String(12), nullable=False),  # see batches.py
    Column("definition", String(100)),  # uri of the import definition
    Column("sync", String(60)),
    Column("cause", Text),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Index("ledger_batches_by_connector", "connector", "state"),
)
"""Imports of activities. The state is written before the step it names is taken."""

decisions = Table(
    "ledger_decisions",
    metadata,
    _numbered(),
    *_change(),
    Column("ordinal", Integer, nullable=False),  # as in seen_statuses; -1 if the status moved nothing
    Column("decision", String(40), nullable=False),  # why it made no change in the outbox
    Column("person", String(40), nullable=False),  # digest of the e-mail address, never the address
    Column("seen_at", Moment, nullable=False),
    Column("seen_by", String(64), nullable=False),  # the run that decided
    Index(
        "ledger_decisions_by_status",
        *("connector", "event", "registration", "item", "ordinal", "status", "decision"),
        unique=True,
    ),
    Index("ledger_decisions_by_person", "person"),
)
"""Statuses that were seen and made no change, of all runs: seen_statuses has the last ones only."""

watermarks = Table(
    "ledger_watermarks",
    metadata,
    Column("source", String(255), primary_key=True),
    Column("watermark", String(100), nullable=False),  # as the source writes its times
    Column("moved_at", Moment, nullable=False),
)
"""How far a source was read, by the newest time in its own data."""

sent_records = Table(
    "ledger_sent_records",
    metadata,
    Column("connector", String(255), primary_key=True),
    Column("event", String(100), primary_key=True),
    Column("key", String(255), primary_key=True),  # the record's unique code, without personal data
    Column("person", String(40), nullable=False),  # digest of the e-mail address, never the address
    Column("part", String(255), nullable=False),  # the tag of an interest record; "" otherwise
    Column("digest", String(16), nullable=False),  # of all values; "" once the record was set to 0
    Column("numbers", Text, nullable=False),  # JSON {field: number} as last sent
    Column("sent_at", Moment, nullable=False),
)
"""Records of custom objects as they were last sent."""

messages = Table(
    "ledger_messages",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("recipient", String(255), primary_key=True),  # an address of a connector file, or `channels`
    Column("connector", String(255), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("state", String(12), nullable=False),  # see messages.py
    Column("attempts", Integer, nullable=False),
    Column("last_error", Text),
    Column("created_at", Moment, nullable=False),
    Column("next_attempt_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Index("ledger_messages_by_state", "state", "next_attempt_at"),
)
"""Messages about runs, one for each run and recipient."""

field_maps = Table(
    "ledger_field_maps",
    metadata,
    Column("account", String(100), primary_key=True),
    Column("version", String(40), primary_key=True),
    Column("content", Text, nullable=False),  # JSON, FieldMap.content
    Column("origin", Text, nullable=False),  # file, commit, author and date, where git knows them
    Column("first_used_at", Moment, nullable=False),
)
"""The versions of field maps that deliveries have used."""

delivery_field_maps = Table(
    "ledger_delivery_field_maps",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("connector", String(255), primary_key=True),
    Column("event", String(100), primary_key=True),  # "" for account-level connectors
    Column("account", String(100), nullable=False),
    Column("version", String(40), nullable=False),
    Column("used_at", Moment, nullable=False),
)
"""Which version of the field map each delivery used."""
