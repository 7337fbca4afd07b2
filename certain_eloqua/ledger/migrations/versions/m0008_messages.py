"""Messages about runs, until they are sent."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "ledger_messages",
        sa.Column("run_id", sa.String(64), primary_key=True),
        sa.Column("recipient", sa.String(255), primary_key=True),
        sa.Column("connector", sa.String(255), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("last_error", sa.Text),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("next_attempt_at", sa.DateTime, nullable=False),
        sa.Column("sent_at", sa.DateTime),
    )
    op.create_index("ledger_messages_by_state", "ledger_messages", ["state", "next_attempt_at"])


def downgrade() -> None:
    op.drop_table("ledger_messages")
