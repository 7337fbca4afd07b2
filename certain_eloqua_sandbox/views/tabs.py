"""The tabs of a platform on the page: which tables they show, and what lies below a row."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Below:
    """A table of what belongs to one row: ``#/eloqua/lists/5`` shows ``members`` with ``list=5``."""

    table: str
    parameter: str


@dataclass(frozen=True, slots=True)
class Tab:
    """A table with a tab of its own.

    ``below`` are the tables of one row; the first may be searched and paged, and counts ``unit``. ``also``
    are other tabs that can be filtered by the same row.
    """

    table: str
    label: str
    below: tuple[Below, ...] = ()
    also: tuple[str, ...] = ()
    unit: str = "row"
