"""Why statuses made no change, of all runs, on SQLite and on PostgreSQL."""

import pyarrow as pa

from certain_eloqua.ledger import DECISION_COLUMNS, MOVED_NOTHING, Ledger
from tests.unit.ledger.test_outbox import changes, ledger, one, url

__all__ = ["ledger", "url"]


def decided(ledger: Ledger, person: str) -> list[tuple[str, str, str]]:
    return [(one.status, one.decision, one.seen_by) for one in ledger.decisions.find(person)]


def test_every_status_that_made_nothing_is_remembered_and_not_only_the_last(ledger: Ledger):
    nothing = {"person": "p1", "fingerprint": ""}
    first = one("R1", status="New", decision="baseline", **nothing)
    marker = one("", status="", decision="first_run", fingerprint="")
    ledger.outbox.record("c", "E", changes(marker, first, one("R2", person="p2")), "run-1")
    last = one("R1", status="Held", ordinal=1, decision="status_not_selected", **nothing)
    ledger.outbox.record("c", "E", changes(last), "run-2")
    assert decided(ledger, "p1") == [("New", "baseline", "run-1"), ("Held", "status_not_selected", "run-2")]
    assert decided(ledger, "p2") == []
    assert decided(ledger, "") == []


def test_a_decision_that_is_recorded_again_stays_as_it_was(ledger: Ledger):
    values = dict.fromkeys(DECISION_COLUMNS, "") | {"registration": "R1", "person": "p1", "status": "New"}
    values |= {"ordinal": MOVED_NOTHING, "decision": "no_contact_id"}
    rows = pa.Table.from_pylist([values])
    for run in ("run-1", "run-2"):
        ledger.decisions.record("c", "E", rows, run)
    assert decided(ledger, "p1") == [("New", "no_contact_id", "run-1")]


def test_decisions_are_found_by_registration_connector_event_and_time(ledger: Ledger):
    for event in ("E", "F"):
        ledger.outbox.record(
            "c", event, changes(one("R1", decision="baseline", fingerprint="", person="p1")), "run"
        )
    (found,) = ledger.decisions.find("nobody", ["R1"], events=["F"])
    assert (found.connector, found.event, found.person) == ("c", "F", "p1")
    assert ledger.decisions.find("p1", connector="d") == []
    assert ledger.decisions.find("p1", before=found.seen_at, events=["F"]) == []
