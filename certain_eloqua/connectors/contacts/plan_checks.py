"""What must hold of the plans of this family, beside what holds of every plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc

from certain_eloqua.connectors.contract.actions import WRITES, Action
from certain_eloqua.connectors.contract.columns import strings
from certain_eloqua.connectors.contract.plan_checks import Finding, PlanCheck
from certain_eloqua.connectors.contract.reasons import Reason
from certain_eloqua.domain.email import normalise_email

if TYPE_CHECKING:
    import pandas as pd


def _one_contact_per_email(plan: pd.DataFrame) -> Finding:
    written = pc.match_substring(strings(plan, "write"), '"contact"').fill_null(False)
    planned = plan["action"].isin(WRITES).to_numpy() & written.to_numpy(zero_copy_only=False)
    emails = plan["email"][planned].dropna().map(normalise_email).dropna()
    again = int(emails.duplicated().sum())
    return Finding(again == 0, {"writes": int(planned.sum()), "same_email_again": again})


def _nothing_is_cut_off(plan: pd.DataFrame) -> Finding:
    skipped = plan["action"] == Action.SKIP
    cut = int((plan["reason"][skipped] == Reason.LIST_TRUNCATED).sum())
    records = len(plan)
    if not cut:
        message = "No contact is outside of the window of pages."
    elif cut == records:
        message = f"All {records} contacts are outside of the window of pages: nothing is imported."
    else:
        message = f"{cut} of {records} contacts are outside of the window of pages and are not imported."
    facts = {"records": records, "left_out_by_the_page_window": cut, "taken": records - cut}
    return Finding(cut == 0, facts, message)


LEFT_BEHIND = "contacts_left_behind"
"""Fact of a plan: contacts that keep an old address while their profile is linked to another contact."""


def _no_contact_is_left_behind(plan: pd.DataFrame) -> Finding:
    left = int(plan.attrs.get(LEFT_BEHIND) or 0)
    skipped = int((plan["reason"] == Reason.EMAIL_CHANGED).sum())
    message = None
    if left:
        message = (
            f"{left} contacts keep an old address: the profile's address changed and another contact has or "
            "gets the new one. `when_email_changes: update_contact` changes the address instead."
        )
    return Finding(left == 0, {LEFT_BEHIND: left, "left_out_because_the_address_changed": skipped}, message)


NO_CONTACT_LEFT_BEHIND = PlanCheck(
    "no_contact_is_left_behind",
    "Warns when the address of a linked profile has changed and its contact keeps the old one.",
    _no_contact_is_left_behind,
    blocking=False,
)
ONE_CONTACT_PER_EMAIL = PlanCheck(
    "one_contact_per_email",
    "No two records write the same contact: Eloqua would keep whichever came last.",
    _one_contact_per_email,
)
NOTHING_CUT = PlanCheck(
    "nothing_is_cut_off",
    "Warns when starting and ending page leave out a part of the list, with both numbers.",
    _nothing_is_cut_off,
    blocking=False,
)
