"""The ``search`` parameter: terms, operators, wildcards and quotes, as a condition in SQL."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from certain_eloqua_sandbox.eloqua.rest.times import eastern, seconds
from certain_eloqua_sandbox.text_keys import key_sql

LARGEST = 2**62  # an id beyond this is no id, and SQLite could not hold it
_OPERATOR = r"(?:!=|<>|>=|<=|=|>|<)"
_NAME = r"[A-Za-z_][\w.]*"
_TERM = rf"(?:\[\s*{_NAME}\s*{_OPERATOR}\s*\]|{_NAME}\s*{_OPERATOR})"  # name= or [name =]
_CRITERION = re.compile(
    rf"\s*(?:AND\s+)?(?P<open>\[\s*)?(?P<term>{_NAME})\s*(?P<operator>{_OPERATOR})\s*(?(open)\]\s*)"
    # A quote ends the value only at the end or before another criterion: a name may have quotes inside.
    rf"(?:'(?P<single>.*?)'(?=\s*$|\s*(?:AND\s+)?{_TERM})"
    rf'|"(?P<double>.*?)"(?=\s*$|\s*(?:AND\s+)?{_TERM})'
    rf"|(?P<bare>.*?)(?=\s*$|\s+(?:AND\s+)?{_TERM}))",
    re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Term:
    """What a term means. ``kind``: text, id, number, time (Unix), date (text) or flag (0 or 1)."""

    sql: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One comparison of a search; ``term`` is ``None`` for the entity's default term."""

    term: str | None
    operator: str
    value: str


Terms = Callable[[str], Term | None]


def parse(text: str) -> list[Criterion]:
    """Return the comparisons of a search; a text of another form is a value of the default term."""
    if not re.match(rf"\s*{_TERM}", text):
        return [Criterion(None, "=", _unquoted(text.strip()))]
    found, position = [], 0
    while match := _CRITERION.match(text, position):
        quoted = match["single"] if match["single"] is not None else match["double"]
        value = match["bare"].strip() if quoted is None else quoted.replace("''", "'")
        found.append(Criterion(match["term"], match["operator"].replace("<>", "!="), value))
        position = match.end()
        if not text[position:].strip():
            break
    else:
        return [Criterion(None, "=", _unquoted(text.strip()))]
    return found


def _unquoted(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1].replace("''", "'")
    return text


def condition(text: str | None, terms: Terms, default: str) -> tuple[str, list[object]]:
    """Return a search as SQL and its parameters.

    Several values asked of one term are alternatives; different terms, and comparisons other than
    equality, must all hold.
    """
    if text is None or not text.strip() or text.strip() == "*":
        return "1", []
    groups: dict[str, list[tuple[str, list[object]]]] = {}
    for position, criterion in enumerate(parse(text)):
        term = terms(criterion.term or default)
        if term is None:
            return "0", []  # accepted, finds nothing (accepted_rules.py)
        alternative = criterion.operator == "="
        group = (criterion.term or default).lower() if alternative else f"#{position}"
        groups.setdefault(group, []).append(_compare(term, criterion))
    parts = [f"({' OR '.join(sql for sql, _ in group)})" for group in groups.values()]
    return " AND ".join(parts), [
        value for group in groups.values() for _, values in group for value in values
    ]


def _compare(term: Term, criterion: Criterion) -> tuple[str, list[object]]:
    sql, operator, value = term.sql, criterion.operator, criterion.value
    negated = operator == "!="
    if operator in ("=", "!=") and value == "":
        blank = f"({sql} IS NULL OR {sql} = '')"
        return (f"NOT {blank}" if negated else blank), []
    if operator in ("=", "!=") and "*" in value:
        if value.strip("*") == "":
            return ("0" if negated else "1"), []
        pattern = re.sub(r"([\\%_])", r"\\\1", value).replace("*", "%")
        like = f"{key_sql(sql)} LIKE text_key(?) ESCAPE '\\'"
        return (f"({sql} IS NULL OR NOT {like})" if negated else like), [pattern]
    wanted = _typed(term, value)
    if wanted is None:
        return "0", []
    if term.kind == "time" and operator in ("=", "!="):
        equal = f"CAST({sql} AS INTEGER) = CAST(? AS INTEGER)"
        return (f"NOT {equal}" if negated else equal), [wanted]
    left = {"number": f"CAST({sql} AS REAL)", "text": key_sql(sql)}.get(term.kind, sql)
    right = "text_key(?)" if term.kind == "text" else "?"
    if negated:
        return f"({sql} IS NULL OR {left} != {right})", [wanted]
    return f"{left} {operator} {right}", [wanted]


def _typed(term: Term, value: str) -> object | None:
    """Return a value in the type of its term, ``None`` when it cannot be that."""
    if term.kind in ("id", "number"):
        try:
            number = float(value) if term.kind == "number" else int(value)
            return max(-LARGEST, min(number, LARGEST))
        except ValueError:
            return None
    if term.kind == "time":
        return seconds(value)
    if term.kind == "date":
        at = seconds(value)
        return None if at is None else eastern(at)
    if term.kind == "flag":
        return {"true": 1, "1": 1, "false": 0, "0": 0}.get(value.lower())
    return value
