"""Sent values, deliveries and their rows, claims."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "ledger_sent_values",
        sa.Column("account", sa.String(100), primary_key=True),
        sa.Column("person", sa.String(40), primary_key=True),
        sa.Column("contact_id", sa.String(40), nullable=False),
        sa.Column("working_list", sa.String(255), nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("sent_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "ledger_known_profiles",
        sa.Column("account", sa.String(100), primary_key=True),
        sa.Column("contact_id", sa.String(40), primary_key=True),
        sa.Column("profile_pin", sa.String(100), nullable=False),
    )
    op.create_table(
        "ledger_deliveries",
        sa.Column("plan_id", sa.String(64), primary_key=True),
        sa.Column("connector", sa.String(255), nullable=False),
        sa.Column("event", sa.String(100), nullable=False),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("started_at", sa.DateTime, nullable=False),
        sa.Column("ended_at", sa.DateTime),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("cause", sa.Text),
    )
    op.create_index(
        "ledger_deliveries_by_connector", "ledger_deliveries", ["connector", "event", "started_at"]
    )
    op.create_table(
        "ledger_delivered_rows",
        sa.Column("plan_id", sa.String(64), primary_key=True),
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("step", sa.String(20), primary_key=True),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("code", sa.String(40)),
        sa.Column("cause", sa.Text),
        sa.Column("contact_id", sa.String(40)),
        sa.Column("profile_pin", sa.String(100)),
        sa.Column("registration_code", sa.String(100)),
        sa.Column("sync", sa.String(60)),
    )
    op.create_table(
        "ledger_claims",
        sa.Column("name", sa.String(400), primary_key=True),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("process", sa.Integer, nullable=False),
        sa.Column("since", sa.DateTime, nullable=False),
    )
