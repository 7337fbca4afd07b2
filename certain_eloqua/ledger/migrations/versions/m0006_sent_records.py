"""Records of custom objects as they were last sent."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "ledger_sent_records",
        sa.Column("connector", sa.String(255), primary_key=True),
        sa.Column("event", sa.String(100), primary_key=True),
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("person", sa.String(40), nullable=False),
        sa.Column("part", sa.String(255), nullable=False),
        sa.Column("digest", sa.String(16), nullable=False),
        sa.Column("numbers", sa.Text, nullable=False),
        sa.Column("sent_at", sa.DateTime, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("ledger_sent_records")
