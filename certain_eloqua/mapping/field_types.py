"""What a field can hold, by its type and size, and what is sent of a value that does not fit.

Sources: Oracle, "Data types (date and numeric formats)" and "Bulk API data types". Certain publishes
sizes of few members; a field without an entry takes everything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

TooLong = Literal["truncate", "omit", "skip_record"]

SMALL_TEXT = 100
"""Characters of a text field of contacts and accounts."""
CUSTOM_OBJECT_TEXT = 250
"""Characters of a text field of custom objects."""
MULTI_SELECT = 1_000
LARGE_TEXT = 32_000
DIGITS_BEFORE, DIGITS_AFTER = 15, 4
"""Digits of a number before and after the point."""

CERTAIN_TEXTS: Mapping[str, int] = {"externalKey": 100, "profilePin": 25}
"""Sizes of Certain's profile members, where known ("Event Details", profile page)."""

_FRACTION = re.compile(r"(\d{2}:\d{2}:\d{2})\.\d+")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class FieldType:
    """The type of one field. `characters` is the size of a text, None if it is not known."""

    kind: Literal["text", "number", "date"]
    characters: int | None = None


@dataclass(frozen=True, slots=True)
class Fitted:
    """A value as it can be sent. `value` is None if nothing of it can; `remark` says what was done to it."""

    value: str | None
    remark: str | None = None


def eloqua_type(data_type: str, display_type: str, small_text: int = SMALL_TEXT) -> FieldType | None:
    """The type of an Eloqua field by REST's `dataType` and `displayType`; None for one that is not known."""
    if data_type == "largeText":
        return FieldType("text", LARGE_TEXT)
    if data_type == "text":
        return FieldType("text", MULTI_SELECT if display_type == "multiSelect" else small_text)
    if data_type in ("number", "numeric"):
        return FieldType("number")
    return FieldType("date") if data_type == "date" else None


def fitted(name: str, value: str, of: FieldType | None) -> Fitted:
    """The value as the field can hold it: a text cut, a number rounded, a date without fractions."""
    if of is None:
        return Fitted(value)
    if of.kind == "text":
        if of.characters is None or len(value) <= of.characters:
            return Fitted(value)
        remark = f"{name} holds {of.characters:,} characters and the value has {len(value):,}"
        return Fitted(value[: of.characters].rstrip() or None, remark)
    if of.kind == "date":
        return Fitted(_FRACTION.sub(r"\1", value))
    return _fitted_number(name, value)


def fitted_texts(texts: pa.Array, of: FieldType | None) -> tuple[pa.Array, int]:
    """A column of texts as the field can hold them, and how many were cut."""
    if of is None or of.characters is None:
        return texts, 0
    long = pc.greater(pc.utf8_length(texts), of.characters)
    number: int = pc.sum(long).as_py() or 0
    if not number:
        return texts, 0
    cut = pc.utf8_rtrim_whitespace(pc.utf8_slice_codeunits(texts, 0, of.characters))
    return pc.if_else(long, cut, texts), number


def _fitted_number(name: str, value: str) -> Fitted:
    text = value.strip()
    if not _NUMBER.fullmatch(text):  # Decimal takes more: 1_000, digits of other scripts, NaN
        return Fitted(None, f"{name} is a number and the value is none")
    try:
        number = Decimal(text)
    except InvalidOperation:  # an exponent beyond all bounds
        return Fitted(None, f"{name} holds {DIGITS_BEFORE} digits before the point and the value has more")
    rounded = number.quantize(Decimal(1).scaleb(-DIGITS_AFTER), ROUND_HALF_UP) if _long(number) else number
    if abs(rounded) >= Decimal(10) ** DIGITS_BEFORE:
        return Fitted(None, f"{name} holds {DIGITS_BEFORE} digits before the point and the value has more")
    if rounded == number:
        return Fitted(f"{number:f}" if "e" in text.lower() else text)
    remark = f"{name} holds {DIGITS_AFTER} digits after the point and the value has more"
    return Fitted(f"{rounded.normalize():f}", remark)


def _long(number: Decimal) -> bool:
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and exponent < -DIGITS_AFTER and number.adjusted() < DIGITS_BEFORE


class DoesNotFit(Exception):
    """A value does not fit and the setting says to leave the record out. The message has no value in it."""


class Fitter:
    """Applies the setting `too_long` to values, and counts what it did.

    Args:
        types: the types of the target's fields by name.
        too_long: what happens to a value that does not fit.
    """

    def __init__(self, types: Mapping[str, FieldType], too_long: TooLong) -> None:
        self._types = types
        self._too_long = too_long
        self.cut = 0
        self.omitted = 0

    def fit(self, name: str, value: str, remarks: list[str]) -> str:
        """What is sent of a value, "" if nothing is; adds a remark if that is not the value itself.

        Raises:
            DoesNotFit: it does not fit, and such records are left out.
        """
        found = fitted(name, value, self._types.get(name))
        if found.remark is None:
            return found.value or ""
        if self._too_long == "skip_record":
            raise DoesNotFit(found.remark)
        if self._too_long == "omit" or found.value is None:
            self.omitted += 1
            remarks.append(f"{found.remark}: not sent")
            return ""
        self.cut += 1
        remarks.append(f"{found.remark}: cut to fit")
        return found.value

    @property
    def facts(self) -> dict[str, int]:
        """How many values were changed, for the analyst."""
        return {"values_cut_to_fit": self.cut, "values_not_sent_because_of_their_size": self.omitted}


def types_as_json(types: Mapping[str, FieldType]) -> dict[str, list[str | int | None]]:
    """Types for the facts of a frame; see :func:`types_from_json`."""
    return {name: [one.kind, one.characters] for name, one in types.items()}


def types_from_json(stored: Mapping[str, list[str | int | None]] | None) -> dict[str, FieldType]:
    """Types out of the facts of a frame."""
    return {name: FieldType(kind, characters) for name, (kind, characters) in (stored or {}).items()}  # type: ignore[arg-type]
