"""Tables that say one platform's value in the other's words, such as US and United States."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from certain_eloqua.mapping.countries import ALIASES, NAMES


def _plain(text: str) -> str:
    return " ".join(text.replace(".", "").replace(",", " ").split()).casefold()


@dataclass(frozen=True)
class ValueTable:
    """Certain's values and Eloqua's, one to one; further spellings are understood when reading.

    `closed` tables give nothing for a value they do not know, so it is left unchanged on the other platform;
    open ones hand it on unchanged.
    """

    name: str
    certain_to_eloqua: Mapping[str, str] = field(repr=False)
    also_understood: Mapping[str, str] = field(
        default_factory=dict, repr=False
    )  # spelling -> Certain's value
    closed: bool = True
    _to_eloqua: dict[str, str] = field(init=False, repr=False, compare=False, default_factory=dict)
    _to_certain: dict[str, str] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for code, name in self.certain_to_eloqua.items():
            for spelling in (name, code):
                self._to_certain.setdefault(_plain(spelling), code)
        for spelling, code in self.also_understood.items():
            self._to_certain.setdefault(_plain(spelling), code)
        for spelling, code in self._to_certain.items():
            self._to_eloqua[spelling] = self.certain_to_eloqua[code]

    def to_eloqua(self, value: str) -> str | None:
        """Eloqua's word for Certain's value; None if a closed table does not know it."""
        return self._to_eloqua.get(_plain(value), None if self.closed else value)

    def to_certain(self, value: str) -> str | None:
        """Certain's word for Eloqua's value; None if a closed table does not know it."""
        return self._to_certain.get(_plain(value), None if self.closed else value)


COUNTRIES = ValueTable("countries", NAMES, ALIASES)
"""ISO 3166 codes in Certain, English names in Eloqua."""

TABLES: Mapping[str, ValueTable] = {"countries": COUNTRIES}
"""Tables a field map can name."""
