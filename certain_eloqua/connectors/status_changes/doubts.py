"""Settling doubts: what may have been sent is looked up among Eloqua's activities. Nothing is sent.

Eloqua does not publish how the name of an activity's type is exported, so activities are counted by contact,
asset and second. Where the ledger knows fewer sent ones than there are, the doubtful ones account for the
rest; where that leaves a choice, they stay in doubt.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd

from certain_eloqua.clients.eloqua.activities import as_eloqua_time
from certain_eloqua.ledger import Filter, Ledger, OutboxRow, person_key
from certain_eloqua.ledger.outbox import IN_DOUBT, SENT

if TYPE_CHECKING:
    from certain_eloqua.clients.eloqua import EloquaClient

Key = tuple[str, str, str, str]
"""Who (a digest, or a contact id), asset type, asset name, second by Eloqua's clock."""

LONGEST_WINDOW = timedelta(days=31)
"""Activities of so many days are exported at once."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What looking up has shown."""

    sent: int
    not_sent: int
    open: int


def settle_doubts(eloqua: EloquaClient, ledger: Ledger, account: str, wanted: Filter) -> Settled:
    """Look the doubtful activities up and record what is there and what is not."""
    doubts = [row for row in ledger.outbox.find(wanted) if row.state == IN_DOUBT]
    sent: list[int] = []
    missing: list[int] = []
    for some in _windows(doubts):
        first, last = some[0].happened_at, max(row.happened_at for row in some)
        known = ledger.outbox.find(
            Filter(states=[SENT], happened_from=first, happened_before=last + timedelta(seconds=1))
        )
        with eloqua.activities.export(first, last, name="doubts") as rows:
            there = _count(rows.read_all().to_pandas(), account)
        there.subtract(Counter(_keys(known)))
        found, lost = _judge(some, there)
        sent += found
        missing += lost
    ledger.outbox.settle(sent, missing, "looked up among Eloqua's activities")
    return Settled(len(sent), len(missing), len(doubts) - len(sent) - len(missing))


def _windows(doubts: list[OutboxRow]) -> Iterable[list[OutboxRow]]:
    window: list[OutboxRow] = []
    for row in sorted(doubts, key=lambda one: one.happened_at):
        if window and row.happened_at - window[0].happened_at > LONGEST_WINDOW:
            yield window
            window = []
        window.append(row)
    if window:
        yield window


def _judge(doubts: list[OutboxRow], there: Counter[Key]) -> tuple[list[int], list[int]]:
    """Numbers of the doubts that were sent, and of those that were not."""
    sent: list[int] = []
    missing: list[int] = []
    groups: dict[Key, list[int]] = {}
    for row, key in zip(doubts, _keys(doubts), strict=True):
        groups.setdefault(key, []).append(row.number)
    for key, numbers in groups.items():
        extra = there[key]
        if extra >= len(numbers):
            sent += numbers
        elif extra <= 0:
            missing += numbers
    return sent, missing


def _keys(rows: list[OutboxRow]) -> list[Key]:
    times = as_eloqua_time(pd.Series([row.happened_at for row in rows], dtype="datetime64[us, UTC]"))
    return [
        (row.person or row.contact_id, row.asset_type, row.asset_name, time)
        for row, time in zip(rows, times, strict=True)
    ]


def _count(there: pd.DataFrame, account: str) -> Counter[Key]:
    """Each activity under the person's digest and under the contact's id."""
    times = as_eloqua_time(pd.to_datetime(there["date"], utc=True, format="ISO8601"))
    found: Counter[Key] = Counter()
    columns = (there["contact_id"], there["email"], there["asset_type"], there["asset_name"], times)
    for contact_id, email, asset_type, name, time in zip(*columns, strict=True):
        found[contact_id, asset_type, name, time] += 1
        if email:
            found[person_key(account, email), asset_type, name, time] += 1
    return found
