"""Frames read column by column, some thousand rows at a time.

A frame of 100,000 people as Python dicts would cost a gigabyte; as Arrow it costs some megabytes, and only
the slice being read becomes Python values.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

ROWS_AT_ONCE = 5_000
EXTRA = "extra"
"""Column of members that have none of their own, as JSON."""

_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def strings(frame: pd.DataFrame, name: str) -> pa.Array:
    """A column as Arrow strings with nulls; all null if neither the frame nor its `extra` has it."""
    if name in frame.columns:
        column = pa.array(frame[name], from_pandas=True)
        if isinstance(column, pa.ChunkedArray):
            column = column.combine_chunks()
        # Without a cast, which would copy: text in pandas is Arrow's large_string already.
        as_it_is = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
        return column if as_it_is else column.cast(pa.string())
    if EXTRA in frame.columns:
        values = [_member(text, name) for text in strings(frame, EXTRA).to_pylist()]
        return pa.array(values, pa.string())
    return pa.nulls(len(frame), pa.string())


def texts(frame: pd.DataFrame, name: str) -> list[str]:
    """A column as Python texts, "" where there is nothing."""
    return list(iter_texts(frame, name))


def iter_texts(frame: pd.DataFrame, name: str) -> Iterator[str]:
    """The same one after the other, for columns too large to be Python texts all at once."""
    column = strings(frame, name)
    for piece in chunks(len(column)):
        yield from pc.fill_null(column.slice(piece.start, len(piece)), "").to_pylist()


def flags(frame: pd.DataFrame, name: str, *, default: bool) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """A column of yes and no, however it came: booleans, words, or nothing at all."""
    if name not in frame.columns:
        return np.full(len(frame), default)
    return np.fromiter((_flag(value, default) for value in frame[name].tolist()), np.bool_, len(frame))


def _flag(value: Any, default: bool) -> bool:
    if isinstance(value, bool | np.bool_):
        return bool(value)
    return _WORDS.get(str(value).strip().casefold(), default)


def _member(text: str | None, name: str) -> str | None:
    if not text or name not in text:
        return None
    value = json.loads(text).get(name)
    return None if value is None else str(value)


class Columns:
    """Some columns of a frame, to be read in slices or by position."""

    def __init__(self, frame: pd.DataFrame, names: Iterable[str]) -> None:
        self._arrays = {name: strings(frame, name) for name in dict.fromkeys(names)}
        self.rows = len(frame)

    def at(self, positions: Sequence[int], names: Iterable[str] | None = None) -> dict[str, list[str]]:
        """The rows at these positions; "" where there is nothing, also where the position is -1.

        `names` asks for some of the columns only.
        """
        return {name: column.to_pylist() for name, column in self.take(positions, names).items()}

    def take(self, positions: Sequence[int], names: Iterable[str] | None = None) -> dict[str, pa.Array]:
        """The same as Arrow columns."""
        indices = pa.array([None if p < 0 else p for p in positions], pa.int64())
        return {
            name: pc.fill_null(self._arrays[name].take(indices), "").cast(pa.large_string())
            for name in (self._arrays if names is None else names)
        }


def rows_of(columns: Mapping[str, list[str]], size: int) -> Iterator[dict[str, str]]:
    """One row after the other as a mapping; the same mapping each time, so keep none of them."""
    row: dict[str, str] = {}
    for i in range(size):
        for name, values in columns.items():
            row[name] = values[i]
        yield row


def chunks(size: int) -> Iterator[range]:
    """Positions in pieces of :data:`ROWS_AT_ONCE`."""
    for start in range(0, size, ROWS_AT_ONCE):
        yield range(start, min(start + ROWS_AT_ONCE, size))
