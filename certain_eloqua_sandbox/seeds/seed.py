"""What a seed is: its name and its figures. Each platform plants it in its own way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Seed:
    """What is planted: the same seed always gives the same people."""

    name: str
    summary: str
    people: bool
    contacts: int
    registrations: int | None = None  # None: as many as the story of the seed has
    number: int = 1

    def with_(self, *, number: int | None, contacts: int | None, registrations: int | None) -> Seed:
        """Return this seed with the given figures in place of its own."""
        given: dict[str, Any] = {"number": number, "contacts": contacts, "registrations": registrations}
        return replace(self, **{name: value for name, value in given.items() if value is not None})
