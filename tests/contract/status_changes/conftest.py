"""Activities against the sandbox's Eloqua, with a ledger on SQLite or PostgreSQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from certain_eloqua.clients.eloqua import BasicLogin, EloquaClient
from certain_eloqua.clients.http import HttpOptions
from certain_eloqua.clients.polling import PollSettings
from certain_eloqua.clients.retry import RetryPolicy
from certain_eloqua.connectors.status_changes.sending import ActivitySender, Sending
from certain_eloqua.ledger import CHANGES_SCHEMA, Filter, Ledger
from tests.conftest import Sandbox
from tests.postgres import postgres, postgres_server

__all__ = ["postgres", "postgres_server"]

CONNECTOR, EVENT = "session_activities", "NWSUMMIT26"
TYPE, STATUSES = "Event of a test", ("Registered", "Attended", "Cancelled")
DAY = datetime(2026, 10, 6, 9, tzinfo=UTC)


@dataclass
class Desk:
    """A ledger, a client of the sandbox's Eloqua, and some of its contacts."""

    sandbox: Sandbox
    ledger: Ledger
    eloqua: EloquaClient
    contacts: list[tuple[str, str]]
    changes: int = 0
    emails: dict[int, str] = field(default_factory=dict)
    slept: list[float] = field(default_factory=list)

    def change(self, *rows: dict[str, Any], event: str = EVENT) -> None:
        """Record changes; each of its own registration and second, unless a row says otherwise."""
        full = []
        for row in rows:
            number = self.changes = self.changes + 1
            contact_id, email = self.contacts[number % len(self.contacts)]
            blank = dict.fromkeys(CHANGES_SCHEMA.names, "")
            values = blank | {
                "registration": f"R{number}",
                "status": "Attended",
                "activity_type": "Attended",
                "asset_type": TYPE,
                "asset_name": "NWSUMMIT26: Summit",
                "ordinal": 0,
                "state": "pending",
                "decision": "queued",
                "code": None,
                "cause": None,
                "fingerprint": f"change {number}",
                "contact_id": contact_id,
                "happened_at": DAY + timedelta(seconds=number),
            }
            full.append(values | row)
            self.emails[number] = email
        table = pa.Table.from_pylist(full, schema=CHANGES_SCHEMA)
        assert self.ledger.outbox.record(CONNECTOR, event, table, "seen") == len(rows)

    def addresses(self) -> dict[tuple[str, str], str]:
        return {(EVENT, f"R{number}"): email for number, email in self.emails.items()}

    def send(self, **options: Any) -> Sending:
        options = {"addresses": self.addresses(), "sleep": self.slept.append, **options}
        return ActivitySender(self.eloqua, self.ledger, CONNECTOR, "run", **options).send()

    def states(self) -> dict[str, int]:
        return self.ledger.outbox.counts(CONNECTOR)

    def activities(self) -> Counter[str]:
        """The activities of our asset type that were written, by e-mail address and second."""
        lines = self.sandbox.control("GET", "/journal?entity=activity&limit=10000")["items"]
        return Counter("|".join(line["key"].split("|")[2:]) for line in lines)

    def expected(self, *numbers: int) -> Counter[str]:
        wanted = numbers or tuple(self.emails)
        return Counter(f"{self.emails[n]}|{int((DAY + timedelta(seconds=n)).timestamp())}" for n in wanted)

    def rows(self) -> list[Any]:
        return self.ledger.outbox.find(Filter(CONNECTOR))

    def calls(self) -> dict[str, int]:
        found: dict[str, int] = self.sandbox.control("GET", "/counters")["calls"]
        return found

    def fault(self, method: str, path: str, **answer: Any) -> None:
        more = {name: answer.pop(name) for name in ("times", "skip") if name in answer}
        self.sandbox.control("POST", "/faults", [{"method": method, "path": path, "answer": answer, **more}])


@pytest.fixture(params=["sqlite", "postgres"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/ledger.sqlite"
    found: str = request.getfixturevalue("postgres")
    return found


@pytest.fixture
def connect(sandbox: Sandbox) -> Iterator[Callable[[], EloquaClient]]:
    """Makes clients that do not wait long."""
    made: list[EloquaClient] = []

    def one(**options: Any) -> EloquaClient:
        http: HttpOptions = {"retry": RetryPolicy(attempts=3, first=0.001, cap=0.01)}
        settings = {"poll": PollSettings(first=0.001, cap=0.01, deadline=5), **http, **options}
        made.append(EloquaClient(BasicLogin("Sandbox", "demo", "demo"), login_url=sandbox.url, **settings))
        return made[-1]

    yield one
    for client in made:
        client.close()


@pytest.fixture
def desk(sandbox: Sandbox, ledger_url: str, connect: Callable[[], EloquaClient]) -> Iterator[Desk]:
    eloqua = connect()
    eloqua.activity_types.create(TYPE, STATUSES)
    fields = {"id": "{{Contact.Id}}", "email": "{{Contact.Field(C_EmailAddress)}}"}
    with eloqua.export_contacts(fields, name="people") as rows:
        people = rows.read_all().to_pylist()
    contacts = [(one["id"], one["email"]) for one in people if one["email"]][:50]
    with Ledger(ledger_url) as ledger:
        sandbox.control("DELETE", "/counters")
        yield Desk(sandbox, ledger, eloqua, contacts)
