"""An account of the event platform."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Account:
    """The account whose events and people we move; accounts form a tree."""

    code: str
    name: str
    parent_code: str | None = None
    is_active: bool = True
