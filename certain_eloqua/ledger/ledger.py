"""The ledger: what was sent, what is being delivered, and who is delivering.

Personal data: e-mail addresses and values are kept only as digests; ids of contacts, profiles and
unmasked registrations (docs/decisions/0010-ledger-keeps-digests.md).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from types import TracebackType
from typing import Any

import pandas as pd
import pyarrow as pa
from sqlalchemy import Column, Select, delete, select

from certain_eloqua.ledger import definition_register, deliveries, run_locks
from certain_eloqua.ledger.batches import Batches
from certain_eloqua.ledger.decisions import Decisions
from certain_eloqua.ledger.definition_register import RegisteredDefinitions
from certain_eloqua.ledger.deliveries import Delivery, DeliveryRecord
from certain_eloqua.ledger.field_maps import FieldMaps
from certain_eloqua.ledger.messages import Messages
from certain_eloqua.ledger.opening import open_engine
from certain_eloqua.ledger.outbox import Outbox
from certain_eloqua.ledger.people import person_key, value_digest
from certain_eloqua.ledger.resending import Resending
from certain_eloqua.ledger.sent_records import SentRecords
from certain_eloqua.ledger.tables import decisions, known_profiles, sent_records, sent_values
from certain_eloqua.ledger.watermarks import Watermarks

SENT_SCHEMA = pa.schema(
    [
        pa.field("person", pa.string(), nullable=False),
        pa.field("contact_id", pa.string(), nullable=False),
        pa.field("working_list", pa.string(), nullable=False),
        pa.field("fields", pa.string(), nullable=False),  # JSON {internal name: digest}
    ]
)
"""The frame of :meth:`Ledger.sent_values`, which plans get as their read `sent`."""
_AT_ONCE = 2_000
_VALUES_AT_ONCE = 500
"""Values in one `IN`; every database takes so many."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a contact has been sent: all fields ever sent, by digest of their last value."""

    person: str
    contact_id: str
    working_list: str
    fields: Mapping[str, str]


def _parted(query: Select[Any], column: Column[Any], values: Sequence[str] | None) -> Iterator[Select[Any]]:
    """The query for some hundred values of a column at a time; the query itself without values."""
    if values is None:
        yield query
        return
    for start in range(0, len(values), _VALUES_AT_ONCE):
        yield query.where(column.in_(values[start : start + _VALUES_AT_ONCE]))


