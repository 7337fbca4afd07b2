"""Kind 3: contacts whose registration changes to a chosen status join a contact list in Eloqua."""

from __future__ import annotations

from certain_eloqua.connectors.contract.kind import Kind
from certain_eloqua.connectors.status_changes import ledger_reads, list_delivery, list_plan
from certain_eloqua.connectors.status_changes.activity_plan import EXPECTED_REASONS, PLAIN_FIELDS
from certain_eloqua.connectors.status_changes.columns import ACTIVITY_COLUMNS
from certain_eloqua.connectors.status_changes.requirements import statuses_exist, types_exist
from certain_eloqua.connectors.status_changes.restoring import LISTS
from certain_eloqua.connectors.status_changes.settings import ContactListSettings

KIND = Kind(
    name="update_contact_list",
    title="Update Eloqua Contact List",
    family="status_changes",
    level="event",
    summary="Adds contacts to a shared list of the event when a registration of theirs changes to one of the "
    "chosen statuses, and removes them again if wanted.",
    settings=ContactListSettings,
    record="member",
    reads_from=("certain",),
    writes_to=("eloqua",),
    key_columns=ACTIVITY_COLUMNS,
    reads=("registrations", "profiles", "attendee_types", "statuses"),
    ledger_reads=ledger_reads.READS,
    expected_reasons=EXPECTED_REASONS,
    plain_fields=PLAIN_FIELDS,
    plan=list_plan.plan_members,
    requirements=(statuses_exist, types_exist),
    deliver=list_delivery.deliver,
    restoring=LISTS,
)
