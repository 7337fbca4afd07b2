"""Undoing a run and looking at both platforms, for the tests of undo."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa

from certain_eloqua.connectors.catalogue import KINDS
from certain_eloqua.connectors.contract.kind import Delivered
from certain_eloqua.connectors.delivery.past_writes import PastRun
from certain_eloqua.mapping import statement
from tests.contract.connectors.conftest import EVENT, Bench, Ran
from tests.contract.undoing import planned

CONTACT_FIELDS = (
    "C_EmailAddress", "C_FirstName", "C_LastName", "C_Company", "C_Title", "C_City", "C_Country",
    "C_BusPhone",
)  # fmt: skip
PROFILE_FIELDS = (
    "profilePin", "email", "firstName", "lastName", "organization", "position", "address.city",
    "address.country", "externalKey", "sourceOfProfile", "phone",
)  # fmt: skip


def plan_of_undo(
    bench: Bench, ran: Ran, kind: str, *, delete_created: bool = False, repair: bool = False
) -> Ran:
    """The plan that undoes (or repairs) what a run delivered."""
    assert ran.delivered is not None
    bench.runs += 1
    job, plan = planned(
        KINDS[kind],
        ran.job,
        PastRun(ran.plan, ran.delivered.frame),
        bench.platforms(),
        f"undo-{bench.runs:04d}",
        delete_created=delete_created,
        repair=repair,
    )
    return Ran(job, pd.DataFrame(), {}, plan)


def deliver_undo(bench: Bench, undo: Ran, kind: str) -> Delivered:
    restoring = KINDS[kind].restoring
    assert restoring is not None
    undo.delivered = restoring.deliver(undo.job, undo.plan, bench.platforms())
    assert list(undo.delivered.frame["key"]) == list(undo.plan["key"])
    return undo.delivered


def undo(bench: Bench, ran: Ran, kind: str, **options: Any) -> Ran:
    planned = plan_of_undo(bench, ran, kind, **options)
    deliver_undo(bench, planned, kind)
    return planned


def state(bench: Bench, event: str = EVENT) -> dict[str, list[tuple[str, ...]]]:
    """What both platforms hold, without stamps, ids and what Certain has deleted."""
    names = {name: statement(name) for name in CONTACT_FIELDS}
    with bench.eloqua.export_contacts(names, name="state") as export:
        contacts = pa.Table.from_batches(list(export), export.schema).to_pandas()
    profiles, registrations = bench.profiles(), bench.registrations(event)
    profiles = profiles[profiles["isActive"].fillna(True)]
    registrations = registrations[registrations["isActive"].fillna(True)]
    return {
        "contacts": _rows(contacts, CONTACT_FIELDS),
        "profiles": _rows(profiles, PROFILE_FIELDS),
        "registrations": _rows(
            registrations, ("registrationCode", "registrationStatusLabel", "attendeeTypeCode")
        ),
    }


def _rows(frame: pd.DataFrame, names: tuple[str, ...]) -> list[tuple[str, ...]]:
    here = [name for name in names if name in frame.columns]
    return sorted(frame[here].fillna("").astype(str).itertuples(index=False, name=None))
