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
    before, since = None, None if full else last_facts(step, what).get("watermark")
    if since is not None:
        before = step.frames.table(step.key, step.event_code)
    reading = pages(since)
    changed = pa.Table.from_batches(_batches(reading, schema, step.certain.renamed), schema=schema)
    table = changed if before is None else _merged(before, changed, schema, key)
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


def _merged(before: pa.Table, changed: pa.Table, schema: pa.Schema, key: tuple[str, ...]) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    old = before.select(schema.names).cast(schema)
    if len(key) == 1:
        names, new_names = old[key[0]], changed[key[0]]
    else:
        names, new_names = (
            pc.binary_join_element_wise(
                *(table[name] for name in key), "\n", null_handling="replace", null_replacement=""
            )
            for table in (old, changed)
        )
    kept = old.filter(pc.invert(pc.is_in(names, value_set=new_names.combine_chunks())))
    return pa.concat_tables([kept, changed])
