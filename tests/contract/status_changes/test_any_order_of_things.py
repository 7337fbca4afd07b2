"""Changes, polls, crashes, restarts, lost answers, clock jumps: each change seen is sent once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from certain_eloqua.clients.errors import ClientError
from certain_eloqua.connectors.status_changes.changes import Poll, Selection, find_changes
from certain_eloqua.connectors.status_changes.sending import ActivitySender
from certain_eloqua.ledger import CHANGES_SCHEMA, Ledger
from tests.conftest import Sandbox
from tests.contract.status_changes.conftest import CONNECTOR, STATUSES, TYPE
from tests.contract.status_changes.test_sending import LOST, STEPS, Stopped, stop_at

pytestmark = pytest.mark.slow
EVENT = "NWSUMMIT26"
REGISTRATIONS = [f"R{number}" for number in range(5)]


class Machine(RuleBasedStateMachine):
    """Our side as it is built, and beside it a model that only knows what was seen at polls."""

    sandbox: Sandbox
    connect: Callable[[], Any]
    home: Path
    examples = 0

    @initialize()
    def begin(self) -> None:
        """A new ledger, and an Eloqua without our activities."""
        type(self).examples += 1
        self.sandbox.control("POST", "/reset")
        self.eloqua = self.connect()
        self.eloqua.activity_types.create(TYPE, STATUSES)
        fields = {"id": "{{Contact.Id}}", "email": "{{Contact.Field(C_EmailAddress)}}"}
        filter = "'{{Contact.Id}}' < '50'"
        with self.eloqua.export_contacts(fields, filter=filter, name="people") as rows:
            self.people = [one for one in rows.read_all().to_pylist() if one["email"]]
        self.url = f"sqlite:///{self.home}/ledger{self.examples}.sqlite"
        self.ledger = Ledger(self.url)
        self.now = datetime(2026, 10, 6, 9, tzinfo=UTC)
        self.statuses: dict[str, str] = {}
        self.seen: dict[str, str] = {}
        self.expected: Counter[str] = Counter()

    @rule(registration=st.sampled_from(REGISTRATIONS), status=st.sampled_from(STATUSES))
    def change(self, registration: str, status: str) -> None:
        """A status changes; whether it is seen depends on the next poll."""
        self.statuses[registration] = status

    @rule(seconds=st.integers(-7200, 7200))
    def jump(self, seconds: int) -> None:
        """The clock moves on, or back."""
        self.now += timedelta(seconds=seconds)

    @rule(crash=st.sampled_from(["", "before", "after"]))
    def poll(self, crash: str) -> None:
        """A poll, which may stop before or after it has recorded what it saw."""
        self.now += timedelta(seconds=1)
        rows = [{"registration": one, "status": status} for one, status in sorted(self.statuses.items())]
        frame = pd.DataFrame(rows, columns=["registration", "status"], dtype="str").assign(
            item="", stamp="", item_code="", attendee_type=""
        )
        frame["happened_at"] = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us, UTC]")
        poll = Poll(CONNECTOR, EVENT, self.now, Selection.of(list(STATUSES)), "include")
        found = find_changes(poll, frame, self.ledger.outbox.seen(CONNECTOR, EVENT))
        if crash == "before":
            return
        contact = found["registration"].map(self._contact_id)
        full = found.assign(
            person="", state="pending", code=None, cause=None, asset_type=TYPE, asset_name="An event",
            activity_type=found["status"], campaign="", contact_id=contact,
        )  # fmt: skip
        table = pa.Table.from_pandas(full[CHANGES_SCHEMA.names], schema=CHANGES_SCHEMA, preserve_index=False)
        self.ledger.outbox.record(CONNECTOR, EVENT, table, "run")
        for registration, status in self.statuses.items():
            if self.seen.get(registration) != status:
                self.expected[
                    f"{status}|An event|{self._email(registration)}|{int(self.now.timestamp())}"
                ] += 1
        self.seen = dict(self.statuses)
        if crash == "after":
            self.restart()

    @rule(
        stop=st.sampled_from(["", *STEPS]),
        lost=st.sampled_from([None, *LOST]),
        mode=st.sampled_from(["at_once", "looks"]),
        at_most=st.integers(1, 4),
    )
    def send(self, stop: str, lost: Any, mode: str, at_most: int) -> None:
        """A run sends, is perhaps stopped at a step, and perhaps loses an answer."""
        self.sandbox.control("PUT", "/settings", {"sync_mode": mode})
        if lost:
            method, path, answer = lost
            self.sandbox.control("POST", "/faults", [{"method": method, "path": path, "answer": answer}])
        try:
            self._send(step=stop_at(stop), at_most=at_most)
        except (Stopped, ClientError):
            self.restart()
        self.sandbox.control("DELETE", "/faults")

    @rule()
    def restart(self) -> None:
        """Another process continues with what is on disk."""
        self.ledger.close()
        self.ledger = Ledger(self.url)

    def teardown(self) -> None:
        """In the end everything seen is there, once."""
        if not hasattr(self, "expected"):
            return
        self._send()
        lines = self.sandbox.control("GET", "/journal?entity=activity&limit=10000")["items"]
        states = self.ledger.outbox.counts()
        self.ledger.close()
        assert Counter(line["key"] for line in lines) == self.expected
        assert states == ({"sent": self.expected.total()} if self.expected else {})

    def _send(self, **options: Any) -> None:
        addresses = {(EVENT, one): self._email(one) for one in REGISTRATIONS}
        ActivitySender(self.eloqua, self.ledger, CONNECTOR, "run", addresses=addresses, **options).send()

    def _contact_id(self, registration: str) -> str:
        if not registration:
            return ""
        number = REGISTRATIONS.index(registration)
        return "" if number == 0 else str(self.people[number]["id"])  # one is found by e-mail

    def _email(self, registration: str) -> str:
        return str(self.people[REGISTRATIONS.index(registration)]["email"])


def test_every_change_seen_is_sent_once_whatever_happens(
    sandbox: Sandbox, connect: Callable[[], Any], tmp_path: Path
):
    Machine.sandbox, Machine.connect, Machine.home = sandbox, staticmethod(connect), tmp_path
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=30,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
