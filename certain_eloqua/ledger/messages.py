"""Messages about runs on their way to people: written before they are sent, removed from the queue only when
the server has taken them. A server that is down delays them and loses none.

Recipients are addresses of connector files, not of attendees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, and_, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from certain_eloqua.ledger.tables import messages

WAITING, SENT = "waiting", "sent"
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class QueuedMessage:
    """One message to one recipient. `html` is a fragment, the body of a mail without its frame."""

    run_id: str
    recipient: str
    connector: str
    subject: str
    text: str
    html: str
    created_at: datetime
    attempts: int = 0
    last_error: str | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """How many messages wait, since when, and why the last attempt failed."""

    waiting: int
    failing: int
    oldest: datetime | None
    last_error: str | None


class Messages:
    """The queue of messages. Made by :class:`Ledger`."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock

    def add(self, run_id: str, recipient: str, connector: str, subject: str, text: str, html: str) -> bool:
        """Queue a message; False if there was one for this run and recipient, whatever its state."""
        now = self._clock()
        row = {
            "run_id": run_id,
            "recipient": recipient,
            "connector": connector,
            "subject": subject,
            "text": text,
            "html": html,
            "state": WAITING,
            "attempts": 0,
            "created_at": now,
            "next_attempt_at": now,
        }
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(messages).values(**row))
        except IntegrityError:
            return False
        return True

    def due(self, limit: int) -> list[QueuedMessage]:
        """Messages whose time has come, the oldest first."""
        return self._find(limit, messages.c.next_attempt_at <= self._clock())

    def waiting(self, limit: int) -> list[QueuedMessage]:
        """Messages that are not sent, due or not, the oldest first."""
        return self._find(limit)

    def _find(self, limit: int, *conditions: ColumnElement[bool]) -> list[QueuedMessage]:
        columns = [messages.c[one.name] for one in fields(QueuedMessage)]
        query = select(*columns).where(messages.c.state == WAITING, *conditions)
        query = query.order_by(messages.c.created_at, messages.c.run_id).limit(limit)
        with self._engine.connect() as connection:
            return [QueuedMessage(*row) for row in connection.execute(query)]

    def record_sent(self, sent: Iterable[QueuedMessage]) -> None:
        """The server has taken these."""
        self._change(sent, state=SENT, sent_at=self._clock(), last_error=None)

    def record_failure(self, unsent: Iterable[QueuedMessage], error: str) -> None:
        """The server has not taken these; they are tried again after a pause that doubles up to an hour."""
        for one in unsent:
            pause = min(FIRST_PAUSE * 2 ** min(one.attempts, 10), LONGEST_PAUSE)
            later = self._clock() + pause
            self._change([one], attempts=one.attempts + 1, last_error=error[:500], next_attempt_at=later)

    def _change(self, some: Iterable[QueuedMessage], **values: object) -> None:
        with self._engine.begin() as connection:
            for one in some:
                this = and_(messages.c.run_id == one.run_id, messages.c.recipient == one.recipient)
                connection.execute(update(messages).where(this).values(**values))

    def queue(self) -> Queue:
        """The state of the queue."""
        is_waiting = messages.c.state == WAITING
        failing = and_(is_waiting, messages.c.attempts > 0)
        with self._engine.connect() as connection:
            count, oldest = connection.execute(
                select(func.count(), func.min(messages.c.created_at)).where(is_waiting)
            ).one()
            failed = connection.execute(select(func.count()).where(failing)).scalar_one()
            error = connection.execute(
                select(messages.c.last_error).where(failing).order_by(messages.c.created_at).limit(1)
            ).scalar()
        return Queue(count, failed, oldest, error)

    def forget_sent(self, before: datetime) -> int:
        """Drop messages that were sent before a time; how many went."""
        old = and_(messages.c.state == SENT, messages.c.sent_at < before)
        with self._engine.begin() as connection:
            return connection.execute(delete(messages).where(old)).rowcount
