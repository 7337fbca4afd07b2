"""What the deliveries of the family share: changes of a plan go into the ledger, outcomes come out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.connectors.contract.actions import Action, Outcome
from certain_eloqua.connectors.status_changes.changes import QUEUED
from certain_eloqua.domain.email import is_valid_email
from certain_eloqua.ledger import CHANGES_SCHEMA, DECISION_COLUMNS, MOVED_NOTHING, person_key
from certain_eloqua.ledger.outbox import IN_DOUBT, PENDING, REJECTED, SENT, SKIPPED

if TYPE_CHECKING:
    from certain_eloqua.connectors.contract.kind import Job
    from certain_eloqua.connectors.delivery.engine import Work
    from certain_eloqua.ledger import Ledger

_OUTCOMES = {
    REJECTED: Outcome.REJECTED.value,
    SKIPPED: Outcome.REJECTED.value,  # found out while sending: the plan could not know
    IN_DOUBT: Outcome.IN_DOUBT.value,
}
OVERTAKEN = "another run has seen this change, or a later one, since the plan was made"
_DATA_REASONS = frozenset({"no_email", "invalid_email", "no_contact_id"})


def record_changes(job: Job, plan: pd.DataFrame, ledger: Ledger) -> int:
    """Move the statuses last seen and fill the outbox with the plan's changes; how many moved.

    Changes that were recorded before, also by this run, are left unchanged.
    """
    event = str(job.event_code)
    changes = changes_of(job, plan)
    moved = ledger.outbox.record(job.connector, event, changes, job.run_id) if changes.num_rows else 0
    unmoved = _unmoved(job, plan)
    if unmoved.num_rows:
        ledger.decisions.record(job.connector, event, unmoved, job.run_id)
    ledger.watermarks.look(job.connector, event, job.run_id)
    return moved


def changes_of(job: Job, plan: pd.DataFrame) -> pa.Table:
    """The changes of a plan as the ledger takes them, without those that are in the outbox already."""
    new = plan[plan["ordinal"].fillna("").ne("")]
    blank = {name: new[name].fillna("") for name in new.columns if new[name].dtype != bool}
    queued = blank["action"].ne(Action.SKIP.value)
    kept = queued | blank["reason"].isin(_DATA_REASONS)
    frame = pd.DataFrame(
        {
            "item": blank["item"],
            "registration": blank["registration_code"],
            "previous": blank["previous_status"],
            "status": blank["status"],
            "stamp": blank["stamp"],
            "ordinal": blank["ordinal"].astype("int64"),
            "decision": blank["reason"].where(~queued, QUEUED),
            "fingerprint": blank["key"].where(kept, ""),
            "state": pd.Series(PENDING, index=new.index).where(queued, SKIPPED),
            "code": blank["reason"].where(~queued, None),
            "cause": blank["detail"].where(~queued, None),
            "person": _people(job, blank["email"]),
            "contact_id": blank["contact_id"],
            "asset_type": blank["asset_type"],
            "asset_name": blank["asset_name"],
            "activity_type": blank["activity_type"],
            "campaign": blank["campaign"],
            "happened_at": pd.to_datetime(blank["happened_at"], utc=True, format="ISO8601"),
        }
    )
    return pa.Table.from_pandas(frame, schema=CHANGES_SCHEMA, preserve_index=False, safe=False)


def _unmoved(job: Job, plan: pd.DataFrame) -> pa.Table:
    """Rows that are left out and move no status, such as those of people without a contact id."""
    rows = plan[plan["ordinal"].fillna("").eq("") & plan["reason"].fillna("").ne("")]
    columns = {
        "item": rows["item"],
        "registration": rows["registration_code"],
        "previous": rows["previous_status"],
        "status": rows["status"],
        "decision": rows["reason"],
    }
    frame = pd.DataFrame({name: values.fillna("").astype("str") for name, values in columns.items()})
    frame["ordinal"] = MOVED_NOTHING
    frame["person"] = _people(job, rows["email"].fillna(""))
    return pa.Table.from_pandas(frame[DECISION_COLUMNS], preserve_index=False)


def _people(job: Job, emails: pd.Series) -> list[str]:
    return [person_key(job.account, email) if email else "" for email in emails]


def record_outcomes(work: Work) -> pa.Table:
    """Record the outcome of every change of the plan, as the outbox has it, and give the outcomes back.

    Pending ones have none yet.
    """
    written = work.plan[work.plan["action"] != Action.SKIP]
    keys = pa.array(written["key"], pa.large_string())
    found = work.platforms.ledger.outbox.outcomes(keys.to_pylist())
    place = pc.index_in(keys, value_set=found["fingerprint"].combine_chunks())
    state = found["state"].combine_chunks().take(place).to_pandas()
    done = pd.Series(Outcome.ADDED.value, index=state.index)
    done = done.where(written["action"].ne(Action.REMOVE).to_numpy(), Outcome.REMOVED.value)
    outcome = state.map(_OUTCOMES).where(state.ne(SENT), done)
    outcome = outcome.where(state.notna(), Outcome.UNCHANGED.value)
    cause = found["cause"].combine_chunks().take(place)
    table = pa.table(
        {
            "key": keys,
            "outcome": pa.array(outcome, pa.large_string(), from_pandas=True),
            "code": found["code"].combine_chunks().take(place),
            "cause": pc.if_else(pc.is_valid(place), cause, pa.scalar(OVERTAKEN, pa.large_string())),
            "sync": found["sync"].combine_chunks().take(place),
        }
    )
    known = table.filter(pc.is_valid(table["outcome"]))
    work.record_table(known)
    return known


def addresses_of(job: Job, plan: pd.DataFrame) -> dict[tuple[str, str], str]:
    """The valid addresses of the plan's people, by event and registration."""
    event = str(job.event_code)
    rows = plan[plan["action"] != Action.SKIP]
    pairs = zip(rows["registration_code"].fillna(""), rows["email"].fillna(""), strict=True)
    return {(event, code): email for code, email in pairs if is_valid_email(email)}
