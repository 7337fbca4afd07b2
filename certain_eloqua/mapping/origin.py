"""Who changed a field map last, and when, by git if the file is in a repository."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a version of a field map is from. Without git only the file is known.

    Attributes:
        file: name of the file, or `default table`.
        commit: the last commit that changed it, shortened; with `+` if the file has changed since.
        author: who made that commit.
        changed_at: when.
    """

    file: str
    commit: str | None = None
    author: str | None = None
    changed_at: datetime | None = None

    def __str__(self) -> str:
        if self.commit is None or self.changed_at is None:
            return self.file
        since = ", changed since and not committed" if self.commit.endswith("+") else ""
        return (
            f"{self.file}, commit {self.commit} of {self.author}, {self.changed_at:%Y-%m-%d %H:%M} UTC{since}"
        )


def origin_of(path: Path | None) -> Origin:
    """The origin of a field map's file; the default table has none."""
    if path is None:
        return Origin("default table")
    return _origin(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=16)
def _origin(path: Path, changed_ns: int) -> Origin:
    """The same; git is asked once until the file changes, since a run may have hundreds of events."""
    del changed_ns
    answer = _git(path, "log", "-1", "--format=%h%n%an%n%aI", "--", path.name)
    lines = answer.splitlines() if answer else []
    if len(lines) != 3:  # no git, no repository, or a file that was never committed
        return Origin(path.name)
    commit, author, stamp = lines
    changed = _git(path, "status", "--porcelain", "--", path.name)
    dirty = "+" if changed is None or changed.strip() else ""
    return Origin(path.name, commit + dirty, author, datetime.fromisoformat(stamp).astimezone(UTC))


def _git(path: Path, *arguments: str) -> str | None:
    """What git prints, None if there is no git or it refuses."""
    folder = path.resolve().parent
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode == 0 else None
