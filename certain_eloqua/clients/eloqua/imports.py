"""Bulk imports and sync actions: rows staged in CSV pieces, then merged by a sync, then accounted for.

Sources: Oracle, "Import data into Eloqua", "Import characteristics", "Sync actions", "Bulk API limits".
An upload is not idempotent and has no id. One that got lost is never sent again on top: the staged rows are
deleted and staging begins anew, so no row is ever staged twice.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from certain_eloqua.clients.eloqua import codes, limits
from certain_eloqua.clients.eloqua.definitions import Definitions, SyncAction
from certain_eloqua.clients.eloqua.pieces import as_batches, as_strings, csv_pieces
from certain_eloqua.clients.eloqua.receipts import (
    REJECTS_SCHEMA,
    ImportReceipt,
    has_rejects,
    rejects_table,
)
from certain_eloqua.clients.eloqua.session import BULK, EloquaSession
from certain_eloqua.clients.eloqua.syncs import FinishedSync, Syncs
from certain_eloqua.clients.errors import (
    InDoubt,
    LimitExceeded,
    NotFound,
    ServerError,
    ValidationError,
)

log = logging.getLogger(__name__)

STAGINGS = 3
"""How often staging the rows of one sync is begun before giving up."""

UPDATE_RULES = frozenset({"always", "ifNewIsNotNull", "ifExistingIsNull", "useFieldRule"})


class Importer:
    """Stages rows for one definition and syncs them, as often as the amount of rows needs it."""

    def __init__(
        self,
        session: EloquaSession,
        syncs: Syncs,
        definitions: Definitions,
        *,
        piece_bytes: int = limits.PIECE_BYTES,
        bytes_per_sync: int = limits.STAGED_BYTES_PER_SYNC,
        uploads_per_sync: int = limits.UPLOADS_PER_SYNC,
    ) -> None:
        self._session = session
        self._syncs = syncs
        self._definitions = definitions
        self._piece_bytes = min(piece_bytes, limits.UPLOAD_BYTES)
        # A sync holds whole pieces; one less, because pieces are not full to the last byte.
        self._uploads = min(uploads_per_sync, limits.UPLOADS_PER_SYNC)
        self._bytes_per_sync = min(bytes_per_sync, self._piece_bytes * max(self._uploads - 1, 1))

    def run(
        self,
        rows: Iterable[pa.RecordBatch] | pa.Table,
        *,
        path: str,
        definition: dict[str, Any],
        names: list[str],
        identifier: str,
    ) -> ImportReceipt:
        """Upload, sync and account for all rows.

        Raises:
            SyncFailed, SyncFailedForNow: a sync ended in error. Rows of earlier syncs are merged already.
            DeadlineExceeded: a sync is still running.
        """
        doing = f"Importing {definition['name']!r}"
        before = self._session.http.usage.total_calls
        strings = (as_strings(b, names, f"Eloqua: {doing}") for b in as_batches(rows) if b.num_rows)
        uri: str | None = None
        done: list[tuple[FinishedSync, pa.Table]] = []
        first_row = 1
        try:
            for group in _groups(strings, self._bytes_per_sync):
                if uri is None:
                    uri = self._definitions.create(path, definition, doing)
                self._stage(uri, group, names, doing)
                finished = self._syncs.run(uri, doing)
                done.append((finished, self._rejects(finished, group, first_row, identifier)))
                first_row += sum(batch.num_rows for batch in group)
        finally:
            # Deleting it under a running sync breaks the sync; then it deletes itself after a day.
            gone = uri is None or (not self._syncs.may_be_running(uri) and self._definitions.delete(uri))
        return _receipt(done, first_row - 1, uri, not gone, self._session.http.usage.total_calls - before)

    def _stage(self, uri: str, group: list[pa.RecordBatch], names: list[str], doing: str) -> None:
        for last in range(STAGINGS - 1, -1, -1):
            try:
                for number, piece in enumerate(
                    csv_pieces(group, names, self._piece_bytes, f"Eloqua: {doing}"), start=1
                ):
                    self._upload(uri, piece, f"{doing}, upload {number}")
            except (InDoubt, ServerError):
                if not last:
                    raise
                log.info("An upload to %s got lost; its staged rows are deleted and staged again", uri)
                self._session.json("DELETE", f"{BULK}{uri}/data", doing=f"{doing}, clearing the staged rows")
            else:
                return

    def _upload(self, uri: str, piece: bytes, doing: str) -> None:
        too_large: LimitExceeded
        try:
            self._session.json(
                "POST", f"{BULK}{uri}/data", doing=doing, data=piece, headers={"Content-Type": "text/csv"}
            )
        except NotFound as error:
            if len(piece) < limits.UPLOAD_BYTES // 2:
                raise
            # Eloqua answers 404 to an upload above its limit (Bulk API limits).
            too_large = LimitExceeded(
                error.doing, f"{error.came_back}; the upload of {len(piece)} bytes may be too large"
            )
        else:
            return
        raise too_large

    def _rejects(
        self, finished: FinishedSync, group: list[pa.RecordBatch], first_row: int, identifier: str
    ) -> pa.Table:
        if not has_rejects(finished):
            return REJECTS_SCHEMA.empty_table()
        rejects = self._syncs.rejects(finished.sync_id)
        log.info("Sync %s has %d rejects", finished.sync_id, len(rejects))
        if not rejects:
            return REJECTS_SCHEMA.empty_table()
        identifiers = [value for batch in group for value in batch.column(identifier).to_pylist()]
        return rejects_table(rejects, first_row, identifiers, identifier)


def import_definition(
    fields: Mapping[str, str],
    *,
    name: str,
    identifier: str,
    update_rule: str,
    sync_actions: Iterable[SyncAction] = (),
    import_rule: str | None = None,
) -> dict[str, Any]:
    """The body of an import definition.

    Raises:
        ValidationError, LimitExceeded: what Eloqua would refuse, before a call is spent on it.
    """
    doing = f"Eloqua: Preparing the import {name!r}"
    if identifier not in fields:
        raise ValidationError(doing, f"the identifying field {identifier!r} is not among the fields")
    if len(fields) > limits.FIELDS_PER_IMPORT:
        raise LimitExceeded(
            doing, f"{len(fields)} fields; Eloqua imports at most {limits.FIELDS_PER_IMPORT} at once"
        )
    if update_rule not in UPDATE_RULES:
        raise ValidationError(doing, f"{update_rule!r} is none of {', '.join(sorted(UPDATE_RULES))}")
    definition: dict[str, Any] = {
        "name": name,
        "fields": dict(fields),
        "identifierFieldName": identifier,
        "updateRule": update_rule,
        "isSyncTriggeredOnImport": False,
        "autoDeleteDuration": limits.AUTO_DELETE,
        "dataRetentionDuration": limits.IMPORT_RETENTION,
    }
    if import_rule is not None:
        definition["importRule"] = import_rule
    return {**definition, **_actions(sync_actions, doing)}


def sync_action_definition(
    field: str, statement: str, *, name: str, actions: Iterable[SyncAction]
) -> dict[str, Any]:
    """The body of a sync-action definition, which has exactly one field."""
    doing = f"Eloqua: Preparing the sync action {name!r}"
    return {
        "name": name,
        "fields": {field: statement},
        "identifierFieldName": field,
        "isSyncTriggeredOnImport": False,
        "autoDeleteDuration": limits.AUTO_DELETE,
        **_actions(actions, doing),
    }


def _actions(actions: Iterable[SyncAction], doing: str) -> dict[str, Any]:
    bodies = [action.as_json() for action in actions]
    if len(bodies) > limits.SYNC_ACTIONS_PER_DEFINITION:
        raise LimitExceeded(
            doing, f"{len(bodies)} sync actions; Eloqua takes {limits.SYNC_ACTIONS_PER_DEFINITION}"
        )
    return {"syncActions": bodies} if bodies else {}


def _groups(batches: Iterable[pa.RecordBatch], limit: int) -> Iterator[list[pa.RecordBatch]]:
    """Batches by sync: about `limit` bytes each. Kept until their sync has ended, to stage them again."""
    group: list[pa.RecordBatch] = []
    size = 0
    for whole in batches:
        for batch in _cut(whole, limit):
            if group and size + _csv_bytes(batch) > limit:
                yield group
                group, size = [], 0
            group.append(batch)
            size += _csv_bytes(batch)
    if group:
        yield group


def _cut(batch: pa.RecordBatch, limit: int) -> Iterator[pa.RecordBatch]:
    if _csv_bytes(batch) <= limit or batch.num_rows == 1:
        yield batch
        return
    half = batch.num_rows // 2
    yield from _cut(batch.slice(0, half), limit)
    yield from _cut(batch.slice(half), limit)


def _csv_bytes(batch: pa.RecordBatch) -> int:
    """About how many bytes the batch has as CSV: its text, and quotes and a comma for each value."""
    return int(batch.nbytes + 3 * batch.num_rows * batch.num_columns)


def _receipt(
    done: list[tuple[FinishedSync, pa.Table]],
    rows: int,
    uri: str | None,
    orphaned_definition: bool,
    calls: int,
) -> ImportReceipt:
    def counted(*which: str) -> int:
        return sum(finished.counted(code) or 0 for finished, _ in done for code in which)

    statuses = {finished.status for finished, _ in done}
    return ImportReceipt(
        sync_ids=tuple(finished.sync_id for finished, _ in done),
        status="warning" if "warning" in statuses else "success" if statuses else "nothing",
        rows=rows,
        staged=counted(codes.STAGED),
        created=counted(codes.CREATED, codes.RECORDS_CREATED),
        updated=counted(codes.UPDATED, codes.RECORDS_UPDATED),
        linked=counted(codes.RECORDS_LINKED),
        rejects=pa.concat_tables([REJECTS_SCHEMA.empty_table(), *(table for _, table in done)]),
        log=tuple(entry for finished, _ in done for entry in finished.log),
        definition_uri=uri,
        orphaned_definition=orphaned_definition,
        calls=calls,
    )
