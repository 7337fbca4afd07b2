"""What a connector selects in one event: statuses and items, by label, code or tag."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import orjson

from certain_eloqua.connectors.contract.columns import texts
from certain_eloqua.connectors.contract.validation import not_allowed

if TYPE_CHECKING:
    import pandas as pd

ALL = "all"
ITEM_STATUSES = ("Registered", "Waitlisted", "Attended", "Cancelled")
"""Statuses of registrations for sessions and agenda items. Certain writes some in capitals."""
ADVICE = "Correct the connector's settings; nothing was written."


def selected_statuses(
    doing: str, labels: Sequence[str], tags: Sequence[str], statuses: pd.DataFrame
) -> list[str]:
    """The labels of an event's registration statuses that are selected by label or by tag.

    Raises:
        Permanent: the event has no such label, or no status with any of the tags.
    """
    there = [label for label in texts(statuses, "label") if label]
    _check(doing, "registration status", labels, there)
    tagged = [[tag.strip() for tag in text.split(";")] for text in texts(statuses, "tags")]
    return [*labels, *_by_tag(doing, "status", tags, there, tagged)]


def selected_item_statuses(doing: str, wanted: Sequence[str], seen: Iterable[str]) -> list[str]:
    """The selected statuses of sessions or agenda items: the usual ones, and any the event has.

    Raises:
        Permanent: no such status.
    """
    _check(doing, "status", wanted, [*ITEM_STATUSES, *(one.title() for one in seen if one)])
    return list(wanted)


def selected_items(
    doing: str,
    what: str,
    codes: Sequence[str],
    tags: Sequence[str],
    there: Sequence[str],
    tagged: Sequence[str],
) -> list[str] | None:
    """The codes of sessions or agenda items that are selected by code or by tag; None means all.

    Raises:
        Permanent: the event has no such code, or no item with any of the tags.
    """
    if [code.casefold() for code in codes] == [ALL]:
        return None
    _check(doing, what, codes, [code for code in there if code])
    names = [_names(text) for text in tagged]
    return [*codes, *_by_tag(doing, what, tags, there, names)]


def check_types(doing: str, wanted: Sequence[str] | None, attendee_types: pd.DataFrame) -> None:
    """Refuse attendee types the event does not have."""
    _check(doing, "attendee type", wanted or (), texts(attendee_types, "attendeeTypeCode"))


def _check(doing: str, what: str, wanted: Sequence[str], there: Sequence[str]) -> None:
    known = {value.casefold() for value in there}
    for value in wanted:
        if value.casefold() not in known:
            raise not_allowed(doing, what, value, there, ADVICE)


def _by_tag(
    doing: str, what: str, tags: Sequence[str], values: Sequence[str], tagged: Sequence[Sequence[str]]
) -> list[str]:
    if not tags:
        return []
    wanted = {tag.casefold() for tag in tags}
    pairs = zip(values, tagged, strict=True)
    found = [value for value, names in pairs if wanted & {name.casefold() for name in names}]
    if not found:
        there = [name for names in tagged for name in names if name]
        raise not_allowed(doing, f"{what} with the tag", tags[0], there, ADVICE)
    return found


def _names(text: str) -> list[str]:
    found: list[str] = []
    for tag in orjson.loads(text) if text else []:
        found += [str(tag[name]) for name in ("name", "label") if tag.get(name)]
    return found
