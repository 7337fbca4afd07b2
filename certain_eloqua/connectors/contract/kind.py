"""What every kind of connector is made of: settings, its own read, a plan, a delivery.

The words of the plan and of the delivery are the same for all kinds, so one pair of assets, one
set of checks and one report serve them all. A kind is a module that ends in a :class:`Kind`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa

from certain_eloqua.connectors.contract.settings import KindSettings

if TYPE_CHECKING:
    import pandas as pd

    from certain_eloqua.clients.certain import CertainClient
    from certain_eloqua.clients.eloqua import EloquaClient
    from certain_eloqua.domain.event import Event
    from certain_eloqua.ledger import Ledger
    from certain_eloqua.mapping import FieldMap

Level = Literal["account", "event"]
Platform = Literal["certain", "eloqua"]


@dataclass(frozen=True, slots=True)
class Extract:
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
    extract: Callable[[Job, Platforms], Extract] | None = None
    # Shared reads that ``extract`` takes as its third argument, if they are at hand.
    extract_reads: tuple[str, ...] = ()
