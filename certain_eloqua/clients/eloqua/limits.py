"""What Eloqua allows, as named numbers.

Sources: Oracle, "Bulk API limits", "Retrieving large volumes of data", "Import characteristics", and the
release notes named below.
"""

LOGIN_URL = "https://login.eloqua.com"

FIELDS_PER_IMPORT = 100
FIELDS_PER_EXPORT = 250
FILTER_CHARACTERS = 1000

DEFINITION_NAME_CHARACTERS = 100
SYNC_ACTIONS_PER_DEFINITION = 10

UPLOAD_BYTES = 32_000_000
"""A larger upload is answered 404. The page says 32 MB, so this is the smaller of the two meanings."""

PIECE_BYTES = 30_000_000
"""What we upload at most in one request, with room to spare below `UPLOAD_BYTES`."""

UPLOADS_PER_SYNC = 500
"""Release 24D; the next upload is refused."""

STAGED_BYTES_PER_SYNC = 250_000_000
"""Oracle's advice: sync about every 250 MB."""

RECORD_BYTES_PER_SYNC = 100_000_000
"""Of custom objects: their rows are kept until the sync has ended, and there may be many for each person."""

ROWS_PER_DATA_PAGE = 50_000
ITEMS_PER_LIST_PAGE = 1_000
"""Also of logs and rejects."""

REST_ITEMS_PER_PAGE = 1_000

AUTO_DELETE = "P1D"
"""A definition we lose sight of disappears after a day; large exports need at least that (best practices)."""

EXPORT_RETENTION = "P1D"
"""Set always: the default was lowered from 12 to 6 hours in release 24A."""

IMPORT_RETENTION = "P1D"
"""Staged rows that were never synced are people's data; a day is enough to finish."""

TOKEN_SAFETY_SECONDS = 60.0
"""A token this close to its end is renewed before it is used."""
