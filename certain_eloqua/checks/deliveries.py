"""Reconciling checks on deliveries: every record of the plan has exactly one outcome, the right one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import dagster as dg

from certain_eloqua.connectors.contract.actions import DELIVERED, SETTLED, WRITES, Action, Outcome

if TYPE_CHECKING:
    import pandas as pd

RECONCILES = "everything_planned_has_an_outcome"
NOTHING_REJECTED = "nothing_was_rejected"
NOT_DELIVERED = (Outcome.UNCHANGED, Outcome.SKIPPED, Outcome.REJECTED, Outcome.IN_DOUBT)


def delivery_check_specs(delivery: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    """The checks every delivery has. They inform: what is delivered is delivered."""
    return [
        dg.AssetCheckSpec(
            RECONCILES,
            asset=delivery,
            description="planned = delivered + unchanged + skipped + rejected + in doubt, record by record.",
        ),
        dg.AssetCheckSpec(
            NOTHING_REJECTED,
            asset=delivery,
            description="Warns when the platform refused some of the records.",
        ),
    ]


def delivery_check_results(plan: pd.DataFrame, delivery: pd.DataFrame) -> Iterator[dg.AssetCheckResult]:
    """What the checks say about this delivery of this plan."""
    outcomes = Counter(delivery["outcome"].astype(str))
    delivered = sum(outcomes[outcome] for outcome in DELIVERED)
    planned, recorded = set(plan["key"]), set(delivery["key"])
    twice = int(delivery["key"].duplicated().sum())
    both = plan[["key", "action"]].merge(delivery[["key", "outcome", "code"]], on="key", how="inner")
    wrong = both[
        ((both["action"] == Action.SKIP) & (both["outcome"] != Outcome.SKIPPED))
        | (
            (both["action"] == Action.UNCHANGED)
            & (both["outcome"] != Outcome.UNCHANGED)
            & (both["code"] != SETTLED)  # what an interrupted run had done, reported by this one
        )
        | (both["action"].isin(WRITES) & (both["outcome"] == Outcome.SKIPPED))
    ]
    counted = delivered + sum(outcomes[one] for one in NOT_DELIVERED)
    yield dg.AssetCheckResult(
        check_name=RECONCILES,
        passed=planned == recorded and not twice and counted == len(plan) and wrong.empty,
        metadata={
            "planned": len(plan),
            "delivered": delivered,
            "unchanged": outcomes[Outcome.UNCHANGED],
            "skipped": outcomes[Outcome.SKIPPED],
            "rejected": outcomes[Outcome.REJECTED],
            "in_doubt": outcomes[Outcome.IN_DOUBT],
            "planned_without_outcome": len(planned - recorded),
            "outcomes_without_plan": len(recorded - planned),
            "with_two_outcomes": twice,
            "outcome_does_not_fit_the_action": len(wrong),
        },
    )
    rejected = outcomes[Outcome.REJECTED]
    yield dg.AssetCheckResult(
        check_name=NOTHING_REJECTED,
        passed=rejected == 0,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"rejected": rejected, "delivered": delivered},
    )
