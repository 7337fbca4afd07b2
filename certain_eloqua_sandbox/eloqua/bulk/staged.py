"""The rows of a sync as its merging sees them, and checks that every entity makes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from certain_eloqua_sandbox.eloqua import field_sizes
from certain_eloqua_sandbox.eloqua.bulk.meaning import Meaning
from certain_eloqua_sandbox.eloqua.bulk.run import Run

# One @, something before it, a domain with a dot, no blanks; the real rules are unpublished.
EMAIL = re.compile(r"[^\s@,;<>()\"\[\]\\]+@[^\s@,;<>()\"\[\]\\.]+(?:\.[^\s@,;<>()\"\[\]\\.]+)+")
FLAGS = "CASE lower({0}) WHEN 'true' THEN 1 WHEN '1' THEN 1 WHEN 'yes' THEN 1 " \
    "WHEN 'false' THEN 0 WHEN '0' THEN 0 WHEN 'no' THEN 0 END"  # fmt: skip


@dataclass(slots=True)
class Staged:
    """A table of staged rows: which column holds which key of the definition."""

    table: str
    columns: dict[str, str | None]  # key -> c0 ..., None: no file of the sync could have it
    count: int
    offset: int = 0  # what is taken from n to get the record's index
    malformed: list[int] = field(default_factory=list)

    def column(self, key: str, alias: str = "s") -> str:
        """Return the SQL of a key's value; NULL when the row does not have it."""
        name = self.columns.get(key)
        return f"{alias}.{name}" if name else "NULL"


def is_email(text: str) -> bool:
    """Return whether a text can be an e-mail address."""
    return EMAIL.fullmatch(text) is not None


def converted(meaning: Meaning, value: str) -> str:
    """Return SQL that gives a value as it is kept: NULL when it is blank or does not fit its type."""
    if meaning.kind == "date":
        return f"bulk_date(NULLIF({value}, ''))"
    if meaning.kind == "number":
        return f"bulk_number(NULLIF({value}, ''))"
    if meaning.kind == "flag":
        return FLAGS.format(value)
    most = characters(meaning)
    if most is not None:
        return f"CASE WHEN length({value}) <= {most} THEN NULLIF({value}, '') END"
    return f"NULLIF({value}, '')"


def characters(meaning: Meaning) -> int | None:
    """Return the size of a text field, None for what is no text or an address.

    What Bulk does with a longer text is not known: as with other bad values, the row is reported with
    ELQ-00040 and taken without it (proposed).
    """
    if meaning.field is None or meaning.role == "email":
        return None
    return field_sizes.characters(meaning.field)


def reject_bad_values(
    run: Run, staged: Staged, meanings: dict[str, Meaning], identifier: str | None = None
) -> None:
    """Report the values that do not fit their field.

    The rows are taken without these values. A row whose identifier or unique field has such a value is
    rejected as a whole: without it, it would become another record at each import.
    """
    for key, meaning in meanings.items():
        typed = meaning.kind in ("date", "number", "flag") or characters(meaning) is not None
        if not typed or not staged.columns.get(key):
            continue
        value = staged.column(key)
        bad = run.world.rows(
            f"SELECT s.n FROM {staged.table} s WHERE COALESCE({value}, '') <> '' "
            f"AND {converted(meaning, value)} IS NULL"
        )
        found = {row["n"] for row in bad} - run.dropped()
        run.reject("ELQ-00040", found, [key])
        if key == identifier or (meaning.field is not None and meaning.field.is_unique):
            run.lost |= found


def exclude(run: Run, alias: str = "s") -> str:
    """Return a condition that leaves out the dropped records, after writing them where SQL sees them."""
    dropped = run.dropped()
    if not dropped:
        return "1"
    run.world.run("CREATE TEMP TABLE IF NOT EXISTS bulk_dropped (n INTEGER PRIMARY KEY)")
    run.world.run("DELETE FROM temp.bulk_dropped")
    run.world.db.executemany("INSERT INTO temp.bulk_dropped VALUES (?)", ((n,) for n in sorted(dropped)))
    return f"{alias}.n NOT IN (SELECT n FROM temp.bulk_dropped)"
