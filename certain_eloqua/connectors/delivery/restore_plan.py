"""The plans of undo and repair: values that were written, compared with those of now. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.connectors.contract.actions import Action, Outcome
from certain_eloqua.connectors.contract.columns import chunks, present
from certain_eloqua.connectors.contract.kind import Current, Job, Kind, Restoring
from certain_eloqua.connectors.contract.plan_writer import Changes, PlanWriter
from certain_eloqua.connectors.contract.restoring import (
    DELETE,
    ON_LIST,
    RECORD_ID,
    SUBJECT,
    WORDS,
    NotRestored,
)
from certain_eloqua.connectors.delivery.past_writes import PastWrites

_TEXT = pa.large_string()
_NUMBER = r"^[+-]?\d{1,15}(\.\d+)?$"
_DATE = r"^(\d{4}-\d{2}-\d{2})[T ]00:00:00(\.0+)?Z?$"


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Every value that was written, with what is there now.

    Attributes:
        values: the columns of `PastWrites.values`, and `now` (null: the record is gone), `record_id`.
        intact: what is there is what was written.
        as_before: what is there is what was there before.
    """

    values: pa.Table
    intact: np.ndarray[Any, np.dtype[np.bool_]]
    as_before: np.ndarray[Any, np.dtype[np.bool_]]

    @property
    def gone(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Values of records that are not there any more."""
        return np.asarray(pc.is_null(self.values["now"]).to_numpy(zero_copy_only=False), np.bool_)

    @property
    def surely(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Values of rows that were written in whole."""
        return np.asarray(self.values["surely"].to_numpy(zero_copy_only=False), np.bool_)


def compare(past: PastWrites, current: Current) -> Verdicts:
    """Compare what was written with what is there now."""
    values = past.values
    subjects = pa.array(past.rows[SUBJECT], _TEXT).take(values["row"].combine_chunks())
    now = np.full(len(values), None, dtype=object)
    ids = np.full(len(values), "", dtype=object)
    on, field = values["on"].combine_chunks(), values["field"].combine_chunks()
    for name, fields in past.touched.fields.items():
        frame = current.get(name)
        if frame is None:
            continue
        place = pc.index_in(subjects, value_set=present(frame, SUBJECT))
        records = present(frame, RECORD_ID).take(place) if RECORD_ID in frame.columns else None
        for one in fields:
            mine = pc.and_(pc.equal(on, name), pc.equal(field, one)).to_numpy(zero_copy_only=False)
            here = pa.array(np.flatnonzero(mine))
            now[mine] = present(frame, one).take(place.take(here)).to_pandas().to_numpy(object)
            if records is not None:
                ids[mine] = pc.fill_null(records.take(here), "").to_pandas().to_numpy(object)
    there = pa.array(now, _TEXT, from_pandas=True)
    table = values.append_column("now", there).append_column("record_id", pa.array(ids, _TEXT))
    return Verdicts(table, _same(there, values["new"]), _same(there, values["old"]))


def plan_undo(
    kind: Kind, job: Job, past: PastWrites, current: Current, *, delete_created: bool = False
) -> pd.DataFrame:
    """What puts back what one run wrote, with the reason for everything that stays."""
    restoring = _restoring(kind)
    verdicts = compare(past, current)
    writer = PlanWriter(job.run_id, kind.record, kind.key_columns)
    for row in _rows(past, verdicts):
        step = _Undone(restoring, delete_created)
        for value in row.values:
            step.look_at(value)
        step.add(writer, row)
    return writer.frame()


def plan_repair(kind: Kind, job: Job, past: PastWrites, current: Current) -> pd.DataFrame:
    """What writes again the values that others have changed since they were delivered."""
    restoring = _restoring(kind)
    verdicts = compare(past, current)
    writer = PlanWriter(job.run_id, kind.record, kind.key_columns)
    for row in _rows(past, verdicts):
        step = _Repaired(restoring)
        for value in row.values:
            step.look_at(value)
        step.add(writer, row)
    return writer.frame()


def plan_nothing(kind: Kind, job: Job, past: PastWrites) -> pd.DataFrame:
    """The plan of an undo of a kind whose writes cannot be undone: every row with the reason."""
    writer = PlanWriter(job.run_id, kind.record, kind.key_columns)
    names = [column.name for column in kind.key_columns]
    rows = past.rows[past.rows["outcome"].ne(Outcome.REJECTED.value)]
    for piece in chunks(len(rows)):
        frame = rows.iloc[piece.start : piece.stop]
        lists = {name: present(frame, name).to_pylist() for name in ("key", *names)}
        for values in zip(*lists.values(), strict=True):
            row = dict(zip(lists, values, strict=True))
            writer.add(
                row.pop("key"),
                Action.SKIP,
                reason=NotRestored.CANNOT_BE_UNDONE,
                detail=kind.cannot_be_undone,
                **row,
            )
    return writer.frame()


def _restoring(kind: Kind) -> Restoring:
    if kind.restoring is None:
        raise LookupError(f"kind {kind.name} cannot put back what it wrote: {kind.cannot_be_undone}")
    return kind.restoring


# -- row by row


@dataclass(frozen=True, slots=True)
class _Value:
    on: str
    field: str
    old: str | None
    new: str
    now: str | None
    created: bool
    surely: bool
    record_id: str
    intact: bool
    as_before: bool


@dataclass(frozen=True, slots=True)
class _Row:
    key: str
    ids: dict[str, Any]
    values: list[_Value]


def _rows(past: PastWrites, verdicts: Verdicts) -> Iterator[_Row]:
    """The rows that wrote something, each with its values."""
    table = verdicts.values
    order = np.argsort(table["row"].to_numpy(), kind="stable")
    owners = table["row"].to_numpy()[order]
    names = ("on", "field", "old", "new", "now", "created", "surely", "record_id")
    for piece in chunks(len(past.rows)):
        start, end = np.searchsorted(owners, [piece.start, piece.stop])
        some = order[start:end]
        lists = [table[name].take(pa.array(some)).to_pylist() for name in names]
        flags = (verdicts.intact[some].tolist(), verdicts.as_before[some].tolist())
        values: dict[int, list[_Value]] = {}
        for row, one in zip(owners[start:end].tolist(), zip(*lists, *flags, strict=True), strict=True):
            values.setdefault(row, []).append(_Value(*one))
        frame = past.rows.iloc[piece.start : piece.stop]
        columns: Mapping[str, list[str]] = {
            str(name): present(frame, str(name)).to_pylist()
            for name in frame.columns
            if name not in ("outcome", SUBJECT)
        }
        for number, row in enumerate(piece):
            ids: dict[str, Any] = {name: column[number] for name, column in columns.items()}
            yield _Row(ids.pop("key"), ids, values.get(row, []))


class _Undone:
    """One row of an undo: what is put back, what is deleted, and what stays for which reason."""

    def __init__(self, restoring: Restoring, delete_created: bool) -> None:
        self.restoring = restoring
        self.delete_created = delete_created
        self.changes = Changes()
        self.reasons: dict[NotRestored, list[str]] = {}
        self.same = 0
        self._made: dict[str, list[_Value]] = {}

    def look_at(self, value: _Value) -> None:
        if value.created:
            self._made.setdefault(value.on, []).append(value)
        elif not value.surely and not value.intact:
            return  # this part of the row was not written
        elif value.now is None:
            self._stays(NotRestored.GONE, value.on)
        elif value.old is None:
            self._stays(NotRestored.OLD_VALUE_UNKNOWN, value.field)
        elif value.as_before:
            self.same += 1
        elif not value.intact:
            self._stays(NotRestored.CHANGED_SINCE, value.field)
        else:
            self.changes.set(value.on, value.field, value.old, value.now)

    def add(self, writer: PlanWriter, row: _Row) -> None:
        deleted = self._deletions()
        remarks = [f"{', '.join(what)}: {WORDS[reason]}" for reason, what in self.reasons.items()]
        if deleted or self.changes.written:
            action = Action.DELETE if deleted else _action(self.restoring, self.changes)
            writer.add(row.key, action, detail=remarks, changes=self.changes, **row.ids)
        elif self.reasons:
            writer.add(row.key, Action.SKIP, reason=next(iter(self.reasons)), detail=remarks, **row.ids)
        elif self.same or self._made:
            writer.add(row.key, Action.UNCHANGED, detail="it is as it was before", **row.ids)

    def _deletions(self) -> bool:
        """Delete, or leave, what the run created."""
        found = False
        for on, values in self._made.items():
            if all(value.now is None for value in values):
                self.same += 1  # it is gone, as before
            elif not self.delete_created or on not in self.restoring.deletable:
                self._stays(NotRestored.CREATED, on)
            elif not all(value.intact for value in values):
                self._stays(NotRestored.CHANGED_SINCE, on)
            else:
                self.changes.shown.append({"on": on, "field": on, "new": "", "old": values[0].record_id})
                self.changes.also(DELETE, on, values[0].record_id)
                found = True
        return found

    def _stays(self, reason: NotRestored, what: str) -> None:
        known = self.reasons.setdefault(reason, [])
        if what not in known:
            known.append(what)


class _Repaired:
    """One row of a repair."""

    def __init__(self, restoring: Restoring) -> None:
        self.restoring = restoring
        self.changes = Changes()
        self.gone: list[str] = []

    def look_at(self, value: _Value) -> None:
        if not value.surely or value.intact:
            return
        if value.now is None:
            if value.on not in self.gone:
                self.gone.append(value.on)
        else:
            self.changes.set(value.on, value.field, value.new, value.now)

    def add(self, writer: PlanWriter, row: _Row) -> None:
        remark = f"{', '.join(self.gone)}: {WORDS[NotRestored.GONE]}" if self.gone else None
        if self.changes.written:
            action = _action(self.restoring, self.changes)
            writer.add(row.key, action, detail=remark, changes=self.changes, **row.ids)
        elif self.gone:
            writer.add(row.key, Action.SKIP, reason=NotRestored.GONE, detail=remark, **row.ids)
        else:
            writer.add(row.key, Action.UNCHANGED, **row.ids)


def _action(restoring: Restoring, changes: Changes) -> Action:
    if not restoring.memberships:
        return Action.UPDATE
    return Action.ADD if any(change["new"] == ON_LIST for change in changes.shown) else Action.REMOVE


# -- when two values are the same


def _same(now: pa.Array, other: pa.ChunkedArray) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which values mean the same: platforms return numbers and dates in other words than they got them."""
    mine, theirs = _normal(now), _normal(other.combine_chunks())
    equal = pc.fill_null(pc.equal(mine, theirs), False)
    numbers = pc.and_(_matches(mine, _NUMBER), _matches(theirs, _NUMBER))
    left, right = (pc.if_else(numbers, one, "0").cast(pa.float64()) for one in (mine, theirs))
    as_numbers = pc.and_(numbers, pc.equal(left, right))
    return np.asarray(pc.or_(equal, as_numbers).to_numpy(zero_copy_only=False), np.bool_)


def _normal(column: pa.Array) -> pa.Array:
    lines = pc.replace_substring(pc.replace_substring(column, "\r\n", "\n"), "\r", "\n")
    return pc.replace_substring_regex(pc.utf8_trim_whitespace(lines), _DATE, r"\1")


def _matches(column: pa.Array, pattern: str) -> pa.Array:
    return pc.fill_null(pc.match_substring_regex(column, pattern), False)
