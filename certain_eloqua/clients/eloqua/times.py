"""Eloqua's times: UTC with seven decimals (`2018-08-19T20:51:28.8201911Z`), one more than Python reads."""

import re
from datetime import UTC, datetime

_DECIMALS = re.compile(r"(\.\d{1,6})\d*")


def parse_time(text: str | None) -> datetime | None:
    """The aware moment, None if there is none. Raises ValueError for a text that is no time."""
    if not text:
        return None
    when = datetime.fromisoformat(_DECIMALS.sub(r"\1", text))
    return when if when.tzinfo else when.replace(tzinfo=UTC)
