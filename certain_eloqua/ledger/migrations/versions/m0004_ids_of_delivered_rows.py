"""Delivered rows name their records by the key columns of their kind, not by those of the contacts family."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

IDS = ("contact_id", "profile_pin", "registration_code")


def upgrade() -> None:
    pairs = ", ".join(f"'{name}', {name}" for name in IDS)
    as_json = (
        f"CAST(json_strip_nulls(json_build_object({pairs})) AS TEXT)"
        if op.get_bind().dialect.name == "postgresql"
        else f"json_patch('{{}}', json_object({pairs}))"
    )
    with op.batch_alter_table("ledger_delivered_rows") as table:
        table.add_column(sa.Column("ids", sa.Text, nullable=False, server_default="{}"))
    op.execute(f"UPDATE ledger_delivered_rows SET ids = {as_json}")  # noqa: S608 - constants of this file
    with op.batch_alter_table("ledger_delivered_rows") as table:
        for name in IDS:
            table.drop_column(name)
