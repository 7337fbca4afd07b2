"""Alembic's entry: migrates the connection it is given. Only `certain_eloqua.ledger.opening` starts it."""

from alembic import context

from certain_eloqua.ledger.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table="ledger_version",
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
