"""The plan of metrics in contact fields: the numbers of every contact that changed since they were last sent.

A number that a person no longer has is set to 0 once, an average becomes blank. Blank means not measured, and
erases what was sent before; a contact for which nothing was ever measured is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.connectors.contract.actions import Action
from certain_eloqua.connectors.contract.kind import Job
from certain_eloqua.connectors.contract.plan_writer import Changes, PlanWriter
from certain_eloqua.connectors.contract.reasons import Reason
from certain_eloqua.connectors.contract.schemas import KeyColumn
from certain_eloqua.connectors.metrics.account import LATEST
from certain_eloqua.connectors.metrics.contact_fields import refuse_unfit_fields
from certain_eloqua.connectors.metrics.contact_settings import AVERAGES, ContactMetricsSettings
from certain_eloqua.ledger import person_key

EMAIL = KeyColumn("email", "address of the person", personal=True)
CONTACT_ID = KeyColumn("contact_id", "the contact in Eloqua")
COLUMNS = (EMAIL, CONTACT_ID)
CONTACT = "contact"
_ALWAYS_OF_ALL = ("Events", *AVERAGES)
_NO_ID = (
    "no profile of the person carries the id of an Eloqua contact: run an upsert_contacts connector first"
)
_SAME_CONTACT = "another address has the same Eloqua contact"


def plan(job: Job, reads: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Which contacts get which numbers.

    Raises:
        Permanent: a contact field cannot hold its number; everything that is wrong is named.
    """
    refuse_unfit_fields(job, reads["contact_fields"])
    settings: ContactMetricsSettings = job.settings
    people = _people(settings, reads["metrics/account"], reads["metrics/account_interest"])
    fields = [field for _, field in (*settings.total_fields, *settings.tag_fields)]
    sent = dict(zip(reads["sent"]["key"], reads["sent"]["numbers"], strict=True))
    writer = PlanWriter(job.run_id, CONTACT, COLUMNS)
    rows = people.filter(pc.is_valid(people["contact"]))
    rows = rows.sort_by([("contact", "ascending"), ("email", "ascending")])
    first = _first_of_each(rows["contact"])
    contacts = rows.filter(pa.array(first))
    keys = contacts["contact"].to_pylist()
    now = _as_json(contacts, fields)
    before = pa.array([sent.get(key) for key in keys], pa.string())
    same = pc.fill_null(pc.equal(now, before), False)
    nothing = pc.and_(pc.equal(now, "{}"), pc.is_null(before))
    unchanged = pc.or_(nothing, pc.and_(same, pa.scalar(not settings.refresh_all)))
    mask = unchanged.combine_chunks() if isinstance(unchanged, pa.ChunkedArray) else unchanged
    done = contacts.filter(mask)
    changed = contacts.filter(pc.invert(mask))
    for values, old in zip(changed.to_pylist(), before.filter(pc.invert(mask)).to_pylist(), strict=True):
        changes = _changes(values, fields, old, refresh=settings.refresh_all)
        writer.add(
            values["contact"],
            Action.UPDATE,
            changes=changes,
            email=values["email"],
            contact_id=values["contact"],
        )
    writer.interleave(
        mask.to_numpy(zero_copy_only=False).astype(np.bool_),
        Action.UNCHANGED,
        done["contact"].combine_chunks(),
        email=done["email"].combine_chunks(),
        contact_id=done["contact"].combine_chunks(),
    )
    zeroed = _zero(writer, fields, settings, sent, set(keys))
    without = people.filter(pc.is_null(people["contact"]))
    for some, reason, detail in (
        (without, Reason.NO_CONTACT_ID, _NO_ID),
        (rows.filter(pa.array(~first)), Reason.MERGED, _SAME_CONTACT),
    ):
        for email in some["email"].to_pylist():
            key = f"person {person_key(job.account, email)}"
            writer.add(key, Action.SKIP, reason=reason, detail=detail, email=email)
    frame = writer.frame()
    frame.attrs.update(
        {
            "set_to_zero": zeroed,
            "contacts_without_numbers": pc.sum(nothing).as_py() or 0,
            "tags_without_points": sorted(
                {tag for tag, _ in settings.tag_fields}.difference(
                    reads["metrics/account_interest"]["TagName"].dropna().unique()
                )
            ),
        }
    )
    return frame


