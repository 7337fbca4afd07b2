"""The queue of messages about runs: one for each run and recipient, there until it is sent."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from certain_eloqua.ledger import Ledger

TEAM = "events-team@example.com"


class Clock:
    now = datetime(2026, 11, 26, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgres"])
def ledger(request: pytest.FixtureRequest, tmp_path, clock) -> Iterator[Ledger]:
    url = f"sqlite:///{tmp_path}/ledger.sqlite"
    url = url if request.param == "sqlite" else request.getfixturevalue("postgres")
    with Ledger(url, clock=clock) as opened:
        yield opened


def add(ledger: Ledger, run: str, recipient: str = TEAM) -> bool:
    return ledger.messages.add(run, recipient, "attendees", "It failed", "text", "<p>html</p>")


def test_there_is_one_message_for_each_run_and_recipient(ledger):
    assert add(ledger, "r1")
    assert not add(ledger, "r1")
    assert add(ledger, "r1", "channels")
    (first, second) = ledger.messages.due(10)
    ledger.messages.record_sent([first, second])
    assert not add(ledger, "r1"), "not even after it was sent"
    assert ledger.messages.due(10) == []


def test_what_could_not_be_sent_waits_longer_each_time_and_is_never_dropped(ledger, clock):
    add(ledger, "r1")
    pauses = []
    for _ in range(12):
        (message,) = ledger.messages.waiting(10)
        ledger.messages.record_failure([message], "the server is down")
        began = clock.now
        while not ledger.messages.due(10):
            clock.now += timedelta(minutes=1)
        pauses.append((clock.now - began) // timedelta(minutes=1))
    assert pauses[:7] == [1, 2, 4, 8, 16, 32, 60]
    assert set(pauses[6:]) == {60}
    queue = ledger.messages.queue()
    assert (queue.waiting, queue.failing, queue.last_error) == (1, 1, "the server is down")
    assert queue.oldest == datetime(2026, 11, 26, 10, tzinfo=UTC)


def test_messages_that_were_sent_long_ago_are_forgotten_and_no_others(ledger, clock):
    add(ledger, "r1")
    ledger.messages.record_sent(ledger.messages.due(10))
    add(ledger, "r2")
    clock.now += timedelta(days=100)
    assert ledger.messages.forget_sent(clock.now - timedelta(days=90)) == 1
    assert [one.run_id for one in ledger.messages.waiting(10)] == ["r2"]
