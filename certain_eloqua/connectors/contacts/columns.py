"""The key columns of the contacts family: whom a row is about, on both platforms."""

from __future__ import annotations

from certain_eloqua.connectors.contract.schemas import KeyColumn

EMAIL = "email"
CONTACT_ID = "contact_id"
PROFILE_PIN = "profile_pin"
REGISTRATION_CODE = "registration_code"

COLUMNS = (
    KeyColumn(EMAIL, "e-mail address of the person", personal=True),
    KeyColumn(CONTACT_ID, "id of the Eloqua contact"),
    KeyColumn(PROFILE_PIN, "PIN of the Certain profile"),
    KeyColumn(REGISTRATION_CODE, "code of the Certain registration"),
)
