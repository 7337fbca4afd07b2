"""Definitions in Eloqua: named so that they are found again, and finished by the next run when left behind.

Reads and deliveries leave a trace in the ledger while they have definitions. Only where there is one of an
earlier run, Eloqua is asked; and only under the claim, so nothing is taken from a run that is alive.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from certain_eloqua.connectors.kind import Job, Platforms
from certain_eloqua.ledger import Trace

if TYPE_CHECKING:
    from certain_eloqua.clients.eloqua import Leftover

LONGEST_GROUP = 60
LONGEST_MARK = 12
READ, DELIVERY = "read", "delivery"
KINDS = {READ: ("exports",), DELIVERY: ("imports", "exports")}
"""Which definitions a read and a delivery make."""


@dataclass(slots=True)
class Noted:
    """Definitions that the ledger knows of. Set `left` when one could not be deleted."""

    name: str
    left: bool = False


def group(job: Job) -> str:
    """How the names of the definitions of a connector and event begin."""
    name = f"{job.connector} {job.account}_{job.event.code if job.event else ''}"
    if len(name) <= LONGEST_GROUP:
        return name
    return f"{name[: LONGEST_GROUP - 9]} {hashlib.sha256(name.encode()).hexdigest()[:8]}"


def mark_of(text: str) -> str:
    """What tells the definitions of a run or a plan from others of the group."""
    return text[:LONGEST_MARK]


@contextmanager
def noted(job: Job, platforms: Platforms, what: str, of: str) -> Iterator[Noted]:
    """Leave a trace while definitions are in use. It stays after an error: one may have been left behind."""
    event, ledger = job.event.code if job.event else None, platforms.ledger
    mark = mark_of(of)
    ledger.leave_trace(job.connector, event, Trace(mark, what))
    note = Noted(f"{group(job)} {mark}")
    yield note
    if not note.left:
        ledger.wipe_traces(job.connector, event, [mark])


def finish(job: Job, platforms: Platforms) -> list[Leftover]:
    """Finish what earlier runs of this connector and event have left in Eloqua: wait for it, delete it.

    Raises:
        AlreadyRunning: that run is alive.
        DeadlineExceeded: Eloqua is still busy with it; run again later.
    """
    event, ledger = job.event.code if job.event else None, platforms.ledger
    if not ledger.traces(job.connector, event):
        return []
    with ledger.claim(job.connector, event, job.run_id):
        traces = ledger.traces(job.connector, event)
        kinds = KINDS[DELIVERY if any(one.what == DELIVERY for one in traces) else READ]
        found = platforms.eloqua.finish_leftovers(group(job), [one.mark for one in traces], kinds)
        kept = tuple(one.rest for one in found if not one.deleted)
        gone = [one.mark for one in traces if not any(rest.startswith(f"{one.mark} ") for rest in kept)]
        ledger.wipe_traces(job.connector, event, gone)
    return found
