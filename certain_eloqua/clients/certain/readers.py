"""Certain's objects as our nouns."""

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from certain_eloqua.clients.certain.values import as_bool, as_list, as_text, parse_stamp
from certain_eloqua.domain.account import Account
from certain_eloqua.domain.event import ADMINISTRATION_ZONE, Event, EventAnswer, zone_name
from certain_eloqua.domain.registration import AttendeeType, Classification, RegistrationStatus

log = logging.getLogger(__name__)

_ANSWER = ("answerCode", "value", "answerName", "answerLabel")
"""Where an answer's value is, the best first."""


def event_of(item: Mapping[str, Any]) -> Event:
    """An event; its naive times are in its own zone. A zone we do not know is logged once per reading."""
    code = str(item.get("eventCode") or "")
    label = str(item.get("timezone") or "")
    known = zone_name(label)
    if known is None:
        log.warning("Event %s has the time zone %r, which we do not know; Pacific is assumed", code, label)
    zone = known or ADMINISTRATION_ZONE
    return Event(
        code=code,
        name=str(item.get("eventName") or ""),
        account_code=str(item.get("accountCode") or ""),
        status=str(item.get("eventStatus") or ""),
        starts=_local(item.get("startDate"), zone),
        ends=_local(item.get("endDate"), zone),
        timezone=zone,
        timezone_label=label,
        timezone_is_guessed=known is None,
        is_active=as_bool(item.get("isActive")) is not False,
        answers=tuple(_answers(item.get("answers"))),
    )


def _answers(questions: Any) -> Iterator[EventAnswer]:
    """Answers to event questions; several choices are joined by `; `."""
    for question in as_list(questions, "question"):
        if not isinstance(question, Mapping):
            continue
        listed = as_list(question.get("answer")) or as_list(question.get("answers"), "answer")
        given = [one for one in listed if isinstance(one, Mapping)]
        words = [next((str(one[m]) for m in _ANSWER if one.get(m) not in (None, "")), "") for one in given]
        yield EventAnswer(
            name=str(question.get("questionName") or ""),
            label=str(question.get("questionLabel") or ""),
            code=str(question.get("questionCode") or ""),
            value="; ".join(word for word in words if word),
        )


def account_of(item: Mapping[str, Any]) -> Account:
    return Account(
        code=str(item.get("accountCode") or ""),
        name=str(item.get("accountName") or ""),
        parent_code=as_text(item.get("parentAccountCode")) or None,
        is_active=as_bool(item.get("isActive")) is not False,
    )


def attendee_type_of(item: Mapping[str, Any]) -> AttendeeType:
    inventory = as_text(item.get("inventory"))
    return AttendeeType(
        code=str(item.get("attendeeTypeCode") or ""),
        name=str(item.get("name") or ""),
        event_code=str(item.get("eventCode") or ""),
        inventory=int(inventory) if inventory and inventory.isdigit() else None,
        is_active=as_bool(item.get("isActive")) is not False,
    )


def status_of(item: Mapping[str, Any]) -> RegistrationStatus:
    tags = (
        t.get("name") or t.get("tagName") if isinstance(t, Mapping) else t for t in as_list(item.get("tag"))
    )
    return RegistrationStatus(
        label=str(item.get("label") or ""),
        classification=Classification.from_label(item.get("classification")),
        is_standard=as_bool(item.get("isStandard")) is True,
        tags=tuple(str(tag) for tag in tags if tag),
    )


def _local(text: Any, zone: str) -> datetime | None:
    when = parse_stamp(as_text(text))
    return when.replace(tzinfo=ZoneInfo(zone)) if when is not None else None
