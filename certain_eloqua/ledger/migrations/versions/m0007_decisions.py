"""Statuses that were seen and made no change, of all runs."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "ledger_decisions",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("connector", sa.String(255), nullable=False),
        sa.Column("event", sa.String(100), nullable=False),
        sa.Column("item", sa.String(100), nullable=False),
        sa.Column("registration", sa.String(100), nullable=False),
        sa.Column("previous", sa.String(255), nullable=False),
        sa.Column("status", sa.String(255), nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("decision", sa.String(40), nullable=False),
        sa.Column("person", sa.String(40), nullable=False),
        sa.Column("seen_at", sa.DateTime, nullable=False),
        sa.Column("seen_by", sa.String(64), nullable=False),
    )
    op.create_index(
        "ledger_decisions_by_status",
        "ledger_decisions",
        ["connector", "event", "registration", "item", "ordinal", "status", "decision"],
        unique=True,
    )
    op.create_index("ledger_decisions_by_person", "ledger_decisions", ["person"])


def downgrade() -> None:
    op.drop_table("ledger_decisions")
