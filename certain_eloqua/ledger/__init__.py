"""The ledger: what we have sent, are delivering, and who is at it. SQLAlchemy tables, migrated on opening."""

from certain_eloqua.ledger.batches import Batch, Batches, BatchMoved
from certain_eloqua.ledger.decisions import DECISION_COLUMNS, MOVED_NOTHING, Decision
from certain_eloqua.ledger.definition_register import RegisteredDefinitions
from certain_eloqua.ledger.deliveries import DeliveredRow, Delivery, DeliveryRecord, Upload
from certain_eloqua.ledger.errors import AlreadyRunning, Holder, LedgerUnusable
from certain_eloqua.ledger.field_maps import FieldMapUse
from certain_eloqua.ledger.ledger import SENT_SCHEMA, Ledger, Sent
from certain_eloqua.ledger.messages import Queue, QueuedMessage
from certain_eloqua.ledger.outbox import (
    CHANGES_SCHEMA,
    SEEN_SCHEMA,
    Filter,
    Outbox,
    OutboxRow,
    Refused,
    SeenStatus,
)
from certain_eloqua.ledger.people import person_key, value_digest
from certain_eloqua.ledger.resending import COPIED_BY, DECIDE_AGAIN

__all__ = [
    "CHANGES_SCHEMA",
    "COPIED_BY",
    "DECIDE_AGAIN",
    "DECISION_COLUMNS",
    "MOVED_NOTHING",
    "SEEN_SCHEMA",
    "SENT_SCHEMA",
    "AlreadyRunning",
    "Batch",
    "BatchMoved",
    "Batches",
    "Decision",
    "DeliveredRow",
    "Delivery",
    "DeliveryRecord",
    "FieldMapUse",
    "Filter",
    "Holder",
    "Ledger",
    "LedgerUnusable",
    "Outbox",
    "OutboxRow",
    "Queue",
    "QueuedMessage",
    "Refused",
    "RegisteredDefinitions",
    "SeenStatus",
    "Sent",
    "Upload",
    "person_key",
    "value_digest",
]
