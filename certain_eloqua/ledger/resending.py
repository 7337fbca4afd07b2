"""Changes that a person wants sent again, or decided again. What was sent is never touched, only copied.

Everything here expects the state before it, so it may run beside a delivery: what that has taken stays.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime

import pyarrow as pa
from sqlalchemy import Engine, select, update

from certain_eloqua.ledger.bulk import insert_table
from certain_eloqua.ledger.outbox import (
    PENDING,
    RETRYABLE,
    SEEN_SCHEMA,
    SENT,
    durable,
    read_table,
    schema_of,
)
from certain_eloqua.ledger.tables import outbox, seen_statuses

DECIDE_AGAIN = "decide_again"
"""Decision of a status last seen of which the next run decides again whether it is sent."""
COPIED_BY = "replay "
"""How `seen_by` of a change begins that a person has put into the outbox a second time."""

UNDECIDED_SCHEMA = SEEN_SCHEMA.append(pa.field("seen_at", pa.timestamp("us", "UTC")))

_AT_ONCE = 500
_COPIED = (
    *("connector", "event", "item", "registration", "previous", "status", "person", "contact_id"),
    *("asset_type", "asset_name", "activity_type", "campaign", "happened_at"),
)


class Resending:
    """What a person may send again of one ledger."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock

    def retry(self, numbers: Sequence[int]) -> int:
        """Put rejected and skipped changes back to be sent; how many. Sent and doubtful ones never are."""
        done = 0
        with durable(self._engine) as connection:
            for some in _parts(numbers):
                statement = (
                    update(outbox)
                    .where(outbox.c.number.in_(some), outbox.c.state.in_(RETRYABLE))
                    .values(state=PENDING, batch=None, sync=None, code=None, cause=None)
                )
                done += int(connection.execute(statement).rowcount)
        return done

    def copy_sent(self, numbers: Sequence[int]) -> int:
        """Put sent changes into the outbox a second time: **they are sent twice**. How many.

        Each call copies them once more. All or none are copied.
        """
        now = self._clock()
        about = {"seen_at": now, "seen_by": f"{COPIED_BY}{now:%Y-%m-%dT%H:%M:%SZ}", "state": PENDING}
        wanted = [outbox.c[name] for name in _COPIED]
        found: list[pa.Table] = []
        for some in _parts(numbers):
            query = select(*wanted).where(outbox.c.number.in_(some), outbox.c.state == SENT)
            rows = read_table(self._engine, query.order_by(outbox.c.number), schema_of(_COPIED))
            marks = pa.array([secrets.token_hex(16) for _ in range(rows.num_rows)], pa.large_string())
            found.append(rows.append_column("fingerprint", marks))
        with durable(self._engine) as connection:
            for rows in found:
                insert_table(connection, outbox, rows, about, on_conflict="nothing", keys=["fingerprint"])
        return sum(rows.num_rows for rows in found)

    def undecided(self, connector: str, event: str, reasons: Sequence[str]) -> pa.Table:
        """The statuses last seen that made no change, for one of these reasons; see `UNDECIDED_SCHEMA`."""
        c = seen_statuses.c
        query = select(*(c[name] for name in UNDECIDED_SCHEMA.names)).where(
            c.connector == connector, c.event == event, c.decision.in_(list(reasons))
        )
        return read_table(self._engine, query, UNDECIDED_SCHEMA)

    def decide_again(self, connector: str, event: str, undecided: pa.Table) -> None:
        """Let the next run decide again about statuses that made no change. Hold the run lock."""
        place = UNDECIDED_SCHEMA.get_field_index("decision")
        again = pa.array([DECIDE_AGAIN] * undecided.num_rows, pa.large_string())
        with durable(self._engine) as connection:
            insert_table(
                connection,
                seen_statuses,
                undecided.set_column(place, UNDECIDED_SCHEMA.field("decision"), again),
                {"connector": connector, "event": event},
                on_conflict="update",
                keys=[column.name for column in seen_statuses.primary_key],
            )


def _parts(numbers: Sequence[int]) -> list[list[int]]:
    return [list(numbers[start : start + _AT_ONCE]) for start in range(0, len(numbers), _AT_ONCE)]
