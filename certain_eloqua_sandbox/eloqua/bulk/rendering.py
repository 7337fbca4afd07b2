"""How a value is written in an export: everything is text, times in one sortable format."""

from __future__ import annotations

from certain_eloqua_sandbox.eloqua.bulk.meaning import Meaning
from certain_eloqua_sandbox.eloqua.bulk.times import as_text_sql


def as_text(meaning: Meaning, *, utc: bool) -> str:
    """Return SQL that gives the value as exported, NULL or the empty string when it is blank."""
    if meaning.kind == "time":
        return as_text_sql(meaning.sql, utc=utc)
    if meaning.kind == "id":
        return f"CAST({meaning.sql} AS TEXT)"
    if meaning.kind == "number":
        return f"CAST({meaning.sql} AS TEXT)"
    if meaning.kind == "flag":
        return f"CASE {meaning.sql} WHEN 0 THEN 'false' WHEN 1 THEN 'true' END"
    return meaning.sql
