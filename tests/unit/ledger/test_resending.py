"""Sending again what a person asks for, on SQLite and on PostgreSQL."""

from datetime import UTC, datetime

from certain_eloqua.ledger import COPIED_BY, DECIDE_AGAIN, Filter, Ledger
from certain_eloqua.ledger.batches import BY_ID, STAGING, SYNCED, SYNCING
from certain_eloqua.ledger.outbox import IN_DOUBT, PENDING, SKIPPED
from tests.unit.ledger.test_outbox import changes, ledger, one, states, url

__all__ = ["ledger", "url"]


def send(ledger: Ledger) -> None:
    batch = ledger.batches.begin("c", "run", BY_ID, 9)
    assert batch is not None
    batch = ledger.batches.move(batch, STAGING, definition="/activities/imports/1")
    batch = ledger.batches.move(batch, SYNCING)
    ledger.batches.finish(ledger.batches.move(batch, SYNCED, sync="/syncs/1"), {})


def test_what_was_sent_is_copied_with_a_mark_and_only_on_request(ledger: Ledger):
    ledger.outbox.record("c", "E", changes(one("R1")), "run")
    send(ledger)
    (sent,) = ledger.outbox.find(Filter())
    assert ledger.resending.retry([sent.number]) == 0
    assert ledger.resending.copy_sent([sent.number]) == 1
    first, second = ledger.outbox.find(Filter())
    assert first == sent
    assert (second.state, second.sync, second.batch, second.sent_at) == (PENDING, None, None, None)
    assert second.seen_by.startswith(COPIED_BY)
    same = ("registration", "status", "person", "contact_id", "asset_name", "happened_at")
    assert all(getattr(first, name) == getattr(second, name) for name in same)
    assert first.fingerprint != second.fingerprint


def test_what_is_not_sent_is_not_copied(ledger: Ledger):
    waiting, left_out = one("R1"), one("R2", state=SKIPPED, code="no_email", cause="why")
    ledger.outbox.record("c", "E", changes(waiting, left_out), "run")
    assert ledger.resending.copy_sent([row.number for row in ledger.outbox.find(Filter())]) == 0
    assert states(ledger) == {"R1": PENDING, "R2": SKIPPED}


def test_what_is_in_doubt_is_neither_put_back_nor_copied(ledger: Ledger):
    ledger.outbox.record("c", "E", changes(one("R1")), "run")
    batch = ledger.batches.begin("c", "run", BY_ID, 9)
    assert batch is not None
    ledger.batches.doubt(batch, "sync_failed", "it is not known")
    numbers = [row.number for row in ledger.outbox.find(Filter())]
    assert (ledger.resending.retry(numbers), ledger.resending.copy_sent(numbers)) == (0, 0)
    assert states(ledger) == {"R1": IN_DOUBT}


def test_only_what_made_no_change_is_decided_again(ledger: Ledger):
    rows = (
        one("R1", decision="baseline", fingerprint="", ordinal=0),
        one("R2"),
        one("R3", decision="status_not_selected", fingerprint="", ordinal=0),
    )
    ledger.outbox.record("c", "E", changes(*rows), "run")
    found = ledger.resending.undecided("c", "E", ["baseline"])
    assert found["registration"].to_pylist() == ["R1"]
    ledger.resending.decide_again("c", "E", found)
    seen = ledger.outbox.seen("c", "E").set_index("registration")["decision"]
    assert dict(seen) == {"R1": DECIDE_AGAIN, "R2": "queued", "R3": "status_not_selected"}
    (status,) = ledger.outbox.seen_of(["R1"])
    assert status.seen_at < datetime.now(UTC)
    assert ledger.resending.undecided("c", "E", ["baseline"]).num_rows == 0


def test_a_sensor_is_made_to_ask_for_a_run_again(ledger: Ledger):
    for event in ("E", "F", "G_1"):
        ledger.watermarks.look("c", event, "run")
    ledger.watermarks.look("d", "E", "run")
    ledger.watermarks.look_again("c", ["E", "G_1"])
    assert set(ledger.watermarks.looks("c")) == {"F"}
    assert set(ledger.watermarks.looks("d")) == {"E"}
