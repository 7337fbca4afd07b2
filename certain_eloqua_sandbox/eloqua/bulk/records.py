"""Merging rows into records: contacts, accounts, custom objects, events, opportunities.

Python looks once at the keys (blank, impossible or repeated); everything else is a statement over
all rows: matching, updating, inserting.
"""

from __future__ import annotations

from dataclasses import dataclass

from certain_eloqua_sandbox.eloqua.bulk import linking
from certain_eloqua_sandbox.eloqua.bulk.definitions import Definition
from certain_eloqua_sandbox.eloqua.bulk.entities import CREATED_CODES
from certain_eloqua_sandbox.eloqua.bulk.identifiers import check_keys
from certain_eloqua_sandbox.eloqua.bulk.indexes import many_rows
from certain_eloqua_sandbox.eloqua.bulk.matching import (
    keep_emails_unique,
    keep_the_contact_limit,
    keep_the_import_rule,
    match,
    reject,
)
from certain_eloqua_sandbox.eloqua.bulk.meaning import Meaning, resolve
from certain_eloqua_sandbox.eloqua.bulk.run import Run
from certain_eloqua_sandbox.eloqua.bulk.staged import (
    Staged,
    converted,
    reject_bad_values,
)


def meanings_of(run: Run, definition: Definition) -> dict[str, Meaning]:
    """Return what the definition's fields mean; they were checked when the sync was created."""
    found = {key: resolve(run.world, definition.entity, text) for key, text in definition.fields.items()}
    return {key: meaning for key, meaning in found.items() if meaning is not None}


def write(run: Run, definition: Definition, staged: Staged) -> list[tuple[str, int]]:
    """Create and update records as the definition's rules say; returns the counts for the log."""
    meanings = meanings_of(run, definition)
    identifier = str(definition.body["identifierFieldName"])
    check_keys(run, definition, staged, meanings, identifier)
    reject_bad_values(run, staged, {key: of for key, of in meanings.items() if of.column}, identifier)
    match(run, definition, staged, meanings[identifier], identifier)
    keep_the_import_rule(run, definition, meanings[identifier], identifier)
    keep_emails_unique(run, definition, staged, meanings, identifier)
    keep_the_contact_limit(run, definition)
    base = _base(run, definition.entity.table)
    new = _new_rows(run, staged)
    updated = _update(run, definition, staged, meanings)
    created = _insert(run, definition, new, staged, meanings, base)
    run.world.run(
        "INSERT OR IGNORE INTO bulk_written SELECT id, n FROM temp.bulk_matched WHERE id IS NOT NULL"
    )
    if new.count and _is_wanted_later(definition, meanings):
        run.world.run(f"INSERT INTO bulk_written SELECT ? + {new.place}, s.n {new.rows}", (base,))
    linking.after_write(run, definition, staged, meanings, base)
    _journal(run, definition, identifier, staged, base, created, updated)
    code_created, code_updated = CREATED_CODES[definition.entity.path]
    counts = [(code_created, created)] + ([(code_updated, updated)] if code_updated else [])
    return counts + linking.map_records(run, definition, staged)


def find_members(run: Run, definition: Definition, staged: Staged) -> list[tuple[str, int]]:
    """Find the records that a syncAction definition's rows name."""
    meanings = meanings_of(run, definition)
    identifier = str(definition.body["identifierFieldName"])
    check_keys(run, definition, staged, meanings, identifier)
    match(run, definition, staged, meanings[identifier], identifier, several=True)
    reject(run, "ELQ-00034", "SELECT n FROM temp.bulk_matched WHERE id IS NULL", [identifier])
    run.world.run(
        "INSERT OR IGNORE INTO bulk_written SELECT id, n FROM temp.bulk_matched WHERE id IS NOT NULL"
    )
    return []


# -- writing ---------------------------------------------------------------------------------------


