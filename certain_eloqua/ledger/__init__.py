"""The ledger: what we have sent, are delivering, and who is at it. SQLAlchemy tables, migrated on opening."""

from certain_eloqua.ledger.definition_register import RegisteredDefinitions
from certain_eloqua.ledger.deliveries import DeliveredRow, Delivery, DeliveryRecord, Upload
from certain_eloqua.ledger.errors import AlreadyRunning, Holder, LedgerUnusable
from certain_eloqua.ledger.ledger import SENT_SCHEMA, Ledger, Sent
from certain_eloqua.ledger.people import person_key, value_digest

__all__ = [
    "SENT_SCHEMA",
    "AlreadyRunning",
    "DeliveredRow",
    "Delivery",
    "DeliveryRecord",
    "Holder",
    "Ledger",
    "LedgerUnusable",
    "RegisteredDefinitions",
    "Sent",
    "Upload",
    "person_key",
    "value_digest",
]
