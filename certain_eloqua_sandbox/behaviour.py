"""One line of the coverage page about what a platform does beyond answering a path."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Something a platform does beyond answering a path. ``held`` names what the sandbox does not do."""

    area: str
    what: str
    source: str
    held: str = ""
