"""The settings of metrics in contact fields."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, Self

from pydantic import Field, model_validator

from certain_eloqua.connectors.contract.settings import KindSettings
from certain_eloqua.connectors.metrics.account import COUNTS

AVERAGES = ("AverageSessionRating", "AverageAppointmentRating")
TOTALS = ("Events", *COUNTS, *AVERAGES)
"""Totals that a contact field can take."""

_PAIR = re.compile(r"(?P<metric>.+?)\s*->\s*(?P<field>[A-Za-z_][A-Za-z0-9_]*)")
_SYSTEM = frozenset({"C_EmailAddress"})


class ContactMetricsSettings(KindSettings):
    """Which numbers go to which contact fields."""

    totals: list[str] | None = Field(
        default=None,
        examples=[["SessionsAttended -> C_Sessions_Attended1"]],
        description="Totals and the contact fields they go to, by internal name, such as "
        f"'SessionsAttended -> C_Sessions_Attended1'. Totals: {', '.join(TOTALS)}.",
    )
    tags: list[str] | None = Field(
        default=None,
        description="Tags by name and the contact fields their points go to, such as 'ai -> C_Interest_AI1'.",
    )
    values: Literal["all_events", "latest_event"] = Field(
        default="all_events",
        description="all_events adds up all events of a person; latest_event takes the latest one alone. "
        "Events and averages are always those of all events.",
    )
    refresh_all: bool = Field(
        default=False,
        description="Send the numbers of every contact again, not only what changed since it was last sent.",
    )

    @model_validator(mode="after")
    def _pairs(self) -> Self:
        fields = [field for _, field in (*self.total_fields, *self.tag_fields)]
        if not fields:
            raise ValueError("name at least one total or tag with its contact field, in totals or in tags")
        twice = sorted({field for field in fields if fields.count(field) > 1})
        if twice:
            raise ValueError(f"each contact field may be named once; named several times: {', '.join(twice)}")
        system = sorted(_SYSTEM.intersection(fields))
        if system:
            raise ValueError(f"{', '.join(system)} identifies the contact and cannot hold a number")
        unknown = sorted({name for name, _ in self.total_fields}.difference(TOTALS))
        if unknown:
            raise ValueError(f"no such total: {', '.join(unknown)}. Allowed: {', '.join(TOTALS)}")
        return self

    @property
    def total_fields(self) -> list[tuple[str, str]]:
        """The totals and their contact fields."""
        return list(_parsed("totals", self.totals or ()))

    @property
    def tag_fields(self) -> list[tuple[str, str]]:
        """The tags and their contact fields."""
        return list(_parsed("tags", self.tags or ()))


def _parsed(setting: str, pairs: Iterable[str]) -> Iterable[tuple[str, str]]:
    for pair in pairs:
        found = _PAIR.fullmatch(pair.strip())
        if found is None:
            raise ValueError(
                f"{setting}: {pair!r} is no pair; write the metric, an arrow and the internal name of a "
                "contact field: SessionsAttended -> C_Sessions_Attended1"
            )
        yield found["metric"], found["field"]
