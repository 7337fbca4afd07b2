"""The registrations an event already has, by person: at most one of them gets the status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from certain_eloqua.clients.errors import Permanent
from certain_eloqua.connectors.contract.columns import flags, texts
from certain_eloqua.connectors.contract.validation import not_allowed

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person stands in the event: the registration that counts, and how many there are."""

    code: str
    status: str
    active: int
    inactive: int


def standings(registrations: pd.DataFrame) -> Mapping[str, Standing]:
    """By profile PIN: the newest active registration, real ones before those of test mode."""
    active = flags(registrations, "isActive", default=True)
    test = flags(registrations, "isTestMode", default=False)
    best: dict[str, tuple[tuple[bool, bool, str, str], str, str, int, int]] = {}
    for row, (pin, code, status, created, modified) in enumerate(
        zip(
            texts(registrations, "profile.pin"),
            texts(registrations, "registrationCode"),
            texts(registrations, "registrationStatusLabel"),
            texts(registrations, "dateCreated"),
            texts(registrations, "dateModified"),
            strict=True,
        )
    ):
        if not pin:
            continue
        # By creation: a change of status must not make another registration of the person the newest one.
        rank = (bool(active[row]), not test[row], created or modified, code)
        known = best.get(pin)
        count = (known[3] if known else 0) + bool(active[row])
        others = (known[4] if known else 0) + (not active[row])
        if known is None or rank > known[0]:
            best[pin] = (rank, code, status, count, others)
        else:
            best[pin] = (known[0], known[1], known[2], count, others)
    return {pin: Standing(code, status, n, m) for pin, (_, code, status, n, m) in best.items()}


def check_status(doing: str, wanted: str, statuses: pd.DataFrame) -> None:
    """Refuse a status the event does not have."""
    labels = [label for label in texts(statuses, "label") if label]
    if wanted not in labels:
        raise not_allowed(
            doing,
            "registration status",
            wanted,
            labels,
            "Correct the connector's settings; nothing was written.",
        )


def check_attendee_type(doing: str, wanted: str, attendee_types: pd.DataFrame) -> None:
    """Refuse an attendee type the event does not have, or has put out of use."""
    active = flags(attendee_types, "isActive", default=True)
    codes = texts(attendee_types, "attendeeTypeCode")
    usable = [code for code, in_use in zip(codes, active, strict=True) if code and in_use]
    if wanted in usable:
        return
    if wanted in codes:
        raise Permanent(
            doing,
            f"the attendee type {wanted!r} is inactive. Allowed: {', '.join(sorted(usable)) or 'none'}",
            advice="Correct the connector's settings, or activate the type in Certain; nothing was written.",
        )
    raise not_allowed(
        doing, "attendee type", wanted, usable, "Correct the connector's settings; nothing was written."
    )
