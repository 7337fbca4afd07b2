"""Values of people as they may be shown: enough to see that something changes, not enough to know what."""

from __future__ import annotations

from certain_eloqua.domain.email import mask_email

SHORTEST = 4
"""Characters of a value whose first letter may be shown; of a shorter one it would give away too much."""

BLANK = "–"


def mask_value(value: str | None) -> str:
    """The first letter and the length: `M*** (7)`. An e-mail address keeps its domain, a blank is a dash."""
    text = (value or "").strip()
    if not text:
        return BLANK
    if "@" in text:
        return mask_email(text)
    first = text[0] if len(text) >= SHORTEST else ""
    return f"{first}*** ({len(text)})"


def difference_hint(old: str, new: str) -> str:
    """What distinguishes two values whose masks look alike; "" where they do not."""
    if mask_value(old).casefold() != mask_value(new).casefold():
        return ""
    if old.strip() == new.strip():
        return "spaces only"
    return "case only" if old.casefold() == new.casefold() else "other value"
