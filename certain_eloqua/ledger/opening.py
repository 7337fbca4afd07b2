"""Opening the ledger: the engine, SQLite's settings, and migrations to the newest tables."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError
from sqlalchemy.pool import StaticPool
from sqlalchemy.sql import column, table

from certain_eloqua.ledger.errors import LedgerUnusable

HEAD = "0010"
"""The newest migration. A ledger that is there already is opened without loading Alembic."""
VERSION_TABLE = "ledger_version"
_MIGRATIONS = Path(__file__).parent / "migrations"
_ADDRESSES = "write sqlite:////folder/ledger.sqlite or postgresql+psycopg2://user:password@host/database"
_MIGRATION_LOCK = 0x6C656467  # any number, the same for all


def open_engine(url: str) -> Engine:
    """The engine for a SQLAlchemy URL, its tables brought up to date."""
    parsed = _parsed(url)
    sqlite = parsed.get_backend_name() == "sqlite"
    options: dict[str, Any] = {"pool_pre_ping": True}
    if sqlite:
        options = {"connect_args": {"timeout": 60}}
        if not parsed.database or parsed.database == ":memory:":
            options = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
        else:
            _make_folder(Path(parsed.database).parent)
    try:
        engine = create_engine(parsed, **options)
    except (NoSuchModuleError, ModuleNotFoundError):
        raise LedgerUnusable(_no_driver(parsed)) from None
    if sqlite:
        event.listen(engine, "connect", _sqlite_settings)
    try:
        _migrate(engine)
    except OperationalError as error:
        engine.dispose()
        where = parsed.render_as_string(hide_password=True)
        raise LedgerUnusable(f"The ledger {where} cannot be opened: {error.orig}") from None
    return engine


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):  # they quote the address, which holds a password
        raise LedgerUnusable(f"this is no address of a database; {_ADDRESSES}") from None


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LedgerUnusable(f"the folder {folder} cannot be made: {error.strerror}") from None


def _no_driver(parsed: URL) -> str:
    name = parsed.drivername
    if name == "postgresql+psycopg2":
        return "the driver for PostgreSQL is not installed: pip install 'certain-eloqua[postgres]'"
    if parsed.get_backend_name() == "postgresql":
        return f"{name}:// needs a driver that is not installed; write postgresql+psycopg2://…"
    return f"{name}:// is no database we know; {_ADDRESSES}"


def _sqlite_settings(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute(
        "PRAGMA synchronous=NORMAL"
    )  # with WAL: survives a killed process; a power cut may lose the last
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _migrate(engine: Engine) -> None:
    with engine.connect() as connection:
        found = _version(connection)
    if found == HEAD:
        return
    if found is not None and found > HEAD:
        raise LedgerUnusable(
            f"The ledger was written by a newer program (tables {found}; this one knows {HEAD}). "
            f"Update the program."
        )
    with _alone(engine), engine.begin() as connection:
        if _version(connection) != HEAD:
            upgrade(connection)


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the tables to a revision of the migrations."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(select(column("version_num")).select_from(table(VERSION_TABLE))).scalar()


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Only one process migrates; the others wait."""
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:n)"), {"n": _MIGRATION_LOCK})
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:n)"), {"n": _MIGRATION_LOCK})
                connection.commit()
        return
    database = engine.url.database
    if not database or database == ":memory:":
        yield
        return
    handle = os.open(f"{database}.migrating", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
