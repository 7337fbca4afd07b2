"""Bulk exports: many contacts as a stream of Arrow batches.

Three steps by Oracle's manual ("Export data from Eloqua"): a definition, a sync, and the sync's data in pages
of up to 50,000 rows. The number of rows is known from the sync's log before the first page is read, so a
shorter stream is always noticed and raised, never returned.
"""

import logging
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any

import pyarrow as pa

from certain_eloqua.clients.eloqua import codes, limits
from certain_eloqua.clients.eloqua.definitions import Definitions, SyncAction
from certain_eloqua.clients.eloqua.pages import ACCEPT, DataFormat, PageReader, string_schema
from certain_eloqua.clients.eloqua.session import BULK, EloquaSession
from certain_eloqua.clients.eloqua.syncs import FinishedSync, Syncs
from certain_eloqua.clients.errors import (
    DataGone,
    LimitExceeded,
    NotFound,
    PagingAnomaly,
    UnexpectedContent,
    ValidationError,
)

log = logging.getLogger(__name__)


class ExportReader:
    """The rows of one export. A context manager and an iterator of `pyarrow.RecordBatch`.

    ```python
    with eloqua.export_contacts({"id": "{{Contact.Id}}", …}, filter=…, name="people") as rows:
        for batch in rows: …
    ```

    All columns are strings, in the order of the fields; a blank is "". The export starts when the `with`
    block is entered or the first batch asked for; its definition is deleted at the end, also after an error.

    Attributes:
        sync_id: Eloqua's id of the sync, once it has ended.
        total: rows exported, by the sync's log; None before the start, or when the log does not say.
        rows: rows read so far.
        warnings: what the sync's log complained about.
        orphaned_definition: uri of the definition if it could not be deleted.
    """

    def __init__(
        self,
        session: EloquaSession,
        syncs: Syncs,
        definitions: Definitions,
        path: str,
        definition: dict[str, Any],
        fields: Mapping[str, str],
        *,
        page_size: int,
        data_format: DataFormat,
    ) -> None:
        self._session = session
        self._syncs = syncs
        self._definitions = definitions
        self._path = path
        self._definition = definition
        self._page_size = page_size
        self._format = data_format
        self._fields = dict(fields)
        self._columns = _one_key_per_statement(fields)
        self.schema = string_schema(fields)
        self.sync_id: str | None = None
        self.total: int | None = None
        self.rows = 0
        self.warnings: tuple[str, ...] = ()
        self.orphaned_definition: str | None = None
        self._uri: str | None = None
        self._calls_before = 0
        self._batches: Iterator[pa.RecordBatch] | None = None

    @property
    def calls(self) -> int:
        """Requests sent by this client since the export was started."""
        return self._session.http.usage.total_calls - self._calls_before

    def __enter__(self) -> "ExportReader":
        self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        return self

    def __next__(self) -> pa.RecordBatch:
        try:
            self._start()
            if self._batches is None:
                self._batches = self._read()
            return next(self._batches)
        except BaseException:
            self.close()
            raise

    def read_all(self) -> pa.Table:
        """All rows as one table; for lists which surely fit into memory."""
        return pa.Table.from_batches(list(self), schema=self.schema)

    def close(self) -> None:
        """Delete the definition, unless its sync may be running: that would break it. Harmless to repeat."""
        uri, self._uri = self._uri, None
        if uri is not None and (self._syncs.may_be_running(uri) or not self._definitions.delete(uri)):
            self.orphaned_definition = uri

    def _start(self) -> None:
        if self.sync_id is not None:
            return
        self._calls_before = self._session.http.usage.total_calls
        doing = f"Exporting {self._definition['name']!r}"
        self._uri = self._definitions.create(self._path, self._definition, doing)
        try:
            finished = self._syncs.run(self._uri, doing)
            self.total = finished.counted(codes.EXPORTED)
            self.warnings = _warnings(finished)
            self.sync_id = finished.sync_id
        except BaseException:
            self.close()
            raise
        if finished.status == "warning" and self.total is None:
            self.close()
            raise DataGone(
                f"Eloqua: {doing}",
                f"sync {self.sync_id} ended with a warning and without a count: {'; '.join(self.warnings)}",
            )
        log.info("Export sync %s has %s rows", self.sync_id, self.total)

    def _read(self) -> Iterator[pa.RecordBatch]:
        page_number = 0
        total = self.total
        if total == 0:
            return
        while True:
            page_number += 1
            page, in_page = self._page(page_number)
            if total is None:
                total = in_page  # JSON pages say it too
            if page.num_rows == 0:
                break
            self.rows += page.num_rows
            if total is not None and self.rows > total:
                raise self._anomaly(f"{self.rows} rows came, but the export has {total}")
            yield from self._in_order(page)
            if total is not None and self.rows == total:
                return
        # Without a total only an empty page is surely the end: a short one may be the server's own limit.
        if total is not None and self.rows != total:
            raise self._anomaly(f"the pages ended after {self.rows} of {total} rows")
        self.total = self.rows

    def _page(self, number: int) -> tuple[pa.Table, int | None]:
        reader = PageReader(list(self._columns))
        doing = f"Reading page {number} of export sync {self.sync_id}"
        try:
            page = self._session.read(
                "GET",
                f"{BULK}/syncs/{self.sync_id}/data",
                reader,
                doing=doing,
                params={"limit": self._page_size, "offset": self.rows},
                headers={"Accept": ACCEPT[self._format]},
            )
        except NotFound as error:
            gone = DataGone(f"Eloqua: {doing}", f"the rows are not there any more ({error.came_back})")
        except UnexpectedContent as error:
            if "exported file is broken" not in error.came_back:
                raise
            gone = DataGone(f"Eloqua: {doing}", error.came_back)
        else:
            return page, reader.total
        raise gone

    def _in_order(self, page: pa.Table) -> Iterator[pa.RecordBatch]:
        """The page's batches with the columns as asked for, a statement asked for twice given twice."""
        names = {statement: key for key, statement in self._columns.items()}
        columns = [page.column(names[self._fields[key]]) for key in self.schema.names]
        yield from pa.Table.from_arrays(columns, schema=self.schema).to_batches()

    def _anomaly(self, came_back: str) -> PagingAnomaly:
        return PagingAnomaly(f"Eloqua: Reading export sync {self.sync_id}", came_back)


