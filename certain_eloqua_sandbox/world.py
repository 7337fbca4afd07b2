"""The state of both platforms: one SQLite database, one clock, one journal.

Everything that a platform would remember is a row in ``World.db``, so a snapshot, a restore or
a file that outlives the process is one backup call, and a filter or a search is one query.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from certain_eloqua_sandbox import text_keys
from certain_eloqua_sandbox.clock import Clock

JOURNAL = """
CREATE TABLE IF NOT EXISTS journal (
    seq INTEGER PRIMARY KEY,
    at REAL NOT NULL,            -- Unix seconds of the world's clock
    platform TEXT NOT NULL,      -- eloqua | certain
    operation TEXT NOT NULL,     -- create | update | delete | add | remove ...
    entity TEXT NOT NULL,        -- contact | list_member | activity | profile | registration ...
    key TEXT NOT NULL,           -- what a test searches for: e-mail, code, activity key
    detail TEXT                  -- JSON
);
CREATE TABLE IF NOT EXISTS sandbox_state (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
JOURNAL_INDEX = f"CREATE INDEX IF NOT EXISTS journal_by_key ON journal ({text_keys.key_sql('key')})"
PAGE_SIZE = 16_384  # a fifth faster than 4,096 on very many rows

Kind = TypeVar("Kind")
LARGEST_IN_MEMORY = 128 * 1024 * 1024  # a snapshot of a larger world is a temporary file


@dataclass(slots=True)
class Settings:
    """What tests may turn, by ``PUT /_sandbox/settings``; each platform has more (``World.settings_of``).

    Every key is documented in docs/sandbox.md.
    """

    latency_ms: float = 0.0
    compress_answers: bool = True
    journal_rows: bool = True  # off: bulk imports are journalled as one line instead of one a record


@dataclass(slots=True)
class Fault:
    """A scripted fault; see docs/sandbox.md."""

    method: str
    path: str  # regular expression, searched in the path, any letter case
    times: int  # how often it is still played; -1 is for ever
    skip: int
    answer: dict[str, Any]
    every: int = 1  # 3: every third matching call
    seen: int = 0  # matching calls since the skipped ones
    played: int = 0


@dataclass(slots=True)
class ScriptedSync:
    """How one of the next syncs of "Eloqua" ends, whatever its data; see docs/sandbox.md."""

    status: str  # success | warning | error
    code: str | None = None  # ELQ-00146 ...: a log line with this code and, for warnings, a reject
    message: str | None = None
    kind: str = "*"  # import | export | action | *
    path: str = ""  # regular expression, searched in the definition's URI, any letter case
    times: int = 1


@dataclass(slots=True)
class Counters:
    """Calls since the last reset, by route, and the bytes they carried."""

    calls: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    bytes_in: int = 0
    bytes_out: int = 0
    faults: int = 0


class World:
    """Everything the sandbox knows."""

    def __init__(self, store: str = ":memory:") -> None:
        """Open an empty world, kept in memory or in the file ``store``."""
        self.store = store
        self.clock = Clock()
        self._settings: dict[type, Any] = {}
        self.faults: list[Fault] = []
        self.counters = Counters()
        self.scripted_syncs: list[ScriptedSync] = []
        self.generation = 0  # grows when the whole state is exchanged: caches made from it are void
        self.after_commit: list[Callable[[], None]] = []
        self._snapshots: dict[str, sqlite3.Connection] = {}
        self.db = self._connect(store)
        self.db.executescript(JOURNAL)
        self.index_journal()

    @staticmethod
    def _connect(store: str) -> sqlite3.Connection:
        db = sqlite3.connect(store, isolation_level=None, check_same_thread=False, cached_statements=512)
        db.row_factory = sqlite3.Row
        text_keys.register(db)
        db.execute(f"PRAGMA page_size = {PAGE_SIZE}")
        db.execute("PRAGMA journal_mode = MEMORY" if store == ":memory:" else "PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = OFF" if store == ":memory:" else "PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA temp_store = MEMORY")
        db.execute("PRAGMA cache_size = -200000")
        return db

    def now(self) -> float:
        """Return the world's time in Unix seconds."""
        return self.clock.now()

    # -- settings ----------------------------------------------------------------------------------

    @property
    def settings(self) -> Settings:
        """Return the settings that all platforms share."""
        return self.settings_of(Settings)

    def settings_of(self, kind: type[Kind]) -> Kind:
        """Return the settings of a kind: a dataclass whose defaults are the usual values."""
        found: Kind = self._settings.setdefault(kind, kind())
        return found

    def set_settings(self, settings: Any) -> None:
        """Replace the settings of the kind that these are."""
        self._settings[type(settings)] = settings

    def reset_settings(self) -> None:
        """Return all settings to their usual values."""
        self._settings.clear()

    # -- queries ---------------------------------------------------------------------------------

    def rows(self, sql: str, parameters: Iterable[Any] | dict[str, Any] = ()) -> list[sqlite3.Row]:
        """Return all rows of a query."""
        return self.db.execute(
            sql, parameters if isinstance(parameters, dict) else tuple(parameters)
        ).fetchall()

    def row(self, sql: str, parameters: Iterable[Any] | dict[str, Any] = ()) -> sqlite3.Row | None:
        """Return the first row of a query."""
        found = self.db.execute(
            sql, parameters if isinstance(parameters, dict) else tuple(parameters)
        ).fetchone()
        return found if found is None or isinstance(found, sqlite3.Row) else None

    def value(self, sql: str, parameters: Iterable[Any] | dict[str, Any] = ()) -> Any:
        """Return the first column of the first row, or ``None``."""
        found = self.row(sql, parameters)
        return None if found is None else found[0]

    def run(self, sql: str, parameters: Iterable[Any] | dict[str, Any] = ()) -> sqlite3.Cursor:
        """Run a statement that writes; ``lastrowid`` and ``rowcount`` are on the cursor."""
        return self.db.execute(sql, parameters if isinstance(parameters, dict) else tuple(parameters))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep what is written inside only if nothing is raised. Nests as savepoints."""
        name = "SAVEPOINT nested" if self.db.in_transaction else "BEGIN"
        nested = self.db.in_transaction
        self.db.execute(name)
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK TO nested" if nested else "ROLLBACK")
            if nested:
                self.db.execute("RELEASE nested")
            raise
        self.db.execute("RELEASE nested" if nested else "COMMIT")
        if not nested:
            due, self.after_commit = self.after_commit, []
            for action in due:
                action()

    def note(self, platform: str, operation: str, entity: str, key: str, detail: Any = None) -> None:
        """Write one line of the journal: something was really written."""
        self.db.execute(
            "INSERT INTO journal (at, platform, operation, entity, key, detail) VALUES (?, ?, ?, ?, ?, ?)",
            (self.now(), platform, operation, entity, key, None if detail is None else json.dumps(detail)),
        )

    def postpone_journal_index(self) -> None:
        """Before very many lines: have the next search of the journal index them all at once."""
        self.db.execute("DROP INDEX IF EXISTS journal_by_key")

    def index_journal(self) -> None:
        """Make sure that the journal can be searched by entity and key; call it before such a search."""
        self.db.execute(JOURNAL_INDEX)

    # -- what a test has scripted ----------------------------------------------------------------

    def next_scripted_sync(self, kind: str, uri: str) -> ScriptedSync | None:
        """Take the script for a sync of this kind (import, export, action) and definition, if any."""
        for script in self.scripted_syncs:
            if script.kind not in ("*", kind) or not re.search(script.path, uri, re.IGNORECASE):
                continue
            script.times -= 1
            if script.times == 0:
                self.scripted_syncs.remove(script)
            return script
        return None

    def next_fault(self, method: str, path: str) -> Fault | None:
        """Take the fault that is scripted for this call, if there is one."""
        for fault in self.faults:
            if fault.times == 0 or fault.method not in ("*", method):
                continue
            if not re.search(fault.path, path, re.IGNORECASE):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            fault.seen += 1
            if fault.seen % fault.every:
                continue
            fault.times -= fault.times > 0
            fault.played += 1
            return fault
        return None

    # -- what outlives the process and is no data of a platform ----------------------------------

    def remember(self, name: str, value: Any) -> None:
        """Keep a value (JSON) of the sandbox itself, such as the seed that was planted."""
        self.db.execute("INSERT OR REPLACE INTO sandbox_state VALUES (?, ?)", (name, json.dumps(value)))

    def remembered(self, name: str) -> Any:
        """Return a value kept by :meth:`remember`, or ``None``."""
        found = self.value("SELECT value FROM sandbox_state WHERE name = ?", (name,))
        return None if found is None else json.loads(found)

    # -- snapshots -------------------------------------------------------------------------------

    def snapshot(self, name: str) -> None:
        """Remember the present state under a name."""
        self.forget(name)
        # A name of nothing is a file that SQLite makes and deletes itself.
        place = ":memory:" if self.size <= LARGEST_IN_MEMORY else ""
        copy = sqlite3.connect(place, isolation_level=None, check_same_thread=False)
        copy.execute("PRAGMA journal_mode = OFF")
        copy.execute("PRAGMA synchronous = OFF")
        self.db.backup(copy)
        self._snapshots[name] = copy

    def restore(self, name: str) -> None:
        """Return to a remembered state. Raises ``KeyError`` for an unknown name."""
        self._snapshots[name].backup(self.db)
        self.generation += 1

    def clear(self) -> None:
        """Drop everything the database holds. Tables have to be created anew."""
        nothing = self._connect(":memory:")
        nothing.executescript(JOURNAL)
        nothing.execute(JOURNAL_INDEX)
        nothing.backup(self.db)
        nothing.close()
        self.generation += 1

    @property
    def size(self) -> int:
        """Return the bytes of the database."""
        return int(self.value("PRAGMA page_count")) * int(self.value("PRAGMA page_size"))

    def forget(self, name: str) -> None:
        """Drop a remembered state."""
        if old := self._snapshots.pop(name, None):
            old.close()

    def snapshots(self) -> list[str]:
        """Return the names of the remembered states."""
        return sorted(self._snapshots)

    def close(self) -> None:
        """Close the database."""
        for name in self.snapshots():
            self.forget(name)
        self.db.close()
