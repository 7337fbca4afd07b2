"""The key columns of the family: the change a row is about, and what it becomes."""

from __future__ import annotations

from certain_eloqua.connectors.contract.schemas import KeyColumn

EMAIL = "email"
ACTIVITY_COLUMNS = (
    KeyColumn(EMAIL, "e-mail address of the person", personal=True),
    KeyColumn("contact_id", "id of the Eloqua contact, if the profile carries it"),
    KeyColumn("registration_code", "code of the Certain registration"),
    KeyColumn("item", "the session instance or agenda item; blank for the registration itself"),
    KeyColumn("previous_status", "the status last seen"),
    KeyColumn("status", "the status now"),
    KeyColumn("happened_at", "when it changed, by Certain or else by this run; UTC"),
    KeyColumn("activity_type", "type of the Eloqua activity; add or remove for a list"),
    KeyColumn("asset_type", "type of the external asset in Eloqua"),
    KeyColumn("asset_name", "the external asset, or the list"),
    KeyColumn("campaign", "id of the campaign"),
    KeyColumn("stamp", "Certain's own stamp of the change"),
    KeyColumn("ordinal", "how many statuses were seen before; blank for what an earlier run has seen"),
)
