"""The rows of a plan on their way into a Bulk import, and what the import made of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.clients.eloqua import ImportReceipt
from certain_eloqua.connectors.contract.actions import WRITES, Action, Outcome
from certain_eloqua.connectors.contract.columns import strings

_ROWS = 5_000
_COLUMNS = ("key", "action", "write", "email", "registration_code", "tag", "contact_id")


@dataclass(slots=True)
class SentRows:
    """What an import took: its keys in the order of its rows, and the receipt."""

    keys: list[pa.Array] = field(default_factory=list)
    actions: list[pa.Array] = field(default_factory=list)


def written(plan: pd.DataFrame, what: str) -> Iterator[tuple[list[dict[str, str]], pa.RecordBatch]]:
    """The rows of a plan that write this, in its order: what they write, and their columns."""
    for batch in batches_of(plan, what):
        yield [orjson.loads(text)[what] for text in batch["write"].to_pylist()], batch


def batches_of(plan: pd.DataFrame, what: str) -> Iterator[pa.RecordBatch]:
    names = [name for name in _COLUMNS if name in plan.columns]
    writes = pa.array([str(action) for action in WRITES])
    marker = f'{{"{what}":'
    for start in range(0, len(plan), _ROWS):
        piece = plan.iloc[start : start + _ROWS]
        batch = pa.RecordBatch.from_arrays(
            [strings(piece, name).cast(pa.string()) for name in names], names=names
        )
        wanted = pc.and_(
            pc.is_in(batch["action"], value_set=writes),
            pc.fill_null(pc.starts_with(batch["write"], pattern=marker), False),
        )
        batch = batch.filter(wanted)
        if batch.num_rows:
            yield batch


def outcomes_of(sent: SentRows, receipt: ImportReceipt) -> pa.Table:
    keys, actions = pa.concat_arrays(sent.keys), pa.concat_arrays(sent.actions)
    outcome = pc.if_else(pc.equal(actions, Action.CREATE.value), Outcome.CREATED.value, Outcome.UPDATED.value)
    rejects = receipt.rejects.filter(pc.is_valid(receipt.rejects["row"]))
    rejects = rejects.group_by("row").aggregate([("code", "min"), ("cause", "min"), ("written", "min")])
    numbers = pa.array(np.arange(1, len(keys) + 1))
    place = pc.index_in(numbers, value_set=rejects["row"].combine_chunks())
    written = pc.fill_null(rejects["written_min"].combine_chunks().take(place), True)
    # Of a large upload the receipt does not name the rows that went through which sync.
    sync = ", ".join(f"/syncs/{one}" for one in receipt.sync_ids) or None
    return pa.table(
        {
            "key": keys,
            "outcome": pc.if_else(written, outcome, Outcome.REJECTED.value),
            "code": rejects["code_min"].combine_chunks().take(place),
            "cause": rejects["cause_min"].combine_chunks().take(place),
            "sync": _same(sync, len(keys)),
        }
    )


def _same(text: str | None, count: int) -> pa.Array:
    """One text for all rows, kept once."""
    return pa.DictionaryArray.from_arrays(
        pa.repeat(pa.scalar(0, pa.int32()), count), pa.array([text], pa.string())
    )
