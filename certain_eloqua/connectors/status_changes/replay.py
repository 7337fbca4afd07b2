"""Sending again what a person asks for: what was refused, and the changes of past days.

Nothing that was sent, may have been sent or is being sent is sent again, unless its doubling is asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

import pandas as pd
import pyarrow as pa

from certain_eloqua.connectors.status_changes.changes import (
    BASELINE,
    ITEM_NOT_SELECTED,
    STATUS_NOT_SELECTED,
    TYPE_NOT_SELECTED,
)
from certain_eloqua.connectors.status_changes.list_plan import ASSET_TYPE as LIST
from certain_eloqua.connectors.status_changes.people import aware
from certain_eloqua.domain.event import ADMINISTRATION_ZONE
from certain_eloqua.ledger import COPIED_BY, AlreadyRunning, Filter, Ledger
from certain_eloqua.ledger.outbox import BATCHED, IN_DOUBT, PENDING, RETRYABLE, SENT

UNDECIDED = (BASELINE, ITEM_NOT_SELECTED, STATUS_NOT_SELECTED, TYPE_NOT_SELECTED)
"""Why a status that was seen made no change. By other settings it may make one."""

_COLUMNS = (
    *("number", "connector", "event", "registration", "item", "previous", "status", "activity_type"),
    *("asset_type", "asset_name", "happened_at", "seen_by", "state", "sync", "code", "sent_at"),
)


@dataclass(frozen=True, slots=True)
class Period:
    """Days, in UTC, the last one included; open where a day is missing."""

    first: date | None = None
    last: date | None = None

    @property
    def begin(self) -> datetime | None:
        """The first moment."""
        return _midnight(self.first) if self.first else None

    @property
    def end(self) -> datetime | None:
        """The first moment that is not in it any more."""
        return _midnight(self.last + timedelta(days=1)) if self.last else None


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay finds in a period.

    Attributes:
        connector: whose changes.
        refused: rejected and skipped changes; sent by the next run.
        sent: changes that were sent. Sending them again doubles them, except on a list.
        undecided: how many statuses made no change, by reason and event.
        in_doubt: how many changes are in doubt.
        waiting: how many changes are sent by the next run anyway.
    """

    connector: str
    period: Period
    refused: pd.DataFrame
    sent: pd.DataFrame
    undecided: Counter[tuple[str, str]]
    in_doubt: int
    waiting: int

    @property
    def doubles(self) -> pd.DataFrame:
        """Activities that Eloqua would have twice. A contact is on a list or not, so lists have none."""
        return self.sent[self.sent["asset_type"].ne(LIST)]

    @property
    def reasons(self) -> Counter[str]:
        """How many statuses made no change, by reason."""
        found: Counter[str] = Counter()
        for (_, reason), number in self.undecided.items():
            found[reason] += number
        return found

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is known of the period."""
        return not (len(self.refused) or len(self.sent) or self.undecided or self.in_doubt or self.waiting)


@dataclass
class Replayed:
    """What a replay has done. `busy` are events that had a run in progress; they were left alone."""

    retried: int = 0
    decided_again: int = 0
    sent_again: int = 0
    busy: list[str] = field(default_factory=list)


def find_retryable(ledger: Ledger, wanted: Filter) -> pd.DataFrame:
    """Rejected and skipped changes: `number`, `connector`, `event`, `code` and more.

    A membership that changed again since is not among them: repeating an older one would undo the newer.
    """
    return _without_overtaken(ledger, wanted, _table(ledger, replace(wanted, states=RETRYABLE)))


def retry(ledger: Ledger, rows: pd.DataFrame) -> int:
    """Put changes of `find_retryable` back to be sent by the next run; how many."""
    done = ledger.resending.retry(rows["number"].tolist())
    for connector, some in rows.groupby("connector"):
        ledger.watermarks.look_again(str(connector), some["event"].unique().tolist())
    return done


def find_replay(ledger: Ledger, connector: str, events: Sequence[str] | None, period: Period) -> Replay:
    """What is known of the changes of a period. Days are those on which the statuses changed."""
    wanted = Filter(connector, events=events, happened_from=period.begin, happened_before=period.end)
    rows = _table(ledger, wanted)
    last = _without_overtaken(ledger, wanted, rows)
    original = ~last["seen_by"].str.startswith(COPIED_BY)
    undecided: Counter[tuple[str, str]] = Counter()
    for event in sorted(ledger.watermarks.looks(connector)) if events is None else events:
        reasons = _undecided(ledger, connector, event, period)["decision"]
        undecided.update((event, str(reason)) for reason in reasons.to_pylist())
    return Replay(
        connector,
        period,
        last[last["state"].isin(RETRYABLE)],
        last[last["state"].eq(SENT) & original],
        undecided,
        int(rows["state"].eq(IN_DOUBT).sum()),
        int(rows["state"].isin([PENDING, BATCHED]).sum()),
    )


def carry_out(ledger: Ledger, found: Replay, run_id: str, *, double: bool) -> Replayed:
    """Do what a replay has found, event by event; what was sent only if `double` asks for it."""
    done = Replayed()
    for event in _events(found):
        refused = found.refused.loc[found.refused["event"].eq(event), "number"].tolist()
        sent = found.sent.loc[found.sent["event"].eq(event), "number"].tolist()
        try:
            with ledger.run_lock(found.connector, event, run_id):
                done.retried += ledger.resending.retry(refused)
                done.decided_again += _decide_again(ledger, found, event)
                if double:
                    done.sent_again += ledger.resending.copy_sent(sent)
                ledger.watermarks.look_again(found.connector, [event])
        except AlreadyRunning:
            done.busy.append(event)
    return done


def _events(found: Replay) -> list[str]:
    undecided = {event for event, _ in found.undecided}
    return sorted({*found.refused["event"], *found.sent["event"], *undecided})


def _decide_again(ledger: Ledger, found: Replay, event: str) -> int:
    if not any(one == event for one, _ in found.undecided):
        return 0
    table = _undecided(ledger, found.connector, event, found.period)
    ledger.resending.decide_again(found.connector, event, table)
    return int(table.num_rows)


def _undecided(ledger: Ledger, connector: str, event: str, period: Period) -> pa.Table:
    """The statuses that made no change, of the period by Certain's stamp, or else by when they were seen."""
    seen = ledger.resending.undecided(connector, event, UNDECIDED)
    stamps = aware(seen["stamp"].to_pylist(), ADMINISTRATION_ZONE)
    when = stamps.fillna(seen["seen_at"].to_pandas())
    kept = pd.Series(True, index=when.index)
    if period.begin is not None:
        kept &= when.ge(pd.Timestamp(period.begin))
    if period.end is not None:
        kept &= when.lt(pd.Timestamp(period.end))
    return seen.filter(pa.array(kept, pa.bool_()))


def _table(ledger: Ledger, wanted: Filter) -> pd.DataFrame:
    frame: pd.DataFrame = ledger.outbox.table(wanted, _COLUMNS).to_pandas()
    return frame


def _without_overtaken(ledger: Ledger, wanted: Filter, rows: pd.DataFrame) -> pd.DataFrame:
    """Without memberships of a list that a later change of the same contact has overtaken."""
    listed = rows["asset_type"].eq(LIST)
    if not listed.any():
        return rows
    every = Filter(wanted.connector, events=wanted.events, asset_type=LIST)
    members = ("number", "connector", "event", "registration")
    known = ledger.outbox.table(every, members).to_pandas()
    newest = known.drop_duplicates(["connector", "event", "registration"], keep="last")["number"]
    return rows[~listed | rows["number"].isin(newest)]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
