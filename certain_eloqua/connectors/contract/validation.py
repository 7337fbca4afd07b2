"""What a connector refuses before anything is written: what is allowed, and what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from certain_eloqua.clients.errors import Permanent
from certain_eloqua.mapping import nearest

if TYPE_CHECKING:
    from certain_eloqua.clients.eloqua import EloquaClient
    from certain_eloqua.mapping import FieldMap

_SHOWN = 40


def not_allowed(doing: str, what: str, value: str, allowed: Iterable[str], advice: str) -> Permanent:
    """The error for a value that an event, or an account, does not have."""
    choices = sorted(dict.fromkeys(allowed), key=str.casefold)
    hint = nearest(value, choices)
    meant = f" Did you mean {hint!r}?" if hint else ""
    shown = ", ".join(choices[:_SHOWN]) + (
        f" and {len(choices) - _SHOWN} more" if len(choices) > _SHOWN else ""
    )
    return Permanent(doing, f"there is no {what} {value!r}.{meant} Allowed: {shown or 'none'}", advice=advice)


def check_field_map(field_map: FieldMap, eloqua: EloquaClient) -> None:
    """Refuse a field map that does not fit the fields Eloqua has now; before the first write."""
    problems = field_map.validate(eloqua.contact_fields())
    if problems:
        where = f" ({field_map.path})" if field_map.path else ""
        raise Permanent(
            f"Checking the field map of {field_map.account}{where}",
            " | ".join(str(problem) for problem in problems),
            advice="Correct the field map and run again; nothing was written.",
        )