def _base(run: Run, table: str) -> int:
    """Return the greatest id ever given in a table."""
    given = run.world.value("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)) or 0
    return max(int(given), int(run.world.value(f"SELECT COALESCE(max(id), 0) FROM {table}")))


def _is_wanted_later(definition: Definition, meanings: dict[str, Meaning]) -> bool:
    """Return whether a later step needs to know which rows became which new records."""
    flags = {meaning.role for meaning in meanings.values()} & {"is_subscribed", "is_bounced"}
    asked = definition.body.get("syncActions") or definition.body.get("mapDataCards")
    return definition.entity.path != "contacts" or bool(flags or asked)


@dataclass(frozen=True, slots=True)
class _New:
    """The rows that become records: how many, where from, and the place of each among them."""

    count: int
    rows: str
    place: str
    order: str


def _new_rows(run: Run, staged: Staged) -> _New:
    """Number the rows that match nothing; if those are all, their own numbers do."""
    count = int(run.world.value("SELECT count(*) FROM temp.bulk_matched WHERE id IS NULL"))
    last = run.world.value(f"SELECT max(n) FROM {staged.table}")
    if count == staged.count == last - staged.offset:
        return _New(count, f"FROM {staged.table} s", f"s.n - {staged.offset}", "s.n")
    run.world.run("DROP TABLE IF EXISTS temp.bulk_new")
    run.world.run("CREATE TEMP TABLE bulk_new (place INTEGER PRIMARY KEY, n INTEGER)")
    run.world.run("INSERT INTO temp.bulk_new (n) SELECT n FROM temp.bulk_matched WHERE id IS NULL ORDER BY n")
    return _New(count, f"FROM temp.bulk_new w JOIN {staged.table} s ON s.n = w.n", "w.place", "w.place")


def _update(run: Run, definition: Definition, staged: Staged, meanings: dict[str, Meaning]) -> int:
    matched = run.world.value("SELECT count(*) FROM temp.bulk_matched WHERE id IS NOT NULL")
    if not matched:
        return 0
    sets = ["updated_at = ?", "updated_by = ?"]
    rule = definition.body.get("updateRule", "always")
    by_field = definition.body.get("updateRuleByField", {})
    identifier = definition.body.get("identifierFieldName")
    changed = ["updated_at"]
    partly = _partly_missing(run, staged)
    for key, meaning in meanings.items():
        if meaning.column is None or not staged.columns.get(key) or key == identifier:
            continue
        own_rule = by_field.get(key, "always") if rule == "useFieldRule" else rule
        value = _new_value(staged, key, meaning, own_rule, may_lack=key in partly)
        sets.append(f"{meaning.column} = {value}")
        changed.append(meaning.column)
    joined = (
        f"FROM temp.bulk_matched m JOIN {staged.table} s ON s.n = m.n WHERE r.id = m.id AND m.id IS NOT NULL"
    )
    table = definition.entity.table
    update = f"UPDATE {table} AS r SET {', '.join(sets)} {joined}"
    with many_rows(run.world, table, matched, changed):
        updated = run.world.run(update, (run.now, run.user_id)).rowcount
    own = meanings[str(identifier)]
    if own.column and run.world.value("SELECT 1 FROM temp.bulk_matched WHERE differs LIMIT 1"):
        # Matched without regard to letter case: the letters become those of the row.
        value = converted(own, staged.column(str(identifier)))
        run.world.run(f"UPDATE {table} AS r SET {own.column} = {value} {joined} AND m.differs")
    return updated


def _partly_missing(run: Run, staged: Staged) -> set[str]:
    """Return the keys that some rows have and others have not."""
    columns = {key: staged.column(key) for key, name in staged.columns.items() if name}

    def lacks(condition: str) -> bool:
        return bool(run.world.value(f"SELECT 1 FROM {staged.table} s WHERE {condition} LIMIT 1"))

    if not lacks(" OR ".join(f"{column} IS NULL" for column in columns.values()) or "0"):
        return set()
    return {key for key, column in columns.items() if lacks(f"{column} IS NULL")}


def _new_value(staged: Staged, key: str, meaning: Meaning, rule: str, *, may_lack: bool) -> str:
    """Return SQL for what a field becomes under an update rule."""
    raw = staged.column(key)
    value = converted(meaning, raw)
    keep = f"r.{meaning.column}"
    if rule == "ifNewIsNotNull":
        return f"COALESCE({value}, {keep})"
    if rule == "ifExistingIsNull":
        return f"COALESCE({keep}, {value})"
    if meaning.kind == "flag":
        return f"COALESCE({value}, {keep})"  # these are yes or no, never blank
    if meaning.kind in ("date", "number"):
        return f"CASE WHEN {raw} IS NULL OR ({raw} <> '' AND {value} IS NULL) THEN {keep} ELSE {value} END"
    if may_lack:
        return f"CASE WHEN {raw} IS NULL THEN {keep} ELSE {value} END"
    return value


def _insert(
    run: Run, definition: Definition, new: _New, staged: Staged, meanings: dict[str, Meaning], base: int
) -> int:
    if not new.count:
        return 0
    columns = ["id", "created_at", "updated_at", "created_by", "updated_by"]
    values = [f"? + {new.place}", "?", "?", "?", "?"]
    for key, meaning in meanings.items():
        if meaning.column is None or not staged.columns.get(key):
            continue
        value = converted(meaning, staged.column(key))
        if meaning.kind == "flag":
            value = f"COALESCE({value}, {1 if meaning.role == 'is_subscribed' else 0})"
        if meaning.column == "email_format":
            value = f"COALESCE({value}, 'unspecified')"
        columns.append(meaning.column)
        values.append(value)
    table, user = definition.entity.table, run.user_id
    with many_rows(run.world, table, new.count, columns):
        return run.world.run(
            f"INSERT INTO {definition.entity.table} ({', '.join(columns)}) SELECT {', '.join(values)} "
            f"{new.rows} ORDER BY {new.order}",
            (base, run.now, run.now, user, user),
        ).rowcount


def _journal(
    run: Run,
    definition: Definition,
    identifier: str,
    staged: Staged,
    base: int,
    created: int,
    updated: int,
) -> None:
    entity, parameters = definition.entity, list[str]()
    if entity.path == "contacts":
        key = """SELECT COALESCE(t."C_EmailAddress", t.id) FROM contacts t"""
        keys = f"{key} JOIN bulk_written w ON w.id = t.id WHERE t.id"
        made = f"{key} WHERE t.id > {base} AND t.id <= {base + created}"
    else:
        key = f"COALESCE({staged.column(identifier)}, w.id)"
        if entity.is_object:
            name = run.world.value("SELECT name FROM custom_objects WHERE id = ?", (entity.parent_id,))
            key, parameters = f"? || '|' || {key}", [name]
        keys = f"SELECT {key} FROM bulk_written w JOIN {staged.table} s ON s.n = w.n WHERE w.id"
        made = f"{keys} > {base}"
    run.journal_rows("create", entity.noun, made, parameters, created, definition.uri)
    run.journal_rows("update", entity.noun, f"{keys} <= {base}", parameters, updated, definition.uri)
