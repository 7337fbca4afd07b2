"""Giving memory back to the system, so that a process is not as large as its largest step ever was."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
from functools import cache
from pathlib import Path

_M_MMAP_THRESHOLD = -3  # malloc.h
_WORTH_TRIMMING = 250 * 1024 * 1024
_LARGE = 256 * 1024
"""Buffers of so many bytes are taken from the system one by one, and given back to it at once."""


@cache
def let_arrow_return_memory() -> None:
    """Let Arrow return memory when it is done with it.

    Its own allocators keep much of what the largest step needed, 200 MB for an event of 100,000 people; the
    system's gives everything back when it is trimmed.
    """
    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())
    with contextlib.suppress(OSError, AttributeError):  # only glibc has it
        # Without it the limit grows with what is freed, and large buffers leave holes that stay.
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE)
    # What is loaded by now (the definitions, the libraries) stays: `return_memory` need not look through it.
    gc.collect()
    gc.freeze()


def return_memory() -> None:
    """Give back what was let go of, such as a step's pages or its inputs, before more comes in.

    It takes most of a second, so a small process is left alone.
    """
    import pyarrow as pa

    if _resident() < _WORTH_TRIMMING:
        return
    gc.collect()
    # Arrow's readers of Parquet and CSV do not use the pool they are given for everything.
    for name in pa.supported_memory_backends():
        getattr(pa, f"{name}_memory_pool")().release_unused()
    with contextlib.suppress(OSError, AttributeError):  # only glibc has it
        ctypes.CDLL(None).malloc_trim(0)


def _resident() -> int:
    """Bytes of memory this process holds; where the system does not say, as if it were many."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return _WORTH_TRIMMING
