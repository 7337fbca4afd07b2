"""What a connector selects in one event: statuses and items, by label, code or tag."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import orjson

from certain_eloqua.clients.errors import Permanent
from certain_eloqua.connectors.contract.columns import texts
from certain_eloqua.connectors.contract.validation import not_allowed

if TYPE_CHECKING:
    import pandas as pd

    from certain_eloqua.domain.event import Event

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


def selected_types(
    doing: str, wanted: Sequence[str] | None, tags: Sequence[str], attendee_types: pd.DataFrame
) -> list[str] | None:
    """The codes of an event's attendee types that are selected by code, name or tag; None means all.

    Raises:
        Permanent: the event has no such attendee type, or none with any of the tags.
    """
    if wanted is None and not tags:
        return None
    codes, names = texts(attendee_types, "attendeeTypeCode"), texts(attendee_types, "name")
    by_name = {name.casefold(): code for name, code in zip(names, codes, strict=True) if name}
    by_name |= {code.casefold(): code for code in codes}
    for value in wanted or ():
        if value.casefold() not in by_name:
            raise not_allowed(doing, "attendee type", value, [*codes, *filter(None, names)], ADVICE)
    chosen = [by_name[value.casefold()] for value in wanted or ()]
    tagged = [_names(text) for text in texts(attendee_types, "tags")]
    return [*chosen, *_by_tag(doing, "attendee type", tags, codes, tagged)]


def campaign_of(doing: str, campaign_id: str | None, question: str | None, event: Event) -> str:
    """The id of the campaign of an event's activities: the setting, or the event's answer to a question.

    Raises:
        Permanent: the event has not answered the question, or the answer is no id.
    """
    if question is None:
        return campaign_id or ""
    wanted = question.casefold()
    answered = [one for one in event.answers if one.value]
    for one in answered:
        if wanted in (one.name.casefold(), one.label.casefold(), one.code.casefold()):
            value = one.value.strip()
            if value.isascii() and value.isdecimal():
                return value
            came_back = (
                f"the event {event.code} answers {question!r} with {value[:40]!r}, which is no campaign's id"
            )
            raise Permanent(doing, came_back, advice="Correct the answer in Certain; nothing was written.")
    known = [name for one in answered for name in (one.name, one.code) if name]
    advice = "Answer it in Certain, or correct campaign_question; nothing was written."
    raise not_allowed(doing, f"answer of {event.code} to the question", question, known, advice)


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
