"""Every change becomes one activity: what is sent, what is left out, and what a lost answer does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from certain_eloqua.clients.errors import Transient
from certain_eloqua.connectors.status_changes import sending
from tests.contract.status_changes.conftest import CONNECTOR, EVENT, Desk


def test_every_change_becomes_one_activity(desk: Desk):
    desk.change(*({} for _ in range(30)))
    done = desk.send()
    assert (done.sent, len(done.syncs)) == (30, 1)
    assert desk.states() == {"sent": 30}
    assert desk.activities() == desk.expected()
    row = desk.rows()[0]
    assert (row.sync, row.batch is not None, row.sent_at is not None) == (done.syncs[0], True, True)


def test_nothing_is_sent_again_by_the_next_run(desk: Desk):
    desk.change({})
    desk.send()
    desk.sandbox.control("DELETE", "/counters")
    assert desk.send().sent == 0
    assert desk.calls() == {}
    assert desk.activities() == desk.expected()


def test_the_calls_do_not_grow_with_the_changes(desk: Desk):
    desk.change(*({} for _ in range(200)))
    desk.send()
    assert sum(desk.calls().values()) <= 8


def test_no_definition_is_left_behind(desk: Desk):
    desk.change({}, {"contact_id": ""})
    desk.send()
    assert desk.eloqua.open_definitions() == 0
    assert desk.ledger.batches.with_definition(CONNECTOR) == []


def test_a_contact_is_found_by_id_or_else_by_address(desk: Desk):
    desk.change({}, {"contact_id": ""}, {"contact_id": "99999999"})
    done = desk.send()
    assert (done.sent, done.skipped, done.rejected) == (3, 0, 0)
    assert desk.activities() == desk.expected()


def test_who_is_not_in_eloqua_is_left_out_with_the_remedy(desk: Desk):
    desk.change({"contact_id": ""}, {"contact_id": ""}, {"contact_id": "99999999"})
    addresses = {(EVENT, "R1"): "nobody@nowhere.example", (EVENT, "R3"): "nobody2@nowhere.example"}
    done = desk.send(addresses=addresses)
    assert (done.sent, done.skipped) == (0, 3)
    assert [row.code for row in desk.rows()] == ["no_contact", "no_address", "no_contact"]
    assert "upsert_contacts" in desk.rows()[0].cause
    assert not desk.activities()


def test_a_refused_row_is_told_by_its_cause_and_the_others_are_sent(desk: Desk):
    desk.change({}, {"activity_type": "No such type"}, {})
    done = desk.send()
    assert (done.sent, done.rejected) == (2, 1)
    assert [row.code for row in desk.rows()] == [None, "ELQ-00070", None]
    assert desk.activities() == desk.expected(1, 3)
    assert desk.send().sent == 0  # a refused one waits for a person


def test_activities_of_one_contact_are_sent_in_the_order_in_which_they_were_seen(desk: Desk):
    contact, email = desk.contacts[0]
    moments = [9, 3, 7]  # the source's clock jumped; the order of seeing counts
    for second in moments:
        desk.change({"contact_id": contact, "happened_at": datetime(2026, 10, 6, 9, 0, second, tzinfo=UTC)})
    desk.send(at_most=2)
    lines = desk.sandbox.control("GET", "/journal?entity=activity&limit=10")["items"]
    found = [int(line["key"].rpartition("|")[2]) % 60 for line in lines if f"|{email}|" in line["key"]]
    assert found == moments


LOST: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/activities/imports$", {"cut": True, "when": "after"}),
    ("POST", "/data$", {"cut": True, "when": "after"}),
    ("POST", "/data$", {"cut": True, "when": "before"}),
    ("POST", "/data$", {"status": 500, "when": "after"}),
    ("POST", "/syncs$", {"cut": True, "when": "after"}),
    ("POST", "/syncs$", {"cut": True, "when": "before"}),
    ("POST", "/syncs$", {"status": 500, "when": "after"}),
    ("POST", "/syncs$", {"status": 503}),
    ("GET", "/syncs/[0-9]+$", {"cut": True, "when": "after"}),
    ("DELETE", "/activities/imports/[0-9]+$", {"status": 500}),
]


@pytest.mark.parametrize(("method", "path", "answer"), LOST)
@pytest.mark.parametrize("mode", ["at_once", "looks"])
def test_a_lost_answer_doubles_nothing_and_loses_nothing(
    desk: Desk, method: str, path: str, answer: dict[str, Any], mode: str
):
    desk.sandbox.control("PUT", "/settings", {"sync_mode": mode})
    desk.change(*({} for _ in range(5)))
    desk.fault(method, path, **answer)
    assert desk.send().sent == 5
    assert desk.activities() == desk.expected()
    assert desk.states() == {"sent": 5}


def test_uploads_that_never_get_through_end_the_run_and_stay_pending(desk: Desk):
    desk.change({})
    desk.fault("POST", "/data$", cut=True, when="after", times=-1)
    with pytest.raises(Transient, match="came to nothing"):
        desk.send()
    assert desk.states() == {"pending": 1}
    desk.sandbox.control("DELETE", "/faults")
    assert desk.send().sent == 1
    assert desk.activities() == desk.expected()
    assert desk.eloqua.open_definitions() == 0


def test_a_sync_that_ends_in_error_leaves_a_doubt_that_is_never_sent_again(desk: Desk):
    desk.change({}, {})
    failure = {"status": "error", "code": "ELQ-00146", "kind": "import", "times": 1}
    desk.sandbox.control("POST", "/syncs/next", [failure])
    assert desk.send().in_doubt == 2
    assert desk.states() == {"in_doubt": 2}
    assert "ended in error" in desk.rows()[0].cause
    assert desk.send().sent == 0
    assert not desk.activities()


def test_a_sync_that_eloqua_has_forgotten_leaves_a_doubt(desk: Desk):
    desk.change({})
    desk.fault("GET", "/syncs/[0-9]+$", status=404, times=-1)
    assert desk.send().in_doubt == 1
    assert "does not know its sync" in desk.rows()[0].cause


class Stopped(BaseException):
    """Stands for a killed process, which runs nothing afterwards."""


def stop_at(name: str) -> Any:
    def step(reached: str) -> None:
        if reached == name:
            raise Stopped

    return step


STEPS = [
    *("after the batch", "after the definition", "before staging", "after staging", "before the sync"),
    *("after the sync", "before the result", "after the result", "after recording"),
    "before deleting the definition",
]


@pytest.mark.parametrize("name", STEPS)
def test_a_run_that_stops_at_any_step_is_finished_by_the_next(desk: Desk, name: str):
    desk.change(*({} for _ in range(3)))
    with pytest.raises(Stopped):
        desk.send(step=stop_at(name))
    desk.send()
    assert desk.activities() == desk.expected()
    assert desk.states() == {"sent": 3}
    assert desk.eloqua.open_definitions() == 0


def test_a_sync_that_arrives_after_its_batch_was_abandoned_imports_nothing(desk: Desk):
    desk.change({})
    late: list[str] = []

    def step(name: str) -> None:
        if name == "before the sync":
            late.extend(batch.definition or "" for batch in desk.ledger.batches.unfinished(CONNECTOR))
            raise Stopped

    with pytest.raises(Stopped):
        desk.send(step=step)

    def arrives(name: str) -> None:
        # Between the look-up and the end of the batch the dead worker's request reaches Eloqua.
        if name == "after discarding":
            desk.eloqua.activities.create_sync(late[0])

    desk.send(step=arrives)
    assert desk.activities() == desk.expected()
    assert desk.states() == {"sent": 1}


def test_a_batch_that_is_too_old_to_be_looked_up_is_in_doubt(desk: Desk):
    desk.change({})
    with pytest.raises(Stopped):
        desk.send(step=stop_at("before the sync"))
    later = datetime.now(UTC) + sending.SYNCS_ARE_LISTED + timedelta(hours=1)
    assert desk.send(clock=lambda: later).in_doubt == 1
    assert not desk.activities()
