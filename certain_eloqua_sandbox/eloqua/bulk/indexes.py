"""Indexes that imports need, and getting what slows very many rows down out of their way."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from contextlib import contextmanager

from certain_eloqua_sandbox.text_keys import key_sql
from certain_eloqua_sandbox.world import World

MANY = 50_000


def ensure_index(world: World, table: str, column: str) -> None:
    """Index the keys of a column that identifies records, once."""
    made = "SELECT 1 FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND instr(sql, ?)"
    if world.value(made, (table, f"({key_sql(column)})")):
        return
    name = column.strip('"')
    world.run(f'CREATE INDEX IF NOT EXISTS "{table}_by_{name}" ON {table} ({key_sql(column)})')


@contextmanager
def many_rows(world: World, table: str, count: int, columns: Container[str]) -> Iterator[None]:
    """Take away what very many written rows would pay for one by one, and put it back after.

    That is the indexes on these columns (sorting a column once is several times faster than finding a place
    for each value in a tree), and the computed columns: SQLite computes them for every row it writes,
    although it does not keep them.
    """
    if count < MANY or count < world.value(f"SELECT COALESCE(max(rowid), 0) FROM {table}") / 2:
        yield
        return
    again = _without_indexes(world, table, columns) + _without_computed(world, table)
    yield
    for sql in reversed(again):
        world.run(sql)


def _without_indexes(world: World, table: str, columns: Container[str]) -> list[str]:
    """Drop the indexes that begin with one of the columns; returns the SQL that makes them."""
    dropped = []
    for index in world.rows(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL",
        (table,),
    ):
        first = world.value(f"SELECT name FROM pragma_index_info('{index['name']}') LIMIT 1")
        if first is None:  # an expression: the key of the column that it names first
            named = re.search(r'length\("?(\w+)"?\)', index["sql"])
            first = named[1] if named else None
        if first in columns or f'"{first}"' in columns:
            world.run(f'DROP INDEX "{index["name"]}"')
            dropped.append(index["sql"])
    return dropped


def _without_computed(world: World, table: str) -> list[str]:
    """Drop the columns that SQLite computes, unless an index holds one; returns the SQL that adds them.

    Neither touches a row: nothing of such a column is stored.
    """
    made = str(world.value("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)))
    found = re.findall(r'("\w+") (TEXT GENERATED ALWAYS AS \(.*?\) VIRTUAL)', made, re.DOTALL)
    indexed = " ".join(
        row["sql"] or ""
        for row in world.rows("SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ?", (table,))
    )
    if any(name in indexed for name, _ in found):
        return []
    for name, _ in found:
        world.run(f"ALTER TABLE {table} DROP COLUMN {name}")
    return [f"ALTER TABLE {table} ADD COLUMN {name} {how}" for name, how in found]
