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
    import pyarrow as pa
    import pyarrow.compute as pc

    from certain_eloqua.connectors.contract.columns import iter_texts, strings

    outcomes = Counter(iter_texts(delivery, "outcome"))
    delivered = sum(outcomes[outcome] for outcome in DELIVERED)
    # By position in Arrow: sets of the keys, or a join, would hold several times what the frames do.
    planned, recorded = (strings(one, "key").cast(pa.large_string()) for one in (plan, delivery))
    position = pc.index_in(planned, value_set=recorded)
    without_outcome = planned.filter(pc.is_null(position))
    without_plan = recorded.filter(pc.invert(pc.is_in(recorded, value_set=planned)))
    twice = len(recorded) - pc.count_distinct(recorded, mode="all").as_py()
    action = strings(plan, "action")
    outcome, code = (strings(delivery, name).take(position) for name in ("outcome", "code"))
    skipped = pc.equal(outcome, Outcome.SKIPPED.value)
    unchanged = pc.or_(
        pc.equal(outcome, Outcome.UNCHANGED.value),
        # What an interrupted run had done, reported by this one.
        pc.fill_null(pc.equal(code, SETTLED), False),
    )
    writes = pc.is_in(action, value_set=pa.array([str(one) for one in WRITES], action.type))
    wrong = pc.or_(
        pc.and_not(pc.equal(action, Action.SKIP.value), skipped),
        pc.or_(pc.and_not(pc.equal(action, Action.UNCHANGED.value), unchanged), pc.and_(writes, skipped)),
    )
    unfit = int(pc.sum(wrong.cast(pa.int64())).as_py() or 0)
    counted = delivered + sum(outcomes[one] for one in NOT_DELIVERED)
    yield dg.AssetCheckResult(
        check_name=RECONCILES,
        passed=not (len(without_outcome) or len(without_plan) or twice or unfit) and counted == len(plan),
        metadata={
            "planned": len(plan),
            "delivered": delivered,
            "unchanged": outcomes[Outcome.UNCHANGED],
            "skipped": outcomes[Outcome.SKIPPED],
            "rejected": outcomes[Outcome.REJECTED],
            "in_doubt": outcomes[Outcome.IN_DOUBT],
            "planned_without_outcome": len(pc.unique(without_outcome)),
            "outcomes_without_plan": len(pc.unique(without_plan)),
            "with_two_outcomes": twice,
            "outcome_does_not_fit_the_action": unfit,
        },
    )
    rejected = outcomes[Outcome.REJECTED]
    yield dg.AssetCheckResult(
        check_name=NOTHING_REJECTED,
        passed=rejected == 0,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"rejected": rejected, "delivered": delivered},
    )
