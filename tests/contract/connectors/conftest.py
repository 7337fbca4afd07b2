"""Each kind end to end with the real clients: read, plan, deliver, against the sandbox."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
import requests

from certain_eloqua.clients.certain import (
    ATTENDEE_TYPE_SCHEMA,
    PROFILE_SCHEMA,
    REGISTRATION_SCHEMA,
    CertainClient,
    to_table,
)
from certain_eloqua.clients.eloqua import BasicLogin, EloquaClient
from certain_eloqua.clients.polling import PollSettings
from certain_eloqua.connectors.catalogue import KINDS
from certain_eloqua.connectors.contract.kind import Delivered, Job, Kind, Platforms
from certain_eloqua.ledger import Ledger
from certain_eloqua.mapping import FieldMap

ACCOUNT = "NWIND"
EVENT = "NWEMPTY27"  # Live, and nobody is registered yet


@dataclass
class Ran:
    """One run: what was read, what was planned, what was delivered."""

    job: Job
    contacts: pd.DataFrame
    read_facts: Mapping[str, Any]
    plan: pd.DataFrame
    plan_facts: Mapping[str, Any] = field(default_factory=dict)
    delivered: Delivered | None = None

    def actions(self) -> Counter[str]:
        return Counter(self.plan["action"])

    def reasons(self) -> Counter[str]:
        return Counter(self.plan["reason"].dropna())

    def outcomes(self) -> Counter[str]:
        assert self.delivered is not None
        return Counter(self.delivered.frame["outcome"])

    def of(self, **wanted: str) -> dict[str, Any]:
        """The one row of the plan with these values, and its delivery as `delivered`."""
        rows = self.plan
        for column, value in wanted.items():
            rows = rows[rows[column].fillna("").str.casefold() == value.casefold()]
        assert len(rows) == 1, f"{len(rows)} rows with {wanted}"
        row: dict[str, Any] = rows.iloc[0].to_dict()
        for name in ("changes", "write"):
            row[name] = json.loads(row[name]) if isinstance(row[name], str) else None
        if self.delivered is not None:
            frame = self.delivered.frame
            row["delivered"] = frame[frame["key"] == row["key"]].iloc[0].to_dict()
        return row


@dataclass
class Bench:
    """Both platforms, a ledger, and the three steps of a connector."""

    sandbox: Any
    eloqua: EloquaClient
    certain: CertainClient
    ledger: Ledger
    ledger_url: str
    field_map: FieldMap = field(default_factory=lambda: FieldMap(ACCOUNT))
    runs: int = 0
    result: list[str] = field(default_factory=list)

    # -- the steps

    def platforms(self, **other: Any) -> Platforms:
        clients = {"eloqua": self.eloqua, "certain": self.certain} | other
        return Platforms(clients, self.ledger, self.result.append)

    def job(
        self, kind: Kind | str, event: str | None = EVENT, connector: str = "tested", **settings: Any
    ) -> Job:
        kind = KINDS[kind] if isinstance(kind, str) else kind
        self.runs += 1
        found = self.certain.event(event) if event and kind.level == "event" else None
        return Job(
            connector, ACCOUNT, found, kind.settings(**settings), f"run-{self.runs:04d}", self.field_map
        )

    def reads(self, kind: Kind, job: Job) -> dict[str, pd.DataFrame]:
        event = job.event.code if job.event else ""
        frames: dict[str, pd.DataFrame] = {}
        for name in kind.reads:
            if name == "profiles":
                table = to_table(self.certain.iter_profile_pages(), PROFILE_SCHEMA, self.certain.renamed)
            elif name == "registrations":
                pages = self.certain.iter_registration_pages(event)
                table = to_table(pages, REGISTRATION_SCHEMA, self.certain.renamed)
            elif name == "attendee_types":
                table = to_table(self.certain.iter_attendee_type_pages(event), ATTENDEE_TYPE_SCHEMA)
            else:
                labels = [status.label for status in self.certain.registration_statuses(event)]
                table = pa.table({"label": pa.array(labels, pa.string())})
            frames[name] = table.to_pandas()
        return frames

    def ledger_reads(
        self, kind: Kind, job: Job, frames: Mapping[str, pd.DataFrame]
    ) -> dict[str, pd.DataFrame]:
        return {name: read(self.ledger, job, frames) for name, read in kind.ledger_reads.items()}

    def plan(self, job: Job, kind: str) -> Ran:
        found = KINDS[kind]
        frames = self.reads(found, job)
        assert found.extract is not None
        more = (frames,) if found.extract_reads else ()
        extracted = found.extract(job, self.platforms(), *more)
        table = pa.Table.from_batches(list(extracted.batches), schema=extracted.schema)
        contacts = table.to_pandas()
        contacts.attrs.update(extracted.kept)
        reads = {**frames, "contacts": contacts}
        plan = found.plan(job, {**reads, **self.ledger_reads(found, job, reads)})
        plan_facts = dict(plan.attrs)
        # As it travels through a file.
        plan = pa.Table.from_pandas(plan, schema=found.plan_schema, preserve_index=False).to_pandas()
        assert plan["key"].is_unique
        return Ran(job, contacts, extracted.facts, plan, plan_facts)

    def deliver(self, ran: Ran, kind: str, job: Job | None = None, **other: Any) -> Delivered:
        delivered = KINDS[kind].deliver(job or ran.job, ran.plan, self.platforms(**other))
        assert len(delivered.frame) == len(ran.plan)
        assert list(delivered.frame["key"]) == list(ran.plan["key"])
        return delivered

    def run(self, kind: str, event: str | None = EVENT, connector: str = "tested", **settings: Any) -> Ran:
        ran = self.plan(self.job(kind, event, connector, **settings), kind)
        ran.delivered = self.deliver(ran, kind)
        return ran

    # -- the other side

    def ask_certain(self, method: str, path: str, body: Any = None, **params: str) -> Any:
        """A change made in Certain by another party."""
        answer = requests.request(
            method,
            f"{self.sandbox.url}/certainExternal/service/v1/{path}",
            auth=("demo", "demo"),
            json=body,
            params=params,
            headers={"Accept": "application/json"},
            timeout=30,
        )
        assert answer.ok, answer.text
        return answer.json()

    def writes(self) -> dict[str, int]:
        """What was written to the platforms since the last reset, by entity and operation."""
        message = self.sandbox.control("GET", "/counters")
        writes: dict[str, int] = message["writes"]
        return writes

    def eloqua_calls(self) -> int:
        return self.eloqua.usage.total_calls

    def profiles(self) -> pd.DataFrame:
        return to_table(self.certain.iter_profile_pages(), PROFILE_SCHEMA).to_pandas()

    def profile(self, **wanted: str) -> dict[str, Any]:
        """The one active profile with these values."""
        rows = self.profiles()
        rows = rows[rows["isActive"].fillna(True)]
        for column, value in wanted.items():
            rows = rows[rows[column].fillna("").str.casefold() == value.casefold()]
        assert len(rows) == 1, f"{len(rows)} profiles with {wanted}"
        found: dict[str, Any] = rows.iloc[0].to_dict()
        return found

    def registrations(self, event: str = EVENT) -> pd.DataFrame:
        return to_table(self.certain.iter_registration_pages(event), REGISTRATION_SCHEMA).to_pandas()

    def contact_list(self, name: str, rows: list[dict[str, str]]) -> str:
        """A list of Eloqua with these contacts (made if they are not there); its id."""
        from certain_eloqua.clients.eloqua import SyncAction
        from certain_eloqua.mapping import statement

        found = self.eloqua.find_contact_lists(name) or [self.eloqua.create_contact_list(name)]
        names = list(dict.fromkeys(["C_EmailAddress", *(field for row in rows for field in row)]))
        table = pa.table({n: pa.array([row.get(n, "") for row in rows], pa.string()) for n in names})
        if rows:
            self.eloqua.import_contacts(
                table,
                fields={n: statement(n) for n in names},
                identifier="C_EmailAddress",
                name="test list",
                sync_actions=[SyncAction.add_to_list(found[0].id)],
            )
        return found[0].id


def person(number: int, **more: str) -> dict[str, str]:
    """A contact for a list."""
    return {
        "C_EmailAddress": f"guest{number}@import.example",
        "C_FirstName": f"Guest{number}",
        "C_LastName": "Tester",
        **more,
    }


@contextmanager
def bench_at(sandbox: Any, ledger_url: str) -> Iterator[Bench]:
    """Clients and a ledger of their own, for this process."""
    quick: Any = {"sleep": lambda seconds: None}
    with (
        EloquaClient(
            BasicLogin("Sandbox", "demo", "demo"),
            login_url=sandbox.url,
            poll=PollSettings(first=0.01),
            **quick,
        ) as eloqua,
        CertainClient(sandbox.url, "demo", "demo", ACCOUNT, **quick) as certain,
        Ledger(ledger_url) as ledger,
    ):
        yield Bench(sandbox, eloqua, certain, ledger, ledger_url)


@pytest.fixture
def bench(sandbox: Any, tmp_path: Path) -> Iterator[Bench]:
    with bench_at(sandbox, f"sqlite:///{tmp_path}/ledger.sqlite") as made:
        yield made
