"""What earlier deliveries wrote: values in the `changes` of plans, where the delivery says so. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.connectors.contract.actions import DELIVERED, Outcome
from certain_eloqua.connectors.contract.columns import chunks, present, strings
from certain_eloqua.connectors.contract.kind import Kind, Touched
from certain_eloqua.connectors.contract.restoring import OFF_LIST, SUBJECT

PARTLY = (Outcome.REJECTED, Outcome.IN_DOUBT)
"""Outcomes of rows that may have been written in part."""

_TEXT = pa.large_string()
_WRITTEN = pa.schema(
    [
        ("row", pa.int64()),
        ("on", _TEXT),
        ("field", _TEXT),
        ("old", _TEXT),
        ("new", _TEXT),
        ("created", pa.bool_()),
        ("surely", pa.bool_()),
    ]
)


@dataclass(frozen=True, slots=True)
class PastRun:
    """A plan and its delivery, as they are kept."""

    plan: pd.DataFrame
    delivery: pd.DataFrame


@dataclass(frozen=True, slots=True)
class PastWrites:
    """What was written.

    Attributes:
        rows: a row for each row of a plan that wrote something; see `Touched.rows`.
        values: a row for each value: `row` (a position in `rows`), `on`, `field`, `old` (null: not known),
            `new`, `created` (with its record), `surely` (false: the row may have been written in part).
        deleted: how many rows of the deliveries deleted records, which nothing brings back.
    """

    rows: pd.DataFrame
    values: pa.Table
    deleted: int = 0

    @property
    def touched(self) -> Touched:
        """What must be read to know how the values are now."""
        fields: dict[str, list[str]] = {}
        pairs = self.values.group_by(["on", "field"]).aggregate([]).to_pydict()
        for on, field in sorted(zip(pairs["on"], pairs["field"], strict=True)):
            fields.setdefault(on, []).append(field)
        return Touched(self.rows, fields)


def past_writes(kind: Kind, runs: Iterable[PastRun]) -> PastWrites:
    """What some runs of a connector wrote, of each value the latest.

    Args:
        kind: the connector's kind.
        runs: the latest first.
    """
    names = [column.name for column in kind.key_columns]
    rows: list[pd.DataFrame] = []
    values: list[pa.Table] = []
    deleted, before = 0, 0
    for run in runs:
        some, table, gone = _of_run(kind, names, run)
        deleted += gone
        place = table.schema.get_field_index("row")
        table = table.set_column(place, "row", pc.add(table["row"], before))
        rows.append(some)
        values.append(table)
        before += len(some)
    if not rows:
        return PastWrites(pd.DataFrame(columns=["key", "outcome", SUBJECT, *names]), _WRITTEN.empty_table())
    together = pd.concat(rows, ignore_index=True)
    return PastWrites(together, _latest(together, pa.concat_tables(values)), deleted)


def _of_run(kind: Kind, names: Sequence[str], run: PastRun) -> tuple[pd.DataFrame, pa.Table, int]:
    keys = present(run.plan, "key")
    place = pc.index_in(keys, value_set=present(run.delivery, "key"))
    outcome = pc.fill_null(present(run.delivery, "outcome").take(place), "")
    done = pc.is_in(outcome, value_set=pa.array(sorted(DELIVERED), outcome.type))
    partly = pc.is_in(outcome, value_set=pa.array(sorted(PARTLY), outcome.type))
    changes = strings(run.plan, "changes")
    wanted = pc.and_(pc.or_(done, partly), pc.is_valid(changes))
    positions = np.flatnonzero(wanted.to_numpy(zero_copy_only=False))
    planned = run.plan.iloc[positions]
    delivered = run.delivery.iloc[place.take(pa.array(positions)).to_numpy(zero_copy_only=False)]
    rows = pd.DataFrame({"key": _texts(keys, positions), "outcome": _texts(outcome, positions)})
    for name in names:
        learned, known = present(delivered, name), present(planned, name)
        rows[name] = pd.Series(pc.if_else(pc.equal(learned, ""), known, learned).to_pandas(), dtype="str")
    restoring = kind.restoring
    rows[SUBJECT] = rows[restoring.subject if restoring else "key"]
    created = restoring.created(planned, delivered) if restoring else {}
    surely = done.take(pa.array(positions)).to_numpy(zero_copy_only=False)
    values = _values(changes.take(pa.array(positions)), rows, names, created, surely)
    if restoring and restoring.memberships:  # one that was never seen before was not on the list
        off = pc.if_else(pc.equal(values["old"], ""), OFF_LIST, values["old"])
        values = values.set_column(values.schema.get_field_index("old"), "old", off)
    gone = int(pc.sum(pc.equal(outcome, Outcome.DELETED.value)).as_py() or 0)
    return rows, values, gone


def _values(
    changes: pa.Array,
    rows: pd.DataFrame,
    names: Sequence[str],
    created: Mapping[str, np.ndarray],
    surely: np.ndarray,
) -> pa.Table:
    batches = []
    for piece in chunks(len(changes)):
        lists: dict[str, list[object]] = {name: [] for name in _WRITTEN.names}
        for row, text in zip(piece, changes.slice(piece.start, len(piece)).to_pylist(), strict=True):
            for change in orjson.loads(text):
                on = change["on"]
                if on == change["field"]:
                    continue  # a deletion: nothing brings that record back
                new = change["new"]
                if new[:1] == "{" and new[1:-1] in names:  # stands for an id that the delivery learned
                    new = rows[new[1:-1]].iat[row]
                lists["row"].append(row)
                lists["on"].append(on)
                lists["field"].append(change["field"])
                lists["old"].append(change.get("old"))
                lists["new"].append(new)
                lists["created"].append(bool(on in created and created[on][row]))
                lists["surely"].append(bool(surely[row]))
        batches.append(pa.table(lists, schema=_WRITTEN))
    return pa.concat_tables(batches) if batches else _WRITTEN.empty_table()


def _latest(rows: pd.DataFrame, values: pa.Table) -> pa.Table:
    """Of each value of a record the first one, which is of the latest run."""
    subjects = pa.array(rows[SUBJECT], _TEXT).take(values["row"].combine_chunks())
    mark = pc.binary_join_element_wise(
        subjects, values["on"].combine_chunks(), values["field"].combine_chunks(), pa.scalar("\x1f", _TEXT)
    )
    numbered = pa.table({"mark": mark, "place": pa.array(np.arange(len(mark)))})
    first = numbered.group_by("mark").aggregate([("place", "min")])["place_min"]
    return values.take(pa.array(np.sort(first.to_numpy())))


def _texts(column: pa.Array, positions: np.ndarray) -> pd.Series:
    return pd.Series(column.take(pa.array(positions)).to_pandas(), dtype="str")
