"""Run locks: two runs of one connector and event never overlap.

The lock must vanish with the process that holds it, whatever kills it. SQLite lives on one machine, so the
kernel keeps the lock: an flock on a file beside the database. PostgreSQL keeps it as an advisory lock of the
connection. A run lock is reentrant within a run and process, so each layer may take it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, insert, select, text

from certain_eloqua.ledger.errors import AlreadyRunning, Holder
from certain_eloqua.ledger.tables import run_locks

_held: dict[tuple[str, str], tuple[Holder, int]] = {}  # (ledger, name) -> who in this process, how often
_guard = threading.Lock()


@contextlib.contextmanager
def run_lock(engine: Engine, connector: str, event: str | None, run_id: str) -> Iterator[None]:
    """Hold the run lock of a connector and event for the length of the block.

    Raises:
        AlreadyRunning: another run holds it; says which.
    """
    ledger = engine.url.render_as_string(hide_password=True)
    if engine.url.get_backend_name() == "sqlite" and not engine.url.database:
        ledger = f"memory {id(engine)}"
    name = f"{connector}/{event or ''}"
    me = Holder(run_id, socket.gethostname(), os.getpid(), datetime.now(UTC))
    key = (ledger, name)
    with _guard:
        holder, times = _held.get(key, (me, 0))
        if holder.process == me.process and times and holder.run_id != run_id:
            raise AlreadyRunning(connector, event, holder)
        nested = bool(times) and holder.process == me.process
        release = None if nested else _take(engine, name, me, connector, event)
        _held[key] = (holder, times + 1) if nested else (me, 1)
    try:
        yield
    finally:
        with _guard:
            holder, times = _held[key]
            if times > 1:
                _held[key] = (holder, times - 1)
            else:
                del _held[key]
        if release is not None:
            release()


def _take(engine: Engine, name: str, me: Holder, connector: str, event: str | None) -> Callable[[], None]:
    if engine.dialect.name == "postgresql":
        return _advisory_lock(engine, name, me, connector, event)
    if engine.url.database and engine.url.database != ":memory:":
        return _lock_file(Path(engine.url.database), name, me, connector, event)
    return lambda: None  # a ledger in memory has one process, and `_held` knows it


def _lock_file(
    database: Path, name: str, me: Holder, connector: str, event: str | None
) -> Callable[[], None]:
    folder = database.with_name(database.name + ".locks")
    folder.mkdir(parents=True, exist_ok=True)
    readable = re.sub(r"[^A-Za-z0-9_.-]+", "_", name).strip("_")[:80]
    path = folder / f"{readable}.{hashlib.sha256(name.encode()).hexdigest()[:8]}.lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = _holder(os.pread(handle, 4096, 0))
        os.close(handle)
        raise AlreadyRunning(connector, event, holder) from None
    content = json.dumps(
        {
            "run_id": me.run_id,
            "host": me.host,
            "process": me.process,
            "since": (me.since or datetime.now(UTC)).isoformat(),
        }
    )
    os.ftruncate(handle, 0)
    os.pwrite(handle, content.encode(), 0)

    def release() -> None:
        os.ftruncate(handle, 0)  # the file stays: deleting it while another waits would make two locks
        os.close(handle)

    return release


def _holder(content: bytes) -> Holder | None:
    try:
        written = json.loads(content)
        return Holder(
            written["run_id"], written["host"], written["process"], datetime.fromisoformat(written["since"])
        )
    except (ValueError, KeyError, TypeError):
        return None


def _advisory_lock(
    engine: Engine, name: str, me: Holder, connector: str, event: str | None
) -> Callable[[], None]:
    number = int.from_bytes(
        hashlib.blake2b(f"certain_eloqua {name}".encode(), digest_size=8).digest(), signed=True
    )
    connection = engine.connect()
    try:
        free = connection.execute(text("SELECT pg_try_advisory_lock(:n)"), {"n": number}).scalar_one()
        if not free:
            raise AlreadyRunning(connector, event, _held_by(connection, name))
        connection.execute(delete(run_locks).where(run_locks.c.name == name))
        connection.execute(
            insert(run_locks).values(
                name=name, run_id=me.run_id, host=me.host, process=me.process, since=me.since
            )
        )
        connection.commit()
    except BaseException:
        connection.invalidate()  # closes the session and so gives back whatever it locked
        connection.close()
        raise

    def release() -> None:
        with contextlib.closing(connection):
            connection.execute(delete(run_locks).where(run_locks.c.name == name))
            connection.commit()
            connection.execute(text("SELECT pg_advisory_unlock(:n)"), {"n": number})
            connection.commit()

    return release


def _held_by(connection: Connection, name: str) -> Holder | None:
    found = connection.execute(select(run_locks).where(run_locks.c.name == name)).one_or_none()
    return Holder(found.run_id, found.host, found.process, found.since) if found else None
