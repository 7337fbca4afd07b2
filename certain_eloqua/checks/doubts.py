"""The standing check of doubts: activities of which it is not known whether Eloqua has them."""

from typing import Any

import dagster as dg

DOUBTS = dg.AssetKey(["standing", "doubts"])


def doubts_report() -> dg.AssetsDefinition:
    """The report of the outbox with its check."""

    @dg.asset(
        key=DOUBTS,
        group_name="standing",
        description="Status changes on their way to Eloqua, by state. Those in doubt may have been sent and "
        "are never sent again by themselves: `certain-eloqua doubts settle` looks them up.",
        required_resource_keys={"ledger"},
        check_specs=[
            dg.AssetCheckSpec("nothing_is_in_doubt", asset=DOUBTS, description="No activity is in doubt.")
        ],
    )
    def doubts(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        ledger: Any = context.resources.ledger
        counts = ledger.outbox.counts()
        open_ones = counts.get("in_doubt", 0)
        advice = f"{open_ones} in doubt; run `certain-eloqua doubts settle`." if open_ones else None
        return dg.MaterializeResult(
            metadata={f"changes_{state}": number for state, number in sorted(counts.items())},
            check_results=[
                dg.AssetCheckResult(
                    check_name="nothing_is_in_doubt",
                    passed=open_ones == 0,
                    severity=dg.AssetCheckSeverity.WARN,
                    description=advice,
                    metadata={"in_doubt": open_ones},
                )
            ],
        )

    return doubts
