"""What is wrong with a connector file, and where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: file, line (from 1; None for the whole), field, what is allowed, what was probably meant."""

    file: Path
    line: int | None
    field: str | None
    message: str
    allowed: tuple[str, ...] = ()
    nearest: str | None = None

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: " if self.line else f"{self.file}: "
        return where + in_words(self.field, self.message, self.allowed, self.nearest)


def in_words(
    field: str | None, message: str, allowed: tuple[str, ...] = (), nearest: str | None = None
) -> str:
    """A fault as sentences, wherever the setting was given."""
    what = f"{field}: {message}" if field else message
    hint = f" Did you mean `{nearest}`?" if nearest else ""
    choices = f" Allowed: {', '.join(allowed)}." if allowed else ""
    return f"{what}.{hint}{choices}"


def dotted(location: tuple[str | int, ...]) -> str | None:
    """`settings.registration_statuses[0]`."""
    message = ""
    for part in location:
        message += f"[{part}]" if isinstance(part, int) else f".{part}" if message else part
    return message or None
