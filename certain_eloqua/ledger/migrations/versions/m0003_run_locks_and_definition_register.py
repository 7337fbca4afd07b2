"""Tables under the names the code uses: run locks, and the register of definitions in Eloqua."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.rename_table("ledger_claims", "ledger_run_locks")
    op.rename_table("ledger_traces", "ledger_registered_definitions")
    with op.batch_alter_table("ledger_registered_definitions") as table:
        table.alter_column("mark", new_column_name="batch")
        table.alter_column("what", new_column_name="purpose")
