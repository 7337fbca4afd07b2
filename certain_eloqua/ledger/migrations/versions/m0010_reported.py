"""Deliveries whose interrupted work a later run has reported are called so."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute("UPDATE ledger_deliveries SET state = 'reported' WHERE state = 'told'")


def downgrade() -> None:
    op.execute("UPDATE ledger_deliveries SET state = 'told' WHERE state = 'reported'")
