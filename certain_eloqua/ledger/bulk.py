"""Writing many rows with few statements.

SQLite takes a list of rows quickly. PostgreSQL's driver sends each of them as a statement of its own when
there is a conflict clause, which takes half a minute for 100,000 rows; as arrays they take seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import pyarrow as pa
from sqlalchemy import Connection, DateTime, Table, cast, func, select
from sqlalchemy.dialects import postgresql, sqlite

from certain_eloqua.ledger.tables import Moment

ROWS_AT_ONCE = 2_000


def insert_table(
    connection: Connection,
    table: Table,
    rows: pa.Table,
    constants: Mapping[str, Any],
    *,
    on_conflict: Literal["update", "nothing"],
    keys: Sequence[str],
) -> None:
    """Insert the rows of an Arrow table, whose columns are named as the table's.

    Args:
        connection: in a transaction.
        table: where to.
        rows: the values.
        constants: columns with the same value in every row.
        on_conflict: what happens to a row that is there already.
        keys: the columns by which a row is recognised.
    """
    names = [*rows.column_names, *constants]
    to_postgres = connection.dialect.name == "postgresql"
    dialect: Any = postgresql if to_postgres else sqlite
    for columns in _slices(rows):
        statement = dialect.insert(table)
        if to_postgres:
            statement = statement.from_select(names, select(*_arrays(table, columns, constants)))
        if on_conflict == "nothing":
            statement = statement.on_conflict_do_nothing(index_elements=list(keys))
        else:
            new = {name: statement.excluded[name] for name in names if name not in keys}
            statement = statement.on_conflict_do_update(index_elements=list(keys), set_=new)
        if to_postgres:
            connection.execute(statement)
        else:
            values = zip(*columns.values(), strict=True)
            connection.execute(
                statement, [dict(zip(columns, row, strict=True)) | dict(constants) for row in values]
            )


def _slices(rows: pa.Table) -> Iterator[dict[str, list[Any]]]:
    for start in range(0, rows.num_rows, ROWS_AT_ONCE):
        yield rows.slice(start, ROWS_AT_ONCE).to_pydict()


def _arrays(table: Table, columns: Mapping[str, list[Any]], constants: Mapping[str, Any]) -> list[Any]:
    found: list[Any] = []
    for name, values in columns.items():
        kind = table.c[name].type
        if isinstance(kind, Moment):
            values = [kind.process_bind_param(value, postgresql.dialect()) for value in values]
            kind = DateTime()
        found.append(func.unnest(cast(values, postgresql.ARRAY(kind))).label(name))
    for name, value in constants.items():
        found.append(cast(value, table.c[name].type).label(name))
    return found