class Ledger:
    """One ledger. A context manager; safe to use from several threads.

    Args:
        url: SQLAlchemy URL, `sqlite:///…` or `postgresql+psycopg2://…`; `sqlite://` keeps it in memory.
        clock: the current time, aware.
    """

    def __init__(self, url: str, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._engine = open_engine(url)
        self._clock = clock
        self.outbox = Outbox(self._engine, clock)
        self.decisions = Decisions(self._engine, clock)
        self.resending = Resending(self._engine, clock)
        self.batches = Batches(self._engine, clock)
        self.watermarks = Watermarks(self._engine, clock)
        self.sent_records = SentRecords(self._engine, clock)
        self.messages = Messages(self._engine, clock)
        self.field_maps = FieldMaps(self._engine, clock)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._engine.dispose()

    # -- what was sent to Eloqua -----------------------------------------------------------------------

    def sent_values(self, account: str, persons: Sequence[str] | None = None) -> pd.DataFrame:
        """What was sent to an account's contacts, as digests; see `SENT_SCHEMA`.

        `persons`: only what these were sent (by :func:`person_key`); all of the account without it.
        """
        wanted = [sent_values.c[name] for name in SENT_SCHEMA.names]
        query = select(*wanted).where(sent_values.c.account == account)
        batches: list[pa.RecordBatch] = []
        with self._engine.connect() as connection:
            for part in _parted(query, sent_values.c.person, persons):
                result = connection.execution_options(yield_per=10_000).execute(part)
                for rows in result.partitions():
                    columns = zip(*rows, strict=True)
                    batches.append(
                        pa.record_batch([pa.array(c, pa.string()) for c in columns], schema=SENT_SCHEMA)
                    )
        table = pa.Table.from_batches(batches, schema=SENT_SCHEMA).combine_chunks()
        del batches
        frame: pd.DataFrame = table.to_pandas(self_destruct=True, split_blocks=True)
        return frame

    def remember_sent(self, account: str, sent: Iterable[Sent]) -> None:
        """Remember what contacts were sent. Replaces what was remembered of the same persons."""
        now = self._clock()
        values = (
            {
                "account": account,
                "person": one.person,
                "contact_id": one.contact_id,
                "working_list": one.working_list,
                "fields": json.dumps(dict(one.fields), separators=(",", ":"), sort_keys=True),
                "sent_at": now,
            }
            for one in sent
        )
        statement = deliveries.upsert(self._engine, sent_values)
        while some := list(islice(values, _AT_ONCE)):
            with self._engine.begin() as connection:
                connection.execute(statement, some)

    def sent_to(self, account: str, persons: Sequence[str]) -> dict[str, Sent]:
        """What these persons (by :func:`person_key`) were sent."""
        frame = self.sent_values(account, persons)
        return {
            person: Sent(person, contact, working_list, json.loads(fields))
            for person, contact, working_list, fields in zip(
                *(frame[name].tolist() for name in SENT_SCHEMA.names), strict=True
            )
        }

    def forget_sent(self, account: str, persons: Sequence[str]) -> None:
        """Forget what these persons (by :func:`person_key`) were sent: the next run compares them anew."""
        with self._engine.begin() as connection:
            for start in range(0, len(persons), _AT_ONCE):
                some = persons[start : start + _AT_ONCE]
                connection.execute(
                    delete(sent_values).where(
                        sent_values.c.account == account, sent_values.c.person.in_(some)
                    )
                )

    def known_profiles(self, account: str) -> dict[str, str]:
        """The profile PINs of contacts that were ever imported or linked, by contact id."""
        table = known_profiles
        query = select(table.c.contact_id, table.c.profile_pin).where(table.c.account == account)
        with self._engine.connect() as connection:
            return {row.contact_id: row.profile_pin for row in connection.execute(query)}

    def remember_profiles(self, account: str, pins: Mapping[str, str]) -> None:
        """Remember which profile each contact became; only what is new is written."""
        known = self.known_profiles(account)
        news = (
            {"account": account, "contact_id": contact, "profile_pin": pin}
            for contact, pin in pins.items()
            if known.get(contact) != pin
        )
        statement = deliveries.upsert(self._engine, known_profiles)
        with self._engine.begin() as connection:
            while some := list(islice(news, _AT_ONCE)):
                connection.execute(statement, some)

    def forget_person(self, account: str, email: str) -> bool:
        """Forget what a person was sent and what was decided about them. Whether there was something.

        Their changes in the outbox stay: without them an activity could be sent a second time.
        """
        person = person_key(account, email)
        with self._engine.begin() as connection:
            values = connection.execute(
                delete(sent_values).where(sent_values.c.account == account, sent_values.c.person == person)
            )
            records = connection.execute(delete(sent_records).where(sent_records.c.person == person))
            decided = connection.execute(delete(decisions).where(decisions.c.person == person))
        return bool(values.rowcount or records.rowcount or decided.rowcount)

    # -- deliveries ------------------------------------------------------------------------------------

    def delivery(self, plan_id: str, connector: str, event: str | None, run_id: str) -> Delivery:
        """Begin a plan's delivery, or resume one that did not end. Take the run lock first."""
        return deliveries.begin(self._engine, plan_id, connector, event, run_id, self._clock)

    def deliveries(
        self, connector: str | None = None, event: str | None = None, limit: int = 100
    ) -> list[DeliveryRecord]:
        """The latest deliveries first."""
        return deliveries.deliveries_of(self._engine, connector, event, limit)

    def deliveries_of_run(self, run_id: str) -> list[tuple[DeliveryRecord, dict[str, int]]]:
        """The deliveries a run began or resumed, each with its recorded rows by outcome."""
        return deliveries.of_run(self._engine, run_id)

    def interrupted(self, connector: str, event: str | None) -> list[Delivery]:
        """Deliveries that began and neither ended nor were settled. Hold the run lock: one may be alive."""
        states = (deliveries.STARTED, deliveries.FAILED)
        return deliveries.in_state(self._engine, connector, event, states, self._clock)

    def settled(self, connector: str, event: str | None) -> list[Delivery]:
        """Interrupted deliveries whose outcome is recorded and not reported by any delivery yet."""
        return deliveries.in_state(self._engine, connector, event, (deliveries.SETTLED,), self._clock)

    def forget_rows(self, before: datetime) -> int:
        """Drop the row-by-row memory of plans that finished before a time; how many rows went."""
        return deliveries.forget_rows(self._engine, before)

    # -- definitions in Eloqua -------------------------------------------------------------------------

    def register_definitions(
        self, connector: str, event: str | None, definitions: RegisteredDefinitions
    ) -> None:
        """Definitions with this batch in their names may be in Eloqua from now on."""
        definition_register.register(self._engine, connector, event, definitions, self._clock)

    def registered_definitions(self, connector: str, event: str | None) -> list[RegisteredDefinitions]:
        """What earlier reads and deliveries of a connector and event may have left in Eloqua."""
        return definition_register.find(self._engine, connector, event)

    def unregister_definitions(self, connector: str, event: str | None, batches: Iterable[str]) -> None:
        """Nothing with these batches is in Eloqua any more."""
        definition_register.unregister(self._engine, connector, event, batches)

    # -- run locks -------------------------------------------------------------------------------------

    def run_lock(self, connector: str, event: str | None, run_id: str) -> AbstractContextManager[None]:
        """Hold a connector and event for a run; raises AlreadyRunning, saying who holds it."""
        return run_locks.run_lock(self._engine, connector, event, run_id)


__all__ = ["SENT_SCHEMA", "Ledger", "Sent", "person_key", "value_digest"]
