import multiprocessing
import os
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from certain_eloqua.ledger import (
    AlreadyRunning,
    DeliveredRow,
    Ledger,
    LedgerUnusable,
    RegisteredDefinitions,
    Sent,
    Upload,
    person_key,
    value_digest,
)
from certain_eloqua.ledger.opening import HEAD, upgrade
from certain_eloqua.ledger.tables import metadata


@pytest.fixture(params=["sqlite", "memory", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "memory":
        return "sqlite://"
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/deep/er/ledger.sqlite"
    found: str = request.getfixturevalue("postgres")
    return found


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    with Ledger(url) as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/ledger.sqlite"


# -- tables


def test_migrations_make_the_tables_the_code_knows(ledger: Ledger):
    found = inspect(ledger._engine)
    for name, table in metadata.tables.items():
        assert {c["name"] for c in found.get_columns(name)} == {c.name for c in table.columns}, name
        assert set(found.get_pk_constraint(name)["constrained_columns"]) == {
            c.name for c in table.primary_key
        }


def test_a_ledger_opens_again_with_what_it_held(file: str):
    with Ledger(file) as first:
        first.remember_profiles("NWIND", {"1": "P1"})
    with Ledger(file) as second:
        assert second.known_profiles("NWIND") == {"1": "P1"}


def test_a_ledger_of_a_newer_program_is_refused(file: str, tmp_path: Path):
    Ledger(file).close()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        connection.execute("UPDATE ledger_version SET version_num = '9999'")
    with pytest.raises(LedgerUnusable, match=f"newer program .tables 9999; this one knows {HEAD}"):
        Ledger(file)


def test_a_place_that_cannot_be_opened_is_said(tmp_path: Path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(LedgerUnusable, match="cannot be opened"):
        Ledger(f"sqlite:///{tmp_path}/folder")


def test_several_processes_may_open_a_new_ledger_at_once(file: str):
    # Not a Pool: one of those waits for ever for the work of a process that died.
    with ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert list(pool.map(_open, [file] * 8)) == [True] * 8


def _open(url: str) -> bool:
    Ledger(url).close()
    return True


# -- what was sent


def sent(number: int, **fields: str) -> Sent:
    return Sent(person_key("NWIND", f"p{number}@x.example"), str(number), "list", fields)


def test_what_was_sent_comes_back_as_a_frame(ledger: Ledger):
    ledger.remember_sent("NWIND", (sent(n, C_City="d") for n in range(5_000)))
    ledger.remember_sent("OTHER", [sent(1)])
    frame = ledger.sent_values("NWIND")
    assert len(frame) == 5_000
    assert list(frame.columns) == ["person", "contact_id", "working_list", "fields"]
    assert ledger.sent_values("NOBODY").empty


def test_sending_again_replaces(ledger: Ledger):
    ledger.remember_sent("NWIND", [sent(1, C_City="a")])
    ledger.remember_sent("NWIND", [sent(1, C_City="b")])
    person = person_key("NWIND", "P1@X.example ")
    assert ledger.sent_to("NWIND", [person, "nobody"])[person].fields == {"C_City": "b"}


def test_a_person_can_be_forgotten(ledger: Ledger):
    ledger.remember_sent("NWIND", [sent(1), sent(2)])
    assert ledger.forget_person("NWIND", "p1@x.example")
    assert not ledger.forget_person("NWIND", "p1@x.example")
    assert len(ledger.sent_values("NWIND")) == 1


def test_no_address_and_no_value_is_in_the_file(file: str, tmp_path: Path):
    with Ledger(file) as ledger:
        digest = value_digest("C_City", "Reykjavik")
        ledger.remember_sent(
            "NWIND", [Sent(person_key("NWIND", "mira@x.example"), "1", "list", {"C_City": digest})]
        )
    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert b"mira" not in raw
    assert b"Reykjavik" not in raw


def test_digests_differ_by_account_and_by_field():
    assert person_key("A", "x@x.example") != person_key("B", "x@x.example")
    assert person_key("A", "X@x.example ") == person_key("A", "x@x.example")
    assert value_digest("C_City", "Paris") != value_digest("C_State_Prov", "Paris")
    assert person_key("a very long account code indeed", "x") != person_key("a very long account code", "x")


# -- deliveries


def test_a_delivery_that_did_not_end_goes_on(ledger: Ledger):
    first = ledger.delivery("plan", "c", "E", "run-1")
    assert (first.resumed, first.finished) == (False, False)
    first.checkpoint([DeliveredRow("a", "created", code="1"), DeliveredRow("b", "rejected", cause="why")])
    second = ledger.delivery("plan", "c", "E", "run-2")
    assert second.resumed
    assert {row.key: row.outcome for row in second.recorded_rows()} == {"a": "created", "b": "rejected"}
    second.checkpoint([DeliveredRow("b", "created")])
    second.finish({"created": 2})
    third = ledger.delivery("plan", "c", "E", "run-3")
    assert third.finished
    assert third.record.run_id == "run-2"
    assert third.record.counts == {"created": 2}
    assert sorted(row.outcome for row in third.recorded_rows()) == ["created", "created"]


def test_a_row_may_have_several_steps(ledger: Ledger):
    delivery = ledger.delivery("plan", "c", None, "r")
    delivery.checkpoint([DeliveredRow("a", "created"), DeliveredRow("a", "linked", step="link")])
    assert {(row.step, row.outcome) for row in delivery.recorded_rows()} == {
        ("row", "created"),
        ("link", "linked"),
    }


def test_deliveries_are_listed_latest_first(url: str):
    now = iter(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(99))
    with Ledger(url, clock=lambda: next(now)) as ledger:
        ledger.delivery("p1", "c", "E1", "r1").fail("because")
        ledger.delivery("p2", "c", "E2", "r2").finish({})
        ledger.delivery("p3", "d", None, "r3")
        assert [one.plan_id for one in ledger.deliveries()] == ["p3", "p2", "p1"]
        assert [one.plan_id for one in ledger.deliveries("c", "E1")] == ["p1"]
        (failed,) = ledger.deliveries("c", "E1")
        assert (failed.state, failed.cause, failed.event) == ("failed", "because", "E1")
        assert failed.started_at == datetime(2026, 1, 1, tzinfo=UTC)
        assert ledger.deliveries("d")[0].event is None


def test_rows_of_old_finished_plans_can_be_forgotten(ledger: Ledger):
    done, going = ledger.delivery("done", "c", None, "r"), ledger.delivery("going", "c", None, "r")
    for one in (done, going):
        one.checkpoint([DeliveredRow("a", "created")])
    done.finish({"created": 1})
    assert ledger.forget_rows(datetime.now(UTC) + timedelta(seconds=1)) == 1
    assert list(done.recorded_rows()) == []
    assert len(list(going.recorded_rows())) == 1
    assert len(ledger.deliveries()) == 2


def test_an_interrupted_delivery_is_settled_and_then_reported_once(ledger: Ledger):
    broken = ledger.delivery("broken", "c", "E", "r1")
    ledger.delivery("elsewhere", "c", "F", "r1")
    broken.upload(Upload(key, person_key("NWIND", key), "create", "") for key in ("a", "b"))
    assert {one.key for one in broken.uploads()} == {"a", "b"}
    (found,) = ledger.interrupted("c", "E")
    found.checkpoint([DeliveredRow("a", "created")])
    found.settle({"created": 1}, "settled by run r2")
    assert ledger.interrupted("c", "E") == []
    assert list(found.uploads()) == []
    (settled,) = ledger.settled("c", "E")
    assert settled.record.counts == {"created": 1}
    ledger.delivery("next", "c", "E", "r2").finish({}, reports=["broken"])
    assert ledger.settled("c", "E") == []
    assert {one.plan_id: one.state for one in ledger.deliveries("c", "E")} == {
        "broken": "reported",
        "next": "finished",
    }
    assert ledger.forget_rows(datetime.now(UTC) + timedelta(seconds=1)) == 1


def test_a_settled_delivery_may_be_gone_on_with(ledger: Ledger):
    ledger.delivery("plan", "c", None, "r1").settle({}, "settled")
    again = ledger.delivery("plan", "c", None, "r2")
    assert again.resumed
    assert not again.finished


def test_traces_are_kept_until_they_are_wiped(ledger: Ledger):
    for _ in range(2):
        ledger.register_definitions("c", "E", RegisteredDefinitions("r1", "read"))
    ledger.register_definitions("c", "E", RegisteredDefinitions("p1", "delivery"))
    ledger.register_definitions("c", None, RegisteredDefinitions("r1", "read"))
    ledger.unregister_definitions("c", "E", ["r1"])
    assert ledger.registered_definitions("c", "E") == [RegisteredDefinitions("p1", "delivery")]
    assert ledger.registered_definitions("c", None) == [RegisteredDefinitions("r1", "read")]
    assert ledger.registered_definitions("d", "E") == []


@pytest.mark.parametrize("url", ["sqlite", "postgres"], indirect=True)
@pytest.mark.parametrize("revision", ["0001", "0002"])
def test_an_older_ledger_is_upgraded_with_what_it_held(url: str, revision: str, tmp_path: Path):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    engine = create_engine(url)
    row = {"plan": "p", "key": "7", "contact": "3001", "code": "R1"}
    with engine.begin() as connection:
        upgrade(connection, revision)
        connection.execute(text("INSERT INTO ledger_known_profiles VALUES ('NWIND', '1', 'P1')"))
        connection.execute(
            text(
                "INSERT INTO ledger_deliveries (plan_id, connector, event, run_id, state, attempts,"
                " started_at, counts) VALUES ('p', 'c', 'E', 'r1', 'started', 1, '2026-01-01 00:00:00', '{}')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO ledger_deliveries (plan_id, connector, event, run_id, state, attempts,"
                " started_at, counts) VALUES ('q', 'd', 'E', 'r0', 'told', 1, '2026-01-01 00:00:00', '{}')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO ledger_delivered_rows (plan_id, key, step, outcome, contact_id,"
                " registration_code) VALUES (:plan, :key, 'row', 'created', :contact, :code)"
            ),
            row,
        )
        if revision == "0002":
            connection.execute(
                text("INSERT INTO ledger_traces VALUES ('c', 'E', 'r1', 'read', '2026-01-01 00:00:00')")
            )
    engine.dispose()
    with Ledger(url) as ledger:
        assert ledger.known_profiles("NWIND") == {"1": "P1"}
        (interrupted,) = ledger.interrupted("c", "E")
        (delivered,) = interrupted.recorded_rows()
        assert delivered == DeliveredRow(
            "7", "created", ids={"contact_id": "3001", "registration_code": "R1"}
        )
        assert [one.state for one in ledger.deliveries("d", "E")] == ["reported"]
        registered = [RegisteredDefinitions("r1", "read")] if revision == "0002" else []
        assert ledger.registered_definitions("c", "E") == registered
        with ledger.run_lock("c", "E", "r2"):
            pass


# -- run locks


def test_a_run_lock_keeps_other_runs_out_and_says_who_holds_it(ledger: Ledger):
    with ledger.run_lock("c", "E", "run-1"):
        with pytest.raises(AlreadyRunning, match="c for E is already being run by run run-1") as error:
            ledger.run_lock("c", "E", "run-2").__enter__()
        assert error.value.holder is not None
        assert error.value.holder.process == os.getpid()
        with ledger.run_lock("c", "F", "run-2"), ledger.run_lock("c", None, "run-2"):
            pass
    with ledger.run_lock("c", "E", "run-2"):
        pass


def test_a_run_lock_can_be_taken_again_by_the_same_run(ledger: Ledger):
    with ledger.run_lock("c", "E", "run-1"):
        with ledger.run_lock("c", "E", "run-1"):
            pass
        with pytest.raises(AlreadyRunning):
            ledger.run_lock("c", "E", "run-2").__enter__()


def test_names_that_look_alike_in_a_file_name_are_two_run_locks(ledger: Ledger):
    with ledger.run_lock("c", "A-B", "run-1"), ledger.run_lock("c", "A/B", "run-2"):
        pass


def _hold(url: str, ready: str) -> None:
    with Ledger(url) as ledger, ledger.run_lock("c", "E", "the-other"):
        Path(ready).touch()
        time.sleep(60)


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
def test_a_run_lock_vanishes_with_the_process_that_holds_it(
    backend: str, file: str, tmp_path: Path, request: pytest.FixtureRequest
):
    url = file if backend == "sqlite" else request.getfixturevalue("postgres_server")
    ready = tmp_path / "ready"
    other = multiprocessing.get_context("spawn").Process(target=_hold, args=(url, str(ready)))
    other.start()
    try:
        with Ledger(url) as ledger:
            deadline = time.monotonic() + 240
            while not ready.exists():
                assert time.monotonic() < deadline
                time.sleep(0.01)
            with pytest.raises(AlreadyRunning, match="run the-other"):
                ledger.run_lock("c", "E", "run-2").__enter__()
            other.kill()
            other.join()
            for _ in range(100):
                try:
                    with ledger.run_lock("c", "E", "run-2"):
                        return
                except AlreadyRunning:
                    time.sleep(0.05)
            pytest.fail("the run lock outlived its process")
    finally:
        other.kill()
        other.join()
