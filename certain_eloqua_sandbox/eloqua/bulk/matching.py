"""Which record each row means, and the rows that may not become or change one."""

from __future__ import annotations

from collections.abc import Iterable

from certain_eloqua_sandbox.eloqua.bulk.definitions import Definition
from certain_eloqua_sandbox.eloqua.bulk.indexes import ensure_index
from certain_eloqua_sandbox.eloqua.bulk.meaning import Meaning
from certain_eloqua_sandbox.eloqua.bulk.run import Run
from certain_eloqua_sandbox.eloqua.bulk.staged import (
    Staged,
    converted,
    exclude,
)
from certain_eloqua_sandbox.eloqua.settings import settings
from certain_eloqua_sandbox.text_keys import key_sql

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def match(
    run: Run,
    definition: Definition,
    staged: Staged,
    meaning: Meaning,
    identifier: str,
    *,
    several: bool = False,
) -> None:
    """Write ``bulk_matched (n, id)``: which record each row means, NULL for none."""
    table, key = definition.entity.table, staged.column(identifier)
    differs = f"r.id IS NOT NULL AND {meaning.sql} IS NOT {key}" if meaning.column else "0"
    if meaning.role == "id" and definition.entity.path != "opportunities":
        same = f"r.id = CASE WHEN {key} NOT GLOB '*[^0-9]*' THEN CAST({key} AS INTEGER) END"
    elif meaning.role == "ext_id":
        number = f"CAST(ltrim({key}, '{LETTERS}') AS INTEGER)"
        same = f"r.id = {number} AND {key_sql(meaning.sql)} = {key_sql(key)}"
    else:
        exact = definition.body.get("isIdentifierFieldCaseSensitive")
        if meaning.column:
            ensure_index(run.world, table, meaning.column)
        value = converted(meaning, key) if meaning.kind in ("date", "number") else key
        same = f"{key_sql(meaning.sql)} = {key_sql(value)}"
        if exact:
            same += f" AND {meaning.sql} = {value}"
    run.world.run("DROP TABLE IF EXISTS temp.bulk_matched")
    run.world.run(
        f"CREATE TEMP TABLE bulk_matched AS SELECT s.n AS n, r.id AS id, {differs} AS differs "
        f"FROM {staged.table} s LEFT JOIN {table} r ON {same} WHERE {exclude(run)}"
    )
    if several or definition.body.get("isUpdatingMultipleMatchedRecords"):
        return
    rows, distinct = (
        run.world.value("SELECT count(*) FROM temp.bulk_matched"),
        staged.count - len(run.dropped()),
    )
    if rows != distinct:
        reject(
            run,
            "ELQ-00026",
            "SELECT n FROM temp.bulk_matched GROUP BY n HAVING count(*) > 1",
            [identifier],
        )


def reject(run: Run, code: str, query: str, fields: Iterable[str] = ()) -> None:
    """Refuse the rows a query finds, and forget their matches."""
    found = [row["n"] for row in run.world.rows(query)]
    if found:
        run.reject(code, found, fields)
        run.world.run(f"DELETE FROM temp.bulk_matched WHERE NOT ({exclude(run, 'bulk_matched')})")


def keep_the_import_rule(run: Run, definition: Definition, meaning: Meaning, identifier: str) -> None:
    rule = definition.body.get("importRule", "createAndUpdate")
    unmatched = "SELECT n FROM temp.bulk_matched WHERE id IS NULL"
    # What is not written is Eloqua's to give: a row that names an unknown one cannot become a record.
    given = meaning.column is None
    if rule == "updateOnly" or given:
        reject(run, "ELQ-00034", unmatched, [identifier])
    if rule == "createOnly":
        matched = "SELECT DISTINCT n FROM temp.bulk_matched WHERE id IS NOT NULL"
        reject(run, "ELQ-00048", matched, [identifier])


def keep_emails_unique(
    run: Run, definition: Definition, staged: Staged, meanings: dict[str, Meaning], identifier: str
) -> None:
    """Refuse rows that would give one contact the address of another."""
    if definition.entity.path != "contacts":
        return
    own = next((key for key, meaning in meanings.items() if meaning.role == "email"), None)
    if own is None or own == identifier:
        return
    ensure_index(run.world, "contacts", '"C_EmailAddress"')
    by_rule = definition.body.get("importRule") == "createOnly"
    other = key_sql('o."C_EmailAddress"')
    reject(
        run,
        "ELQ-00048" if by_rule else "ELQ-00011",
        f"SELECT DISTINCT m.n FROM temp.bulk_matched m JOIN {staged.table} s ON s.n = m.n "
        f"JOIN contacts o ON {other} = {key_sql(staged.column(own))} "
        "WHERE o.id IS NOT m.id",
        [identifier, own] if by_rule else [own],
    )


def keep_the_contact_limit(run: Run, definition: Definition) -> None:
    """Refuse the contacts that are too many for a sandbox of Oracle's; which code it uses is unpublished."""
    limit = settings(run.world).sandbox_contact_limit
    if limit is None or definition.entity.path != "contacts":
        return
    room = max(0, limit - run.world.value("SELECT count(*) FROM contacts"))
    reject(
        run,
        "ELQ-00125",
        f"SELECT n FROM temp.bulk_matched WHERE id IS NULL ORDER BY n LIMIT -1 OFFSET {room}",
    )
