"""Incremental reads: the last frame, with what was modified since in place of the older rows.

The watermark travels in the frame's facts, with what the frame is a snapshot of; another account or other
parts of the objects make another snapshot, which is read from the beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from certain_eloqua.assets.step import Step, StepResult

if TYPE_CHECKING:
    import pyarrow as pa

    from certain_eloqua.clients.certain import Pages


def what_is_read(step: Step, include: Sequence[str] = ()) -> dict[str, Any]:
    """What makes two frames snapshots of the same thing."""
    return {
        "account": step.settings.certain_account_code,
        "address": step.settings.certain_address,
        "include": list(include),
    }


def last_facts(step: Step, what: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of the last frame, if it is a snapshot of the same thing that can be continued."""
    if not step.frames.has(step.key, step.event_code):
        return {}
    facts = step.frames.facts(step.key, step.event_code)
    return facts if facts.get("what") == dict(what) and facts.get("watermark") else {}


def read_snapshot(
    step: Step,
    pages: Callable[[str | None], Pages],
    schema: pa.Schema,
    key: tuple[str, ...],
    full: bool,
    include: Sequence[str] = (),
) -> StepResult:
    """Read what was modified since the last frame (or all), and keep the whole.

    Args:
        step: the step that reads.
        pages: reads what was modified after a watermark, None for all.
        schema: of the rows.
        key: the columns that name a row.
        full: read all.
        include: parts of the objects that are asked for.
    """
    import pyarrow as pa

    what = what_is_read(step, include)
    since = None if full else last_facts(step, what).get("watermark")
    reading = pages(since)
    changed = pa.Table.from_batches(_batches(reading, schema, step.certain.renamed), schema=schema)
    table = changed if since is None else _merged(step, changed, key)
    watermark = max(filter(None, [reading.watermark, since]), default=None)
    written = step.keep(table, {"watermark": watermark, "what": what})
    return StepResult(
        {
            **written.as_metadata(),
            "read": changed.num_rows,
            "read_since": since or "the beginning",
            "watermark": watermark or "none yet",
            "pages_read_again": reading.anomalies,
            **step.cost(),
        }
    )


def _batches(pages: Pages, schema: pa.Schema, renamed: dict[str, str]) -> Iterator[pa.RecordBatch]:
    from certain_eloqua.clients.certain import to_batch

    for page in pages:
        yield to_batch(page, schema, renamed)


def _merged(step: Step, changed: pa.Table, key: tuple[str, ...]) -> pa.RecordBatchReader:
    """The rows of the last frame that were not read again, then those that were."""
    import pyarrow as pa
    import pyarrow.compute as pc

    again = _names(changed, key).combine_chunks()

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in step.frames.batches(step.key, step.event_code):
            old = pa.Table.from_batches([batch]).select(changed.column_names).cast(changed.schema)
            yield from old.filter(pc.invert(pc.is_in(_names(old, key), value_set=again))).to_batches()
        yield from changed.to_batches()

    return pa.RecordBatchReader.from_batches(changed.schema, batches())


def _names(table: pa.Table, key: tuple[str, ...]) -> pa.ChunkedArray:
    """What names each row, as one text."""
    import pyarrow.compute as pc

    columns = [table[name] for name in key]
    if len(columns) == 1:
        return columns[0]
    return pc.binary_join_element_wise(*columns, "\n", null_handling="replace", null_replacement="")
