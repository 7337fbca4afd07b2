"""Seeing changes: the statuses that are now, compared with those last seen. Pure, over columns.

A poll sees the last status only: A→B→C between two polls is a change to C. A→B→A→B at four polls is each of
them, the same status twice is none.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import pandas as pd

from certain_eloqua.ledger import DECIDE_AGAIN

QUEUED = "queued"
BASELINE = "baseline"
FIRST_RUN = "first_run"
STATUS_NOT_SELECTED = "status_not_selected"
ITEM_NOT_SELECTED = "item_not_selected"
TYPE_NOT_SELECTED = "type_not_selected"

MARKER = ""
"""Registration of the entry that says that an event was seen before, also if nobody was registered then."""

CURRENT = ["item", "registration", "status", "stamp", "happened_at", "item_code", "attendee_type"]
"""Columns of the statuses that are now. `happened_at` is aware, missing when the source does not say."""
CHANGED = [*CURRENT, "previous", "ordinal", "decision", "fingerprint"]


@dataclass(frozen=True, slots=True)
class Selection:
    """What a connector selects. Codes and labels without regard to case; None means all."""

    statuses: frozenset[str]
    items: frozenset[str] | None = None
    attendee_types: frozenset[str] | None = None

    @classmethod
    def of(
        cls, statuses: list[str], items: list[str] | None = None, attendee_types: list[str] | None = None
    ) -> Selection:
        """From the settings' lists."""
        return cls(
            frozenset(map(str.casefold, statuses)),
            None if items is None else frozenset(map(str.casefold, items)),
            None if attendee_types is None else frozenset(map(str.casefold, attendee_types)),
        )


@dataclass(frozen=True, slots=True)
class Poll:
    """One look of a connector at an event.

    Attributes:
        at: when; the time of changes whose source has none.
        first_run: `baseline` only remembers what there is at the first look, `include` takes it as changed.
        vanished_as: the status of what is not there any more; None leaves it as it was.
    """

    connector: str
    event: str
    at: datetime
    selection: Selection
    first_run: Literal["baseline", "include"] = "baseline"
    vanished_as: str | None = None


def find_changes(poll: Poll, current: pd.DataFrame, seen: pd.DataFrame) -> pd.DataFrame:
    """What differs from the statuses last seen, in the order in which it happened; columns `CHANGED`.

    Every row moves the status last seen. Those decided `queued` become changes, with a fingerprint.

    Args:
        poll: the look.
        current: the statuses now, see `CURRENT`; a registration and item occur once.
        seen: the statuses last seen (`ledger.SEEN_SCHEMA`).
    """
    marked = seen["registration"].eq(MARKER)
    first = not bool(marked.any())
    known = seen.loc[~marked, ["item", "registration", "status", "ordinal", "decision"]].rename(
        columns={"status": "previous", "decision": "again"}
    )
    known["again"] = known["again"].eq(DECIDE_AGAIN)
    now = current[CURRENT].drop_duplicates(["item", "registration"], keep="last")
    if poll.vanished_as is not None:
        now = pd.concat([now, _vanished(now, known, poll.vanished_as)], ignore_index=True)
    both = now.merge(known, on=["item", "registration"], how="left")
    new = both["previous"].isna()
    again = both["again"].eq(True) & both["previous"].eq(both["status"])
    both["previous"] = as_text(both["previous"]).where(~again, "")
    changed = both[new | again | both["previous"].ne(both["status"])].copy()
    changed["ordinal"] = changed["ordinal"].fillna(-1).astype("int64") + 1
    changed["happened_at"] = changed["happened_at"].fillna(pd.Timestamp(poll.at))
    changed = changed.sort_values(["happened_at", "registration", "item"], kind="stable", ignore_index=True)
    changed["decision"] = _decisions(poll, changed, first=first)
    changed["fingerprint"] = _fingerprints(poll, changed)
    if first:
        changed = pd.concat([_first_look(poll), changed], ignore_index=True)
    return changed[CHANGED]


def empty_current() -> pd.DataFrame:
    """No statuses."""
    columns: dict[str, pd.Series] = {name: pd.Series([], dtype="str") for name in CURRENT}
    columns["happened_at"] = pd.Series([], dtype="datetime64[us, UTC]")
    return pd.DataFrame(columns)


def as_text(values: pd.Series) -> pd.Series:
    """Text without gaps, also of a column that pandas made numbers of because it has nothing but gaps."""
    return values.astype("object").where(values.notna(), "").astype("str")


def _vanished(now: pd.DataFrame, known: pd.DataFrame, status: str) -> pd.DataFrame:
    here = now[["item", "registration"]].assign(here=True)
    gone = known.merge(here, on=["item", "registration"], how="left")
    gone = gone[gone["here"].isna() & gone["previous"].str.casefold().ne(status.casefold())]
    return pd.DataFrame(
        {
            "item": gone["item"],
            "registration": gone["registration"],
            "status": status,
            "stamp": "",
            "happened_at": pd.Series(pd.NaT, index=gone.index, dtype="datetime64[us, UTC]"),
            "item_code": "",
            "attendee_type": "",
        }
    )


def _decisions(poll: Poll, changed: pd.DataFrame, *, first: bool) -> pd.Series:
    chosen = poll.selection
    decision = pd.Series(QUEUED, index=changed.index, dtype="str")
    if first and poll.first_run == BASELINE:
        decision[:] = BASELINE
    if chosen.attendee_types is not None:
        decision[~_in(changed["attendee_type"], chosen.attendee_types)] = TYPE_NOT_SELECTED
    if chosen.items is not None:
        decision[~_in(changed["item_code"], chosen.items)] = ITEM_NOT_SELECTED
    decision[~_in(changed["status"], chosen.statuses)] = STATUS_NOT_SELECTED
    return decision


def _in(values: pd.Series, chosen: frozenset[str]) -> pd.Series:
    distinct = {value: str(value).casefold() in chosen for value in values.unique()}
    return values.map(distinct).astype(bool)


def _fingerprints(poll: Poll, changed: pd.DataFrame) -> list[str]:
    about = f"{poll.connector}\x1f{poll.event}"
    rows = zip(
        *(changed[name] for name in ("item", "registration", "status", "stamp", "ordinal", "decision")),
        strict=True,
    )
    return [
        fingerprint(about, item, registration, status, stamp, ordinal) if decision == QUEUED else ""
        for item, registration, status, stamp, ordinal, decision in rows
    ]


def fingerprint(about: str, item: str, registration: str, status: str, stamp: str, ordinal: int) -> str:
    """The same for the same change, whoever sees it and however often."""
    text = "\x1f".join((about, item, registration, status, stamp, str(ordinal)))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _first_look(poll: Poll) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "item": [""],
            "registration": [MARKER],
            "status": [""],
            "stamp": [""],
            "happened_at": pd.Series([pd.Timestamp(poll.at)]).astype("datetime64[us, UTC]"),
            "item_code": [""],
            "attendee_type": [""],
            "previous": [""],
            "ordinal": [0],
            "decision": [FIRST_RUN],
            "fingerprint": [""],
        }
    )
