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
