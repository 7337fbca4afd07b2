"""What an analyst sees of a step: counts, reasons, a short table of what changes, the cost and the links."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import dagster as dg

from certain_eloqua.assets.diff_table import delivery_table, plan_table
from certain_eloqua.clients.redaction import redact
from certain_eloqua.connectors.contract.actions import Action, Outcome

if TYPE_CHECKING:
    import pandas as pd

    from certain_eloqua.connectors.contract.kind import Kind

MOST_CAUSES = 50


def plan_metadata(kind: Kind, frame: pd.DataFrame) -> dict[str, Any]:
    """Counts by action and by reason, the diff, and 0 for other actions, so that plots have no gaps."""
    counts, reasons = _counts(frame, "action"), _counts(frame, "reason")
    return {
        **{f"plan_{action}": counts[action] for action in Action if action in counts},
        **{f"left_out_{reason}": count for reason, count in sorted(reasons.items())},
        "changes": dg.MetadataValue.md(plan_table(kind, frame)),
        **{f"plan_{action}": 0 for action in Action if action not in counts},
    }


def delivery_metadata(kind: Kind, frame: pd.DataFrame) -> dict[str, Any]:
    """Counts by outcome and by cause of rejection, and a few rows, the rejected first."""
    counts = _counts(frame, "outcome")
    metadata: dict[str, Any] = {f"{outcome}": counts[outcome] for outcome in Outcome if outcome in counts}
    rejected = frame.loc[frame["outcome"] == Outcome.REJECTED, ["code", "cause"]].fillna("")
    if len(rejected):
        causes = rejected.value_counts().head(MOST_CAUSES).reset_index().to_dict("records")
        lines = [f"| {one['count']} | {one['code']} | {redact(one['cause'])} |" for one in causes]
        metadata["rejected_because"] = dg.MetadataValue.md(
            "\n".join(["| records | code | cause |", "| --- | --- | --- |", *lines])
        )
    metadata["records"] = dg.MetadataValue.md(delivery_table(kind, frame))
    return metadata | {f"{outcome}": 0 for outcome in Outcome if outcome not in counts}


def facts_metadata(facts: Mapping[str, Any]) -> dict[str, Any]:
    """A kind's own facts, in shapes Dagster can show; texts are redacted."""
    return {name: shown(value) for name, value in facts.items() if value is not None}


def shown(value: Any) -> Any:
    """One value as metadata."""
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return round(value, 3) if math.isfinite(value) else str(value)
    if isinstance(value, Mapping | list | tuple | set | frozenset):
        plain = json.loads(redact(json.dumps(_plain(value), default=str)))
        return dg.MetadataValue.json(plain)
    return redact(str(value))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    return value


def _counts(frame: pd.DataFrame, column: str) -> dict[str, int]:
    """How often each value is there; missing ones are not counted."""
    return {str(value): int(count) for value, count in frame[column].value_counts().items()}
