"""The plan of the activity kinds: each change that becomes an activity, and why the others do not. Pure.

Statuses that have not changed are not in it: they are the bulk, and a poll comes every few seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson
import pandas as pd

from certain_eloqua.connectors.contract.actions import Action
from certain_eloqua.connectors.contract.columns import texts
from certain_eloqua.connectors.contract.kind import Job
from certain_eloqua.connectors.status_changes.changes import (
    BASELINE,
    CURRENT,
    FIRST_RUN,
    ITEM_NOT_SELECTED,
    MARKER,
    QUEUED,
    STATUS_NOT_SELECTED,
    TYPE_NOT_SELECTED,
    Poll,
    Selection,
    as_text,
    find_changes,
)
from certain_eloqua.connectors.status_changes.names import cut_name
from certain_eloqua.connectors.status_changes.new_contacts import new_contacts
from certain_eloqua.connectors.status_changes.people import people_of
from certain_eloqua.connectors.status_changes.selecting import campaign_of, selected_types
from certain_eloqua.domain.email import is_valid_email

if TYPE_CHECKING:
    from certain_eloqua.connectors.status_changes.settings import ActivitySettings

NO_EMAIL, INVALID_EMAIL = "no_email", "invalid_email"
PENDING = "pending"
"""Decision of a change that an earlier run has seen and not sent."""

DETAILS = {
    BASELINE: "the first look at this event only remembers its statuses (first_run: baseline)",
    FIRST_RUN: "the event was looked at for the first time",
    ITEM_NOT_SELECTED: "the session or agenda item is not selected",
    STATUS_NOT_SELECTED: "the new status is not selected",
    TYPE_NOT_SELECTED: "the attendee type is not selected",
    NO_EMAIL: "the profile has neither an Eloqua contact id nor an e-mail address",
    INVALID_EMAIL: "the profile has no Eloqua contact id, and its e-mail address is not valid",
}
EXPECTED_REASONS = frozenset({BASELINE, FIRST_RUN, ITEM_NOT_SELECTED, STATUS_NOT_SELECTED, TYPE_NOT_SELECTED})

PLAIN_FIELDS = frozenset({"activity.status", "member.status"})
"""Statuses are shown unmasked."""


@dataclass(frozen=True, slots=True)
class Statuses:
    """What one kind sees in an event, and what it selects there.

    Attributes:
        current: the statuses now, with the columns `CURRENT` but `attendee_type`.
        selection: statuses and items; attendee types are added here.
        asset_names: the asset of each item.
    """

    current: pd.DataFrame
    statuses: list[str]
    items: list[str] | None
    asset_names: Mapping[str, str]
    vanished_as: str | None = None


Reading = Callable[[Job, Mapping[str, pd.DataFrame], pd.DataFrame, str], Statuses]
"""Reads a kind's statuses: job, reads, the people of the event, and how an error begins."""


def plan_activities(
    job: Job, reads: Mapping[str, pd.DataFrame], asset_type: str, reading: Reading
) -> pd.DataFrame:
    """Which changes become activities.

    Raises:
        Permanent: the event has no such status, item or attendee type, or no campaign.
    """
    if job.event is None:
        raise LookupError(f"{job.connector} runs for events")
    settings: ActivitySettings = job.settings
    doing = f"Planning {job.connector} for {job.event.code}"
    chosen = selected_types(
        doing, settings.attendee_types, settings.attendee_type_tags, reads["attendee_types"]
    )
    campaign = campaign_of(doing, settings.campaign_id, settings.campaign_question, job.event)
    people = people_of(reads["registrations"], reads["profiles"])
    found = reading(job, reads, people, doing)
    types = people[["registration", "attendee_type"]]
    current = found.current.merge(types, on="registration", how="inner")[CURRENT]
    poll = Poll(
        job.connector,
        job.event.code,
        datetime.now(UTC),
        Selection.of(found.statuses, found.items, chosen),
        settings.first_run,
        found.vanished_as,
    )
    changed = find_changes(poll, current, reads["seen"])
    names = as_text(changed["item"].map(found.asset_names))
    fallback = job.event.code + ": " + changed["item"]
    changed["asset_name"] = names.where(names.ne(""), fallback).map(cut_name)
    changed["contact_id"] = ""
    changed["asset_type"] = asset_type
    changed["activity_type"] = changed["status"].map(cut_name)
    frame = pd.concat([_still_pending(reads["pending"]), changed], ignore_index=True)
    frame["campaign"] = campaign  # also of what waits: the one it was recorded with may have been wrong
    plan = as_plan(job, with_people(frame, people), "activity")
    if settings.create_missing_contacts:
        plan["write"] = new_contacts(job.field_map, plan, reads["registrations"], reads["profiles"])
    return plan


