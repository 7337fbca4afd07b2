"""External activities: imported in separate steps, found again after a crash, exported to settle doubts.

An activity cannot be updated, searched by REST or deleted. So each step of an import is a call of its own,
which the caller can write down before taking it, and nothing here repeats a request whose answer was lost.
Sources: Oracle, "Import data into Eloqua", "Exporting activities"; Bulk status codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pandas as pd
import pyarrow as pa

from certain_eloqua.clients.eloqua import codes, limits
from certain_eloqua.clients.eloqua.definitions import Definitions
from certain_eloqua.clients.eloqua.exports import ExportReader, export_definition
from certain_eloqua.clients.eloqua.pages import DataFormat
from certain_eloqua.clients.eloqua.pieces import as_strings, csv_pieces
from certain_eloqua.clients.eloqua.session import BULK, EloquaSession
from certain_eloqua.clients.eloqua.syncs import ENDED, FinishedSync, Syncs, id_of
from certain_eloqua.clients.errors import (
    LimitExceeded,
    NotFound,
    SyncFailed,
    SyncFailedForNow,
    ValidationError,
)

FoundBy = Literal["id", "email"]
GROUP = "activities"
"""How the names of the definitions go on after our prefix; then comes the batch."""

ELOQUA_ZONE = "America/New_York"
"""Eloqua keeps field values, also the dates of activities, in US Eastern time."""

CONTACT = {
    "id": ("ContactID", "{{Activity.Contact.Id}}"),
    "email": ("EmailAddress", "{{Activity.Contact.Field(C_EmailAddress)}}"),
}
_FIELDS = {
    "ActivityType": "{{Activity.Type}}",
    "ActivityDate": "{{Activity.CreatedAt}}",
    "AssetType": "{{Activity.Asset.Type}}",
    "AssetName": "{{Activity.Asset.Name}}",
}
_CAMPAIGN = {"CampaignID": "{{Activity.Campaign.Id}}"}
_EXPORTED = {
    "contact_id": "{{Activity.Contact.Id}}",
    "email": "{{Activity.Field(EmailAddress)}}",
    "asset_type": "{{Activity.Asset.Type}}",
    "asset_name": "{{Activity.Asset.Name}}",
    "date": "{{Activity.CreatedAt}}",
}
ROWS_AT_MOST = 200_000
"""Activities of one import: they stay far below what Oracle advises to stage before a sync."""


@dataclass(frozen=True)
class RefusedActivity:
    """A row that Eloqua did not take. `row` counts from 0."""

    row: int
    code: str
    cause: str


@dataclass(frozen=True)
class ActivityResult:
    """What a sync of activities did.

    Attributes:
        sync: its uri.
        rows: how many were uploaded.
        nothing: it surely imported nothing, because nothing was staged.
        refused: rows that were not taken; all others were, if `doubt` is None.
        doubt: why it is not known which rows were imported.
    """

    sync: str
    rows: int
    nothing: bool = False
    refused: tuple[RefusedActivity, ...] = ()
    doubt: str | None = None
    codes: tuple[str, ...] = field(default=(), repr=False)


class Activities:
    """The external activities of one instance."""

    def __init__(
        self,
        session: EloquaSession,
        syncs: Syncs,
        definitions: Definitions,
        *,
        piece_bytes: int,
        page_size: int,
        data_format: DataFormat,
    ) -> None:
        self._session = session
        self._syncs = syncs
        self._definitions = definitions
        self._piece_bytes = min(piece_bytes, limits.UPLOAD_BYTES)
        self._page_size = page_size
        self._format: DataFormat = data_format

    # -- the steps of an import

    def define(self, batch: str, found_by: FoundBy, *, campaigns: bool) -> str:
        """Create the import definition of a batch, named after it; its uri."""
        definition = {
            "name": self._definitions.name(f"{GROUP} {batch}"),
            "fields": _fields(found_by, campaigns),
            "isSyncTriggeredOnImport": False,
            "autoDeleteDuration": limits.AUTO_DELETE,
            "dataRetentionDuration": limits.IMPORT_RETENTION,
        }
        return self._definitions.create("/activities/imports", definition, f"Preparing batch {batch}")

    def stage(self, definition: str, rows: pa.Table, found_by: FoundBy, *, campaigns: bool) -> None:
        """Upload the rows, in their order. Nothing is imported before a sync.

        Args:
            definition: its uri.
            rows: `contact` (an id or an e-mail address), `activity_type`, `happened_at`, `asset_type`,
                `asset_name`, `campaign`.
            found_by: what `contact` is.
            campaigns: whether the definition has a campaign.

        Raises:
            InDoubt, ServerError: an upload may or may not be staged. Do not sync the definition any more.
        """
        doing = f"Uploading {rows.num_rows} activities"
        names = list(_fields(found_by, campaigns))
        table = _as_uploaded(rows, found_by, campaigns)
        batches = (as_strings(one, names, f"Eloqua: {doing}") for one in table.to_batches())
        for number, piece in enumerate(csv_pieces(batches, names, self._piece_bytes, f"Eloqua: {doing}"), 1):
            if number > limits.UPLOADS_PER_SYNC:
                raise LimitExceeded(f"Eloqua: {doing}", f"more than {limits.UPLOADS_PER_SYNC} uploads")
            self._session.json(
                "POST",
                f"{BULK}{definition}/data",
                doing=f"{doing}, upload {number}",
                data=piece,
                headers={"Content-Type": "text/csv"},
            )

    def create_sync(self, definition: str) -> str:
        """Create the sync of a definition; its uri. Asked once: a lost answer is never asked for again.

        Raises:
            InDoubt, ServerError: it may exist. Look with `find_sync`.
        """
        return self._syncs.create(definition, "Importing activities")

    def await_result(self, sync: str, rows: int) -> ActivityResult:
        """Wait for a sync's end and read what it did.

        Raises:
            DeadlineExceeded: it is still running.
        """
        sync_id = id_of(sync)
        failure = None
        try:
            finished = self._syncs.wait(sync_id, "Importing activities")
        except (SyncFailed, SyncFailedForNow) as error:
            failure = str(error.came_back)
            finished = FinishedSync(sync_id, "error", tuple(self._syncs.log(sync_id)))
        rejects = self._syncs.rejects(sync_id) if finished.status == "warning" else []
        return result_of(sync, rows, finished, rejects, failure)

    # -- looking up what a crash has left

    def find_definitions(self, batch: str) -> list[str]:
        """The definitions that were created for a batch: none, one, or two if an answer got lost."""
        return [str(one["uri"]) for one in self._definitions.of_batches(GROUP, [batch], ["imports"])]

    def find_sync(self, definition: str) -> str | None:
        """The sync of a definition, if there ever was one. The oldest: only that one had data."""
        found = self._syncs.find(definition)
        return f"/syncs/{found[-1]}" if found else None

    def discard_staged(self, definition: str) -> bool:
        """Delete the staged rows of a definition, so that no sync can import them any more.

        Returns False if Eloqua refuses because a sync of it is running.
        """
        try:
            self._session.json("DELETE", f"{BULK}{definition}/data", doing="Deleting staged activities")
        except NotFound:
            return True  # the definition is gone, and the rows with it
        except ValidationError as error:
            if error.status == 409:
                return False
            raise
        return True

    def delete_definition(self, definition: str) -> bool:
        """Delete a definition whose sync has ended, or that has none. Never raises; whether it is gone."""
        return self._definitions.delete(definition)

    # -- settling doubts

    def export(self, since: datetime, until: datetime, *, name: str) -> ExportReader:
        """External activities dated from `since` to `until`, both included.

        Columns: `contact_id`, `email`, `asset_type`, `asset_name`, `date` (UTC). Eloqua does not publish how
        the name of an external activity's type is exported, so it is not among them.
        """
        first, last = (_filter_time(moment) for moment in (since, until + timedelta(seconds=1)))
        definition = export_definition(
            _EXPORTED,
            name=self._definitions.name(name),
            filter=(
                "'{{Activity.Type}}' = 'ExternalActivity' "
                f"AND '{{{{Activity.CreatedAt}}}}' >= '{first}' AND '{{{{Activity.CreatedAt}}}}' < '{last}'"
            ),
            utc=True,
        )
        return ExportReader(
            self._session,
            self._syncs,
            self._definitions,
            "/activities/exports",
            definition,
            _EXPORTED,
            page_size=self._page_size,
            data_format=self._format,
        )


def result_of(
    sync: str,
    rows: int,
    finished: FinishedSync,
    rejects: Iterable[Mapping[str, Any]],
    failure: str | None,
) -> ActivityResult:
    """What a sync's status, log and rejects together mean for the rows of its batch."""
    seen = tuple(entry.code for entry in finished.log)
    imported = finished.counted(codes.ACTIVITIES_CREATED)
    staged = finished.counted(codes.STAGED)
    if not imported and (codes.NO_DATA in seen or staged == 0):
        return ActivityResult(sync, rows, nothing=True, codes=seen)

    def doubt(why: str) -> ActivityResult:
        return ActivityResult(sync, rows, doubt=why, codes=seen)

    if finished.status not in ENDED or finished.status == "error":
        return doubt(f"the sync ended in error ({failure or 'no reason in its log'})")
    if staged is not None and staged != rows:
        return doubt(f"{rows} rows were uploaded, the sync found {staged}")
    refused: dict[int, RefusedActivity] = {}
    remarks: dict[int, RefusedActivity] = {}
    for reject in rejects:
        row = int(reject.get("recordIndex") or 0) - 1
        code = str(reject.get("statusCode") or "")
        if not 0 <= row < rows:
            return doubt("the sync refused a row that cannot be identified")
        one = RefusedActivity(row, code, codes.meaning(code, str(reject.get("message") or "")))
        (remarks if code == codes.BAD_VALUE else refused)[row] = one
    remarks = {row: one for row, one in remarks.items() if row not in refused}
    if imported is not None and imported == rows - len(refused) - len(remarks):
        refused |= remarks  # a bad value can mean that the row was taken without it; here it was not
    elif imported is not None and imported != rows - len(refused):
        return doubt(f"of {rows} rows {len(refused)} were refused, but {imported} imported")
    return ActivityResult(sync, rows, refused=tuple(refused[row] for row in sorted(refused)), codes=seen)


def as_eloqua_time(moments: pd.Series) -> pd.Series:
    """Aware times as Eloqua takes and keeps them: US Eastern wall clock, whole seconds."""
    return moments.dt.tz_convert(ELOQUA_ZONE).dt.strftime("%Y-%m-%d %H:%M:%S")


def _fields(found_by: FoundBy, campaigns: bool) -> dict[str, str]:
    name, statement = CONTACT[found_by]
    return {name: statement, **(_CAMPAIGN if campaigns else {}), **_FIELDS}


def _as_uploaded(rows: pa.Table, found_by: FoundBy, campaigns: bool) -> pa.Table:
    dates = as_eloqua_time(rows["happened_at"].to_pandas())
    columns: dict[str, Any] = {
        CONTACT[found_by][0]: rows["contact"],
        "ActivityType": rows["activity_type"],
        "ActivityDate": pa.array(dates, pa.string()),
        "AssetType": rows["asset_type"],
        "AssetName": rows["asset_name"],
    }
    if campaigns:
        columns["CampaignID"] = rows["campaign"]
    return pa.table(columns)


def _filter_time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
