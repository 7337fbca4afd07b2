"""Blocking checks on plans: a plan that fails one is kept to be looked at, and is not delivered.

They are evaluated in the step that makes the plan, on the very frame that was kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from certain_eloqua.connectors.contract.actions import WRITES, Action

if TYPE_CHECKING:
    import pandas as pd

Check = Callable[["pd.DataFrame"], tuple[bool, dict[str, Any]]]

_ROWS_AT_ONCE = 5_000
_KNOWN = {str(action) for action in Action}


def keys_are_unique(plan: pd.DataFrame) -> tuple[bool, dict[str, Any]]:
    """Every record has a key, and no key comes twice: nothing can be done twice by one plan."""
    missing = int(plan["key"].isna().sum()) + int((plan["key"] == "").sum())
    twice = plan["key"][plan["key"].duplicated(keep=False)].dropna().unique()
    return missing == 0 and len(twice) == 0, {
        "records": len(plan),
        "without_key": missing,
        "keys_used_twice": len(twice),
        "for_example": ", ".join(map(str, twice[:5])),
    }


def actions_are_known(plan: pd.DataFrame) -> tuple[bool, dict[str, Any]]:
    """Every record has one of the actions a delivery knows."""
    unknown = sorted(set(plan["action"].dropna().astype(str)) - _KNOWN)
    return not unknown and not plan["action"].isna().any(), {"unknown": ", ".join(unknown)}


def one_contact_per_email(plan: pd.DataFrame) -> tuple[bool, dict[str, Any]]:
    """No two records write the same contact: Eloqua would keep whichever came last."""
    import pyarrow.compute as pc

    writes = (
        pc.match_substring(_arrow(plan, "write"), '"contact"').fill_null(False).to_numpy(zero_copy_only=False)
    )
    meant = plan["action"].isin(WRITES).to_numpy() & writes
    emails = plan["email"][meant].dropna().str.strip().str.casefold()
    twice = int(emails[emails != ""].duplicated().sum())
    return twice == 0, {"writes": int(meant.sum()), "same_email_again": twice}


def nothing_blank_is_written(plan: pd.DataFrame) -> tuple[bool, dict[str, Any]]:
    """No write holds a blank value: a blank would erase what the other side knows."""
    blanks = 0
    fields: set[str] = set()
    for write in _writes(plan):
        for target, values in write.items():
            empty = [name for name, value in values.items() if value is None or not str(value).strip()]
            blanks += bool(empty)
            fields.update(f"{target}.{name}" for name in empty)
    return blanks == 0, {"records_with_blanks": blanks, "fields": ", ".join(sorted(fields))}


def writes_say_what(plan: pd.DataFrame) -> tuple[bool, dict[str, Any]]:
    """Every record to be written says what, and no other record does; who is left out has a reason."""
    import pyarrow.compute as pc

    # Lengths instead of texts: the writes of 100,000 people are large, and copies of them larger.
    says = (
        pc.greater(pc.binary_length(_arrow(plan, "write")), 2).fill_null(False).to_numpy(zero_copy_only=False)
    )
    meant = plan["action"].isin(WRITES).to_numpy()
    # Joining a list needs no field.
    needs = meant & (plan["action"] != Action.ADD).to_numpy()
    empty, stray = int((needs & ~says).sum()), int((~meant & says).sum())
    silent = int(((plan["action"] == Action.SKIP) & plan["reason"].fillna("").eq("")).sum())
    return empty == stray == silent == 0, {
        "writes_without_values": empty,
        "values_without_write": stray,
        "left_out_without_reason": silent,
    }


CHOSEN = frozenset(
    {"status_not_selected", "type_not_selected", "test_mode", "inactive", "merged", "list_truncated"}
)
"""Reasons that somebody chose, or that lose nobody. All others are faults of the data."""
CUT = "list_truncated"

BLOCKING: Sequence[Check] = (
    keys_are_unique,
    actions_are_known,
    one_contact_per_email,
    nothing_blank_is_written,
    writes_say_what,
)
FEW_LEFT_OUT = "few_are_left_out"
NOTHING_CUT = "nothing_is_cut_off"


def plan_check_specs(plan: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    """The checks every plan has."""
    return [
        *(
            dg.AssetCheckSpec(check.__name__, asset=plan, blocking=True, description=check.__doc__)
            for check in BLOCKING
        ),
        dg.AssetCheckSpec(
            FEW_LEFT_OUT,
            asset=plan,
            description="Warns when many records cannot be used because of their data, "
            "such as a missing e-mail.",
        ),
        dg.AssetCheckSpec(
            NOTHING_CUT,
            asset=plan,
            description="Warns when starting and ending page leave out a part of the list, "
            "with both numbers.",
        ),
    ]


def plan_check_results(plan: pd.DataFrame, warn_skipped_percent: float) -> Iterator[dg.AssetCheckResult]:
    """What the checks say about this plan."""
    for check in BLOCKING:
        passed, told = check(plan)
        yield dg.AssetCheckResult(check_name=check.__name__, passed=bool(passed), metadata=told)
    reasons = plan.loc[plan["action"] == Action.SKIP, "reason"].fillna("")
    faulty, cut = int((~reasons.isin(CHOSEN)).sum()), int((reasons == CUT).sum())
    meant = len(plan) - int(reasons.isin(CHOSEN).sum())
    percent = 100 * faulty / meant if meant else 0.0
    yield dg.AssetCheckResult(
        check_name=FEW_LEFT_OUT,
        passed=percent <= warn_skipped_percent,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "left_out_because_of_their_data": faulty,
            "records_meant": meant,
            "percent": round(percent, 1),
            "warns_above_percent": warn_skipped_percent,
        },
    )
    yield dg.AssetCheckResult(
        check_name=NOTHING_CUT,
        passed=cut == 0,
        description=_cut_in_words(cut, len(plan)),
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"records": len(plan), "left_out_by_the_page_window": cut, "taken": len(plan) - cut},
    )


def _cut_in_words(cut: int, records: int) -> str:
    if not cut:
        return "No contact is outside of the window of pages."
    if cut == records:
        return f"All {records} contacts are outside of the window of pages: nothing is imported."
    return f"{cut} of {records} contacts are outside of the window of pages and are not imported."


def _writes(plan: pd.DataFrame) -> Iterator[dict[str, dict[str, Any]]]:
    """What the records write, decoded one after the other; never all of it at once."""
    actions, texts = _arrow(plan, "action"), _arrow(plan, "write")
    for start in range(0, len(plan), _ROWS_AT_ONCE):
        pairs = zip(
            actions.slice(start, _ROWS_AT_ONCE).to_pylist(),
            texts.slice(start, _ROWS_AT_ONCE).to_pylist(),
            strict=True,
        )
        for action, text in pairs:
            if text and action in WRITES:
                yield json.loads(text)


def _arrow(plan: pd.DataFrame, column: str) -> Any:
    """A column as Arrow text, without a copy where it is so already."""
    import pyarrow as pa

    found = pa.array(plan[column], from_pandas=True)
    return (
        found
        if pa.types.is_string(found.type) or pa.types.is_large_string(found.type)
        else found.cast(pa.string())
    )
