"""A PostgreSQL server of the tests' own, on a socket in a folder of its own: started, then stopped."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from certain_eloqua.ledger.tables import metadata
from tests.conftest import ROOT

OLDER_TABLES = ("ledger_claims", "ledger_traces")
"""Tables that today's migrations have renamed."""


def _unprivileged() -> list[str]:
    """PostgreSQL refuses to run as root: what to put before its commands."""
    if os.getuid() != 0:
        return []
    return ["runuser", "-u", "postgres", "--"]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of an empty database."""
    found = subprocess.run([ROOT / "bin" / "find-postgres"], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    programs = Path(found.stdout.strip())
    # Not below pytest's folder: only the user who runs the tests may enter that; a socket's path is short.
    folder = Path(tempfile.mkdtemp(prefix="ledger-pg-", dir="/tmp"))
    as_owner = _unprivileged()
    if as_owner:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    data = folder / "data"

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*as_owner, programs / program, *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    try:
        run("initdb", "-D", str(data), "-U", "ledger", "--auth=trust", "--no-sync", "-E", "UTF8")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        run("pg_ctl", "-D", str(data), "-l", str(folder / "log"), "-o", options, "-w", "start")
        try:
            yield f"postgresql+psycopg2://ledger@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres(postgres_server: str) -> str:
    """URL of a database without tables of ours."""
    engine = create_engine(postgres_server)
    with engine.begin() as connection:
        for table in (*metadata.tables, *OLDER_TABLES, "ledger_version"):
            connection.execute(text(f"DROP TABLE IF EXISTS {table}"))
    engine.dispose()
    return postgres_server
