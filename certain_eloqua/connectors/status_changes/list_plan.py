"""The plan of kind 3: who joins the event's contact list, and who leaves it. Pure.

Membership is a status of a contact, so it is compared with what was last seen like any other. A contact is on
the list when any of its registrations is selected: who has a cancelled and a confirmed one belongs on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pandas as pd

from certain_eloqua.clients.errors import Permanent
from certain_eloqua.connectors.contract.actions import Action
from certain_eloqua.connectors.contract.kind import Job
from certain_eloqua.connectors.contract.reasons import Reason
from certain_eloqua.connectors.contract.restoring import OFF_LIST, ON_LIST
from certain_eloqua.connectors.status_changes.activity_plan import PENDING, as_plan
from certain_eloqua.connectors.status_changes.changes import (
    CURRENT,
    MARKER,
    STATUS_NOT_SELECTED,
    TYPE_NOT_SELECTED,
    Poll,
    Selection,
    as_text,
    find_changes,
)
from certain_eloqua.connectors.status_changes.names import LONGEST
from certain_eloqua.connectors.status_changes.people import people_of
from certain_eloqua.connectors.status_changes.selecting import selected_statuses, selected_types

if TYPE_CHECKING:
    from certain_eloqua.connectors.status_changes.settings import ContactListSettings

ON, OFF = ON_LIST, OFF_LIST
ASSET_TYPE = "Contact list"
NO_CONTACT_ID = Reason.NO_CONTACT_ID.value
_DETAILS = {
    NO_CONTACT_ID: "the profile carries no Eloqua contact id; run upsert_contacts for the event first",
    STATUS_NOT_SELECTED: "no registration of the person has a selected status",
    TYPE_NOT_SELECTED: "no registration of the person has a selected attendee type",
}


def list_name(job: Job) -> str:
    """`<prefix>_<account>_<event>`.

    Raises:
        Permanent: Eloqua would not take a name of that length.
    """
    name = f"{job.settings.contact_list_name}_{job.account}_{job.event_code}"
    if len(name) > LONGEST:
        raise Permanent(
            f"Naming the list of {job.connector}",
            f"{name!r} has {len(name)} characters and Eloqua takes {LONGEST}",
            advice="Shorten contact_list_name; nothing was written.",
        )
    return name


def plan_members(job: Job, reads: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Who is added to the list and who is removed.

    Raises:
        Permanent: the event has no such status or attendee type, or the list's name is too long.
    """
    settings: ContactListSettings = job.settings
    doing = f"Planning {job.connector} for {job.event_code}"
    types = selected_types(
        doing, settings.attendee_types, settings.attendee_type_tags, reads["attendee_types"]
    )
    labels = selected_statuses(
        doing, settings.registration_statuses, settings.registration_status_tags, reads["statuses"]
    )
    name = list_name(job)
    people = people_of(reads["registrations"], reads["profiles"])
    why = _why_not(people, labels, types)
    chosen = people[why.eq("")]
    members = chosen[chosen["contact_id"].ne("")].drop_duplicates("contact_id", keep="last")
    # Who is a member by another registration is not left out.
    left_out = people.assign(reason=why)[why.ne("") & ~people["contact_id"].isin(members["contact_id"])]
    poll = Poll(
        job.connector,
        str(job.event_code),
        datetime.now(UTC),
        Selection.of([ON, OFF] if settings.remove_when_leaving else [ON]),
        settings.first_run,
        OFF,
    )
    changed = find_changes(poll, _memberships(members), reads["seen"])
    changed = pd.concat([_still_pending(reads["pending"]), changed], ignore_index=True)
    return _as_plan(job, changed, members, left_out, name)


def _why_not(people: pd.DataFrame, labels: list[str], types: list[str] | None) -> pd.Series:
    """Why a registration does not put its contact on the list; blank if it does."""
    why = pd.Series("", index=people.index, dtype="str")
    why[people["contact_id"].eq("")] = NO_CONTACT_ID
    if types is not None:
        why[~people["attendee_type"].str.casefold().isin({one.casefold() for one in types})] = (
            TYPE_NOT_SELECTED
        )
    why[~people["status"].str.casefold().isin({one.casefold() for one in labels})] = STATUS_NOT_SELECTED
    return why


def _memberships(members: pd.DataFrame) -> pd.DataFrame:
    """Each contact that belongs on the list, in the place of a registration."""
    frame = pd.DataFrame({"registration": members["contact_id"]}).assign(
        item="", status=ON, stamp="", item_code="", attendee_type=""
    )
    frame["happened_at"] = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us, UTC]")
    return frame[CURRENT]


def _still_pending(pending: pd.DataFrame) -> pd.DataFrame:
    return pending.assign(decision=PENDING, stamp="", ordinal=-1)


def _as_plan(
    job: Job, changed: pd.DataFrame, members: pd.DataFrame, left_out: pd.DataFrame, name: str
) -> pd.DataFrame:
    emails = members.set_index("contact_id")["email"]
    changed["email"] = as_text(changed["registration"].map(emails))
    changed["contact_id"] = changed["registration"].where(changed["registration"].ne(MARKER), "")
    added = changed["status"].eq(ON)
    changed["asset_type"], changed["asset_name"], changed["campaign"] = ASSET_TYPE, name, ""
    changed["activity_type"] = pd.Series("remove", index=changed.index).where(~added, "add")
    changed["action"] = pd.Series(Action.REMOVE.value, index=changed.index).where(~added, Action.ADD.value)
    decided = changed["decision"].isin(["queued", PENDING])
    changed["reason"] = changed["decision"].where(~decided, "")
    plan = as_plan(job, changed, "member")
    if left_out.empty:
        return plan
    rows = pd.DataFrame(
        {
            "key": "registration " + left_out["registration"],
            "action": Action.SKIP.value,
            "record": "member",
            "reason": left_out["reason"],
            "detail": left_out["reason"].map(_DETAILS),
            "email": left_out["email"],
            "registration_code": left_out["registration"],
            "status": left_out["status"],
            "asset_name": name,
            "ordinal": "",
            "plan": job.run_id,
        }
    )
    return pd.concat([plan, rows], ignore_index=True)
