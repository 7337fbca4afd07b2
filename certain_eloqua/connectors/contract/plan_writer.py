"""Writing a plan row by row into Arrow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa

from certain_eloqua.connectors.contract.actions import Action
from certain_eloqua.connectors.contract.columns import ROWS_AT_ONCE
from certain_eloqua.connectors.contract.schemas import KeyColumn, plan_schema


@dataclass(slots=True)
class Changes:
    """What one record changes: as shown (old and new), and as written."""

    shown: list[dict[str, str]] = field(default_factory=list)
    written: dict[str, dict[str, str]] = field(default_factory=dict)

    def set(self, on: str, name: str, new: str, old: str | None = None) -> None:
        """Write a field; `old` is None when we do not know what stands there."""
        shown = {"on": on, "field": name, "new": new}
        if old is not None:
            shown["old"] = old
        self.shown.append(shown)
        self.written.setdefault(on, {})[name] = new

    def also(self, on: str, name: str, value: str) -> None:
        """Send a field that does not change: the platform needs it to find the record."""
        self.written.setdefault(on, {})[name] = value


class PlanWriter:
    """Collects the rows of a plan; :meth:`frame` gives them back as the plan.

    Args:
        made_by: the run that makes the plan.
        kind_of_record: what its rows are about unless a row says otherwise.
        columns: the kind's key columns.
    """

    def __init__(self, made_by: str, kind_of_record: str, columns: Sequence[KeyColumn]) -> None:
        self._made_by = made_by
        self._record = kind_of_record
        self._names = tuple(column.name for column in columns)
        # The columns as pandas keeps text, so that a large plan is not copied on its way into a frame.
        self._schema = pa.schema([pa.field(c.name, pa.large_string()) for c in plan_schema(columns)])
        self._batches: list[pa.RecordBatch] = []
        self._rows: list[tuple[str | None, ...]] = []

    def add(
        self,
        key: str,
        action: Action,
        *,
        record: str | None = None,
        reason: str | None = None,
        detail: str | Sequence[str] | None = None,
        changes: Changes | None = None,
        **ids: str | None,
    ) -> None:
        """One record; `ids` are its values of the key columns. Blank texts become missing."""
        unknown = ids.keys() - set(self._names)
        if unknown:
            raise TypeError(f"not key columns of this kind: {', '.join(sorted(unknown))}")
        text = detail if isinstance(detail, str) or detail is None else "; ".join(detail)
        self._rows.append(
            (
                key,
                action.value,
                record or self._record,
                str(reason) if reason else None,
                text or None,
                *(ids.get(name) or None for name in self._names),
                _json(changes.shown) if changes and changes.shown else None,
                _json(changes.written) if changes and changes.written else None,
                self._made_by,
            )
        )
        if len(self._rows) >= ROWS_AT_ONCE:
            self._flush()

    def interleave(
        self, mask: np.ndarray[Any, np.dtype[np.bool_]], action: Action, key: pa.Array, **ids: pa.Array
    ) -> None:
        """Put rows given as columns where `mask` is true; the rows added since the last call are the others.

        Args:
            mask: one truth for each row of this part of the plan, in its order.
            action: of the rows given as columns.
            key: their keys.
            ids: their values of the key columns.
        """
        added, self._rows = self._rows, []
        others = [pa.array(column, pa.large_string()) for column in zip(*added, strict=True)]
        given = {
            "key": key,
            "action": _constant(action.value, len(key)),
            "record": _constant(self._record, len(key)),
            "plan": _constant(self._made_by, len(key)),
            **ids,
        }
        order = np.empty(len(mask), np.int64)
        order[mask] = np.arange(len(key))
        order[~mask] = len(key) + np.arange(len(added))
        arrays = []
        for number, column in enumerate(self._schema):
            mine = given.get(column.name, pa.nulls(len(key), pa.large_string())).cast(pa.large_string())
            theirs = [others[number]] if added else []
            arrays.append(pa.concat_arrays([mine, *theirs]).take(pa.array(order)))
        self._batches.append(pa.RecordBatch.from_arrays(arrays, schema=self._schema))

    def frame(self) -> pd.DataFrame:
        """The plan."""
        self._flush()
        table = pa.Table.from_batches(self._batches, schema=self._schema)
        self._batches = []
        made: pd.DataFrame = table.to_pandas(self_destruct=True, split_blocks=True)
        return made

    def _flush(self) -> None:
        if self._rows:
            arrays = [pa.array(column, pa.large_string()) for column in zip(*self._rows, strict=True)]
            self._batches.append(pa.RecordBatch.from_arrays(arrays, schema=self._schema))
            self._rows = []


def _constant(text: str, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(text, pa.large_string()), count)


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
