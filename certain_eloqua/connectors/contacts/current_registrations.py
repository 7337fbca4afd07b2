"""Who is registered for an event at this moment; read before a registration is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from certain_eloqua.connectors.contacts.columns import CONTACT_ID, EMAIL, PROFILE_PIN
from certain_eloqua.connectors.contacts.identity import EXTERNAL_KEY, SOURCE, is_ours
from certain_eloqua.domain.email import normalise_email

if TYPE_CHECKING:
    from certain_eloqua.clients.certain import CertainClient
    from certain_eloqua.connectors.delivery.engine import PlanRow


class RegisteredNow:
    """Active registrations of an event by profile PIN, contact id and address; one read."""

    def __init__(self, certain: CertainClient, event: str, mode: str) -> None:
        """`mode` is what makes a profile unique for the connector: email, or eloqua_id."""
        self._certain = certain
        self._mode = mode
        self._by_pin: dict[str, str] = {}
        self._by_id: dict[str, str] = {}
        self._by_email: dict[str, str] = {}
        for registration in self._read(event):
            self._add(registration)

    def find(self, row: PlanRow) -> str | None:
        """The code of the registration a planned one would repeat, None if there is none."""
        if row.ids[PROFILE_PIN]:
            return self._by_pin.get(row.ids[PROFILE_PIN])
        by_email = self._by_email.get(normalise_email(row.ids[EMAIL]) or "")
        return by_email if self._mode == "email" else self._by_id.get(row.ids[CONTACT_ID]) or by_email

    def _read(self, event: str) -> Iterator[Mapping[str, Any]]:
        for page in self._certain.iter_registration_pages(event, isActive=True):
            yield from page

    def _add(self, registration: Mapping[str, Any]) -> None:
        code = str(registration.get("registrationCode") or "")
        person: Mapping[str, Any] = registration.get("profile") or {}
        if not code or registration.get("isActive") in (False, "false"):
            return
        self._by_pin.setdefault(str(person.get("pin") or person.get("profilePin") or ""), code)
        source = str(person.get(self._certain.source_member) or person.get(SOURCE) or "")
        key = str(person.get(self._certain.external_id_member) or person.get(EXTERNAL_KEY) or "")
        if key and is_ours(source):
            self._by_id.setdefault(key, code)
        if email := normalise_email(str(person.get("email") or "")):
            self._by_email.setdefault(email, code)
