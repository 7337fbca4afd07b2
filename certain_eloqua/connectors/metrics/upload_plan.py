"""The plan of an upload: which records are new, changed or unchanged, and which no longer count.

A record that no longer counts is set to 0 once, and never deleted. A blank value erases the older one in
Eloqua, so that a number that is no longer measured does not stay; plans show it, but do not write it as text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.clients.errors import Permanent
from certain_eloqua.connectors.contract.actions import Action
from certain_eloqua.connectors.contract.kind import Job
from certain_eloqua.connectors.contract.plan_writer import Changes, PlanWriter
from certain_eloqua.connectors.contract.reasons import Reason
from certain_eloqua.connectors.contract.schemas import KeyColumn
from certain_eloqua.connectors.contract.validation import not_allowed
from certain_eloqua.connectors.metrics.object_designs import RECORD, ZERO, ObjectDesign, problems
from certain_eloqua.connectors.metrics.upload_rows import UploadRows
from certain_eloqua.mapping.field_types import CUSTOM_OBJECT_TEXT

EMAIL = KeyColumn("email", "address of the contact the record is linked to", personal=True)
REGISTRATION = KeyColumn("registration_code", "the registration in Certain")
TAG = KeyColumn("tag", "the tag")

VANISHED = "Removed from Certain"
"""Status of a record whose registration Certain no longer has."""
_ROWS = 20_000
_STATUS, _TYPE = "registration status", "attendee type"
_SELECTIONS = {_STATUS: ("statuses", "label"), _TYPE: ("attendee_types", "attendeeTypeCode")}

_WORDS = {
    Reason.TEST_MODE: "made in test mode",
    Reason.INACTIVE: "the registration is inactive",
    Reason.STATUS_NOT_SELECTED: "its status is not among those that count",
    Reason.TYPE_NOT_SELECTED: "its attendee type is not among those that count",
    Reason.NO_EMAIL: "the profile has no e-mail address",
    Reason.INVALID_EMAIL: "the e-mail address is not valid",
    Reason.TOO_LONG: f"its code is longer than the {CUSTOM_OBJECT_TEXT} characters of the object's field",
}


def plan_upload(
    job: Job,
    reads: Mapping[str, pd.DataFrame],
    design: ObjectDesign,
    rows: UploadRows,
    columns: Sequence[KeyColumn],
) -> pd.DataFrame:
    """The plan.

    Raises:
        Permanent: the custom object does not fit; everything that is wrong with it is named.
    """
    refuse_unknown(job, reads)
    refuse_unfit(design, reads["custom_object"], job.settings.custom_object)
    sent = pa.Table.from_pandas(reads["sent"], preserve_index=False)
    writer = PlanWriter(job.run_id, RECORD, columns)
    keys = rows.records.keys.cast(pa.large_string())
    position = pc.index_in(keys, value_set=_large(sent["key"]))
    identify = _identify(design, rows.records.names)
    for piece, lists in rows.records.pieces(_ROWS):
        before = sent.select(["digest", "numbers"]).take(position.slice(piece.start, len(piece)))
        known = zip(before["digest"].to_pylist(), before["numbers"].to_pylist(), strict=True)
        for values, (old, numbers) in zip(zip(*lists.values(), strict=True), known, strict=True):
            key, ids, fields = identify(values)
            if old == digest_of(job, values) and not job.settings.refresh_all:
                writer.add(key, Action.UNCHANGED, **ids)
                continue
            action = Action.CREATE if old is None else Action.UPDATE
            writer.add(key, action, changes=_changes(design, fields, numbers), **ids)
    zeroed = _zero(writer, design, rows, sent, keys, columns)
    _leave_out(writer, design, rows, zeroed)
    frame = writer.frame()
    frame.attrs.update(
        {
            **rows.facts,
            "texts_cut": rows.records.cut,
            "set_to_zero": len(zeroed),
            "custom_object": _object(job, reads),
        }
    )
    return frame


def taken(reads: Mapping[str, pd.DataFrame], name: str) -> pd.DataFrame:
    """A read that nothing else needs: taken out, so that its memory is free while the plan is written."""
    return reads.pop(name) if isinstance(reads, dict) else reads[name]


def refuse_unknown(job: Job, reads: Mapping[str, pd.DataFrame]) -> None:
    """Refuse statuses and attendee types that the event does not have."""
    for selection, value in selections(job):
        refuse_unknown_value(job, reads, selection, value)


def selections(job: Job) -> list[tuple[str, str]]:
    """Every status and attendee type that the connector selects, with what it is."""
    statuses, types = job.settings.registration_statuses or (), job.settings.attendee_types or ()
    return [*((_STATUS, value) for value in statuses), *((_TYPE, value) for value in types)]


def refuse_unknown_value(job: Job, reads: Mapping[str, pd.DataFrame], selection: str, value: str) -> None:
    """Refuse a status or attendee type that the event does not have."""
    read, column = _SELECTIONS[selection]
    known = {str(one).strip().casefold(): str(one) for one in reads[read][column].dropna()}
    if value.strip().casefold() not in known:
        raise not_allowed(
            f"Planning {job.connector} for {job.event_code}",
            selection,
            value,
            known.values(),
            "Correct it in the connector file; nothing was written.",
        )


def refuse_unfit(design: ObjectDesign, found: pd.DataFrame, name: str) -> None:
    """Refuse a custom object whose fields do not fit, with everything that is wrong."""
    wrong = problems(design, found) if len(found) else []
    if wrong:
        raise Permanent(
            f"Checking the custom object {name!r}",
            "; ".join(wrong),
            advice="Correct the object in Eloqua, or name another one; with create_custom_object on, an "
            "object of a new name is created with the right fields. Nothing was written.",
        )


def digest_of(job: Job, values: Iterable[str]) -> str:
    """The digest of a record's values and of what it says of the event."""
    event = job.event
    of_event = (job.account, job.event_code or "", event.name if event else "", starts(job))
    text = "\x1f".join((*of_event, *values))
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def starts(job: Job) -> str:
    """The event's first day, "" if it has none."""
    return job.event.starts.date().isoformat() if job.event and job.event.starts else ""


