"""What an interrupted delivery had uploaded, and what a run may have left behind in Eloqua."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "ledger_uploads",
        sa.Column("plan_id", sa.String(64), primary_key=True),
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("person", sa.String(40), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("contact_id", sa.String(40), nullable=False),
    )
    op.create_table(
        "ledger_traces",
        sa.Column("connector", sa.String(255), primary_key=True),
        sa.Column("event", sa.String(100), primary_key=True),
        sa.Column("mark", sa.String(40), primary_key=True),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("since", sa.DateTime, nullable=False),
    )
