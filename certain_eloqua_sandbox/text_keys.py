"""When two texts are the same to a platform: in lower case and composed (NFC), never folded.

ß stays another letter than ss, and a dotless i another one than a dotted i. SQLite's NOCASE knows the letters
of ASCII only, so SQL compares with :func:`key_sql`; an index on that expression serves the comparison.
"""

from __future__ import annotations

import sqlite3
import unicodedata


def text_key(text: str) -> str:
    """Return what texts that are the same have in common."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())


def key_sql(expression: str) -> str:
    """Return SQL for the key of a text.

    A text with as many characters as bytes is ASCII: SQLite's own ``lower`` is enough, and faster.
    """
    wide = f"length({expression}) <> length(CAST({expression} AS BLOB))"
    return f"CASE WHEN {wide} THEN text_key({expression}) ELSE lower({expression}) END"


def register(db: sqlite3.Connection) -> None:
    """Give a connection the function that :func:`key_sql` uses, as ``text_key(?)`` for a bound value too."""
    db.create_function("text_key", 1, _text_key, deterministic=True)


def _text_key(value: object) -> str | None:
    return None if value is None else text_key(str(value))
