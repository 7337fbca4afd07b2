"""The short Markdown tables of plans and deliveries: who, what happens, which field from what to what, why.

Rows are people. Their values are masked unless the kind declares a field plain (`Kind.plain_fields`): the
metadata of a run can be read by everyone who opens the UI, for as long as Dagster keeps the run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.clients.redaction import redact
from certain_eloqua.connectors.contract.actions import DELIVERED, WRITES, Outcome
from certain_eloqua.connectors.contract.columns import strings
from certain_eloqua.domain.email import mask_email
from certain_eloqua.domain.masking import BLANK, difference_hint, mask_value

if TYPE_CHECKING:
    import pandas as pd

    from certain_eloqua.connectors.contract.kind import Kind

LONGEST_TABLE = 990
"""Dagster shows Markdown below 1,000 characters in place, and longer one only after a click."""

MOST_ROWS = 12
FIELDS_OF_ROW = 2
LONGEST_CELL = 90


def plan_table(kind: Kind, frame: pd.DataFrame) -> str:
    """`person · action · field: old → new · reason`: what is written, then one record of every reason."""
    action, reason = _filled(frame, "action"), _filled(frame, "reason")
    written = pc.is_in(action, pa.array(sorted(WRITES), action.type))
    rows = (
        (
            _person(kind, row),
            row["action"],
            _changes(kind, row),
            _text(row["detail"] or row["reason"].replace("_", " ")),
        )
        for row in _examples(frame, pc.if_else(written, action, _joined(action, reason)), set(WRITES))
    )
    return _table(("person", "action", "field: old → new", "reason"), rows)


def delivery_table(kind: Kind, frame: pd.DataFrame) -> str:
    """`person · outcome · ids · cause`: what was rejected or is in doubt first, what was left out last."""
    outcome, code = _filled(frame, "outcome"), _filled(frame, "code")
    rows = (
        (_person(kind, row), row["outcome"], _ids(kind, row), _cause(row))
        for row in _examples(
            frame, _joined(outcome, code), set(DELIVERED), first=(Outcome.REJECTED, Outcome.IN_DOUBT)
        )
    )
    return _table(("person", "outcome", "ids", "cause"), rows)


# -- which rows


def _filled(frame: pd.DataFrame, name: str) -> pa.Array:
    """A column of texts, "" where there is nothing."""
    return pc.fill_null(strings(frame, name).cast(pa.large_string()), "")


def _joined(name: pa.Array, cause: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(name, cause, pa.scalar(":", pa.large_string()))


def _examples(
    frame: pd.DataFrame, group: pa.Array, several: set[str], first: tuple[str, ...] = ()
) -> Iterator[Mapping[str, str]]:
    """One row of every group, the rare ones first within theirs; then more of the groups in `several`."""
    counted = {one["values"]: one["counts"] for one in pc.value_counts(group).to_pylist()}

    def rank(name: str) -> tuple[bool, bool, int, str]:
        word = name.partition(":")[0]
        return word not in first, word not in several, counted[name], name

    order = sorted(counted, key=rank)
    found = {
        name: pc.indices_nonzero(pc.equal(group, name)).slice(0, MOST_ROWS).to_pylist() for name in order
    }
    positions = [places[0] for places in found.values()]
    for turn in range(1, MOST_ROWS):
        positions += [
            places[turn]
            for name, places in found.items()
            if name.partition(":")[0] in {*several, *first} and turn < len(places)
        ]
    columns = {name: strings(frame, name) for name in frame.columns if name != "write"}
    for position in positions[:MOST_ROWS]:
        yield {name: column[position].as_py() or "" for name, column in columns.items()}


# -- the cells


def masked_person(kind: Kind, row: Mapping[str, str]) -> str:
    """Who a row is about, as it may be shown."""
    masked = [mask_email(row.get(column.name)) for column in kind.key_columns if column.personal]
    key = mask_email(row["key"]) if "@" in row["key"] else redact(row["key"])
    return " ".join(dict.fromkeys(filter(None, [*masked, key])))


def _person(kind: Kind, row: Mapping[str, str]) -> str:
    return _code(masked_person(kind, row))


def _ids(kind: Kind, row: Mapping[str, str]) -> str:
    ids = [row.get(column.name) for column in kind.key_columns if not column.personal]
    return _code(" ".join(one for one in ids if one and one != row["key"]))


def _cause(row: Mapping[str, str]) -> str:
    code = row["code"].replace("_", " ")
    return _text(": ".join(filter(None, [code, row["cause"]])))


def _changes(kind: Kind, row: Mapping[str, str]) -> str:
    changes: list[dict[str, Any]] = json.loads(row["changes"]) if row["changes"] else []
    changes.sort(key=lambda one: (not one.get("old"), one["on"] != row["record"]))
    shown = [_change(one, kind.shows(one["on"], one["field"])) for one in changes[:FIELDS_OF_ROW]]
    more = len(changes) - len(shown)
    return "; ".join([*shown, *([f"{more} more"] if more else [])])


def _change(change: Mapping[str, Any], plain: bool) -> str:
    """`field: old → new`. An old value that is not known is left out."""
    old, new = change.get("old"), str(change.get("new") or "")
    show = _plain if plain else mask_value
    hint = difference_hint(str(old), new) if old and not plain else ""
    before = f"{_code(show(str(old)))} → " if old is not None else "→ "
    return f"{change['field']}: {before}{_code(show(new))}" + (f" ({hint})" if hint else "")


def _plain(value: str) -> str:
    return redact(value) or BLANK


# -- Markdown


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """The rows that fit."""
    text = f"| {' | '.join(head)} |\n|{' --- |' * len(head)}"
    for row in rows:
        line = f"\n| {' | '.join(row)} |"
        if len(text) + len(line) > LONGEST_TABLE:
            break
        text += line
    return text


def _code(value: str) -> str:
    """In the typewriter face, in which Markdown has no meaning."""
    text = _short(value).replace("`", "'").replace("|", "¦")
    return f"`{text}`" if text and text != BLANK else text


def _text(value: str) -> str:
    text = redact(_short(value)).replace("|", "¦").replace("<", "‹").replace("`", "'")
    return text.replace("*", r"\*").replace("[", r"\[")


def _short(value: str) -> str:
    text = " ".join(value.split())
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"
