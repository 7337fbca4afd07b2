"""The plan of an undo or a repair, for tests of every family."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pyarrow as pa

from certain_eloqua.connectors.contract.kind import Job, Kind, Platforms
from certain_eloqua.connectors.delivery.past_writes import PastRun, past_writes
from certain_eloqua.connectors.delivery.restore_plan import plan_repair, plan_undo


def planned(
    kind: Kind,
    job: Job,
    run: PastRun,
    platforms: Platforms,
    run_id: str,
    *,
    delete_created: bool = False,
    repair: bool = False,
) -> tuple[Job, pd.DataFrame]:
    """The job and the plan, as it travels through a file."""
    assert kind.restoring is not None
    past = past_writes(kind, [run])
    undoing = replace(job, run_id=run_id)
    current = kind.restoring.read(undoing, past.touched, platforms)
    plan = (
        plan_repair(kind, undoing, past, current)
        if repair
        else plan_undo(kind, undoing, past, current, delete_created=delete_created)
    )
    assert plan["key"].is_unique
    table = pa.Table.from_pandas(plan, schema=kind.plan_schema, preserve_index=False)
    return undoing, table.to_pandas()
