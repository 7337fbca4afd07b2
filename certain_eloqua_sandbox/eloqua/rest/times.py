"""Times in the Application API: Unix seconds in strings; date fields are kept as US Eastern text."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

LARGEST = 10**12  # seconds; later than any calendar here
EASTERN = ZoneInfo("America/New_York")
TEXT = "%Y-%m-%d %H:%M:%S"
_FORMATS = (TEXT, "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d", "%m/%d/%Y", "%m/%d/%Y %H:%M:%S")


def unix(at: float | None) -> str:
    """Return a time of the world as the API writes it; what was never edited is ``0``."""
    return str(int(at or 0))


def seconds(text: str, zone: ZoneInfo | None = None) -> float | None:
    """Return Unix seconds from such, or from a date in a zone (UTC unless given); ``None`` if neither."""
    text = text.strip()
    try:
        return float(max(-LARGEST, min(int(text), LARGEST)))
    except ValueError:
        pass
    for form in _FORMATS:
        try:
            return datetime.strptime(text.removesuffix("Z"), form).replace(tzinfo=zone or UTC).timestamp()
        except ValueError:
            continue
    return None


def eastern(at: float) -> str | None:
    """Return Unix seconds as the text of a date field, ``None`` outside the calendar."""
    try:
        return datetime.fromtimestamp(at, EASTERN).strftime(TEXT)
    except (ValueError, OverflowError, OSError):
        return None


def field_value(text: str) -> str | None:
    """Return what a date field keeps of a written value, ``None`` when it is no date."""
    at = seconds(text, EASTERN)
    return None if at is None else eastern(at)


def shown(text: str) -> str:
    """Return the kept value of a date field as the API writes it."""
    at = seconds(text, EASTERN)
    return text if at is None else str(int(at))
