"""Writing a plan row by row into Arrow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import pandas as pd
import pyarrow as pa

from certain_eloqua.connectors.contract.actions import Action
from certain_eloqua.connectors.contract.columns import ROWS_AT_ONCE
from certain_eloqua.connectors.contract.reasons import Reason
from certain_eloqua.connectors.contract.schemas import PLAN_SCHEMA

_IN_MEMORY = pa.schema([pa.field(column.name, pa.large_string()) for column in PLAN_SCHEMA])
"""The plan's columns as pandas keeps text, so that a large plan is not copied on its way into a frame."""


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
        """Send a field that does not change: the other side needs it to find the record."""
        self.written.setdefault(on, {})[name] = value


class PlanWriter:
    """Collects the rows of a plan; :meth:`frame` gives them back as the plan."""

    def __init__(self, made_by: str) -> None:
        self._made_by = made_by
        self._batches: list[pa.RecordBatch] = []
        self._rows: list[tuple[str | None, ...]] = []

    def add(
        self,
        key: str,
        action: Action,
        *,
        reason: Reason | None = None,
        detail: str | Sequence[str] | None = None,
        email: str | None = None,
        contact_id: str | None = None,
        profile_pin: str | None = None,
        registration_code: str | None = None,
        changes: Changes | None = None,
    ) -> None:
        """One record; texts that are blank become missing."""
        said = detail if isinstance(detail, str) or detail is None else "; ".join(detail)
        self._rows.append(
            (
                key,
                action.value,
                reason.value if reason else None,
                said or None,
                email or None,
                contact_id or None,
                profile_pin or None,
                registration_code or None,
                _json(changes.shown) if changes and changes.shown else None,
                _json(changes.written) if changes and changes.written else None,
                self._made_by,
            )
        )
        if len(self._rows) >= ROWS_AT_ONCE:
            self._flush()

    def frame(self) -> pd.DataFrame:
        """The plan."""
        self._flush()
        table = pa.Table.from_batches(self._batches, schema=_IN_MEMORY)
        self._batches = []
        made: pd.DataFrame = table.to_pandas(self_destruct=True, split_blocks=True)
        return made

    def _flush(self) -> None:
        if self._rows:
            arrays = [pa.array(column, pa.large_string()) for column in zip(*self._rows, strict=True)]
            self._batches.append(pa.RecordBatch.from_arrays(arrays, schema=_IN_MEMORY))
            self._rows = []


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
