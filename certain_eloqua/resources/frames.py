"""Frames on disk or in an object store: a Parquet file per asset, event and run; a pointer to the latest.

`<frames>/<asset key…>/<event>/<run id>.parquet` beside `latest.json`. A file appears whole or not at all; a
stream is written page by page and never held in memory. People's data lives here and nowhere else of ours.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg

from certain_eloqua.memory import let_arrow_return_memory, return_memory
from certain_eloqua.partitions import with_upstream

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq
    from upath import UPath

ROWS_PER_GROUP = 50_000
REPORT_SUFFIX = ".html"
_FACTS = b"certain_eloqua"
_POINTER = "latest.json"
_LARGE_FRAME = 4 * 1024 * 1024
"""Around smaller frames nothing is given back: looking for it costs more than the frame does."""
_PACKED = 8
"""How many times smaller a file is than its table, at most usually."""
_SAFE = re.compile(r"[A-Za-z0-9_.-]+")


class NoFrame(Exception):
    """Nothing has been kept for this asset and event yet."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was kept: where, how much of it, and how long the writing took."""

    path: str
    frames: str
    rows: int
    bytes: int
    seconds: float

    def as_metadata(self) -> dict[str, Any]:
        """The facts of a Parquet file as Dagster shows them.

        The path is in two values, the folder of all frames and the file in it: a whole path does not wrap in
        the UI, and makes everything beside it wider than the page.
        """
        return {
            "dagster/row_count": self.rows,
            "parquet": dg.MetadataValue.path(self.path.removeprefix(self.frames).lstrip("/")),
            "parquet_bytes": self.bytes,
            "frames": self.frames,
        }


