"""Events as rows of a frame, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from certain_eloqua.domain.event import Event, EventAnswer

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_TEXTS = ("code", "name", "account_code", "status", "timezone", "timezone_label")
_TIMES = ("starts", "ends")
_FLAGS = ("timezone_is_guessed", "is_active")
_ANSWERS = "answers"


def event_table(events: Iterable[Event]) -> pa.Table:
    """One row per event; times as ISO text with their offset."""
    import pyarrow as pa

    names = [field.name for field in fields(Event)]
    schema = pa.schema([(name, pa.bool_() if name in _FLAGS else pa.string()) for name in names])
    return pa.Table.from_pylist([_plain(asdict(event)) for event in events], schema=schema)


def event_of(frame: pd.DataFrame, code: str) -> Event | None:
    """The event of this code; None if there is no row for it."""
    rows = frame[frame["code"] == code]
    if rows.empty:
        return None
    row = rows.astype(object).where(rows.notna(), None).to_dict("records")[0]
    zone = ZoneInfo(row["timezone"])
    whole: dict[str, Any] = {name: row[name] or "" for name in _TEXTS}
    for name in _TIMES:
        whole[name] = datetime.fromisoformat(row[name]).astimezone(zone) if row[name] else None
    for name in _FLAGS:
        whole[name] = bool(row[name])
    answers = json.loads(row.get(_ANSWERS) or "[]")  # frames of earlier versions have none
    return Event(**whole, answers=tuple(EventAnswer(**one) for one in answers))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    times = {name: row[name].isoformat() if row[name] else None for name in _TIMES}
    return row | times | {_ANSWERS: json.dumps(row[_ANSWERS], ensure_ascii=False)}
