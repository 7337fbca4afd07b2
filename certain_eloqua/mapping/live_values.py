"""Whether the values that a map sends fit the fields they go to: types, sizes and option lists."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from certain_eloqua.mapping.field_types import FieldType, eloqua_type, fitted
from certain_eloqua.mapping.pairs import QUESTION, Pair
from certain_eloqua.mapping.validation import MapProblem, nearest

MOST_SHOWN = 5
_FREE = "text"


@dataclass(frozen=True, slots=True)
class LiveValues:
    """What a contact field can hold. `options` is None if it has no list of them."""

    data_type: str
    display_type: str
    options: tuple[str, ...] | None = None

    @property
    def type(self) -> FieldType | None:
        """The type, with the size of texts."""
        return eloqua_type(self.data_type, self.display_type)

    def __str__(self) -> str:
        known = self.type
        if known is None:
            return self.data_type or "unknown"
        words = f"text of {known.characters:,}" if known.characters else known.kind
        return f"{words}, {len(self.options)} options" if self.options is not None else words


def problems_of_values(pairs: Iterable[Pair], live: Mapping[str, LiveValues]) -> list[MapProblem]:
    """What the map itself would write and the fields of Eloqua cannot hold: constants and words of tables."""
    problems = []
    for pair in pairs:
        field = live.get(pair.eloqua)
        if field is None or not pair.out_of_certain:
            continue
        if pair.constant is not None:
            written: Collection[str] = (pair.constant,)
        else:
            written = dict.fromkeys(pair.values.certain_to_eloqua.values()) if pair.values else ()
        source = pair.certain if pair.constant is None else repr(pair.constant)
        problems += [MapProblem(source, pair.eloqua, *fault) for fault in _faults(field, written)]
    return problems


def remarks_on(
    pairs: Iterable[Pair], live: Mapping[str, LiveValues], questions: Collection[str]
) -> list[str]:
    """What is no fault of the map and yet worth knowing, pair by pair.

    Args:
        pairs: the pairs of the map.
        live: what Eloqua's fields can hold.
        questions: profile questions that some profile has answered.
    """
    return [
        f"{pair}: {remark}" for pair in pairs for remark in _remarks(pair, live.get(pair.eloqua), questions)
    ]


def _faults(field: LiveValues, written: Collection[str]) -> Iterator[tuple[str, str | None]]:
    unfit = [word for word in written if fitted("", word, field.type).value != word]
    if unfit:
        yield f"the field holds {field} and cannot hold {_some(unfit)}", None
    missing = [word for word in written if field.options is not None and word not in field.options]
    if missing:
        meant = nearest(missing[0], field.options or ())
        yield f"{_some(missing)} {'is' if len(missing) == 1 else 'are'} not among its options", meant


def _remarks(pair: Pair, field: LiveValues | None, questions: Collection[str]) -> Iterator[str]:
    name = pair.certain.removeprefix(QUESTION)
    if pair.certain.startswith(QUESTION) and name not in questions:
        meant = nearest(name, questions)
        hint = f"; did you mean {meant}?" if meant else ""
        yield f"no profile that was looked at has an answer to the question {name!r}{hint}"
    if field is None or pair.constant is not None:
        return
    known = field.type
    if pair.out_of_certain and pair.values is None:
        if known is not None and known.kind != _FREE:
            yield f"the field is a {known.kind}; a value that is none is not sent"
        if field.options is not None:
            yield f"the field has {len(field.options)} options; other values are sent all the same"
    if pair.into_certain and pair.values is not None and pair.values.closed and field.options is not None:
        unknown = [one for one in field.options if pair.values.to_certain(one) is None]
        if unknown:
            yield f"its options {_some(unknown)} are not in the table and are left alone"


def _some(words: Collection[str]) -> str:
    shown = ", ".join(repr(word) for word in list(words)[:MOST_SHOWN])
    return shown + (f" and {len(words) - MOST_SHOWN} more" if len(words) > MOST_SHOWN else "")
