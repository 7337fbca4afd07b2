"""Progress of a run on the terminal: reads, the plan's counts, batches, and the outcome.

What is shown is what Dagster stores of the run, so the terminal and the UI never differ.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg

_DAGSTERS_OWN = "Dependencies for step"
_PLANS = ("plan", "undo_plan", "repair_plan")
_DELIVERIES = ("delivery", "undo", "repair")
LOOK_EVERY = 0.3
"""Seconds between two looks at the run's events."""


@contextmanager
def show_progress(instance: dg.DagsterInstance, run_id: str, show: Callable[[str], None]) -> Iterator[None]:
    """Show the events of a run that this process executes, until it has ended."""
    ended = threading.Event()
    watcher = threading.Thread(target=_watch, args=(instance, run_id, show, ended), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join(10)


def _watch(
    instance: dg.DagsterInstance, run_id: str, show: Callable[[str], None], ended: threading.Event
) -> None:
    cursor: str | None = None
    while True:
        last = ended.wait(LOOK_EVERY)
        page = instance.get_records_for_run(run_id, cursor=cursor)
        for record in page.records:
            line = describe(record.event_log_entry)
            if line:
                show(line)
        cursor = page.cursor
        if last and not page.records:
            return


def describe(entry: dg.EventLogEntry) -> str | None:
    """One event as a line, None if it says nothing to a person who waits."""
    event = entry.dagster_event
    if event is None:
        words = entry.user_message
        shown = int(entry.level) >= logging.INFO and not words.startswith(_DAGSTERS_OWN)
        return f"      {words}" if shown else None
    if event.event_type == dg.DagsterEventType.STEP_START:
        return f"   {(event.step_key or '').replace('__', '/')}"
    if event.event_type == dg.DagsterEventType.ASSET_MATERIALIZATION:
        made = event.step_materialization_data.materialization
        counts = counted({name: getattr(one, "value", None) for name, one in made.metadata.items()})
        last = made.asset_key.path[-1]
        if last in _PLANS or last in _DELIVERIES:
            return f"      {in_words(counts['plan' if last in _PLANS else 'delivery'])}" + (
                f"; left out: {in_words(counts['left_out'])}" if last in _PLANS and counts["left_out"] else ""
            )
        rows = made.metadata.get("dagster/row_count")
        return f"      {rows.value:,} rows" if isinstance(rows, dg.IntMetadataValue) else None
    return None


def counted(metadata: dict[str, Any]) -> dict[str, dict[str, int]]:
    """The counts of a plan or delivery by what they count, without those that are 0."""
    from certain_eloqua.connectors.contract.actions import Outcome

    numbers = {name: value for name, value in metadata.items() if isinstance(value, int) and value}
    return {
        "plan": {
            name.removeprefix("plan_"): n
            for name, n in numbers.items()
            if name.startswith("plan_") and name.removeprefix("plan_") in _actions()
        },
        "left_out": {
            name.removeprefix("left_out_"): n for name, n in numbers.items() if name.startswith("left_out_")
        },
        "delivery": {name: n for name, n in numbers.items() if name in set(Outcome)},
    }


def in_words(counts: dict[str, int]) -> str:
    """`12 create · 3 update`."""
    return " · ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in counts.items()) or "nothing"


def _actions() -> set[str]:
    from certain_eloqua.connectors.contract.actions import Action

    return {str(action) for action in Action}
