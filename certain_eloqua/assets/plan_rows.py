"""A plan's frame on its way into a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    import pandas as pd

_ROWS_AT_ONCE = 20_000


def plan_reader(frame: pd.DataFrame, schema: pa.Schema) -> pa.RecordBatchReader:
    """A plan piece by piece: as one table it would be in memory twice."""
    bare = frame.copy(deep=False)
    bare.attrs = {}

    def pieces() -> Iterator[pa.RecordBatch]:
        for start in range(0, len(bare), _ROWS_AT_ONCE):
            piece = bare.iloc[start : start + _ROWS_AT_ONCE]
            yield from pa.Table.from_pandas(piece, schema=schema, preserve_index=False).to_batches()

    return pa.RecordBatchReader.from_batches(schema, pieces())
