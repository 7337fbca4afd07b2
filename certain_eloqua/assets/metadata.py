"""What an analyst sees of a step: counts, a small sample with masked addresses, what it cost, and where."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import dagster as dg

from certain_eloqua.clients.redaction import redact
from certain_eloqua.connectors.contract.actions import Action, Outcome
from certain_eloqua.domain.email import mask_email

if TYPE_CHECKING:
    import pandas as pd

    from certain_eloqua.connectors.contract.kind import Kind

SAMPLE_ROWS = 20


def plan_metadata(kind: Kind, frame: pd.DataFrame) -> dict[str, Any]:
    """Counts by action (also those that are 0, so that plots have no holes) and by reason, and a sample."""
    counts = Counter(_texts(frame["action"]))
    reasons = Counter(reason for reason in _texts(frame["reason"]) if reason)
    interesting = _sample(frame, "action", last=(Action.UNCHANGED,))
    interesting = interesting.assign(
        fields=[_changed_fields(text) for text in _texts(interesting["changes"])]
    )
    return {
        **{f"plan_{action}": counts.get(action, 0) for action in Action},
        **{f"left_out_{reason}": count for reason, count in sorted(reasons.items())},
        "sample": _table(kind, interesting, ("key", "action", *_keys(kind), "fields", "reason", "detail")),
    }


def delivery_metadata(kind: Kind, frame: pd.DataFrame) -> dict[str, Any]:
    """Counts by outcome and by cause of rejection, and a sample that shows the rejected first."""
    counts = Counter(_texts(frame["outcome"]))
    rejected = frame[frame["outcome"] == Outcome.REJECTED]
    causes = Counter(zip(_texts(rejected["code"]), _texts(rejected["cause"]), strict=True))
    told: dict[str, Any] = {f"{outcome}": counts.get(outcome, 0) for outcome in Outcome}
    if causes:
        told["rejected_because"] = dg.MetadataValue.md(
            "\n".join(
                ["| records | code | cause |", "| --- | --- | --- |"]
                + [
                    f"| {count} | {code} | {redact(cause)} |"
                    for (code, cause), count in causes.most_common(50)
                ]
            )
        )
    sample = _sample(frame, "outcome", last=(Outcome.UNCHANGED, Outcome.SKIPPED))
    return {
        **told,
        "sample": _table(kind, sample, ("key", "action", "outcome", *_keys(kind), "code", "cause", "sync")),
    }


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


def _sample(frame: pd.DataFrame, column: str, last: tuple[str, ...]) -> pd.DataFrame:
    """A few rows of every value of the column, the rare first, the dull ones last."""
    import pandas as pd

    order = [value for value, _ in reversed(Counter(_texts(frame[column])).most_common())]
    order.sort(key=lambda value: value in last)
    rows: list[int] = []
    values = frame[column].to_numpy()
    for position, value in enumerate(order):
        share = max(1, (SAMPLE_ROWS - len(rows)) // (len(order) - position))
        rows += (values == value).nonzero()[0][:share].tolist()
    # Row by row: to filter the frame, or to pick rows out of it, would copy all of it, and plans are large.
    some = [frame.iloc[row : row + 1] for row in rows[:SAMPLE_ROWS]]
    return pd.concat(some) if some else frame.iloc[:0]


def _keys(kind: Kind) -> tuple[str, ...]:
    return tuple(column.name for column in kind.key_columns)


def _table(kind: Kind, frame: pd.DataFrame, columns: tuple[str, ...]) -> dg.TableMetadataValue:
    personal = [column.name for column in kind.key_columns if column.personal]
    records = []
    for row in frame.astype(object).where(frame.notna(), "").to_dict("records"):
        record = {column: redact(str(row.get(column, ""))) for column in columns}
        record |= {name: mask_email(str(row.get(name, ""))) for name in personal}
        records.append(dg.TableRecord(record))
    return dg.MetadataValue.table(
        records, schema=dg.TableSchema([dg.TableColumn(column, "string") for column in columns])
    )


def _changed_fields(changes: str) -> str:
    """The names of the fields that change; their values are people's data and stay in the Parquet file."""
    if not changes:
        return ""
    return ", ".join(f"{change.get('on', '')}.{change.get('field', '')}" for change in json.loads(changes))


def _texts(column: Iterable[Any]) -> list[str]:
    return ["" if value is None or value != value else str(value) for value in column]
