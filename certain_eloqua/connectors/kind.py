"""What every kind of connector is made of: settings, its own read, a plan, a delivery.

The words of the plan and of the delivery are the same for all kinds, so one pair of assets, one
set of checks and one report serve them all. A kind is a module that ends in a :class:`Kind`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    import pandas as pd

    from certain_eloqua.clients.certain import CertainClient
    from certain_eloqua.clients.eloqua import EloquaClient
    from certain_eloqua.domain.event import Event
    from certain_eloqua.ledger import Ledger
    from certain_eloqua.mapping import FieldMap

Level = Literal["account", "event"]
Platform = Literal["certain", "eloqua"]


class Action(StrEnum):
    """What the plan means to do with one record."""

    CREATE = "create"
    UPDATE = "update"
    UPSERT = "upsert"  # whether the record exists is only known after the delivery
    LINK = "link"  # only the ids that tie the two platforms together are written
    ADD = "add"  # to a list
    UNCHANGED = "unchanged"  # everything is already so: nothing is sent
    SKIP = "skip"  # left out; ``reason`` says why


class Outcome(StrEnum):
    """What became of one record of the plan."""

    CREATED = "created"
    UPDATED = "updated"
    LINKED = "linked"
    ADDED = "added"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    REJECTED = "rejected"  # the platform refused it; ``code`` and ``cause`` say why


SETTLED = "settled"
"""Code of a row whose outcome is an interrupted run's; it may be told for a row that is `unchanged` now."""

WRITES = frozenset({Action.CREATE, Action.UPDATE, Action.UPSERT, Action.LINK, Action.ADD})
DELIVERED = frozenset({Outcome.CREATED, Outcome.UPDATED, Outcome.LINKED, Outcome.ADDED})

PLAN_SCHEMA = pa.schema(
    [
        pa.field("key", pa.string(), nullable=False),  # unique in the plan: contact id or registration code
        pa.field("action", pa.string(), nullable=False),
        pa.field("reason", pa.string()),  # reason code of a skipped record, e.g. no_email
        pa.field("detail", pa.string()),  # the same in plain words, without personal data
        pa.field("email", pa.string()),
        pa.field("contact_id", pa.string()),
        pa.field("profile_pin", pa.string()),
        pa.field("registration_code", pa.string()),
        pa.field("changes", pa.string()),  # JSON [{"on", "field", "old", "new"}]; "old" missing = not known
        pa.field("write", pa.string()),  # JSON {"contact" | "profile" | "registration": {field: value}}
        pa.field("plan", pa.string()),  # the run that made the plan; the same in every row
    ]
)

DELIVERY_SCHEMA = pa.schema(
    [
        pa.field("key", pa.string(), nullable=False),
        pa.field("action", pa.string(), nullable=False),
        pa.field("outcome", pa.string(), nullable=False),
        pa.field("code", pa.string()),  # the platform's code: ELQ-00002, 400 ...
        pa.field("cause", pa.string()),  # in plain words, without personal data
        pa.field("email", pa.string()),
        pa.field("contact_id", pa.string()),
        pa.field("profile_pin", pa.string()),
        pa.field("registration_code", pa.string()),
        pa.field("sync", pa.string()),  # /syncs/123 when it went through a Bulk sync
    ]
)


class KindSettings(BaseModel):
    """Base of a kind's settings: strict, immutable, every field with a description.

    Fields are plain types (str, int, bool, Literal, list of str, or these with None), because
    the same model is the launchpad's form.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


@dataclass(frozen=True, slots=True)
class Gathered:
    """A kind's own read: a stream of batches, and facts for the analyst known beforehand.

    ``facts`` may still be filled while the stream is read; read it after the last batch.
    """

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Platforms:
    """Both sides and our memory, as a delivery (or a kind's own read) needs them."""

    eloqua: EloquaClient
    certain: CertainClient
    ledger: Ledger
    field_map: FieldMap
    progress: Callable[[str], None] = lambda message: None


@dataclass(frozen=True, slots=True)
class Job:
    """Which connector runs, for which event, with which settings, in which run."""

    connector: str
    account: str
    event: Event | None
    settings: Any
    run_id: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """The delivery's frame (:data:`DELIVERY_SCHEMA`) and facts for the analyst."""

    frame: pd.DataFrame
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the jobs, as Certain's Connectors page knows them."""

    name: str
    title: str  # Certain's name of the job
    level: Level
    summary: str  # one sentence for lists and help
    settings: type[KindSettings]
    writes_to: Platform  # whose records the delivery is about; the other side may learn ids
    # Shared reads the plan needs: profiles, registrations, attendee_types, statuses, sent.
    reads: tuple[str, ...]
    plan: Callable[[Job, Mapping[str, pd.DataFrame], FieldMap], pd.DataFrame]
    deliver: Callable[[Job, pd.DataFrame, Platforms], Delivered]
    own_read: str | None = None  # name of the connector's own read asset, e.g. contacts
    gather: Callable[[Job, Platforms], Gathered] | None = None
    # Shared reads that ``gather`` takes as its third argument, if they are at hand.
    gather_reads: tuple[str, ...] = ()
