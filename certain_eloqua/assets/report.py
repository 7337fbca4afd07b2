"""The report of a plan or of a delivery: one HTML file that needs nothing else, neither network nor server.

Counts cover every row. The table shows at most :data:`MOST_ROWS`, some of every action and reason, so that
the file of 100,000 people can still be opened. People are masked unless asked otherwise.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.assets.diff_table import masked_person
from certain_eloqua.clients.redaction import redact
from certain_eloqua.connectors.contract.actions import Outcome
from certain_eloqua.connectors.contract.columns import present, strings
from certain_eloqua.domain.masking import BLANK, difference_hint, mask_value

if TYPE_CHECKING:
    import pandas as pd
    from jinja2 import Template

    from certain_eloqua.connectors.contract.kind import Kind

MOST_ROWS = 2_000
MOST_FIELDS = 12
"""Fields of one row that are listed; the number of the others is given."""
LONGEST_VALUE = 160
MOST_CAUSES = 200

_TEMPLATES = Path(__file__).parent / "templates"
_LAST = ("unchanged", "skipped", "skip")
_FIRST = (Outcome.REJECTED.value, Outcome.IN_DOUBT.value)


@dataclass(frozen=True, slots=True)
class About:
    """What a report is about.

    Attributes:
        step: `plan` or `delivery`.
        connector: the connector's name.
        event: the event's code, None for the account.
        run_id: the run that made it.
        made: when, as text.
        link: address of the run in the UI.
        settings: the connector's settings in that run.
        cost: calls, syncs, bytes and seconds, by name.
    """

    step: str
    connector: str
    event: str | None
    run_id: str
    made: str
    link: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    cost: Mapping[str, Any] = field(default_factory=dict)


def render_report(
    kind: Kind,
    frame: pd.DataFrame,
    about: About,
    *,
    plan: pd.DataFrame | None = None,
    unmasked: bool = False,
    most_rows: int = MOST_ROWS,
) -> str:
    """The report as HTML.

    Args:
        kind: the connector's kind.
        frame: the plan, or the delivery.
        about: where it comes from.
        plan: of a delivery, the plan that it applied: its changes are listed.
        unmasked: show people unmasked.
        most_rows: rows in the table.
    """
    what, why = ("action", "reason") if about.step == "plan" else ("outcome", "code")
    words = present(frame, what)
    reasons = present(frame, why)
    positions = _positions(words, reasons, most_rows)
    rows = _rows(kind, frame, positions, plan, _Shown(kind, unmasked), (what, why))
    return _template().render(
        about=about,
        kind=kind,
        total=len(frame),
        rows=rows,
        counts=_counts(words),
        causes=_causes(frame, what, why),
        words=sorted({row["what"] for row in rows}),
        reasons=sorted({row["why"] for row in rows} - {""}),
        unmasked=unmasked,
        settings=json.dumps(dict(about.settings), ensure_ascii=False, default=str),
        style=(_TEMPLATES / "report.css").read_text("utf-8"),
        script=_script(),
        script_hash=base64.b64encode(hashlib.sha256(_script().encode()).digest()).decode(),
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("report.html")


@cache
def _script() -> str:
    return (_TEMPLATES / "report.js").read_text("utf-8")


# -- which rows


def _positions(words: pa.Array, reasons: pa.Array, most: int) -> list[int]:
    """Rows of every action and reason: small groups whole, the large ones share what room is left."""
    group = pc.binary_join_element_wise(words, reasons, pa.scalar("\x1f", pa.large_string()))
    sizes = {one["values"]: one["counts"] for one in pc.value_counts(group).to_pylist()}
    taken: dict[str, list[int]] = {}
    room, waiting = most, sorted(sizes, key=lambda name: (sizes[name], name))
    for number, name in enumerate(waiting):
        share = min(sizes[name], max(1, room // (len(waiting) - number)), room)
        taken[name] = pc.indices_nonzero(pc.equal(group, name)).slice(0, share).to_pylist()
        room -= share

    def rank(name: str) -> tuple[bool, bool, str]:
        word = name.partition("\x1f")[0]
        return word not in _FIRST, word in _LAST, name

    return [place for name in sorted(taken, key=rank) for place in taken[name]]


def _counts(column: pa.Array) -> list[tuple[str, int]]:
    found = [(one["values"], one["counts"]) for one in pc.value_counts(column).to_pylist()]
    return sorted(found, key=lambda one: (-one[1], one[0]))


def _causes(frame: pd.DataFrame, what: str, why: str) -> list[tuple[str, str, str, int]]:
    """What was left out or refused: word, code, cause in plain words, and how many; most frequent first."""
    text = "detail" if what == "action" else "cause"
    some = frame.loc[(frame[why].fillna("") != ""), [what, why, text]].fillna("")
    if some.empty:
        return []
    grouped = some.value_counts().head(MOST_CAUSES).reset_index().to_dict("records")
    return [(one[what], one[why], redact(str(one[text])), int(one["count"])) for one in grouped]


# -- the cells


@dataclass(frozen=True, slots=True)
class _Shown:
    """Values as they may be shown."""

    kind: Kind
    unmasked: bool

    def person(self, row: Mapping[str, str]) -> str:
        if not self.unmasked:
            return masked_person(self.kind, row)
        names = [row.get(column.name) for column in self.kind.key_columns if column.personal]
        return " ".join(dict.fromkeys(filter(None, [*names, row["key"]])))

    def text(self, text: str) -> str:
        return _short(text if self.unmasked else redact(text))

    def change(self, change: Mapping[str, Any]) -> dict[str, str]:
        name = f"{change['on']}.{change['field']}"
        old, new = change.get("old"), str(change.get("new") or "")
        if self.unmasked:
            before, after, hint = str(old or ""), new, ""
        elif self.kind.shows(change["on"], change["field"]):
            before, after, hint = redact(str(old or "")), redact(new), ""
        else:
            before, after = mask_value(str(old or "")), mask_value(new)
            hint = difference_hint(str(old), new) if old else ""
        return {
            "field": name,
            "old": "" if old is None else _short(before) or BLANK,
            "new": _short(after) or BLANK,
            "hint": hint,
        }


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def _rows(
    kind: Kind,
    frame: pd.DataFrame,
    positions: list[int],
    plan: pd.DataFrame | None,
    shown: _Shown,
    names: tuple[str, str],
) -> list[dict[str, Any]]:
    what, why = names
    places = pa.array(positions, pa.int64())
    wanted = ["key", "record", what, why, "changes", "detail", "cause", "sync"]
    wanted += [column.name for column in kind.key_columns]
    there = [name for name in dict.fromkeys(wanted) if name in frame.columns]
    columns = {name: strings(frame, name).take(places).to_pylist() for name in there}
    if plan is not None:
        at = pc.index_in(strings(frame, "key").take(places).cast(pa.large_string()), present(plan, "key"))
        columns["changes"] = present(plan, "changes").take(at).to_pylist()
    rows = []
    for number in range(len(positions)):
        row = {name: column[number] or "" for name, column in columns.items()}
        changes = json.loads(row["changes"]) if row.get("changes") else []
        ids = [row[column.name] for column in kind.key_columns if not column.personal and row[column.name]]
        rows.append(
            {
                "person": _short(shown.person(row)),
                "what": row[what],
                "why": row[why],
                "record": row["record"],
                "words": shown.text(row.get("detail") or row.get("cause") or ""),
                "ids": " ".join(one for one in ids if one != row["key"]),
                "sync": row.get("sync", ""),
                "changes": [shown.change(one) for one in changes[:MOST_FIELDS]],
                "more": max(0, len(changes) - MOST_FIELDS),
            }
        )
    return rows
