"""Statuses last seen, the outbox of changes, batches of activities, watermarks."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def upgrade() -> None:
    op.create_table(
        "ledger_seen_statuses",
        sa.Column("connector", sa.String(255), primary_key=True),
        sa.Column("event", sa.String(100), primary_key=True),
        sa.Column("item", sa.String(100), primary_key=True),
        sa.Column("registration", sa.String(100), primary_key=True),
        _text("status", 255),
        _text("stamp", 40),
        sa.Column("ordinal", sa.Integer, nullable=False),
        _text("decision", 40),
        sa.Column("seen_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "ledger_outbox",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        _text("fingerprint", 32),
        _text("connector", 255),
        _text("event", 100),
        _text("item", 100),
        _text("registration", 100),
        _text("previous", 255),
        _text("status", 255),
        _text("person", 40),
        _text("contact_id", 40),
        _text("asset_type", 100),
        _text("asset_name", 100),
        _text("activity_type", 100),
        _text("campaign", 40),
        sa.Column("happened_at", sa.DateTime, nullable=False),
        sa.Column("seen_at", sa.DateTime, nullable=False),
        _text("seen_by", 64),
        _text("state", 12),
        sa.Column("batch", sa.String(32)),
        sa.Column("sync", sa.String(60)),
        sa.Column("code", sa.String(40)),
        sa.Column("cause", sa.Text),
        sa.Column("sent_at", sa.DateTime),
    )
    op.create_index("ledger_outbox_by_fingerprint", "ledger_outbox", ["fingerprint"], unique=True)
    op.create_index("ledger_outbox_by_state", "ledger_outbox", ["connector", "state", "number"])
    op.create_index("ledger_outbox_by_batch", "ledger_outbox", ["batch"])
    op.create_index("ledger_outbox_by_person", "ledger_outbox", ["person"])
    op.create_table(
        "ledger_batches",
        sa.Column("batch", sa.String(32), primary_key=True),
        _text("connector", 255),
        _text("run_id", 64),
        _text("found_by", 10),
        sa.Column("changes", sa.Integer, nullable=False),
        _text("state", 12),
        sa.Column("definition", sa.String(100)),
        sa.Column("sync", sa.String(60)),
        sa.Column("cause", sa.Text),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("changed_at", sa.DateTime, nullable=False),
    )
    op.create_index("ledger_batches_by_connector", "ledger_batches", ["connector", "state"])
    op.create_table(
        "ledger_watermarks",
        sa.Column("source", sa.String(255), primary_key=True),
        _text("watermark", 100),
        sa.Column("moved_at", sa.DateTime, nullable=False),
    )
