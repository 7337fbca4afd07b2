"""Which Certain profile a contact is: by e-mail address, or by External Profile ID.

A profile that was deleted or anonymised is met with a skip, never with a new profile for the same person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from certain_eloqua.connectors.contacts.identity import EXTERNAL_KEY, SOURCE, is_ours
from certain_eloqua.connectors.contract.columns import flags, texts
from certain_eloqua.connectors.contract.reasons import Reason
from certain_eloqua.domain.email import is_valid_email, normalise_email

if TYPE_CHECKING:
    import pandas as pd

GONE = "the profile was deleted or anonymised in Certain; it is not made anew"


@dataclass(slots=True)
class Match:
    """The profile's position in the frame, -1 for none yet; or the reason why the contact is left out."""

    position: int = -1
    reason: Reason | None = None
    detail: list[str] = field(default_factory=list)
    by_id: bool = False


class Profiles:
    """The profiles that contacts of a list may be, indexed by what the contacts have."""

    def __init__(
        self, frame: pd.DataFrame, emails: Collection[str], ids: Collection[str], pins: Collection[str]
    ) -> None:
        wanted_emails, wanted_ids, wanted_pins = set(emails), set(ids), set(pins)
        self.pins = texts(frame, "profilePin")
        self.keys = texts(frame, EXTERNAL_KEY)
        self.sources = texts(frame, SOURCE)
        self.active = flags(frame, "isActive", default=True)
        self._by_email: Mapping[str, list[int]] = defaultdict(list)
        self._by_key: Mapping[str, list[int]] = defaultdict(list)
        self._by_pin: dict[str, int] = {}
        self.emails = texts(frame, "email")
        for position, (address, key, pin) in enumerate(zip(self.emails, self.keys, self.pins, strict=True)):
            email = normalise_email(address)
            if email in wanted_emails:
                self._by_email[email].append(position)
            if key in wanted_ids:
                self._by_key[key].append(position)
            if pin in wanted_pins:
                self._by_pin[pin] = position

    def by_email(self, email: str, contact_id: str, known_pin: str, registered: Collection[int]) -> Match:
        """Mode `email`: the active profile of this address.

        Of several the one that carries the contact's id is meant, or else the only one that is registered.
        Without one, a profile that carries the id and has no usable address is meant.
        """
        found = self._by_email.get(email, [])
        active = [p for p in found if self.active[p]]
        if not active:
            ours = self._ours(contact_id)
            if found or self._only_inactive(ours) or self._gone(known_pin):
                return Match(reason=Reason.INACTIVE, detail=[GONE])
            return self._without_address([p for p in ours if self.active[p]])
        if len(active) == 1:
            return Match(active[0])
        for preferred in (
            [p for p in active if p in set(self._ours(contact_id))],
            [p for p in active if p in registered],
        ):
            if len(preferred) == 1:
                return Match(preferred[0], detail=[f"{len(active)} profiles have this e-mail address"])
        return self._ambiguous(active, "have this e-mail address")

    def by_id(self, email: str, contact_id: str, known_pin: str, *, take_over: bool) -> Match:
        """Mode `eloqua_id`: the active profile with this External Profile ID.

        Without one, the only profile of the same address that has no other id is linked.
        """
        found = self._ours(contact_id)
        active = [p for p in found if self.active[p]]
        if len(active) == 1:
            return Match(active[0], by_id=True)
        if len(active) > 1:
            return self._ambiguous(active, f"have the External Profile ID {contact_id}")
        same = self._by_email.get(email, [])
        active = [p for p in same if self.active[p]]
        if not active:
            if same or found or self._gone(known_pin):
                return Match(reason=Reason.INACTIVE, detail=[GONE])
            return Match()
        free = [p for p in active if not self.keys[p].strip() or (take_over and not is_ours(self.sources[p]))]
        if len(free) == 1:
            return Match(free[0], detail=["linked by its e-mail address"])
        if free:
            return self._ambiguous(free, "have this e-mail address and no External Profile ID")
        return self._ambiguous(active, "have this e-mail address and another External Profile ID")

    def _without_address(self, linked_profiles: list[int]) -> Match:
        """Mode `email`, no profile of the address: the one with the id and without a usable address."""
        unreachable = [p for p in linked_profiles if not is_valid_email(self.emails[p])]
        if len(unreachable) == 1:
            return Match(unreachable[0], detail=["found by its id, having no usable e-mail address"])
        return Match()

    def linked_profiles(self) -> dict[str, list[str]]:
        """PINs of the active profiles that carry a contact's id, by id."""
        return {key: [self.pins[p] for p in self._ours(key) if self.active[p]] for key in list(self._by_key)}

    def _ours(self, contact_id: str) -> list[int]:
        """Profiles with this id; an id of Marketo's may be the same number, and is not ours."""
        return [p for p in self._by_key.get(contact_id, []) if is_ours(self.sources[p])]

    def _only_inactive(self, positions: list[int]) -> bool:
        return bool(positions) and not any(self.active[p] for p in positions)

    def _gone(self, known_pin: str) -> bool:
        """Whether an earlier run wrote a profile for this contact which is not there any more.

        Anonymising takes address and id out of a profile, so only our own memory recognises it.
        """
        if not known_pin:
            return False
        position = self._by_pin.get(known_pin, -1)
        return position < 0 or not self.active[position]

    def _ambiguous(self, positions: list[int], what: str) -> Match:
        pins = ", ".join(self.pins[p] for p in positions[:5])
        verb = what if len(positions) > 1 else what.replace("have", "has", 1)
        return Match(
            reason=Reason.AMBIGUOUS_PROFILE,
            detail=[f"{len(positions)} profile{'s' if len(positions) > 1 else ''} (PIN {pins}) {verb}"],
        )
