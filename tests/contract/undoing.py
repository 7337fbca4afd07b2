"""The plan of an undo or a repair, for tests of every family."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import pandas as pd
import pyarrow as pa
import requests
from requests.adapters import HTTPAdapter

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


DIED = 7


def killed_at(number: int, work: Callable[[], object], *, answered: bool) -> bool:
    """Do some work in a process that dies at a write, before it or after it; whether it came so far."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == DIED
    try:
        real, done = HTTPAdapter.send, count(1)

        def send(self: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
            mine = next(done) if request.method != "GET" else 0
            if mine == number and not answered:
                os._exit(DIED)
            answer = real(self, request, **options)
            if mine == number:
                os._exit(DIED)
            return answer

        HTTPAdapter.send = send
        work()
    finally:
        os._exit(0)
