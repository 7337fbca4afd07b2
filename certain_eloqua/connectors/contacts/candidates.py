"""Which registrations of an event are meant to be contacts, and what is known of each person.

The profile's own values win over the ones nested in the registration, which may be older. Everything is
computed by whole columns; only the candidates that are planned one by one become Python objects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.connectors.contract.addresses import normalised_emails, valid_emails
from certain_eloqua.connectors.contract.columns import (
    Columns,
    Mask,
    flags,
    in_set,
    last_positions,
    mask_of,
    present,
)
from certain_eloqua.connectors.contract.reasons import Reason

if TYPE_CHECKING:
    import pandas as pd

    from certain_eloqua.connectors.contacts.settings import UpsertContactsSettings

Positions = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One registration: whose it is, or why it is left out."""

    code: str
    email: str  # as a key
    reason: Reason | None
    detail: str


REGISTRATION_COLUMNS = (
    "registrationCode",
    "profile.pin",
    "profile.pkProfileId",
    "profile.email",
    "profile.isActive",
    "registrationStatusLabel",
    "attendeeTypeCode",
    "isActive",
    "isTestMode",
    "dateModified",
)
PROFILE_COLUMNS = ("profilePin", "pkProfileId", "email", "isActive", "dateModified")
"""What candidates are found by; whoever reads people's values needs their members as well."""

_LEFT_OUT = (
    (Reason.INACTIVE, "the registration was deleted in Certain"),
    (Reason.INACTIVE, "the profile was deleted or anonymised in Certain"),
    (Reason.TEST_MODE, "a registration in test mode"),
    (Reason.STATUS_NOT_SELECTED, "the status is {status}"),
    (Reason.TYPE_NOT_SELECTED, "the attendee type is {type}"),
    (Reason.NO_EMAIL, "the profile has no e-mail address"),
    (Reason.INVALID_EMAIL, "the profile's e-mail address is not valid"),
    (Reason.MERGED, "the same e-mail address as registration {newest}, which was changed later"),
)
"""Why a registration is left out, in the order of the tests; the first that applies counts."""
_MERGED = len(_LEFT_OUT) - 1
_PLANNED = -1


class Candidates:
    """Every registration of an event, in the frame's order, as columns.

    Of several registrations with one address only the one that was changed last becomes the contact.
    """

    def __init__(
        self, registrations: pd.DataFrame, profiles: pd.DataFrame, settings: UpsertContactsSettings
    ) -> None:
        count = len(registrations)
        self.codes = present(registrations, "registrationCode")
        self.profiles = _profile_positions(registrations, profiles)
        self._statuses = present(registrations, "registrationStatusLabel")
        self._types = present(registrations, "attendeeTypeCode")
        there = self.profiles >= 0
        person = Columns(profiles, ["email", "dateModified"])
        email = person.take(self.profiles, ["email"])["email"]
        self.emails = normalised_emails(pc.if_else(there, email, present(registrations, "profile.email")))
        alive = flags(registrations, "profile.isActive", default=True)
        if len(profiles):
            alive = np.where(there, flags(profiles, "isActive", default=True)[self.profiles], alive)
        self._why = np.select(
            [
                ~flags(registrations, "isActive", default=True),
                ~alive,
                flags(registrations, "isTestMode", default=False),
                ~in_set(self._statuses, settings.registration_statuses),
                ~in_set(self._types, settings.attendee_types)
                if settings.attendee_types
                else np.zeros(count, np.bool_),
                mask_of(pc.equal(self.emails, "")),
                ~valid_emails(self.emails),
            ],
            range(_MERGED),
            default=_PLANNED,
        ).astype(np.int8)
        self._newest: dict[int, str] = {}
        self._merge(present(registrations, "dateModified"), person)

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def planned(self) -> Mask:
        """Which of them are meant to be contacts."""
        return self._why == _PLANNED

    def one(self, row: int) -> Candidate:
        """One of them, by its position among the registrations."""
        code, email = self.codes[row].as_py(), self.emails[row].as_py()
        if self._why[row] == _PLANNED:
            return Candidate(code, email, None, "")
        reason, detail = _LEFT_OUT[self._why[row]]
        words = {
            "status": self._statuses[row].as_py() or "blank",
            "type": self._types[row].as_py() or "blank",
            "newest": self._newest.get(row, ""),
        }
        return Candidate(code, email, reason, detail.format(**words))

    def _merge(self, own: pa.Array, persons: Columns) -> None:
        rows = np.flatnonzero(self.planned)
        encoded = self.emails.take(pa.array(rows)).dictionary_encode()
        numbers = encoded.indices.to_numpy(zero_copy_only=False)
        shared = rows[np.bincount(numbers, minlength=1)[numbers] > 1] if len(rows) else rows
        if not len(shared):
            return
        some = pa.array(shared)
        of_person = persons.take(self.profiles[shared], ["dateModified"])["dateModified"]
        moments = pc.max_element_wise(own.take(some), of_person).to_pylist()
        codes = self.codes.take(some).to_pylist()
        newest: dict[str, tuple[str, str, int]] = {}
        emails = self.emails.take(some).to_pylist()
        for email, moment, code, row in zip(emails, moments, codes, shared.tolist(), strict=True):
            newest[email] = max(newest.get(email, ("", "", -1)), (moment, code, row), key=lambda n: n[:2])
        for email, row in zip(emails, shared.tolist(), strict=True):
            if newest[email][2] != row:
                self._why[row] = _MERGED
                self._newest[row] = newest[email][1]


def _profile_positions(registrations: pd.DataFrame, profiles: pd.DataFrame) -> Positions:
    """Positions of the profiles by PIN, and by unique id where no profile has the PIN; -1 for none."""
    found = last_positions(present(registrations, "profile.pin"), present(profiles, "profilePin"))
    missing = found < 0
    if missing.any():
        keys = present(registrations, "profile.pkProfileId").filter(pa.array(missing))
        found[missing] = last_positions(keys, present(profiles, "pkProfileId"))
    return found


class People:
    """The values of candidates' profiles, those of the profile before those nested in the registration."""

    def __init__(
        self,
        registrations: pd.DataFrame,
        profiles: pd.DataFrame,
        members: Sequence[str],
        positions: Positions,
    ) -> None:
        """`positions`: of each registration's profile, -1 for none."""
        self._members = tuple(members)
        self._positions = positions
        self._profiles = Columns(profiles, ["profilePin", *members])
        self._nested = Columns(registrations, ["profile.pin", *(f"profile.{member}" for member in members)])

    def take(self, rows: Positions) -> dict[str, pa.Array]:
        """The members' values of some registrations as Arrow columns, and `profilePin`.

        Where there is a profile, a member that is blank there is blank: the person may have emptied it.
        """
        positions = self._positions[rows]
        own, nested = self._profiles.take(positions), self._nested.take(rows)
        there = pa.array(positions >= 0)
        merged = {
            member: pc.if_else(there, own[member], nested[f"profile.{member}"]) for member in self._members
        }
        pins = own["profilePin"]
        merged["profilePin"] = pc.if_else(pc.equal(pins, ""), nested["profile.pin"], pins)
        return merged

    def at(self, rows: Positions) -> Mapping[str, list[str]]:
        """The same as Python texts, column by column."""
        return {name: column.to_pylist() for name, column in self.take(rows).items()}
