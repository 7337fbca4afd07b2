"""The columns of a plan and of a delivery."""

from __future__ import annotations

import pyarrow as pa

PLAN_SCHEMA = pa.schema(
    [
        pa.field("key", pa.string(), nullable=False),  # unique in the plan: contact id or registration code
        pa.field("action", pa.string(), nullable=False),
        pa.field("reason", pa.string()),  # reason code of a skipped record, e.g. no_email
        pa.field("detail", pa.string()),  # the same in plain words, without personal data
        pa.field("email", pa.string()),
        pa.field("contact_id", pa.string()),
        pa.field("profile_pin", pa.string()),
        pa.field("registration_code", pa.string()),
        pa.field("changes", pa.string()),  # JSON [{"on", "field", "old", "new"}]; "old" missing = not known
        pa.field("write", pa.string()),  # JSON {"contact" | "profile" | "registration": {field: value}}
        pa.field("plan", pa.string()),  # the run that made the plan; the same in every row
    ]
)

DELIVERY_SCHEMA = pa.schema(
    [
        pa.field("key", pa.string(), nullable=False),
        pa.field("action", pa.string(), nullable=False),
        pa.field("outcome", pa.string(), nullable=False),
        pa.field("code", pa.string()),  # the platform's code: ELQ-00002, 400 ...
        pa.field("cause", pa.string()),  # in plain words, without personal data
        pa.field("email", pa.string()),
        pa.field("contact_id", pa.string()),
        pa.field("profile_pin", pa.string()),
        pa.field("registration_code", pa.string()),
        pa.field("sync", pa.string()),  # /syncs/123 when it went through a Bulk sync
    ]
)
