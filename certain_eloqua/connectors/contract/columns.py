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

Mask = np.ndarray[Any, np.dtype[np.bool_]]

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


def present(frame: pd.DataFrame, name: str) -> pa.Array:
    """The same as Arrow's large strings, "" where there is nothing."""
    return pc.fill_null(strings(frame, name), "").cast(pa.large_string())


def mask_of(truths: pa.Array) -> Mask:
    """An Arrow column of truths as a NumPy mask of one's own; null is false."""
    mask: Mask = np.array(pc.fill_null(truths, False).to_numpy(zero_copy_only=False), np.bool_)
    return mask


def in_set(column: pa.Array, values: Iterable[str]) -> Mask:
    """Which values of a column are among these."""
    return mask_of(pc.is_in(column, value_set=pa.array(list(values), column.type)))


def last_positions(wanted: pa.Array, among: pa.Array) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The last position of each wanted text among others; -1 if it is blank or not there."""
    backwards = among.take(pa.array(np.arange(len(among) - 1, -1, -1)))
    found = pc.fill_null(pc.index_in(wanted, value_set=backwards), -1).to_numpy(zero_copy_only=False)
    blank = mask_of(pc.equal(wanted, ""))
    last: np.ndarray[Any, np.dtype[np.int64]] = np.where((found < 0) | blank, -1, len(among) - 1 - found)
    return last


def texts(frame: pd.DataFrame, name: str) -> list[str]:
    """A column as Python texts, "" where there is nothing."""
    return list(iter_texts(frame, name))


def iter_texts(frame: pd.DataFrame, name: str) -> Iterator[str]:
    """The same one after the other, for columns too large to be Python texts all at once."""
    column = strings(frame, name)
    for piece in chunks(len(column)):
        yield from pc.fill_null(column.slice(piece.start, len(piece)), "").to_pylist()


def flags(frame: pd.DataFrame, name: str, *, default: bool) -> Mask:
    """A column of yes and no, however it came: booleans, words, or nothing at all."""
    if name not in frame.columns:
        return np.full(len(frame), default)
    values, meanings = pd.factorize(frame[name], use_na_sentinel=True)
    truths = np.array([*(_flag(value, default) for value in meanings), default], np.bool_)
    mask: Mask = truths[values]  # a missing value has the number -1, and so the default
    return mask


def _flag(value: Any, default: bool) -> bool:
    if isinstance(value, bool | np.bool_):
        return bool(value)
    return _WORDS.get(str(value).strip().casefold(), default)


def _member(text: str | None, name: str) -> str | None:
    if not text or name not in text:
        return None
    value = json.loads(text).get(name)
    return None if value is None else str(value)


Rows = Sequence[int] | np.ndarray[Any, np.dtype[np.int64]]


class Columns:
    """Some columns of a frame, to be read in slices or by position."""

    def __init__(self, frame: pd.DataFrame, names: Iterable[str]) -> None:
        self._arrays = {name: strings(frame, name) for name in dict.fromkeys(names)}
        self.rows = len(frame)

    def at(self, positions: Rows, names: Iterable[str] | None = None) -> dict[str, list[str]]:
        """The rows at these positions; "" where there is nothing, also where the position is -1.

        `names` asks for some of the columns only.
        """
        return {name: column.to_pylist() for name, column in self.take(positions, names).items()}

    def take(self, positions: Rows, names: Iterable[str] | None = None) -> dict[str, pa.Array]:
        """The same as Arrow columns."""
        numbers = np.asarray(positions, np.int64)
        indices = pa.array(numbers, mask=numbers < 0)
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