def _people(settings: ContactMetricsSettings, engagement: pd.DataFrame, interest: pd.DataFrame) -> pa.Table:
    """A row per person: `email`, `contact`, and a text for every contact field, null if not measured."""
    totals, points = _arrow(engagement), _arrow(interest)
    emails = pc.unique(pa.concat_arrays([_whole(totals["EmailAddress"]), _whole(points["EmailAddress"])]))
    in_totals = pc.index_in(emails, value_set=_whole(totals["EmailAddress"]))
    in_points = pc.index_in(emails, value_set=_whole(points["EmailAddress"]))
    contact = pc.coalesce(
        totals["EloquaContactID"].take(in_totals), points["EloquaContactID"].take(in_points)
    )
    columns = {"email": emails, "contact": _whole(contact)}
    for name, field in settings.total_fields:
        latest = settings.values == "latest_event" and name not in _ALWAYS_OF_ALL
        column = totals[f"{LATEST}{name}" if latest else name].take(in_totals)
        columns[field] = _texts(_whole(column), decimals=name in AVERAGES)
    number = f"{LATEST}Points" if settings.values == "latest_event" else "Points"
    for tag, field in settings.tag_fields:
        of_tag = points.filter(pc.equal(points["TagName"], tag))
        place = pc.index_in(emails, value_set=_whole(of_tag["EmailAddress"]))
        found = pc.fill_null(of_tag[number].take(place), 0.0)
        # Who has points for other tags was measured, and has none for this one.
        measured = pc.if_else(pc.is_valid(in_points), found, None)
        columns[field] = _texts(_whole(measured), decimals=True)
    return pa.table(columns)


def _arrow(frame: pd.DataFrame) -> pa.Table:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    names = {"EmailAddress", "EloquaContactID", "TagName"}
    for place, name in enumerate(table.column_names):
        kind = pa.string() if name in names else pa.float64()
        if name in names or name not in ("TagLabel", "FirstEventDate", "LatestEventDate"):
            table = table.set_column(place, name, table[name].cast(kind))
    return table


def _texts(values: pa.Array, *, decimals: bool) -> pa.Array:
    """Numbers as Eloqua takes them: whole ones without a point, others with two decimals."""
    hundredths = pc.cast(pc.round(pc.multiply(values, 100.0)), pa.int64())
    whole = pc.cast(pc.divide(hundredths, 100), pa.string())
    if not decimals:
        return whole
    rest = pc.subtract(hundredths, pc.multiply(pc.divide(hundredths, 100), 100))
    digits = pc.utf8_lpad(pc.cast(rest, pa.string()), 2, "0")
    return pc.if_else(pc.equal(rest, 0), whole, pc.binary_join_element_wise(whole, digits, "."))


def _as_json(contacts: pa.Table, fields: Iterable[str]) -> pa.Array:
    """The numbers of each contact as the ledger remembers them: a JSON object of those that are measured."""
    parts = []
    for field in fields:
        values = _whole(contacts[field])
        pair = pc.binary_join_element_wise(f'"{field}":"', values, '"', "")
        parts.append(pc.fill_null(pair, ""))
    joined = pa.array([""] * contacts.num_rows, pa.string())
    for part in parts:
        both = pc.and_(pc.not_equal(joined, ""), pc.not_equal(part, ""))
        joined = pc.binary_join_element_wise(joined, pc.if_else(both, ",", ""), part, "")
    return pc.binary_join_element_wise("{", joined, "}", "")


def _changes(
    values: Mapping[str, Any], fields: Iterable[str], before: str | None, *, refresh: bool
) -> Changes:
    """All numbers of a contact are sent together, those that differ are shown as changes."""
    changes = Changes()
    old: dict[str, str] = orjson.loads(before) if before else {}
    for field in fields:
        new = values[field] or ""
        if new and (refresh or new != old.get(field)):
            changes.set(CONTACT, field, new, old.get(field))
        elif new:
            changes.also(CONTACT, field, new)
        elif field in old:
            # Shown as a change to blank; blanks are not part of `write`, the delivery erases what is missing.
            changes.shown.append({"on": CONTACT, "field": field, "new": "", "old": old[field]})
    changes.written.setdefault(CONTACT, {})
    return changes


def _zero(
    writer: PlanWriter,
    fields: list[str],
    settings: ContactMetricsSettings,
    sent: Mapping[str, str],
    present: set[str],
) -> int:
    """Contacts that were sent numbers and have none any more: their counts become 0, once."""
    averages = {field for name, field in settings.total_fields if name in AVERAGES}
    number = 0
    for key, text in sent.items():
        old: dict[str, str] = orjson.loads(text)
        counts = [field for field in fields if field in old and field not in averages]
        stale = averages.intersection(old) or any(old[field] != "0" for field in counts)
        if key in present or not stale:
            continue
        changes = Changes()
        for field in counts:
            changes.set(CONTACT, field, "0", old[field])
        for field in sorted(averages.intersection(old)):
            changes.shown.append({"on": CONTACT, "field": field, "new": "", "old": old[field]})
        changes.written.setdefault(CONTACT, {})  # what is missing in it is erased
        writer.add(
            key,
            Action.UPDATE,
            detail="counts at no event any more: its numbers are set to 0",
            changes=changes,
            contact_id=key,
        )
        number += 1
    return number


def _first_of_each(sorted_values: pa.ChunkedArray) -> np.ndarray[Any, np.dtype[np.bool_]]:
    values = np.array(sorted_values.to_pylist(), dtype=object)
    first = np.ones(len(values), np.bool_)
    first[1:] = values[1:] != values[:-1]
    return first


def _whole(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
