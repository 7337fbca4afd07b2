"""A table of the page: columns, a query, a search, filters; answered a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from certain_eloqua_sandbox import bodies
from certain_eloqua_sandbox.text_keys import key_sql
from certain_eloqua_sandbox.world import World

LARGEST_PAGE = 500
USUAL_PAGE = 50


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the row's key, its heading, the SQL it comes from, how it is shown, where it leads.

    ``kind`` is text | number | time | status | json | texts | flag; ``link`` is a hash such as
    ``#/eloqua/lists/{id}``, filled from the row.
    """

    key: str
    label: str
    sql: str
    kind: str = "text"
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """Rows of one kind only: ``?name=value``; ``choices`` is a query for the values offered."""

    name: str
    label: str
    sql: str
    choices: str | None = None
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is defined."""

    title: str
    columns: tuple[Column, ...]
    source: str
    search: tuple[str, ...] = ()
    order: str = "1"
    filters: tuple[Filter, ...] = ()
    empty: str = "Nothing here."
    count: str | None = None  # a quicker query for the count of all rows
    head: Callable[[World, Mapping[str, str]], dict[str, Any] | None] | None = field(default=None)

    def page(self, world: World, asked: Mapping[str, str]) -> dict[str, Any]:
        """Return one page of the table: ``q``, ``offset``, ``limit`` and the table's own filters."""
        conditions, values = self._conditions(asked)
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        counting = self.count if self.count and not conditions else f"SELECT COUNT(*) {self.source}{where}"
        offset, limit = natural(asked, "offset", 0), natural(asked, "limit", USUAL_PAGE, LARGEST_PAGE)
        selected = ", ".join(f'{column.sql} AS "{column.key}"' for column in self.columns)
        rows = world.rows(
            f"SELECT {selected} {self.source}{where} ORDER BY {self.order} LIMIT ? OFFSET ?",
            [*values, limit, offset],
        )
        return {
            "title": self.title,
            "empty": self.empty,
            "searchable": bool(self.search),
            "columns": [
                {"key": column.key, "label": column.label, "kind": column.kind, "link": column.link}
                for column in self.columns
            ],
            "rows": [dict(row) for row in rows],
            "total": world.value(counting, values if where else ()),
            "offset": offset,
            "limit": limit,
            "filters": [self._shown(world, one, asked) for one in self.filters if one.choices],
            "head": self.head(world, asked) if self.head else None,
        }

    def _conditions(self, asked: Mapping[str, str]) -> tuple[list[str], list[str]]:
        allowed = ["q", "offset", "limit", *(one.name for one in self.filters)]
        for name in asked:
            if name not in allowed:
                raise bodies.refusal(
                    f"no parameter {bodies.quoted(name)} here; allowed: {', '.join(allowed)}"
                )
        conditions, values = [], []
        for one in self.filters:
            if asked.get(one.name):
                conditions.append(f"{one.sql} = ?")
                values.append(asked[one.name])
            elif one.required:
                raise bodies.refusal(f"the parameter {one.name!r} is needed here")
        for word in asked.get("q", "").split() if self.search else ():
            found = [f"{key_sql(sql)} LIKE text_key(?) ESCAPE '\\'" for sql in self.search]
            conditions.append(f"({' OR '.join(found)})")
            values += [f"%{_literal(word)}%"] * len(self.search)
        return conditions, values

    @staticmethod
    def _shown(world: World, one: Filter, asked: Mapping[str, str]) -> dict[str, Any]:
        assert one.choices is not None
        return {
            "name": one.name,
            "label": one.label,
            "value": asked.get(one.name, ""),
            "choices": [[str(row[0]), str(row[1])] for row in world.rows(one.choices)],
        }


def _literal(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def natural(asked: Mapping[str, str], name: str, otherwise: int, high: int | None = None) -> int:
    """Return a whole number of the query."""
    written = asked.get(name, str(otherwise))
    return int(bodies.whole(0, high)(f"{name!r}", int(written) if written.isdigit() else written))


def count_rows(world: World, sources: Mapping[str, str]) -> dict[str, int]:
    """Return how many rows there are, by the name of a table and what follows FROM."""
    return {name: int(world.value(f"SELECT COUNT(*) FROM {source}")) for name, source in sources.items()}
