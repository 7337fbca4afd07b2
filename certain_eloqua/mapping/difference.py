"""What changed between two versions of a field map, pair by pair."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from certain_eloqua.mapping.pairs import Direction

Content = Iterable[Mapping[str, Any]]
"""A field map as plain data: :attr:`FieldMap.content`, or what the ledger has kept of it."""


@dataclass(frozen=True, slots=True)
class PairChange:
    """One pair that only one version has, or that both have differently."""

    what: Literal["added", "removed", "changed"]
    pair: str
    detail: str = ""

    def __str__(self) -> str:
        sign = {"added": "+", "removed": "-", "changed": "~"}[self.what]
        return f"{sign} {self.pair}{f': {self.detail}' if self.detail else ''}"


def difference(old: Content, new: Content) -> list[PairChange]:
    """The changes from one version to another, in the order of the fields."""
    before, after = _by_fields(old), _by_fields(new)
    changes = []
    for key in sorted({*before, *after}):
        if key not in before:
            changes.append(PairChange("added", in_words(after[key])))
        elif key not in after:
            changes.append(PairChange("removed", in_words(before[key])))
        elif details := list(_details(before[key], after[key])):
            changes.append(PairChange("changed", in_words(after[key]), "; ".join(details)))
    return changes


def in_words(pair: Mapping[str, Any]) -> str:
    """A pair of plain data on one line."""
    if pair.get("constant") is not None:
        target = pair["eloqua"] if pair["direction"] == Direction.OUT else pair["certain"]
        return f"{pair['constant']!r} -> {target}"
    sign = {Direction.IN: "<-", Direction.OUT: "->", Direction.BOTH: "<->"}[Direction(pair["direction"])]
    return f"{pair['certain']} {sign} {pair['eloqua']}"


def _by_fields(content: Content) -> dict[tuple[str, str, bool], Mapping[str, Any]]:
    return {(one["certain"], one["eloqua"], one.get("constant") is not None): one for one in content}


def _details(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[str]:
    if old["direction"] != new["direction"]:
        yield f"direction {old['direction']} -> {new['direction']}"
    if old.get("constant") != new.get("constant"):
        yield f"constant {old.get('constant')!r} -> {new.get('constant')!r}"
    before, after = old.get("values"), new.get("values")
    if before == after:
        return
    if before is None or after is None:
        yield f"values {_table(before)} -> {_table(after)}"
        return
    yield from _words(before["certain_to_eloqua"], after["certain_to_eloqua"])
    if before["closed"] != after["closed"]:
        yield f"other values {_others(before)} -> {_others(after)}"
    if before["also_understood"] != after["also_understood"]:
        number = len(set(before["also_understood"].items()) ^ set(after["also_understood"].items()))
        yield f"{number} other spellings"


def _words(old: Mapping[str, str], new: Mapping[str, str]) -> Iterable[str]:
    changed = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    shown = [f"{key}: {old.get(key, 'none')} -> {new.get(key, 'none')}" for key in changed[:_MOST_WORDS]]
    more = f" and {len(changed) - _MOST_WORDS} more" if len(changed) > _MOST_WORDS else ""
    if shown:
        yield ", ".join(shown) + more


_MOST_WORDS = 5


def _table(values: Mapping[str, Any] | None) -> str:
    return "none" if values is None else f"a table of {len(values['certain_to_eloqua'])} words"


def _others(values: Mapping[str, Any]) -> str:
    return "refused" if values["closed"] else "kept"
