"""What every kind of connector is made of: settings, its own extract, a plan, a delivery.

Plans and deliveries share their core columns, actions and outcomes, so one pair of assets, one set of checks
and one report serve all kinds. A kind is a module that ends in a :class:`Kind`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import pyarrow as pa

from certain_eloqua.connectors.contract.plan_checks import PlanCheck
from certain_eloqua.connectors.contract.reasons import EXPECTED
from certain_eloqua.connectors.contract.schemas import CORE, KeyColumn, delivery_schema, plan_schema
from certain_eloqua.connectors.contract.settings import KindSettings

if TYPE_CHECKING:
    import pandas as pd

    from certain_eloqua.connectors.contract.columns import Mask
    from certain_eloqua.domain.event import Event
    from certain_eloqua.ledger import Ledger
    from certain_eloqua.mapping import FieldMap

Level = Literal["account", "event"]
PLAIN_FIELDS = frozenset(
    {
        "profile.externalKey",
        "profile.sourceOfProfile",
        "registration.attendeeTypeCode",
        "registration.registrationStatusLabel",
    }
)
"""Ids and words of the platforms, which say nothing about who a person is."""

Client = TypeVar("Client")


@dataclass(frozen=True, slots=True)
class Extract:
    """A kind's own extract: a stream of batches, and facts for the analyst known beforehand.

    ``facts`` may still be filled while the stream is read; read it after the last batch. ``kept`` is stored
    with the frame: the plan finds it in the frame's ``attrs``.
    """

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]
    facts: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Platforms:
    """The platforms of a kind and the ledger, as a delivery (or a kind's own extract) needs them."""

    clients: Mapping[str, Any]
    ledger: Ledger
    progress: Callable[[str], None] = lambda message: None

    def client(self, platform: str, expected: type[Client]) -> Client:
        """The client of a platform.

        Raises:
            LookupError: the kind does not name the platform in `reads_from` or `writes_to`.
            TypeError: the client is of another class.
        """
        if platform not in self.clients:
            known = ", ".join(sorted(self.clients)) or "none"
            raise LookupError(f"this kind does not name the platform {platform}; it names: {known}")
        found = self.clients[platform]
        if not isinstance(found, expected):
            raise TypeError(
                f"the client of {platform} is a {type(found).__name__}, not a {expected.__name__}"
            )
        return found


@dataclass(frozen=True, slots=True)
class Job:
    """Which connector runs, for which event, with which settings, in which run."""

    connector: str
    account: str
    event: Event | None
    settings: Any
    run_id: str
    mapping: FieldMap | None = None

    @property
    def event_code(self) -> str | None:
        """The event's code, None for a connector of the account."""
        return self.event.code if self.event else None

    @property
    def field_map(self) -> FieldMap:
        """The account's field map, for kinds that say `uses_field_map`."""
        if self.mapping is None:
            raise LookupError(f"{self.connector} was started without a field map")
        return self.mapping


@dataclass(frozen=True, slots=True)
class Delivered:
    """The delivery's frame (:attr:`Kind.delivery_schema`) and facts for the analyst."""

    frame: pd.DataFrame
    facts: dict[str, Any] = field(default_factory=dict)


DeliverTogether = Callable[[Iterable[tuple[Job, "pd.DataFrame"]], Platforms], Mapping[str, str]]
Check = Callable[[], object]
"""Checks one thing; raises a `Permanent` with what is wrong with it."""
Requirement = Callable[[Job, Platforms], Iterable[Check]]
"""Some checks of a kind. It may read what they have in common, and raise what a check may raise."""
LedgerRead = Callable[["Ledger", Job, Mapping[str, "pd.DataFrame"]], "pd.DataFrame"]


@dataclass(frozen=True, slots=True)
class Touched:
    """The rows of earlier deliveries that wrote something.

    Attributes:
        rows: their `key`, `outcome`, `subject` and key columns, with the ids that the deliveries learned.
        fields: the fields they wrote, by what they were written on.
    """

    rows: pd.DataFrame
    fields: Mapping[str, list[str]]


Current = Mapping[str, "pd.DataFrame"]
"""By what was written on: `subject`, a column for each field, and `record_id` where it can be deleted."""


def nothing_created(planned: pd.DataFrame, delivered: pd.DataFrame) -> Mapping[str, Mask]:
    """For kinds that create no record."""
    return {}


@dataclass(frozen=True, slots=True)
class Restoring:
    """How a kind's writes are put back or written again.

    Attributes:
        read: the values that were written, as they are now; a record that is gone is left out.
        deliver: writes the plan of an undo or a repair through the engine.
        created: by what was written on, which rows created that record; both frames have the same rows.
        deletable: records that an undo may delete when it created them.
        subject: the column that identifies the record of a row over several runs.
        memberships: the rows add to lists and remove from them, instead of changing fields.
    """

    read: Callable[[Job, Touched, Platforms], Current]
    deliver: Callable[[Job, pd.DataFrame, Platforms], Delivered]
    created: Callable[[pd.DataFrame, pd.DataFrame], Mapping[str, Mask]] = nothing_created
    deletable: frozenset[str] = frozenset()
    subject: str = "key"
    memberships: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of job, such as one of those on Certain's Connectors page.

    Attributes:
        name: as connector files say it.
        title: Certain's name of the job.
        family: the package it belongs to.
        level: whether a connector of it runs per event or for the account.
        summary: one sentence for lists and help.
        settings: the model of its settings.
        record: what a row of its plan is about, such as `contact`.
        reads_from: platforms its own extract and its delivery read, by name.
        writes_to: platforms its delivery writes to, by name; the rows are about records of the first.
        key_columns: which record a row is about, beside its key.
        reads: shared reads the plan needs, by asset: `registrations` is `certain/registrations`, and a name
            with a slash is the asset's own.
        plan: a pure function: what is to change.
        requirements: everything it needs on the platforms, as checks that can be made all at once.
        deliver: applies the plan and nothing else.
        deliver_together: does for many events' plans at once what their deliveries would each do alone,
            before they are delivered one by one; gives the cause for each event that must not be delivered.
        own_read: name of the connector's own extract asset, such as `contacts`.
        extract: makes that extract.
        extract_reads: shared reads that `extract` takes as its third argument.
        read_columns: the columns that `extract` and `plan` use of the shared reads they name; of others, and
            without it, they get all columns. Names that a read does not have are left out.
        ledger_reads: what the plan needs of the ledger, by the name it gets it under; a function of the
            ledger, the job, and the frames that the plan gets.
        uses_field_map: whether plans depend on the account's field map.
        plan_checks: checks of its plans beside those of every plan.
        expected_reasons: reasons for leaving a record out that are no fault of the data.
        plain_fields: fields (`record.field`) whose values may be shown in metadata; all others are masked.
        restoring: how what it wrote is put back or written again.
        cannot_be_undone: why it is not, for kinds without `restoring`.
    """

    name: str
    title: str
    family: str
    level: Level
    summary: str
    settings: type[KindSettings]
    record: str
    writes_to: tuple[str, ...]
    key_columns: tuple[KeyColumn, ...]
    plan: Callable[[Job, Mapping[str, pd.DataFrame]], pd.DataFrame]
    deliver: Callable[[Job, pd.DataFrame, Platforms], Delivered]
    deliver_together: DeliverTogether | None = None
    reads_from: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    own_read: str | None = None
    extract: Callable[..., Extract] | None = None
    extract_reads: tuple[str, ...] = ()
    read_columns: Callable[[Job], Mapping[str, list[str]]] | None = None
    ledger_reads: Mapping[str, LedgerRead] = field(default_factory=dict)
    uses_field_map: bool = False
    plan_checks: tuple[PlanCheck, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    expected_reasons: frozenset[str] = EXPECTED
    plain_fields: frozenset[str] = PLAIN_FIELDS
    restoring: Restoring | None = None
    cannot_be_undone: str = "this kind does not say how what it wrote is put back"

    def __post_init__(self) -> None:
        taken = sorted(CORE & {column.name for column in self.key_columns})
        if taken:
            raise ValueError(
                f"kind {self.name}: {', '.join(taken)} cannot be a key column, it is in every plan"
            )
        if (self.own_read is None) != (self.extract is None):
            raise ValueError(f"kind {self.name}: own_read and extract are given together or not at all")

    @property
    def platforms(self) -> tuple[str, ...]:
        """Every platform it needs, the first one written to first."""
        return tuple(dict.fromkeys((*self.writes_to, *self.reads_from)))

    @property
    def required_platforms(self) -> tuple[str, ...]:
        """The platforms that its requirements ask: its own, and Certain, which has the events."""
        events = ("certain",) if self.level == "event" else ()
        return tuple(dict.fromkeys((*self.platforms, *events)))

    def shows(self, on: str, field: str) -> bool:
        """Whether the values of a field may be shown; a record's own id, as a deletion has it, may."""
        return on == field or f"{on}.{field}" in self.plain_fields

    @property
    def plan_schema(self) -> pa.Schema:
        return plan_schema(self.key_columns)

    @property
    def delivery_schema(self) -> pa.Schema:
        return delivery_schema(self.key_columns)