def _still_pending(pending: pd.DataFrame) -> pd.DataFrame:
    """What earlier runs have seen and not sent, as changes."""
    known: dict[str, Any] = {name: pending[name] for name in pending.columns if name != "person"}
    return pd.DataFrame(known).assign(decision=PENDING, stamp="", ordinal=-1)


def with_people(changed: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """The changes with the address and contact id of their people; who has neither gets a reason."""
    known = people.set_index("registration")
    changed["email"] = as_text(changed["registration"].map(known["email"]))
    ids = as_text(changed["registration"].map(known["contact_id"]))
    # What is pending keeps how its contact is found: its id may be known to be gone.
    waits = changed["decision"].eq(PENDING)
    changed["contact_id"] = ids.where(~waits, as_text(changed["contact_id"]))
    reason = changed["decision"].where(~changed["decision"].isin([QUEUED, PENDING]), "")
    lost = reason.eq("") & changed["contact_id"].eq("") & changed["decision"].eq(QUEUED)
    for row in changed.index[lost]:
        email = str(changed.at[row, "email"])
        if not is_valid_email(email):
            reason[row] = INVALID_EMAIL if email else NO_EMAIL
    changed["reason"] = reason
    return changed


def as_plan(job: Job, changed: pd.DataFrame, record: str) -> pd.DataFrame:
    """The changes as a plan: columns of the contract, texts only."""
    reason = changed["reason"]
    skipped = reason.ne("")
    actions = changed["action"] if "action" in changed else pd.Series(Action.ADD.value, index=changed.index)
    detail = reason.map(DETAILS).where(skipped, "")
    waited = changed["decision"].eq(PENDING)
    detail = detail.where(~waited, "an earlier run has seen this change and not sent it")
    key = changed["fingerprint"].where(
        changed["fingerprint"].ne(""),
        changed["item"] + "/" + changed["registration"].replace(MARKER, "(event)"),
    )
    ordinal = changed["ordinal"].astype("int64").astype("str")
    frame = pd.DataFrame(
        {
            "key": key,
            "action": actions.where(~skipped, Action.SKIP.value),
            "record": record,
            "reason": reason.where(skipped, None),
            "detail": detail.where(detail.ne(""), None),
            "email": changed["email"],
            "contact_id": changed["contact_id"],
            "registration_code": changed["registration"],
            "item": changed["item"],
            "previous_status": changed["previous"],
            "status": changed["status"],
            "happened_at": pd.Series(
                [one.isoformat() for one in changed["happened_at"]], index=changed.index, dtype="str"
            ),
            "activity_type": changed["activity_type"],
            "asset_type": changed["asset_type"],
            "asset_name": changed["asset_name"],
            "campaign": changed["campaign"],
            "stamp": changed["stamp"],
            "ordinal": ordinal.where(~waited, ""),
            "changes": _shown(changed, record, skipped),
            "write": None,
            "plan": job.run_id,
        }
    )
    return frame.reset_index(drop=True)


def _shown(changed: pd.DataFrame, record: str, skipped: pd.Series) -> list[str | None]:
    """The change for the plan's diff: the status last seen and the new one."""
    rows = zip(changed["previous"], changed["status"], skipped, strict=True)
    return [
        None
        if left_out
        else orjson.dumps([{"on": record, "field": "status", "old": old, "new": new}]).decode()
        for old, new, left_out in rows
    ]


def column(frame: pd.DataFrame, name: str) -> pd.Series:
    """A column as plain text, "" where there is nothing."""
    return pd.Series(texts(frame, name), dtype="str")
