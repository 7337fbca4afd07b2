"""Exact numbers with two decimals, as whole hundredths: sums do not depend on the order of their parts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

Ints = np.ndarray[Any, np.dtype[np.int64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]

HUNDRED = 100


def hundredths(texts: pa.Array) -> tuple[Ints, Bools]:
    """Numbers written as text in whole hundredths, rounded half up, and which of them are numbers at all."""
    values = pd.to_numeric(texts.to_pandas(), errors="coerce").to_numpy(np.float64, na_value=np.nan)
    known = np.isfinite(values)
    return np.floor(np.where(known, values, 0.0) * HUNDRED + 0.5).astype(np.int64), known


def mean(total: Ints, count: Ints) -> pa.Array:
    """The mean of `count` numbers that add up to `total` hundredths, rounded half up to two decimals.

    Null where nothing was counted.
    """
    some = np.maximum(count, 1)
    rounded = (2 * total + some) // (2 * some)
    return pa.array(rounded / HUNDRED, pa.float64(), mask=count == 0)


def decimals(total: Ints) -> pa.Array:
    """Whole hundredths as numbers with two decimals."""
    return pa.array(total / HUNDRED, pa.float64())


def counts(values: Ints, measured: bool) -> pa.Array:
    """Counts, or nulls where nothing was measured: a blank is not a zero."""
    return pa.array(values, pa.int64()) if measured else pa.nulls(len(values), pa.int64())
