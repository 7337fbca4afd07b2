"""Definitions in Eloqua: named so that they are found again, and settled by the next run when orphaned.

Reads and deliveries are registered in the ledger while they have definitions. Eloqua is asked only where an
earlier run is registered, and only under the run lock, so nothing is taken from a run that is alive.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from certain_eloqua.clients.eloqua import EloquaClient, OrphanedDefinition
from certain_eloqua.connectors.contract.kind import Job, Platforms
from certain_eloqua.ledger import RegisteredDefinitions

LONGEST_GROUP = 60
LONGEST_BATCH = 12
READ, DELIVERY = "read", "delivery"
KINDS = {READ: ("exports",), DELIVERY: ("imports", "exports")}
"""Which definitions a read and a delivery make."""


@dataclass(slots=True)
class InUse:
    """Definitions that the ledger knows of. Set `left` when one could not be deleted."""

    name: str
    left: bool = False


def group(job: Job) -> str:
    """How the names of the definitions of a connector and event begin."""
    name = f"{job.connector} {job.account}_{job.event.code if job.event else ''}"
    if len(name) <= LONGEST_GROUP:
        return name
    return f"{name[: LONGEST_GROUP - 9]} {hashlib.sha256(name.encode()).hexdigest()[:8]}"


def batch_of(text: str) -> str:
    """The part of a definition's name that identifies a run or a plan within the group."""
    return text[:LONGEST_BATCH]


@contextmanager
def registered_use(job: Job, platforms: Platforms, what: str, of: str) -> Iterator[InUse]:
    """Register definitions while they are in use. After an error they stay registered: one may be left."""
    event, ledger = job.event.code if job.event else None, platforms.ledger
    batch = batch_of(of)
    ledger.register_definitions(job.connector, event, RegisteredDefinitions(batch, what))
    note = InUse(f"{group(job)} {batch}")
    yield note
    if not note.left:
        ledger.unregister_definitions(job.connector, event, [batch])


def finish(job: Job, platforms: Platforms) -> list[OrphanedDefinition]:
    """Settle definitions that earlier runs of this connector and event left in Eloqua: wait, then delete.

    Raises:
        AlreadyRunning: that run is alive.
        DeadlineExceeded: Eloqua is still busy with it; run again later.
    """
    event, ledger = job.event.code if job.event else None, platforms.ledger
    if not ledger.registered_definitions(job.connector, event):
        return []
    with ledger.run_lock(job.connector, event, job.run_id):
        registered = ledger.registered_definitions(job.connector, event)
        kinds = KINDS[DELIVERY if any(one.purpose == DELIVERY for one in registered) else READ]
        found = platforms.client("eloqua", EloquaClient).settle_orphaned_definitions(
            group(job), [one.batch for one in registered], kinds
        )
        kept = tuple(one.rest for one in found if not one.deleted)
        gone = [one.batch for one in registered if not any(rest.startswith(f"{one.batch} ") for rest in kept)]
        ledger.unregister_definitions(job.connector, event, gone)
    return found
