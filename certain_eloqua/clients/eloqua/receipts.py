"""What Eloqua did with what we uploaded: counts, log, and every refused row by its number."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.clients.eloqua import codes
from certain_eloqua.clients.eloqua.syncs import FinishedSync, LogEntry
from certain_eloqua.domain.email import normalise_email

REJECTS_SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        ("code", pa.string()),
        ("message", pa.string()),
        ("cause", pa.string()),
        ("invalid_fields", pa.list_(pa.string())),
        ("written", pa.bool_()),
    ]
)
"""`row` counts from 1 over all rows given to the import; null if Eloqua's reject fits none of them.
`cause` is the code in plain words. `written` is true when the row was taken without the bad value."""


@dataclass(frozen=True)
class ImportReceipt:
    """What became of an import or a sync action. Several syncs when it was too large for one.

    Attributes:
        status: the worst of its syncs: `success`, `warning`; errors are raised. `nothing` without rows.
        rows: rows given; `staged`, `created`, `updated`: counts by Eloqua's logs.
        rejects: every reject, by row; see `REJECTS_SCHEMA`. May be empty although the status is `warning`.
        log: the log entries of all syncs.
        linked: records of a custom object that were linked to contacts, by Eloqua's logs.
        definition_uri: the definition, deleted meanwhile unless `orphaned_definition`.
    """

    sync_ids: tuple[str, ...]
    status: str
    rows: int
    staged: int
    created: int
    updated: int
    rejects: pa.Table = field(repr=False)
    log: tuple[LogEntry, ...] = field(repr=False)
    definition_uri: str | None
    orphaned_definition: bool = False
    calls: int = 0
    linked: int = 0

    @property
    def sync_id(self) -> str | None:
        """The last of its syncs."""
        return self.sync_ids[-1] if self.sync_ids else None

    @property
    def rejected(self) -> int:
        """How many rows were not written."""
        lost = self.rejects.filter(pc.invert(self.rejects.column("written")))
        known = lost.column("row").drop_null()
        return int(len(known.unique()) + lost.num_rows - len(known))

    @property
    def unaccounted(self) -> int:
        """For imports: rows that were neither created, updated nor rejected. 0 when none is left.

        Negative when Eloqua lists a row as rejected and yet wrote it, or one row changed several contacts.
        """
        return self.rows - self.created - self.updated - self.rejected

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the logs complain about, in plain words."""
        return tuple(
            f"{entry.code} {codes.meaning(entry.code, entry.message)} ({entry.count})"
            for entry in self.log
            if entry.severity in ("warning", "error")
        )


def rejects_table(
    rejects: Sequence[dict[str, Any]], first_row: int, identifiers: Sequence[str | None], identifier: str
) -> pa.Table:
    """Eloqua's rejects joined to our rows.

    `recordIndex` counts from 1 over the rows of a sync. That it runs on across several uploads, in their
    order, is not in the manual, so it is checked by the identifying value, which the reject repeats; where
    the two disagree the value decides, and a value that is not ours (or not only one's) joins to no row.

    Args:
        rejects: as Eloqua gave them.
        first_row: number of the sync's first row among all rows, from 1.
        identifiers: the identifying value of each row of the sync.
        identifier: the name of that column.
    """
    places: dict[str, list[int]] | None = None
    lines = []
    for reject in rejects:
        values = reject.get("fieldValues") or {}
        named = normalise_email(values.get(identifier))
        index = int(reject.get("recordIndex") or 0) - 1
        fits = 0 <= index < len(identifiers)
        if identifier in values and (not fits or normalise_email(identifiers[index]) != named):
            if places is None:
                places = _places(identifiers)
            candidates = places.get(named or "", [])
            index, fits = (candidates[0], True) if len(candidates) == 1 else (-1, False)
        code, message = str(reject.get("statusCode") or ""), str(reject.get("message") or "")
        invalid = [str(name) for name in reject.get("invalidFields") or []]
        lines.append(
            {
                "row": first_row + index if fits else None,
                "code": code,
                "message": message,
                "cause": codes.meaning(code, message),
                "invalid_fields": invalid,
                "written": code == codes.BAD_VALUE and identifier not in invalid,
            }
        )
    return pa.Table.from_pylist(lines, schema=REJECTS_SCHEMA)


def _places(identifiers: Sequence[str | None]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for index, value in enumerate(identifiers):
        places.setdefault(normalise_email(value) or "", []).append(index)
    return places


def has_rejects(finished: FinishedSync) -> bool:
    """Whether the rejects must be read: a warning may come without any, and a success never has some."""
    return finished.status == "warning" or bool(finished.counted(codes.REJECTED))
