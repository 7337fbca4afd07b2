"""Whether two plans mean the same, for "apply exactly this plan": what differs, with people masked.

Compared by key and column by column. Which run made a plan does not count; everything it would write or
show does.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.assets.diff_table import masked_person
from certain_eloqua.connectors.contract.columns import present

if TYPE_CHECKING:
    import pandas as pd

    from certain_eloqua.connectors.contract.kind import Kind

APPLY_PLAN_TAG = "certain/apply_plan"
"""Tag of a run: deliver only if the plan of this run is the same as that of the run named."""

MOST_EXAMPLES = 10
_NOT_COMPARED = frozenset({"plan"})


@dataclass(frozen=True, slots=True)
class PlanDifference:
    """How the plan made now differs from the earlier one, in numbers and examples."""

    only_then: int
    only_now: int
    changed: int
    examples: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.only_then or self.only_now or self.changed)

    def __str__(self) -> str:
        parts = [
            f"{self.changed} records differ" if self.changed else "",
            f"{self.only_then} are no longer in it" if self.only_then else "",
            f"{self.only_now} are new" if self.only_now else "",
        ]
        return f"{', '.join(filter(None, parts))}: {'; '.join(self.examples)}"


def compare_plans(kind: Kind, then: pd.DataFrame, now: pd.DataFrame) -> PlanDifference:
    """What differs between two plans of the same connector and event."""
    keys_then, keys_now = present(then, "key"), present(now, "key")
    place = pc.index_in(keys_now, value_set=keys_then)
    both = pc.indices_nonzero(pc.is_valid(place))
    there = place.take(both).cast(pa.int64())
    columns = [name for name in kind.plan_schema.names if name not in {"key", *_NOT_COMPARED}]
    unequal = {
        name: pc.not_equal(present(now, name).take(both), present(then, name).take(there)) for name in columns
    }
    changed = pa.array([False] * len(both), pa.bool_())
    for differs in unequal.values():
        changed = pc.or_(changed, differs)
    gone = pc.indices_nonzero(pc.invert(pc.is_in(keys_then, value_set=keys_now)))
    new = pc.indices_nonzero(pc.is_null(place))
    places = pc.indices_nonzero(changed)
    examples = [
        f"{masked_person(kind, _row(now, both[at.as_py()].as_py()))}: "
        + _in_words(
            _row(then, there[at.as_py()].as_py()),
            _row(now, both[at.as_py()].as_py()),
            [name for name in columns if unequal[name][at.as_py()].as_py()],
        )
        for at in places.slice(0, MOST_EXAMPLES)
    ]
    for frame, found, word in ((then, gone, "no longer planned"), (now, new, "new in the plan")):
        room = MOST_EXAMPLES - len(examples)
        examples += [f"{masked_person(kind, _row(frame, at.as_py()))}: {word}" for at in found.slice(0, room)]
    return PlanDifference(len(gone), len(new), len(places), tuple(examples))


def _row(frame: pd.DataFrame, position: int) -> dict[str, str]:
    row = frame.iloc[position]
    return {str(name): "" if value != value or value is None else str(value) for name, value in row.items()}


def _in_words(then: dict[str, str], now: dict[str, str], columns: list[str]) -> str:
    """Names of what differs; of actions and reasons, which are no personal data, the words too."""
    parts = [
        f"{name} {then[name] or 'none'} → {now[name] or 'none'}"
        for name in ("action", "reason")
        if name in columns
    ]
    fields = sorted(_fields(then) ^ _fields(now)) if {"changes", "write"} & set(columns) else []
    names = list(dict.fromkeys(field for field, _ in fields))
    parts += [f"other values of {', '.join(names)}"] if names else []
    rest = [name for name in columns if name not in ("action", "reason", "changes", "write", "detail")]
    parts += [f"another {', '.join(rest)}"] if rest else []
    return ", ".join(parts) or f"another {', '.join(columns)}"


def _fields(row: dict[str, str]) -> set[tuple[str, str]]:
    """Every field of a row with the text of its values."""
    found = {
        (f"{one['on']}.{one['field']}", json.dumps([one.get("old"), one.get("new")]))
        for one in (json.loads(row["changes"]) if row["changes"] else ())
    }
    for record, values in (json.loads(row["write"]) if row["write"] else {}).items():
        if isinstance(values, dict):
            found |= {(f"{record}.{name}", json.dumps(value)) for name, value in values.items()}
    return found
