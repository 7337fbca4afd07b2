"""Which rows have a key that can be used: not blank, not impossible, not given twice."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass, field

from certain_eloqua_sandbox.eloqua.bulk.definitions import Definition
from certain_eloqua_sandbox.eloqua.bulk.meaning import Meaning
from certain_eloqua_sandbox.eloqua.bulk.run import Run
from certain_eloqua_sandbox.eloqua.bulk.staged import EMAIL, Staged
from certain_eloqua_sandbox.text_keys import text_key

NO_EMAIL = re.compile(f"(?m)^(?!{EMAIL.pattern}$)")  # a line that is none


@dataclass(slots=True)
class _Faults:
    """The rows at fault, and the keys seen so far."""

    blank: list[int] = field(default_factory=list)
    twice: list[int] = field(default_factory=list)
    twice_email: list[int] = field(default_factory=list)
    bad: dict[str, list[int]] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    emails: set[str] = field(default_factory=set)


def check_keys(
    run: Run, definition: Definition, staged: Staged, meanings: dict[str, Meaning], identifier: str
) -> None:
    """Refuse rows whose identifier is blank or repeated, and rows with an impossible e-mail address."""
    exact = bool(definition.body.get("isIdentifierFieldCaseSensitive"))
    emails = [
        key
        for key, of in meanings.items()
        if of.kind == "email" and (of.column is not None or key == identifier)
    ]
    own = next((key for key in emails if meanings[key].role == "email" and key != identifier), None)
    lost = run.dropped()
    usual = emails in ([], [identifier]) and not lost
    if usual and _all_good(run, staged, identifier, bool(emails), exact):
        return
    found = _Faults()
    cursor = run.world.db.cursor()
    cursor.row_factory = None
    columns = [staged.column(identifier), *(staged.column(key) for key in emails)]
    cursor.execute(f"SELECT s.n, {', '.join(columns)} FROM {staged.table} s ORDER BY s.n")
    for n, key, *addresses in cursor:
        if n not in lost:
            _check_row(found, n, key, dict(zip(emails, addresses, strict=True)), own, exact)
    run.reject("ELQ-00061", found.blank, [identifier])
    for name, records in found.bad.items():
        run.reject("ELQ-00002", records, [name])
    run.reject("ELQ-00026", found.twice, [identifier])
    if own:
        run.reject("ELQ-00011", found.twice_email, [own])


def _check_row(
    found: _Faults, n: int, key: str | None, addresses: dict[str, str | None], own: str | None, exact: bool
) -> None:
    if not key or key.isspace():
        found.blank.append(n)
        return
    wrong = [name for name, text in addresses.items() if text and not EMAIL.fullmatch(text)]
    if wrong:
        for name in wrong:
            found.bad.setdefault(name, []).append(n)
        return
    folded = key if exact else text_key(key)
    if folded in found.keys:
        found.twice.append(n)
        return
    found.keys.add(folded)
    address = text_key(addresses.get(own) or "") if own else ""
    if address:
        if address in found.emails:
            found.twice_email.append(n)
        found.emails.add(address)


def _all_good(run: Run, staged: Staged, identifier: str, is_email: bool, exact: bool) -> bool:
    """Return whether no key is blank, impossible or repeated: the usual case, found quickly.

    All keys are looked at as one text of a line each; a key with a line break is left to the slow way.
    """
    key = staged.column(identifier)
    try:
        joined = run.world.value(f"SELECT group_concat({key}, char(10)) FROM {staged.table} s")
    except sqlite3.DataError:  # more than SQLite holds in one text
        return False
    if joined is None:
        return False
    lines = (joined if exact else text_key(joined)).split("\n")
    distinct = set(lines)
    if len(lines) != staged.count or len(distinct) != staged.count or "" in distinct:
        return False
    if is_email:
        return not NO_EMAIL.search(joined)
    return not any(map(str.isspace, distinct))
