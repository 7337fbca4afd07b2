"""The outbox, the statuses last seen and the batches, on SQLite and on PostgreSQL."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import Engine, create_engine, event

from certain_eloqua.ledger import CHANGES_SCHEMA, BatchMoved, Filter, Ledger, Refused
from certain_eloqua.ledger.batches import ABANDONED, BY_EMAIL, BY_ID, DONE, STAGING, SYNCED, SYNCING
from certain_eloqua.ledger.opening import upgrade
from certain_eloqua.ledger.outbox import IN_DOUBT, PENDING, REJECTED, SENT, SKIPPED

DAY = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "memory", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "memory":
        return "sqlite://"
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/ledger.sqlite"
    found: str = request.getfixturevalue("postgres")
    return found


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    with Ledger(url) as opened:
        yield opened


def changes(*rows: dict[str, Any]) -> pa.Table:
    blank = dict.fromkeys(CHANGES_SCHEMA.names, "")
    full = [
        {
            **blank,
            "previous": "Invited",
            "status": "Attended",
            "ordinal": 0,
            "decision": "queued",
            "state": PENDING,
            "code": None,
            "cause": None,
            "contact_id": "7",
            "happened_at": DAY,
            "fingerprint": f"{row.get('registration')}/{row.get('item', '')}/{row.get('ordinal', 0)}",
            **row,
        }
        for row in rows
    ]
    return pa.Table.from_pylist(full, schema=CHANGES_SCHEMA)


def one(registration: str, **values: Any) -> dict[str, Any]:
    return {"registration": registration, **values}


def states(ledger: Ledger) -> dict[str, str]:
    return {row.registration: row.state for row in ledger.outbox.find(Filter())}


def test_a_change_moves_the_status_last_seen_and_enters_the_outbox(ledger: Ledger):
    assert ledger.outbox.record("c", "E", changes(one("R1"), one("R2", status="New")), "run") == 2
    seen = ledger.outbox.seen("c", "E")
    assert dict(zip(seen["registration"], seen["status"], strict=True)) == {"R1": "Attended", "R2": "New"}
    first, second = ledger.outbox.find(Filter(connector="c"))
    assert (first.registration, second.registration, first.number < second.number) == ("R1", "R2", True)
    assert (first.happened_at, first.seen_by, first.state) == (DAY, "run", PENDING)
    assert ledger.outbox.seen("d", "E").empty
    assert ledger.outbox.seen("c", "F").empty


def test_the_same_change_recorded_again_changes_nothing(ledger: Ledger):
    ledger.outbox.record("c", "E", changes(one("R1")), "run-1")
    assert ledger.outbox.record("c", "E", changes(one("R1")), "run-2") == 0
    (row,) = ledger.outbox.find(Filter())
    assert row.seen_by == "run-1"


def test_a_plan_that_another_run_has_overtaken_moves_nothing_back(ledger: Ledger):
    ledger.outbox.record("c", "E", changes(one("R1", status="Invited")), "first")
    ledger.outbox.record("c", "E", changes(one("R1", status="Attended", ordinal=1)), "second")
    assert ledger.outbox.record("c", "E", changes(one("R1", status="Cancelled", ordinal=1)), "late") == 0
    assert list(ledger.outbox.seen("c", "E")["status"]) == ["Attended"]
    assert len(ledger.outbox.find(Filter())) == 2


def test_a_status_without_a_change_is_seen_and_makes_no_entry(ledger: Ledger):
    ledger.outbox.record("c", "E", changes(one("R1", fingerprint="", decision="baseline")), "run")
    assert list(ledger.outbox.seen("c", "E")["decision"]) == ["baseline"]
    assert ledger.outbox.find(Filter()) == []


def test_last_seen_and_outbox_move_together_or_not_at_all(ledger: Ledger):
    wrong = changes(one("R1"), one("R2")).set_column(
        CHANGES_SCHEMA.names.index("asset_type"), "asset_type", pa.array(["", None], pa.large_string())
    )
    with pytest.raises(Exception, match="asset_type"):
        ledger.outbox.record("c", "E", wrong, "run")
    assert ledger.outbox.seen("c", "E").empty
    assert ledger.outbox.find(Filter()) == []


def test_a_batch_takes_the_oldest_changes_of_one_way_of_finding_contacts(ledger: Ledger):
    ledger.outbox.record("c", "E", changes(*(one(f"R{n}") for n in range(5))), "run")
    ledger.outbox.record("c", "F", changes(one("M", contact_id="")), "run")
    ledger.outbox.record("d", "E", changes(one("X", fingerprint="x")), "run")
    batch = ledger.batches.begin("c", "run", BY_ID, 3)
    assert batch is not None
    assert (batch.changes, batch.state, batch.found_by) == (3, "created", BY_ID)
    assert ledger.batches.rows(batch.batch)["registration"].to_pylist() == ["R0", "R1", "R2"]
    by_email = ledger.batches.begin("c", "run", BY_EMAIL, 9)
    assert by_email is not None
    assert ledger.batches.rows(by_email.batch)["registration"].to_pylist() == ["M"]
    assert ledger.batches.begin("c", "run", BY_ID, 9, events=["F"]) is None
    assert states(ledger) == {"R3": PENDING, "R4": PENDING, "X": PENDING} | dict.fromkeys(
        ["R0", "R1", "R2", "M"], "batched"
    )


def test_a_result_is_recorded_for_every_change_of_its_batch(ledger: Ledger):
    ledger.outbox.record("c", "E", changes(*(one(f"R{n}") for n in range(4))), "run")
    batch = ledger.batches.begin("c", "run", BY_ID, 9)
    assert batch is not None
    numbers = ledger.batches.rows(batch.batch)["number"].to_pylist()
    batch = ledger.batches.move(batch, STAGING, definition="/activities/imports/1")
    batch = ledger.batches.move(batch, SYNCING)
    batch = ledger.batches.move(batch, SYNCED, sync="/syncs/9")
    no_contact = Refused("ELQ-00085", "the contact does not exist")
    ledger.batches.finish(
        batch,
        {numbers[1]: Refused("ELQ-00055", "the campaign does not exist")},
        again=[numbers[2]],
        skipped={numbers[3]: no_contact},
    )
    assert states(ledger) == {"R0": SENT, "R1": REJECTED, "R2": PENDING, "R3": SKIPPED}
    sent, rejected, again, skipped = ledger.outbox.find(Filter())
    assert (sent.sync, sent.batch, sent.sent_at is not None) == ("/syncs/9", batch.batch, True)
    assert (rejected.code, rejected.cause) == ("ELQ-00055", "the campaign does not exist")
    assert (again.contact_id, again.batch) == ("", None)
    assert skipped.code == "ELQ-00085"
    assert ledger.batches.get(batch.batch).state == DONE
    assert ledger.batches.unfinished("c") == []
    assert [b.batch for b in ledger.batches.with_definition("c")] == [batch.batch]
    ledger.batches.definition_is_deleted(batch.batch)
    assert ledger.batches.with_definition("c") == []


def test_an_abandoned_batch_gives_its_changes_back(ledger: Ledger):
    ledger.outbox.record("c", "E", changes(one("R1")), "run")
    batch = ledger.batches.begin("c", "run", BY_ID, 9)
    assert batch is not None
    assert [b.batch for b in ledger.batches.unfinished("c")] == [batch.batch]
    ledger.batches.abandon(batch, "the run was killed")
    assert states(ledger) == {"R1": PENDING}
    assert ledger.batches.get(batch.batch).state == ABANDONED


def test_of_two_workers_with_one_batch_only_one_goes_on(ledger: Ledger):
    ledger.outbox.record("c", "E", changes(one("R1")), "run")
    batch = ledger.batches.begin("c", "run", BY_ID, 9)
    assert batch is not None
    ledger.batches.abandon(batch, "taken over")
    with pytest.raises(BatchMoved, match="another worker"):
        ledger.batches.move(batch, STAGING, definition="/activities/imports/1")
    with pytest.raises(BatchMoved):
        ledger.batches.finish(batch, {})
    assert states(ledger) == {"R1": PENDING}


def test_a_doubt_is_never_sent_again_until_it_is_settled_and_retried(ledger: Ledger):
    ledger.outbox.record("c", "E", changes(one("R1"), one("R2")), "run")
    batch = ledger.batches.begin("c", "run", BY_ID, 9)
    assert batch is not None
    ledger.batches.doubt(batch, "sync_failed", "it is not known whether it was sent")
    assert states(ledger) == {"R1": IN_DOUBT, "R2": IN_DOUBT}
    numbers = [row.number for row in ledger.outbox.find(Filter())]
    assert ledger.resending.retry(numbers) == 0
    assert ledger.batches.begin("c", "run", BY_ID, 9) is None
    there, missing = (row.number for row in ledger.outbox.find(Filter()))
    assert ledger.outbox.settle([there], [missing], "looked up in Eloqua") == 2
    assert states(ledger) == {"R1": SENT, "R2": REJECTED}
    assert ledger.resending.retry([there]) == 0
    assert ledger.resending.retry(numbers) == 1
    assert states(ledger) == {"R1": SENT, "R2": PENDING}


def test_changes_are_found_by_person_day_and_cause(url: str):
    now = [DAY]
    with Ledger(url, clock=lambda: now[0]) as ledger:
        ledger.outbox.record("c", "E", changes(one("R1", person="p1")), "run")
        now[0] += timedelta(days=1)
        skipped = one("R2", person="p2", state=SKIPPED, code="no_contact", cause="why")
        ledger.outbox.record("c", "E", changes(skipped), "run")
        assert [r.registration for r in ledger.outbox.find(Filter(person="p1"))] == ["R1"]
        assert [r.registration for r in ledger.outbox.find(Filter(code="no_contact"))] == ["R2"]
        assert [r.registration for r in ledger.outbox.find(Filter(seen_before=now[0]))] == ["R1"]
        assert [r.registration for r in ledger.outbox.find(Filter(seen_from=now[0]))] == ["R2"]
        assert ledger.outbox.counts("c") == {PENDING: 1, SKIPPED: 1}
        (first,) = ledger.outbox.find(Filter(states=[PENDING]))
        assert ledger.outbox.skip([first.number], "no_email", "there is no e-mail address") == 1
        assert ledger.outbox.counts() == {SKIPPED: 2}


def test_a_watermark_moves(ledger: Ledger):
    assert ledger.watermarks.get("registrations") is None
    ledger.watermarks.move("registrations", "2026-10-01T10:00:00")
    ledger.watermarks.move("registrations", "2026-10-01T11:00:00")
    assert ledger.watermarks.get("registrations") == "2026-10-01T11:00:00"


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """The statements that reach a database during the test, one for each call of the driver."""
    seen: list[str] = []

    def before(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", before)
    yield seen
    event.remove(Engine, "before_cursor_execute", before)


def test_many_changes_take_few_statements(ledger: Ledger, statements: list[str]):
    size = 20_000
    columns: dict[str, Any] = {name: [""] * size for name in CHANGES_SCHEMA.names}
    columns["registration"] = columns["fingerprint"] = [f"31005-1840022-{n}" for n in range(size)]
    columns |= {"status": ["Attended"] * size, "state": [PENDING] * size, "ordinal": [0] * size}
    columns |= {"contact_id": ["1"] * size, "happened_at": [DAY] * size}
    table = pa.Table.from_pydict(columns, schema=CHANGES_SCHEMA)
    statements.clear()
    assert ledger.outbox.record("c", "E", table, "run") == size
    batch = ledger.batches.begin("c", "run", BY_ID, size)
    assert batch is not None
    rows = ledger.batches.rows(batch.batch)
    assert (rows.num_rows, rows["registration"][size - 1].as_py()) == (size, f"31005-1840022-{size - 1}")
    batch = ledger.batches.move(batch, SYNCED, sync="/syncs/1")
    ledger.batches.finish(batch, {})
    assert ledger.outbox.counts() == {SENT: size}
    assert len(statements) < size / 100


def test_a_ledger_of_the_version_before_is_upgraded_with_what_it_held(tmp_path: Path):
    engine = create_engine(f"sqlite:///{tmp_path}/ledger.sqlite")
    with engine.begin() as connection:
        upgrade(connection, "0004")
    engine.dispose()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        connection.execute("INSERT INTO ledger_known_profiles VALUES ('NWIND', '1', 'P1')")
    with Ledger(f"sqlite:///{tmp_path}/ledger.sqlite") as ledger:
        assert ledger.known_profiles("NWIND") == {"1": "P1"}
        assert ledger.outbox.counts() == {}
