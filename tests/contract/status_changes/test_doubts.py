"""Doubts are settled by looking: what is there was sent, what is not can be retried, nothing is doubled."""

from __future__ import annotations

from certain_eloqua.connectors.status_changes.doubts import Settled, settle_doubts
from certain_eloqua.connectors.status_changes.replay import find_retryable, retry
from certain_eloqua.ledger import Filter, person_key
from tests.contract.status_changes.conftest import Desk

ACCOUNT = "NWIND"
FAILED = {"status": "error", "code": "ELQ-00146", "kind": "import", "times": 1}


def settle(desk: Desk) -> Settled:
    return settle_doubts(desk.eloqua, desk.ledger, ACCOUNT, Filter())


def test_what_is_in_eloqua_was_sent(desk: Desk):
    desk.change({}, {})
    desk.fault("GET", "/syncs/[0-9]+$", status=404, times=1)
    assert desk.send().in_doubt == 2
    assert settle(desk) == Settled(2, 0, 0)
    assert desk.states() == {"sent": 2}
    assert desk.activities() == desk.expected()


def test_what_is_not_in_eloqua_can_be_retried_and_is_sent_once(desk: Desk):
    desk.change({}, {})
    desk.sandbox.control("POST", "/syncs/next", [FAILED])
    assert desk.send().in_doubt == 2
    assert settle(desk) == Settled(0, 2, 0)
    assert desk.send().sent == 0
    assert retry(desk.ledger, find_retryable(desk.ledger, Filter(code="not_there"))) == 2
    assert desk.send().sent == 2
    assert desk.activities() == desk.expected()


def test_one_that_was_found_by_address_is_recognised_by_its_digest(desk: Desk):
    email = desk.contacts[1][1]
    desk.change({"contact_id": "", "person": person_key(ACCOUNT, email)})
    desk.fault("GET", "/syncs/[0-9]+$", status=404, times=1)
    assert desk.send().in_doubt == 1
    assert settle(desk) == Settled(1, 0, 0)


def test_an_activity_that_another_change_accounts_for_settles_no_doubt(desk: Desk):
    desk.change({})
    desk.send()
    (sent,) = desk.rows()
    # The same contact, asset and second, but another status.
    twin = {"contact_id": sent.contact_id, "happened_at": sent.happened_at, "activity_type": "Cancelled"}
    desk.change(twin)
    desk.sandbox.control("POST", "/syncs/next", [FAILED])
    assert desk.send().in_doubt == 1
    assert settle(desk) == Settled(0, 1, 0)


def test_where_counting_leaves_a_choice_both_stay_in_doubt(desk: Desk):
    desk.change({})
    (first,) = desk.rows()
    # Of two at the same second only one is taken, and the sync is forgotten: which one is unknown.
    twin = {"contact_id": first.contact_id, "happened_at": first.happened_at, "activity_type": "No such"}
    desk.change(twin)
    desk.fault("GET", "/syncs/[0-9]+$", status=404, times=1)
    assert desk.send().in_doubt == 2
    assert settle(desk) == Settled(0, 0, 2)
    assert desk.states() == {"in_doubt": 2}


def test_nothing_in_doubt_asks_nothing(desk: Desk):
    desk.sandbox.control("DELETE", "/counters")
    assert settle(desk) == Settled(0, 0, 0)
    assert desk.calls() == {}
