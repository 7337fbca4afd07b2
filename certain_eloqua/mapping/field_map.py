"""The field map of an account: which profile member is which contact field, and how values differ.

It knows nothing of credentials: changing a password can never reset it. Blanks are dropped here, in one
location, for all kinds and both ways.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from certain_eloqua.domain.email import normalise_email
from certain_eloqua.mapping.pairs import DEFAULT_PAIRS, ELOQUA_EMAIL, EMAIL, Pair, statement
from certain_eloqua.mapping.validation import LiveField, MapProblem, problems_of


@dataclass(frozen=True)
class FieldMap:
    """The pairs of one account; `version` changes when, and only when, their meaning does."""

    account: str
    pairs: tuple[Pair, ...] = DEFAULT_PAIRS
    path: Path | None = field(default=None, compare=False)

    @cached_property
    def version(self) -> str:
        """A digest of what the map says, to be shown with every plan."""
        return hashlib.sha256(json.dumps(self.content, sort_keys=True).encode()).hexdigest()[:12]

    @cached_property
    def content(self) -> list[dict[str, Any]]:
        """The map as plain data in one order: `version` is its digest, and the ledger keeps it."""
        return [
            {
                "certain": p.certain,
                "eloqua": p.eloqua,
                "direction": p.direction.value,
                "constant": p.constant,
                "values": {
                    "name": p.values.name,
                    "certain_to_eloqua": dict(p.values.certain_to_eloqua),
                    "also_understood": dict(p.values.also_understood),
                    "closed": p.values.closed,
                }
                if p.values
                else None,
            }
            for p in sorted(self.pairs, key=lambda p: (p.certain, p.eloqua))
        ]

    @cached_property
    def incoming(self) -> tuple[Pair, ...]:
        """Pairs used from Eloqua into Certain."""
        return tuple(pair for pair in self.pairs if pair.into_certain)

    @cached_property
    def outgoing(self) -> tuple[Pair, ...]:
        """Pairs used from Certain into Eloqua."""
        return tuple(pair for pair in self.pairs if pair.out_of_certain)

    def statements(self, pairs: Iterable[Pair] | None = None) -> dict[str, str]:
        """Eloqua's markup by internal name, as an export or import definition wants it."""
        return {pair.eloqua: statement(pair.eloqua) for pair in (self.pairs if pairs is None else pairs)}

    def to_profile(self, contact: Mapping[str, Any]) -> dict[str, str]:
        """What a contact says in Certain's words; what is blank or not understood is left out."""
        return _translated(contact, ((p.eloqua, p.certain, p) for p in self.incoming), into_certain=True)

    def to_contact(self, profile: Mapping[str, Any]) -> dict[str, str]:
        """What a profile says in Eloqua's words; what is blank or not understood is left out."""
        return _translated(profile, ((p.certain, p.eloqua, p) for p in self.outgoing), into_certain=False)

    def validate(
        self, contact_fields: Iterable[LiveField], members: Iterable[str] | None = None
    ) -> list[MapProblem]:
        """What is wrong with the map, seen against the fields Eloqua has and the members Certain has."""
        return problems_of(self.pairs, contact_fields, members)


def text_of(value: Any) -> str:
    """A cell as text without blanks around it; "" when there is nothing in it."""
    if value is None or value is pd.NA:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, float) and value != value:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip()


def translate(pair: Pair, value: Any, *, into_certain: bool) -> tuple[str, bool]:
    """A value in the other platform's words, and whether it was understood; ("", True) when it is blank."""
    if pair.constant is not None:
        return pair.constant, True
    text = text_of(value)
    if not text or pair.values is None:
        return text, True
    message = pair.values.to_certain(text) if into_certain else pair.values.to_eloqua(text)
    return ("", False) if message is None else (message, True)


def same_value(pair: Pair, certain: str, eloqua: str) -> bool:
    """Whether the two platforms already have the same value, each in its own words."""
    if pair.constant is not None:
        return _lines(eloqua if pair.out_of_certain else certain) == _lines(pair.constant)
    if pair.values is not None:
        left, right = pair.values.to_certain(certain), pair.values.to_certain(eloqua)
        if left is not None and right is not None:
            return left == right
    if pair.eloqua == ELOQUA_EMAIL or pair.certain == EMAIL:
        return normalise_email(certain) == normalise_email(eloqua)
    return _lines(certain) == _lines(eloqua)


def same_in_certain(pair: Pair, old: str, new: str) -> bool:
    """Whether two values mean the same to Certain."""
    if pair.certain == EMAIL:
        return normalise_email(old) == normalise_email(new)
    if pair.values is not None and (known := pair.values.to_certain(old)) is not None:
        return known == new
    return _lines(old) == _lines(new)


def _lines(text: str) -> str:
    """The text with one kind of line break: platforms and CSV turn one into the other."""
    return text.strip().replace("\r\n", "\n").replace("\r", "\n")


def _translated(
    row: Mapping[str, Any], triples: Iterable[tuple[str, str, Pair]], *, into_certain: bool
) -> dict[str, str]:
    found: dict[str, str] = {}
    for source, target, pair in triples:
        text, _ = translate(pair, row.get(source), into_certain=into_certain)
        if text:
            found[target] = text
    return found
