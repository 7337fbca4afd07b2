"""Times as the Bulk API writes and reads them: ISO stamps, ISO durations, US Eastern field values."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")
NEVER_EDITED = "1900-01-01T05:00:00.0000000Z"  # what system fields carry: midnight US Eastern

_DURATION = re.compile(
    r"P(?!$)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?"
    r"(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?",
    re.IGNORECASE,
)
_UNIT_SECONDS = (365 * 86_400, 30 * 86_400, 7 * 86_400, 86_400, 3_600, 60, 1)
_DATE = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?)?(Z|[+-]\d{2}:?\d{2})?"
)
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: (\d{1,2}):(\d{2})(?::(\d{2}))?)?")


def stamp(at: float | None) -> str:
    """Return Unix seconds as the API's own stamps: UTC with seven fractional digits."""
    if at is None:
        return NEVER_EDITED
    seconds, fraction = divmod(round(at * 10_000_000), 10_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{fraction:07d}Z"


def duration_seconds(text: str) -> float | None:
    """Return an ISO-8601 duration in seconds, or ``None`` when it is none."""
    found = _DURATION.fullmatch(text.strip())
    if not found:
        return None
    return sum(float(n) * unit for n, unit in zip(found.groups(), _UNIT_SECONDS, strict=True) if n)


def parse_value(text: str) -> datetime | None:
    """Return a date as clients write it, naive unless it names its zone; ``None`` when it is no date."""
    text = text.strip()
    try:
        if found := _DATE.fullmatch(text):
            zone = found[7]
            at = datetime(*(int(part or 0) for part in found.groups()[:6]))  # type: ignore[arg-type]  # noqa: DTZ001
            if not zone:
                return at
            if zone in "Zz":
                return at.replace(tzinfo=UTC)
            sign = -1 if zone[0] == "-" else 1
            offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:])) * sign
            return (at - offset).replace(tzinfo=UTC)
        if found := _US_DATE.fullmatch(text):
            month, day, year, hour, minute, second = (int(part or 0) for part in found.groups())
            return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
    except (ValueError, OverflowError):
        return None
    return None


def to_unix(text: str, *, utc: bool = False) -> float | None:
    """Return a written date in Unix seconds; without a zone it is US Eastern time, or UTC if asked."""
    at = parse_value(text)
    if at is None:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC if utc else EASTERN)
    try:
        return at.timestamp()
    except (ValueError, OverflowError):
        return None


def to_field_value(text: str) -> str | None:
    """Return a written date the way date fields keep it: ``YYYY-MM-DD HH:MM:SS``, US Eastern."""
    at = parse_value(text)
    if at is None:
        return None
    if at.tzinfo is not None:
        try:
            at = at.astimezone(EASTERN)
        except (ValueError, OverflowError):
            return None
    return f"{at.year:04d}-{at:%m-%d %H:%M:%S}"


@lru_cache(maxsize=1)
def _transitions() -> list[tuple[int, int]]:
    """Return (Unix second, offset from then on) of the Eastern zone, newest first."""
    found: list[tuple[int, int]] = []
    start = int(datetime(1970, 1, 1, tzinfo=UTC).timestamp())
    end = int(datetime(2040, 1, 1, tzinfo=UTC).timestamp())
    step = 20 * 86_400
    before = _offset(start)
    for at in range(start + step, end, step):
        offset = _offset(at)
        if offset != before:
            low, high = at - step, at
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if _offset(middle) == before else (low, middle)
            found.append((high, offset))
            before = offset
    return found[::-1]


def _offset(at: int) -> int:
    delta = datetime.fromtimestamp(at, EASTERN).utcoffset()
    return int(delta.total_seconds()) if delta else 0


@lru_cache(maxsize=64)
def as_text_sql(expression: str, *, utc: bool) -> str:
    """Return SQL that writes Unix seconds as ``YYYY-MM-DD HH:MM:SS``.

    The Eastern offset is a CASE over the changes of summer time, newest first: a million rows
    cost tenths of a second, a Python function would cost seconds.
    """
    if utc:
        return f"strftime('%Y-%m-%d %H:%M:%S', {expression}, 'unixepoch')"
    cases = " ".join(f"WHEN {expression} >= {at} THEN {offset}" for at, offset in _transitions())
    return f"strftime('%Y-%m-%d %H:%M:%S', {expression} + CASE {cases} ELSE -18000 END, 'unixepoch')"
