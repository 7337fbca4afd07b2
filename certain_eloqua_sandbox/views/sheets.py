"""What a platform knows of one person: sheets of blocks and fields, and values to compare with others'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a block, or more: a title with a link, a status or a time, texts, and details."""

    title: str
    link: str | None = None
    status: str | None = None
    at: float | None = None
    lines: Sequence[str] = ()
    pairs: Mapping[str, object] = field(default_factory=dict)
    details: str | None = None  # JSON, folded away
    folded: tuple[str, Mapping[str, object]] | None = None  # heading and pairs, folded away


@dataclass(frozen=True, slots=True)
class Block:
    """Entries below a heading; ``compact`` shows each in one line."""

    heading: str
    empty: str
    entries: Sequence[Entry]
    compact: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """What a platform has for a label such as "First name"; texts with the same ``key`` are the same."""

    name: str
    text: str | None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One record of the person: a contact, a profile, a lead."""

    heading: str
    line: str
    blocks: Sequence[Block]
    fields_heading: str
    fields: Mapping[str, object]
    values: Mapping[str, Value] = field(default_factory=dict)
    """By label. The labels are shared: "E-mail", "First name", "Last name", "Company", "Country" ..."""


@dataclass(frozen=True, slots=True)
class Side:
    """Everything that one platform knows of a person; ``empty`` is shown when it is nothing."""

    sheets: Sequence[Sheet]
    empty: str
