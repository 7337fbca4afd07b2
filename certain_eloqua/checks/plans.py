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

    from certain_eloqua.connectors.contract.kind import Kind

Check = Callable[["pd.DataFrame"], tuple[bool, dict[str, Any]]]

_ROWS_AT_ONCE = 5_000
_KNOWN = {str(action) for action in Action if action is not Action.DELETE}


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


def nothing_blank_is_written(plan: pd.DataFrame) -> tuple[bool, dict[str, Any]]:
    """No write holds a blank value: a blank would erase what the other platform has."""
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
    has_write = (
        pc.greater(pc.binary_length(_arrow(plan, "write")), 2).fill_null(False).to_numpy(zero_copy_only=False)
    )
    meant = plan["action"].isin(WRITES).to_numpy()
    # Joining or leaving a list needs no field.
    needs = meant & ~plan["action"].isin([Action.ADD, Action.REMOVE]).to_numpy()
    empty, stray = int((needs & ~has_write).sum()), int((~meant & has_write).sum())
    silent = int(((plan["action"] == Action.SKIP) & plan["reason"].fillna("").eq("")).sum())
    return empty == stray == silent == 0, {
        "writes_without_values": empty,
        "values_without_write": stray,
        "left_out_without_reason": silent,
    }


BLOCKING: Sequence[Check] = (
    keys_are_unique,
    actions_are_known,
    nothing_blank_is_written,
    writes_say_what,
)
FEW_LEFT_OUT = "few_are_left_out"


def plan_check_specs(kind: Kind, plan: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    """The checks every plan has, and those of the kind."""
    return [
        *(
            dg.AssetCheckSpec(check.__name__, asset=plan, blocking=True, description=check.__doc__)
            for check in BLOCKING
        ),
        *(
            dg.AssetCheckSpec(check.name, asset=plan, blocking=check.blocking, description=check.description)
            for check in kind.plan_checks
        ),
        dg.AssetCheckSpec(
            FEW_LEFT_OUT,
            asset=plan,
            description="Warns when many records cannot be used because of their data, "
            "such as a missing e-mail.",
        ),
    ]


def plan_check_results(
    kind: Kind, plan: pd.DataFrame, warn_skipped_percent: float
) -> Iterator[dg.AssetCheckResult]:
    """The results of the checks on this plan."""
    for check in BLOCKING:
        passed, facts = check(plan)
        yield dg.AssetCheckResult(check_name=check.__name__, passed=bool(passed), metadata=facts)
    for own in kind.plan_checks:
        finding = own.run(plan)
        yield dg.AssetCheckResult(
            check_name=own.name,
            passed=bool(finding.passed),
            description=finding.message,
            severity=dg.AssetCheckSeverity.ERROR if own.blocking else dg.AssetCheckSeverity.WARN,
            metadata=finding.facts,
        )
    reasons = plan.loc[plan["action"] == Action.SKIP, "reason"].fillna("")
    expected = int(reasons.isin(kind.expected_reasons).sum())
    faulty = len(reasons) - expected
    considered = len(plan) - expected
    percent = 100 * faulty / considered if considered else 0.0
    yield dg.AssetCheckResult(
        check_name=FEW_LEFT_OUT,
        passed=percent <= warn_skipped_percent,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "left_out_because_of_their_data": faulty,
            "records_considered": considered,
            "percent": round(percent, 1),
            "warns_above_percent": warn_skipped_percent,
        },
    )


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
