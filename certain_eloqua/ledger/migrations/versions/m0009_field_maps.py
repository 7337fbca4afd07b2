"""The versions of field maps, and which delivery used which."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "ledger_field_maps",
        sa.Column("account", sa.String(100), primary_key=True),
        sa.Column("version", sa.String(40), primary_key=True),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("first_used_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "ledger_delivery_field_maps",
        sa.Column("run_id", sa.String(64), primary_key=True),
        sa.Column("connector", sa.String(255), primary_key=True),
        sa.Column("event", sa.String(100), primary_key=True),
        sa.Column("account", sa.String(100), nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("used_at", sa.DateTime, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("ledger_delivery_field_maps")
    op.drop_table("ledger_field_maps")
