"""Which registrations of an event are meant to be contacts, and what is known of each person.

The profile's own values win over the ones nested in the registration, which may be older.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.connectors.contract.columns import Columns, chunks, flags, texts
from certain_eloqua.connectors.contract.reasons import Reason
from certain_eloqua.domain.email import is_valid_email, normalise_email

if TYPE_CHECKING:
    import pandas as pd

    from certain_eloqua.connectors.contacts.settings import UpsertContactsSettings


@dataclass(slots=True)
class Candidate:
    """One registration: whose it is, or why it is left out."""

    code: str
    row: int
    profile: int  # position in the frame of profiles, -1 if it is not there
    email: str = ""  # as a key
    reason: Reason | None = None
    detail: str = ""


_READ = (
    "registrationCode",
    "profile.pin",
    "profile.pkProfileId",
    "profile.email",
    "registrationStatusLabel",
    "attendeeTypeCode",
    "dateModified",
)


def candidates(
    registrations: pd.DataFrame, profiles: pd.DataFrame, settings: UpsertContactsSettings
) -> list[Candidate]:
    """Every registration, in the frame's order; of several with one address only the newest is kept."""
    active = flags(registrations, "isActive", default=True)
    test = flags(registrations, "isTestMode", default=False)
    nested_active = flags(registrations, "profile.isActive", default=True)
    person_active = flags(profiles, "isActive", default=True)
    own = Columns(registrations, _READ)
    people = Columns(profiles, ["email", "dateModified"])
    finder = _Finder(profiles)
    found: list[Candidate] = []
    moments: list[str] = []
    for piece in chunks(len(registrations)):
        read = own.at(piece)
        positions = finder.positions(read["profile.pin"], read["profile.pkProfileId"])
        person = people.at(positions)
        for row, profile, address, changed, (code, _, _, email, status, kind, modified) in zip(
            piece,
            positions,
            person["email"],
            person["dateModified"],
            zip(*read.values(), strict=True),
            strict=True,
        ):
            there = profile >= 0
            one = Candidate(code, row, profile, normalise_email(address if there else email) or "")
            alive = person_active[profile] if there else nested_active[row]
            _judge(one, bool(active[row]), bool(alive), bool(test[row]), status, kind, settings)
            found.append(one)
            moments.append(max(modified, changed))
    _merge(found, moments)
    return found


class _Finder:
    """Positions of profiles by PIN, and by unique id where a registration names no PIN."""

    def __init__(self, profiles: pd.DataFrame) -> None:
        self._profiles = profiles
        self._pins = {pin: row for row, pin in enumerate(texts(profiles, "profilePin")) if pin}
        self._keys: dict[str, int] | None = None

    def positions(self, pins: Sequence[str], keys: Sequence[str]) -> list[int]:
        return [self._position(pin, key) for pin, key in zip(pins, keys, strict=True)]

    def _position(self, pin: str, key: str) -> int:
        if pin in self._pins:
            return self._pins[pin]
        if not key:
            return -1
        if self._keys is None:
            self._keys = {key: row for row, key in enumerate(texts(self._profiles, "pkProfileId")) if key}
        return self._keys.get(key, -1)


def _judge(
    one: Candidate,
    active: bool,
    alive: bool,
    test: bool,
    status: str,
    kind: str,
    settings: UpsertContactsSettings,
) -> None:
    if not active:
        one.reason, one.detail = Reason.INACTIVE, "the registration was deleted in Certain"
    elif not alive:
        one.reason, one.detail = Reason.INACTIVE, "the profile was deleted or anonymised in Certain"
    elif test:
        one.reason, one.detail = Reason.TEST_MODE, "a registration in test mode"
    elif status not in settings.registration_statuses:
        one.reason, one.detail = Reason.STATUS_NOT_SELECTED, f"the status is {status or 'blank'}"
    elif settings.attendee_types and kind not in settings.attendee_types:
        one.reason, one.detail = Reason.TYPE_NOT_SELECTED, f"the attendee type is {kind or 'blank'}"
    elif not one.email:
        one.reason, one.detail = Reason.NO_EMAIL, "the profile has no e-mail address"
    elif not is_valid_email(one.email):
        one.reason, one.detail = Reason.INVALID_EMAIL, "the profile's e-mail address is not valid"


def _merge(found: Sequence[Candidate], moments: Sequence[str]) -> None:
    """Of several registrations with one address, the one changed last becomes the contact."""
    newest: dict[str, Candidate] = {}
    for one in found:
        if one.reason is None:
            other = newest.get(one.email)
            if other is None or (moments[one.row], one.code) > (moments[other.row], other.code):
                newest[one.email] = one
    for one in found:
        if one.reason is None and newest[one.email] is not one:
            one.reason = Reason.MERGED
            one.detail = (
                f"the same e-mail address as registration {newest[one.email].code}, which was changed later"
            )


class People:
    """The values of candidates' profiles, those of the profile before those nested in the registration."""

    def __init__(self, registrations: pd.DataFrame, profiles: pd.DataFrame, members: Sequence[str]) -> None:
        self._members = tuple(members)
        self._profiles = Columns(profiles, ["profilePin", *members])
        self._nested = Columns(registrations, ["profile.pin", *(f"profile.{member}" for member in members)])

    def take(self, some: Sequence[Candidate]) -> dict[str, pa.Array]:
        """The members' values of some candidates as Arrow columns, and `profilePin`."""
        own = self._profiles.take([one.profile for one in some])
        nested = self._nested.take([one.row for one in some])
        there = pa.array([one.profile >= 0 for one in some], pa.bool_())
        merged = {
            member: pc.if_else(there, own[member], nested[f"profile.{member}"]) for member in self._members
        }
        pins = own["profilePin"]
        merged["profilePin"] = pc.if_else(pc.equal(pins, ""), nested["profile.pin"], pins)
        return merged

    def at(self, some: Sequence[Candidate]) -> Mapping[str, list[str]]:
        """The members' values of some candidates, column by column, and `profilePin`.

        Where there is a profile, a member that is blank there is blank: somebody may have emptied it.
        """
        return {name: column.to_pylist() for name, column in self.take(some).items()}
