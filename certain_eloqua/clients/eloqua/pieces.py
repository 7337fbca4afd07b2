"""Cuts rows into CSV pieces that Eloqua takes: by bytes, never through a row.

Sources: Oracle, "Import data into Eloqua" (UTF-8, 32 MB a request). A missing value becomes a blank.
"""

import io
from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa
import pyarrow.csv as pa_csv

from certain_eloqua.clients.eloqua.pages import string_schema
from certain_eloqua.clients.errors import LimitExceeded, ValidationError

ROWS_AT_ONCE = 5_000
"""Rows turned into CSV in one go; small enough that halving a slice that is too big is rare and cheap."""


def as_batches(rows: Iterable[pa.RecordBatch] | pa.Table) -> Iterable[pa.RecordBatch]:
    """A table's batches, or the batches themselves."""
    return rows.to_batches() if isinstance(rows, pa.Table) else rows


def as_strings(batch: pa.RecordBatch, names: Sequence[str], doing: str) -> pa.RecordBatch:
    """The named columns, in this order, as strings.

    Raises:
        ValidationError: when a column is missing. Uploading without it would be a different import.
    """
    missing = [name for name in names if name not in batch.schema.names]
    if missing:
        raise ValidationError(doing, f"the rows have no column {', '.join(missing)}")
    columns = [batch.column(name).cast(pa.string()) for name in names]
    return pa.RecordBatch.from_arrays(columns, schema=string_schema(names))


def csv_pieces(
    batches: Iterable[pa.RecordBatch], names: Sequence[str], limit: int, doing: str
) -> Iterator[bytes]:
    """CSV files with a header, each of at most `limit` bytes, together holding all rows in their order.

    Raises:
        LimitExceeded: when a single row is larger than that.
    """
    header = _csv(pa.RecordBatch.from_pylist([], schema=string_schema(names)), header=True)
    piece = io.BytesIO()
    piece.write(header)
    for batch in batches:
        for text in _slices(batch, limit - len(header), doing):
            if piece.tell() + len(text) > limit:
                yield piece.getvalue()
                piece = io.BytesIO()
                piece.write(header)
            piece.write(text)
    if piece.tell() > len(header):
        yield piece.getvalue()


def _slices(batch: pa.RecordBatch, room: int, doing: str) -> Iterator[bytes]:
    for start in range(0, batch.num_rows, ROWS_AT_ONCE):
        yield from _halved(batch.slice(start, ROWS_AT_ONCE), room, doing)


def _halved(batch: pa.RecordBatch, room: int, doing: str) -> Iterator[bytes]:
    text = _csv(batch)
    if len(text) <= room:
        yield text
    elif batch.num_rows == 1:
        raise LimitExceeded(doing, f"one row has {len(text)} bytes, more than fits into an upload")
    else:
        half = batch.num_rows // 2
        yield from _halved(batch.slice(0, half), room, doing)
        yield from _halved(batch.slice(half), room, doing)


def _csv(batch: pa.RecordBatch, header: bool = False) -> bytes:
    out = io.BytesIO()
    pa_csv.write_csv(batch, out, pa_csv.WriteOptions(include_header=header))
    return out.getvalue()
