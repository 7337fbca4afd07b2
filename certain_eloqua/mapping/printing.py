"""What a message quotes of a file: short, and without characters that a terminal would act on."""

from __future__ import annotations

MOST_FAULTS = 50
"""Faults of one file that are listed; the others are counted."""

_LONGEST = 300


def quotable(text: str, longest: int = _LONGEST) -> str:
    """The text with its middle left out if it is long, and control characters and lone surrogates escaped."""
    if len(text) > longest:
        half = longest // 2
        text = f"{text[:half]} … ({len(text) - 2 * half:,} more characters) … {text[-half:]}"
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or one == "\n" else _escaped(one) for one in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def more_faults(number: int) -> str:
    """The last line of a list that was cut."""
    return f"there are {number:,} more faults; correct these first"