class Frames:
    """Where the frames are. Safe to use from several processes: no two runs write the same file.

    Args:
        address: a local folder, or an address fsspec knows such as `s3://bucket/path`.
        keep: of how many runs the files are kept, per asset and event.
    """

    def __init__(self, address: str, keep: int = 20) -> None:
        self.address = address
        self.keep = keep
        let_arrow_return_memory()

    # -- writing

    def write(
        self,
        key: tuple[str, ...],
        partition: str | None,
        run_id: str,
        data: pd.DataFrame | pa.Table | pa.RecordBatchReader,
        facts: Mapping[str, Any] | None = None,
    ) -> Written:
        """Keep a frame, a table or a stream as this run's file, then point to it as the latest.

        `facts` travel inside the file; whoever reads the frame finds them in `attrs`.
        """
        began = time.monotonic()
        if _bytes_of(data) >= _LARGE_FRAME:
            return_memory()
        folder = self._folder(key, partition)
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{_checked(run_id)}.parquet"
        reader = _as_reader(data, facts)
        with _appearing(file) as draft:
            rows = _write_groups(reader, draft)
        size = int(file.stat().st_size)
        pointer = {"run_id": run_id, "rows": rows, "bytes": size, "written": time.time()}
        with _appearing(folder / _POINTER) as draft:
            draft.write(json.dumps(pointer).encode())
        self._forget_old(folder, keep=file.name)
        return Written(str(file), self.address.rstrip("/"), rows, size, time.monotonic() - began)

    def write_report(self, key: tuple[str, ...], partition: str | None, run_id: str, html: str) -> str:
        """Keep a report beside the frame of its run, as long as the frame. Gives its path below."""
        file = self._folder(key, partition) / f"{_checked(run_id)}{REPORT_SUFFIX}"
        file.parent.mkdir(parents=True, exist_ok=True)
        with _appearing(file) as draft:
            draft.write(html.encode())
        return str(file).removeprefix(self.address.rstrip("/")).lstrip("/")

    # -- reading

    def table(
        self,
        key: tuple[str, ...],
        partition: str | None,
        run_id: str | None = None,
        columns: Sequence[str] | None = None,
    ) -> pa.Table:
        """This run's table if it has one, else the latest. Raises `NoFrame`.

        `columns`: those that are wanted, as far as the table has them; all without it.
        """
        import pyarrow.parquet as pq

        path = self._find(key, partition, run_id)
        large = path.stat().st_size * _PACKED >= _LARGE_FRAME
        if large:
            return_memory()
        with path.open("rb") as file:
            table = _in_one_piece(pq.ParquetFile(file), columns)
        if large:
            return_memory()  # decoding took more than the table does
        return table

    def batches(
        self, key: tuple[str, ...], partition: str | None, run_id: str | None = None
    ) -> Iterator[pa.RecordBatch]:
        """The same as a stream of batches, for tables too large to be held. Raises `NoFrame`."""
        import pyarrow.parquet as pq

        with self._find(key, partition, run_id).open("rb") as file:
            yield from pq.ParquetFile(file).iter_batches(batch_size=ROWS_PER_GROUP)

    def frame(
        self,
        key: tuple[str, ...],
        partition: str | None,
        run_id: str | None = None,
        columns: Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """The same as a DataFrame with Arrow strings; the facts are in its `attrs`. Raises `NoFrame`."""
        return as_frame(self.table(key, partition, run_id, columns))

    def facts(self, key: tuple[str, ...], partition: str | None, run_id: str | None = None) -> dict[str, Any]:
        """The facts inside the file, without reading its rows. Raises `NoFrame`."""
        import pyarrow.parquet as pq

        with self._find(key, partition, run_id).open("rb") as file:
            return facts_of(pq.read_schema(file))

    def has(self, key: tuple[str, ...], partition: str | None) -> bool:
        """Whether anything is kept for this asset and event."""
        return bool((self._folder(key, partition) / _POINTER).exists())

    def written(self, key: tuple[str, ...], partition: str | None) -> datetime:
        """When the latest was written. Raises `NoFrame`."""
        return datetime.fromtimestamp(self._pointer(key, partition)["written"], UTC)

    def has_run(self, key: tuple[str, ...], partition: str | None, run_id: str) -> bool:
        """Whether the frame of this very run is kept."""
        return bool((self._folder(key, partition) / f"{_checked(run_id)}.parquet").exists())

    def runs(self, key: tuple[str, ...], partition: str | None) -> list[str]:
        """The runs whose frames of an asset and event are kept, the latest first."""
        folder = self._folder(key, partition)
        if not folder.exists():
            return []
        files = [path for path in folder.iterdir() if path.suffix == ".parquet"]
        files.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        return [path.stem for path in files]

    def has_report(self, path: str) -> bool:
        """Whether there is a report of this path below the store, as `write_report` gave it."""
        file = self._report_at(path)
        return file is not None and bool(file.exists())

    def report(self, path: str) -> str | None:
        """The report of this path as HTML; None if there is none, or the path is not that of a report."""
        file = self._report_at(path)
        try:
            return None if file is None else str(file.read_text(encoding="utf-8"))
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None

    def _report_at(self, path: str) -> UPath | None:
        from upath import UPath

        parts = path.split("/")
        plain = all(_SAFE.fullmatch(part) and part.strip(".") for part in parts)
        return UPath(self.address).joinpath(*parts) if plain and path.endswith(REPORT_SUFFIX) else None

    def report_file(self, key: tuple[str, ...], partition: str | None, run_id: str) -> Path | None:
        """The report of a run's frame as a file of this machine; None if there is none here."""
        file = self._folder(key, partition) / f"{_checked(run_id)}{REPORT_SUFFIX}"
        local = file.protocol in ("", "file", "local")
        return Path(str(file)).resolve() if local and file.exists() else None

    # -- places

    def _folder(self, key: tuple[str, ...], partition: str | None) -> UPath:
        from upath import UPath

        parts = [_checked(part) for part in (*key, *([partition] if partition else []))]
        return UPath(self.address).joinpath(*parts)

    def _find(self, key: tuple[str, ...], partition: str | None, run_id: str | None) -> UPath:
        folder = self._folder(key, partition)
        if run_id is not None:
            own = folder / f"{_checked(run_id)}.parquet"
            if own.exists():
                return own
        return folder / f"{_checked(self._pointer(key, partition)['run_id'])}.parquet"

    def _pointer(self, key: tuple[str, ...], partition: str | None) -> dict[str, Any]:
        try:
            pointer: dict[str, Any] = json.loads((self._folder(key, partition) / _POINTER).read_text())
            return pointer
        except FileNotFoundError:
            asset, event = "/".join(key), f" for event {partition}" if partition else ""
            raise NoFrame(f"{asset} has not been materialized{event} yet.") from None

    def _forget_old(self, folder: UPath, keep: str) -> None:
        files = [path for path in folder.iterdir() if path.suffix == ".parquet" and path.name != keep]
        if len(files) < self.keep:
            return
        files.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for old in files[self.keep - 1 :]:
            for file in (old, old.with_suffix(REPORT_SUFFIX)):
                with contextlib.suppress(FileNotFoundError):
                    file.unlink()


class FramesIOManager(dg.IOManager):
    """Hands kept frames to the assets downstream: a DataFrame, or a `pa.Table` where one is asked for.

    An asset downstream of one that ran in the same run gets that run's frame, else the latest.
    """

    def __init__(self, frames: Frames) -> None:
        self.frames = frames

    def load_input(self, context: dg.InputContext) -> Any:
        import pyarrow as pa

        partition = context.asset_partition_key if context.has_asset_partitions else None
        run_id = None if context.step_context is None else context.step_context.run_id
        try:
            table = self.frames.table(tuple(context.asset_key.path), partition, run_id)
        except NoFrame as error:
            # What is not there now will not be there in a minute either.
            raise dg.Failure(f"{error} {_selection(context)}", allow_retries=False) from None
        return table if context.dagster_type.typing_type is pa.Table else as_frame(table)

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        if obj is None:
            return
        partition = context.asset_partition_key if context.has_asset_partitions else None
        written = self.frames.write(tuple(context.asset_key.path), partition, context.run_id, obj)
        context.add_output_metadata(written.as_metadata())


def _selection(context: dg.InputContext) -> str:
    """Which selection of assets brings what is missing."""
    step = context.step_context
    target = step.job_def.asset_layer.get_asset_key_for_node(step.node_handle)
    return with_upstream(target, step.partition_key if step.has_partition_key else None)


def as_frame(table: pa.Table) -> pd.DataFrame:
    """A table as pandas with Arrow strings, its facts in `attrs`. The table is used up."""
    facts = facts_of(table.schema)
    frame = table.to_pandas(split_blocks=True, self_destruct=True)
    frame.attrs.update(facts)
    return frame


def facts_of(schema: pa.Schema) -> dict[str, Any]:
    """The facts written with a frame."""
    found = (schema.metadata or {}).get(_FACTS)
    return json.loads(found) if found else {}


def _bytes_of(data: Any) -> int:
    """About how much memory a frame or table holds; a stream is taken to be large."""
    import pandas as pd
    import pyarrow as pa

    if isinstance(data, pd.DataFrame):
        return int(data.memory_usage(deep=False).sum())
    return int(data.nbytes) if isinstance(data, pa.Table) else _LARGE_FRAME


def _in_one_piece(file: pq.ParquetFile, names: Sequence[str] | None) -> pa.Table:
    """The columns, each without seams: to pick rows out of a column of several chunks Arrow copies all of
    it. One column after the other, so that at most one is in memory twice.
    """
    import pyarrow as pa

    schema = file.schema_arrow
    if names is not None:
        wanted = [name for name in schema.names if name in set(names)]
        schema = pa.schema([schema.field(name) for name in wanted], schema.metadata)
    columns = [file.read([name]).combine_chunks().column(0) for name in schema.names]
    return pa.Table.from_arrays(columns, schema=schema)


def _as_reader(data: Any, facts: Mapping[str, Any] | None) -> pa.RecordBatchReader:
    import pandas as pd
    import pyarrow as pa

    if isinstance(data, pd.DataFrame):
        # attrs may hold anything; what should travel is given as facts.
        bare = data.copy(deep=False)
        bare.attrs = {}
        data = pa.Table.from_pandas(bare, preserve_index=False)
    reader = data.to_reader() if isinstance(data, pa.Table) else data
    schema = reader.schema.with_metadata({_FACTS: json.dumps(dict(facts or {}), default=str).encode()})
    return pa.RecordBatchReader.from_batches(schema, (batch.cast(schema) for batch in reader))


def _write_groups(reader: pa.RecordBatchReader, file: Any) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = 0
    waiting: list[pa.RecordBatch] = []
    with pq.ParquetWriter(file, reader.schema, compression="zstd") as writer:
        for batch in reader:
            waiting.append(batch)
            rows += batch.num_rows
            if sum(one.num_rows for one in waiting) >= ROWS_PER_GROUP:
                writer.write_table(pa.Table.from_batches(waiting, reader.schema))
                waiting = []
        if waiting:
            writer.write_table(pa.Table.from_batches(waiting, reader.schema))
    return rows


@contextlib.contextmanager
def _appearing(path: UPath) -> Iterator[Any]:
    """A file that others see only when it is complete; on failure there is none."""
    local = path.protocol in ("", "file", "local")
    # An object store shows an object only once it is closed, so there it needs no draft.
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft") if local else path
    try:
        with draft.open("wb") as file:
            yield file
            if local:
                file.flush()
                os.fsync(file.fileno())
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()
        raise
    if local:
        os.replace(str(draft), str(path))  # noqa: PTH105 - a UPath cannot replace across its own kinds


def _checked(part: str) -> str:
    """A part of a path that stays inside its folder."""
    if not _SAFE.fullmatch(part) or set(part) == {"."}:
        raise ValueError(f"{part!r} cannot be part of a file name; letters, digits, _ . and - can")
    return part