def _large(texts: pa.ChunkedArray) -> pa.Array:
    whole = texts.combine_chunks()
    return whole if pa.types.is_large_string(whole.type) else whole.cast(pa.large_string())


def _identify(
    design: ObjectDesign, names: Sequence[str]
) -> Callable[[tuple[str, ...]], tuple[str, dict[str, Any], dict[str, str]]]:
    """Splits the values of a record into its key, its key columns, and the other fields."""
    place = {name: number for number, name in enumerate(names)}
    ids = {"email": design.email, "registration_code": "RegistrationCode"}
    if "TagName" in place:
        ids["tag"] = "TagName"
    others = [name for name in names if name not in {design.unique, *ids.values()}]

    def identified(values: tuple[str, ...]) -> tuple[str, dict[str, Any], dict[str, str]]:
        return (
            values[place[design.unique]],
            {column: values[place[name]] for column, name in ids.items()},
            {name: values[place[name]] for name in others},
        )

    return identified


def _changes(design: ObjectDesign, fields: Mapping[str, str], numbers: str | None) -> Changes:
    """What is written, and as changes the numbers with their old values."""
    changes = Changes()
    old: dict[str, str] = orjson.loads(numbers) if numbers else {}
    for name, value in fields.items():
        if name not in design.numbers and name not in design.averages:
            if value:
                changes.also(RECORD, name, value)
            continue
        before = old.get(name, "")
        if value and numbers is None and name in design.shown_when_new:
            changes.set(RECORD, name, value)
        elif value and numbers is not None and value != before:
            changes.set(RECORD, name, value, before)
        elif value:
            changes.also(RECORD, name, value)
        elif before:
            # Shown as a change to blank; blanks are not part of `write`.
            changes.shown.append({"on": RECORD, "field": name, "new": "", "old": before})
    return changes


def _zero(
    writer: PlanWriter,
    design: ObjectDesign,
    rows: UploadRows,
    sent: pa.Table,
    keys: pa.Array,
    columns: Sequence[KeyColumn],
) -> set[str]:
    """Set the numbers of records that no longer count to 0, once; the keys of these records."""
    gone = pc.and_(pc.invert(pc.is_in(_large(sent["key"]), value_set=keys)), pc.not_equal(sent["digest"], ""))
    some = sent.filter(gone).select(["key", "part", "numbers"]).to_pydict()
    status = dict(zip(*rows.statuses.to_pydict().values(), strict=True)) if some["key"] else {}
    zeroed = set()
    with_status = any(one.name == "RegistrationStatus" for one in design.fields)
    for key, part, text in zip(some["key"], some["part"], some["numbers"], strict=True):
        old: dict[str, str] = orjson.loads(text)
        attendee = key.removesuffix(f".{part}") if part else key
        changes = Changes()
        for name in design.numbers:
            if name in old:
                changes.set(ZERO, name, "0", old[name])
        for name in design.averages:
            if name in old:
                changes.shown.append({"on": ZERO, "field": name, "new": "", "old": old[name]})
        if with_status:
            changes.also(ZERO, "RegistrationStatus", status.get(key) or VANISHED)
        ids: dict[str, Any] = {"registration_code": attendee.rpartition(".")[2]}
        if TAG in columns:
            ids["tag"] = part
        writer.add(
            key, Action.UPDATE, detail="no longer counts: its numbers are set to 0", changes=changes, **ids
        )
        zeroed.add(key)
    return zeroed


def _leave_out(writer: PlanWriter, design: ObjectDesign, rows: UploadRows, zeroed: set[str]) -> None:
    for attendee, code, reason in zip(*rows.left_out.to_pydict().values(), strict=True):
        if attendee not in zeroed:
            writer.add(
                attendee,
                Action.SKIP,
                reason=reason,
                detail=_WORDS[Reason(reason)],
                registration_code=code,
            )


def _object(job: Job, reads: Mapping[str, pd.DataFrame]) -> str:
    found: Any = reads["custom_object"]
    if not len(found):
        return f"{job.settings.custom_object}: will be created"
    return f"{found['object_name'].iloc[0]} (id {found['object_id'].iloc[0]})"
