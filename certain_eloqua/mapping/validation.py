"""A field map against what the platforms really have, before the first write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Protocol

from certain_eloqua.mapping.pairs import ELOQUA_EMAIL, EMAIL, PROFILE_MEMBERS, QUESTION, SYSTEM_MEMBERS, Pair


class LiveField(Protocol):
    """A contact field as Eloqua describes it; only what is asked about it here."""

    @property
    def internal_name(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def read_only(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class MapProblem:
    """One thing wrong with a map: which pair, on which side, and what was probably meant."""

    certain: str
    eloqua: str
    message: str
    nearest: str | None = None

    def __str__(self) -> str:
        hint = f" Did you mean {self.nearest}?" if self.nearest else ""
        return f"{self.certain} <-> {self.eloqua}: {self.message}.{hint}"


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The choice most like the word, whatever its case; None if none is like it."""
    by_plain: dict[str, str] = {}
    for choice in choices:
        by_plain.setdefault(choice.casefold(), choice)
    found = get_close_matches(word.casefold(), list(by_plain), n=1, cutoff=0.6)
    return by_plain[found[0]] if found else None


def problems_of(
    pairs: Sequence[Pair], contact_fields: Iterable[LiveField], members: Iterable[str] | None = None
) -> list[MapProblem]:
    """Everything wrong with the pairs, in their order."""
    live = {field.internal_name: field for field in contact_fields}
    problems = problems_of_members(pairs, members)
    for pair in pairs:
        found = live.get(pair.eloqua)
        if found is None:
            problems.append(
                MapProblem(
                    pair.certain,
                    pair.eloqua,
                    f"Eloqua has no contact field with the internal name {pair.eloqua}",
                    _nearest_field(pair.eloqua, live),
                )
            )
        elif pair.out_of_certain and found.read_only and pair.eloqua != ELOQUA_EMAIL:
            problems.append(
                MapProblem(
                    pair.certain,
                    pair.eloqua,
                    f"{pair.eloqua} ({found.name}) is read-only in Eloqua; only direction `in` can use it",
                )
            )
    return problems


def problems_of_members(pairs: Sequence[Pair], members: Iterable[str] | None = None) -> list[MapProblem]:
    """What is wrong with Certain's side of the pairs, and with the pairs among themselves."""
    known = frozenset(PROFILE_MEMBERS if members is None else members)
    problems = [problem for pair in pairs if (problem := _member_problem(pair, known))]
    if not any(
        p.certain == EMAIL and p.eloqua == ELOQUA_EMAIL and p.into_certain and p.out_of_certain for p in pairs
    ):
        problems.append(
            MapProblem(
                EMAIL, ELOQUA_EMAIL, "this pair is the match key and must be in the map, in direction both"
            )
        )
    problems += _twice(pairs)
    return problems


def _member_problem(pair: Pair, known: frozenset[str]) -> MapProblem | None:
    if pair.constant is not None and pair.target in (EMAIL, ELOQUA_EMAIL):
        return MapProblem(pair.certain, pair.eloqua, "the match key cannot have the same value for everyone")
    if pair.certain in SYSTEM_MEMBERS:
        return MapProblem(
            pair.certain,
            pair.eloqua,
            f"{pair.certain} is kept by the connectors themselves and cannot be mapped",
        )
    if pair.certain.startswith(QUESTION):
        if pair.certain.removeprefix(QUESTION).strip():
            return None
        return MapProblem(pair.certain, pair.eloqua, "the name of the question is missing")
    if pair.certain in known:
        return None
    return MapProblem(
        pair.certain,
        pair.eloqua,
        f"Certain's profile has no member {pair.certain}",
        nearest(pair.certain, known),
    )


def _twice(pairs: Sequence[Pair]) -> list[MapProblem]:
    """Two pairs that write the same field would undo each other in every run."""
    problems: list[MapProblem] = []
    into: dict[str, Pair] = {}
    out: dict[str, Pair] = {}
    for pair in pairs:
        if pair.into_certain and into.setdefault(pair.certain, pair) is not pair:
            problems.append(
                MapProblem(
                    pair.certain,
                    pair.eloqua,
                    f"{pair.certain} is filled from {into[pair.certain].eloqua} as well; only one "
                    f"pair may write it",
                )
            )
        if pair.out_of_certain and out.setdefault(pair.eloqua, pair) is not pair:
            problems.append(
                MapProblem(
                    pair.certain,
                    pair.eloqua,
                    f"{pair.eloqua} is filled from {out[pair.eloqua].certain} as well; only one pair "
                    f"may write it",
                )
            )
    return problems


def _nearest_field(wanted: str, live: dict[str, LiveField]) -> str | None:
    by_name = {field.name: internal for internal, field in live.items()}
    by_name.update({internal.removeprefix("C_"): internal for internal in live})
    by_name.update({internal: internal for internal in live})
    found = nearest(wanted, by_name) or nearest(wanted.removeprefix("C_"), by_name)
    return by_name[found] if found else None
