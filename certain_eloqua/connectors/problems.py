"""What is wrong with a connector file, and where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: file, line (from 1), field, what is allowed, and what was probably meant."""

    file: Path
    line: int
    field: str | None
    message: str
    allowed: tuple[str, ...] = ()
    nearest: str | None = None

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: "
        what = f"{self.field}: {self.message}" if self.field else self.message
        hint = f" Did you mean `{self.nearest}`?" if self.nearest else ""
        allowed = f" Allowed: {', '.join(self.allowed)}." if self.allowed else ""
        return f"{where}{what}.{hint}{allowed}"
