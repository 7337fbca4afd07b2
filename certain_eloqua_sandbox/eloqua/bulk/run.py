"""One sync at work: its log, its rejects, its line in the journal."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from certain_eloqua_sandbox.eloqua.bulk import codes
from certain_eloqua_sandbox.eloqua.bulk.indexes import MANY
from certain_eloqua_sandbox.world import ScriptedSync, World


@dataclass(slots=True)
class Run:
    """What a running sync writes down. ``failed`` and ``warned`` decide its status."""

    world: World
    sync_id: int
    user: str
    now: float
    lines: list[tuple[int, int, str, str, str | None, float]] = field(default_factory=list)
    script: ScriptedSync | None = None  # how a test wants this sync to end
    step: float = 0.0  # seconds from one line of the log to the next
    ended: float = 0.0  # when the last line was written
    failed: bool = False
    warned: bool = False
    rejected: dict[str, set[int]] = field(default_factory=dict)  # code -> records
    invalid: dict[tuple[int, str], list[str]] = field(default_factory=dict)
    lost: set[int] = field(default_factory=set)  # records that a bad value cost as a whole

    def __post_init__(self) -> None:
        self.ended = self.now + self.step

    def log(self, code: str, count: int = 0, **holes: Any) -> None:
        """Note a line of the log; :meth:`close` writes them all."""
        severity, message = codes.LOG[code]
        self.failed = self.failed or severity == codes.ERROR
        self.warned = self.warned or (severity == codes.WARNING and code not in codes.REMARKS)
        if message is not None:
            for name, value in holes.items():
                message = message.replace(f"{{{name}}}", str(value))
        self._write(count, severity, code, message)

    def log_script(self) -> None:
        """Note the line that a test has scripted for this sync."""
        if self.script and self.script.code:
            known = codes.LOG.get(self.script.code, ("", None))
            severity = {"error": codes.ERROR, "warning": codes.WARNING}.get(
                self.script.status, codes.INFORMATION
            )
            message = self.script.message or known[1]
            self._write(1, severity, self.script.code, message)

    def _write(self, count: int, severity: str, code: str, message: str | None) -> None:
        self.ended += self.step
        self.lines.append((self.sync_id, count, severity, code, message, self.ended))

    def close(self) -> None:
        """Write the log, with the status that only the end knows."""
        result = {"{syncId}": str(self.sync_id), "{status}": self.status.capitalize()}
        for place, line in enumerate(self.lines):
            if line[3] == "ELQ-00101" and line[4]:
                message = line[4]
                for hole, value in result.items():
                    message = message.replace(hole, value)
                self.lines[place] = (*line[:4], message, line[5])
        self.world.db.executemany(
            "INSERT INTO bulk_logs (sync_id, count, severity, code, message, created_at) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            self.lines,
        )
        self.lines = []

    def reject(self, code: str, records: Iterable[int], fields: Iterable[str] = ()) -> None:
        """Note that records were refused, and which keys were the reason."""
        names = list(fields)
        known = self.rejected.setdefault(code, set())
        for n in records:
            known.add(n)
            if names:
                self.invalid.setdefault((n, code), []).extend(names)

    def dropped(self) -> set[int]:
        """Return the records that must not be written; a bad value seldom drops one, see ``lost``."""
        others = {n for code, records in self.rejected.items() if code != "ELQ-00040" for n in records}
        return others | self.lost

    @property
    def user_id(self) -> str:
        """Return who runs this as records keep it: the id of the user, where syncs say the login."""
        found = self.world.value("SELECT id FROM eloqua_users WHERE username = ?", (self.user,))
        return self.user if found is None else str(found)

    @property
    def status(self) -> str:
        """Return the status the sync ends with."""
        if self.script:
            return self.script.status
        if self.failed:
            return "error"
        return "warning" if self.warned or any(self.rejected.values()) else "success"

    # -- the journal -----------------------------------------------------------------------------

    def journal_rows(
        self,
        operation: str,
        entity: str,
        keys: str,
        parameters: Iterable[Any],
        count: int,
        summary: str,
    ) -> None:
        """Write one line for each key of a query, or one in all where the world's settings say so."""
        if not count:
            return
        if not self.world.settings.journal_rows:
            self.journal_one(operation, entity, summary, count)
            return
        if count >= MANY:
            self.world.postpone_journal_index()
        self.world.run(
            "INSERT INTO journal (at, platform, operation, entity, key, detail) "
            "SELECT ?, 'eloqua', ?, ?, COALESCE(k.key, ''), ? "
            f"FROM (SELECT NULL AS key WHERE 0 UNION ALL {keys}) k",
            (self.now, operation, entity, json.dumps({"sync": self.sync_id}), *parameters),
        )

    def journal_one(self, operation: str, entity: str, key: str, count: int) -> None:
        """Write one line of the journal for all records of a step."""
        if count:
            self.world.note("eloqua", operation, entity, key, {"records": count, "sync": self.sync_id})
