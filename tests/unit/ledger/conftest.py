"""The ledger's tests run on SQLite and on PostgreSQL."""

from tests.postgres import postgres, postgres_server

__all__ = ["postgres", "postgres_server"]