def export_definition(
    fields: Mapping[str, str],
    *,
    name: str,
    filter: str | None,
    utc: bool,
    sync_actions: tuple[SyncAction, ...] = (),
) -> dict[str, Any]:
    """The body of an export definition.

    Raises:
        ValidationError, LimitExceeded: what Eloqua would refuse, before a call is spent on it.
    """
    doing = f"Eloqua: Preparing the export {name!r}"
    if not fields:
        raise ValidationError(doing, "no fields were asked for")
    if len(fields) > limits.FIELDS_PER_EXPORT:
        raise LimitExceeded(
            doing, f"{len(fields)} fields; Eloqua exports at most {limits.FIELDS_PER_EXPORT} at once"
        )
    if filter is not None and len(filter) > limits.FILTER_CHARACTERS:
        raise LimitExceeded(
            doing, f"a filter of {len(filter)} characters; {limits.FILTER_CHARACTERS} are allowed"
        )
    definition: dict[str, Any] = {
        "name": name,
        "fields": _one_key_per_statement(fields),
        "areSystemTimestampsInUTC": utc,
        "autoDeleteDuration": limits.AUTO_DELETE,
        "dataRetentionDuration": limits.EXPORT_RETENTION,
    }
    if filter is not None:
        definition["filter"] = filter
    if sync_actions:
        definition["syncActions"] = [action.as_json() for action in sync_actions]
    return definition


def _one_key_per_statement(fields: Mapping[str, str]) -> dict[str, str]:
    """Each statement once: one mapped twice has shuffled columns (tap-eloqua, pull request 19)."""
    first: dict[str, str] = {}
    for key, statement in fields.items():
        first.setdefault(statement, key)
    return {key: statement for statement, key in first.items()}


def _warnings(finished: FinishedSync) -> tuple[str, ...]:
    return tuple(
        f"{entry.code} {codes.meaning(entry.code, entry.message)}"
        for entry in finished.log
        if entry.severity in ("warning", "error")
    )
