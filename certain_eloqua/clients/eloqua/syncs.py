"""Bulk syncs: starting one exactly once, waiting for its end, reading its result.

Sources: Oracle, "Sync status types", "Troubleshooting", "Bulk API Best Practices".
"""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from certain_eloqua.clients.eloqua import codes
from certain_eloqua.clients.eloqua.session import BULK, EloquaSession
from certain_eloqua.clients.errors import (
    BudgetReached,
    InDoubt,
    ServerError,
    SyncFailed,
    SyncFailedForNow,
    UnexpectedContent,
)
from certain_eloqua.clients.polling import PollSettings, poll

log = logging.getLogger(__name__)

ENDED = frozenset(
    {"success", "warning", "error", "errored"}
)  # one doc page says errored, the wire says error
STARTS = 3
"""How often starting a sync is tried when it got lost on the way."""


@dataclass(frozen=True)
class LogEntry:
    """One line of a sync's log: an aggregate, which never names a row."""

    code: str
    severity: str
    count: int
    message: str


class Syncs:
    """The syncs of one instance."""

    def __init__(self, session: EloquaSession, settings: PollSettings, **waiting: Any) -> None:
        """`waiting` is handed to `poll`: sleep, clock, random."""
        self._session = session
        self._settings = settings
        self._waiting = waiting
        session.http.usage.started("syncs", 0)
        self._running: set[str] = set()

    @property
    def started(self) -> int:
        """Syncs that were started, by this client and others that share its usage."""
        return self._session.http.usage.others["syncs"]

    def run(self, definition_uri: str, doing: str) -> "FinishedSync":
        """Start a sync of the definition and wait for its end.

        Raises:
            SyncFailed, SyncFailedForNow: it ended in error.
            DeadlineExceeded: it is still running; the definition must not be deleted then.
            BudgetReached: the budget of syncs is used up; nothing was started.
        """
        sync_id = self.start(definition_uri, doing)
        self._running.add(definition_uri)
        try:
            finished = self.wait(sync_id, doing)
        except (SyncFailed, SyncFailedForNow):
            self._running.discard(definition_uri)
            raise
        self._running.discard(definition_uri)
        return finished

    def may_be_running(self, definition_uri: str) -> bool:
        """Whether we started a sync of this definition and do not know its end."""
        return definition_uri in self._running

    def start(self, definition_uri: str, doing: str) -> str:
        """The id of a new sync of the definition.

        A request that got lost may have started one. Two syncs of a definition at once can lose data, so the
        list of syncs is asked before trying again.
        """
        for last in range(STARTS - 1, -1, -1):
            try:
                return id_of(self.create(definition_uri, doing))
            except (InDoubt, ServerError):
                found = self.find(definition_uri)
                if found:
                    log.info("The answer was lost, but sync %s was started", found[0])
                    self._session.http.usage.started("syncs")
                    return found[0]
                if not last:
                    raise
        raise AssertionError("unreachable")

    def create(self, definition_uri: str, doing: str) -> str:
        """The uri of a new sync of the definition, asked for once.

        Raises:
            InDoubt, ServerError: the sync may exist.
            BudgetReached: the budget of syncs is used up; nothing was started.
        """
        limit = self._session.http.budget.syncs
        if limit is not None and self.started >= limit:
            raise BudgetReached(f"Eloqua: {doing}", f"the budget of {limit} syncs is used up")
        answer = self._session.json(
            "POST", f"{BULK}/syncs", doing=doing, json={"syncedInstanceUri": definition_uri}
        )
        uri = answer.get("uri") if isinstance(answer, dict) else None
        if not isinstance(uri, str):
            raise UnexpectedContent(f"Eloqua: {doing}", "a sync without uri")
        self._session.http.usage.started("syncs")
        return uri

    def find(self, definition_uri: str) -> list[str]:
        """Ids of all syncs of a definition, the newest first."""
        listed = self._session.items(
            f"{BULK}/syncs",
            doing=f"Looking for syncs of {definition_uri}",
            params={"orderBy": "createdAt DESC"},
        )
        found = [id_of(s["uri"]) for s in listed if s.get("syncedInstanceUri") == definition_uri]
        return sorted(found, key=int, reverse=True)

    def of_definitions(self, uris: Collection[str], since: str) -> list[dict[str, Any]]:
        """All syncs of some definitions, of which the oldest was made at `since`, by Eloqua's clock."""
        listed = self._session.items(
            f"{BULK}/syncs",
            doing="Looking for syncs of definitions left behind",
            params={"orderBy": "createdAt DESC"},
        )
        recent = takewhile(lambda sync: str(sync.get("createdAt") or since) >= since, listed)
        return [sync for sync in recent if sync.get("syncedInstanceUri") in uris]

    def wait(self, sync_id: str, doing: str) -> "FinishedSync":
        """The sync when it has ended, with its log."""
        last = poll(
            lambda: (
                self._session.json("GET", f"{BULK}/syncs/{sync_id}", doing=f"{doing} (sync {sync_id})") or {}
            ),
            lambda sync: sync.get("status") in ENDED,
            first=self._settings.first,
            grow=self._settings.grow,
            cap=self._settings.cap,
            deadline=self._settings.deadline,
            doing=f"Eloqua: {doing} (sync {sync_id})",
            **self._waiting,
        )
        status = "error" if last["status"] == "errored" else str(last["status"])
        finished = FinishedSync(sync_id, status, tuple(self.log(sync_id)))
        log.info("Sync %s ended with status %s", sync_id, status)
        if status == "error":
            raise finished.failure(doing)
        return finished

    def log(self, sync_id: str) -> list[LogEntry]:
        """What the sync wrote down, in its order."""
        listed = self._session.items(
            f"{BULK}/syncs/{sync_id}/logs", doing=f"Reading the log of sync {sync_id}"
        )
        return [
            LogEntry(
                code=str(entry.get("statusCode") or ""),
                severity=str(entry.get("severity") or "information"),
                count=int(entry.get("count") or 0),
                message=str(entry.get("message") or ""),
            )
            for entry in listed
        ]

    def rejects(self, sync_id: str) -> list[dict[str, Any]]:
        """All rejects, paged to the end. Hold people's values: never log one."""
        return list(
            self._session.items(
                f"{BULK}/syncs/{sync_id}/rejects", doing=f"Reading the rejects of sync {sync_id}"
            )
        )


@dataclass(frozen=True)
class FinishedSync:
    """A sync that has ended: `success`, `warning` or `error`. Warning means finished, look at the rejects."""

    sync_id: str
    status: str
    log: Sequence[LogEntry]

    def counted(self, code: str) -> int | None:
        """The sum of the counts under a code; None if the log does not mention it."""
        counts = [entry.count for entry in self.log if entry.code == code]
        return sum(counts) if counts else None

    def failure(self, doing: str) -> SyncFailed | SyncFailedForNow:
        """The error to raise when it ended in error, sorted by what Eloqua's codes say."""
        wrong = [entry for entry in self.log if entry.severity == "error"] or list(self.log)[-3:]
        found = tuple(entry.code for entry in wrong)
        words = (
            "; ".join(f"{e.code} {codes.meaning(e.code, e.message)}" for e in wrong) or "no reason in its log"
        )
        kind = SyncFailedForNow if codes.TEMPORARY & set(found) else SyncFailed
        return kind(
            f"Eloqua: {doing}", f"sync {self.sync_id} failed: {words}", sync_id=self.sync_id, codes=found
        )


def id_of(uri: str) -> str:
    """The last part of a uri: `/syncs/66100` is sync 66100."""
    return uri.rstrip("/").rpartition("/")[2]
