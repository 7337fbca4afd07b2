"""The kinds and the platforms there are. A new one is a package of its own, and a line here."""

from __future__ import annotations

from certain_eloqua.clients.certain.platform import PLATFORM as CERTAIN
from certain_eloqua.clients.eloqua.platform import PLATFORM as ELOQUA
from certain_eloqua.clients.platform import Platform
from certain_eloqua.connectors.contacts import import_profiles, import_registrations, upsert_contacts
from certain_eloqua.connectors.contract.kind import Kind
from certain_eloqua.connectors.metrics import (
    upload_engagement_metrics,
    upload_interest_metrics,
    upload_metrics_to_contacts,
)
from certain_eloqua.connectors.status_changes import (
    agenda_item_status_activities,
    registration_status_activities,
    session_status_activities,
    update_contact_list,
)

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        import_profiles.KIND,
        import_registrations.KIND,
        upsert_contacts.KIND,
        upload_engagement_metrics.KIND,
        upload_interest_metrics.KIND,
        upload_metrics_to_contacts.KIND,
        update_contact_list.KIND,
        session_status_activities.KIND,
        registration_status_activities.KIND,
        agenda_item_status_activities.KIND,
    )
}

PLATFORMS: dict[str, Platform] = {platform.name: platform for platform in (ELOQUA, CERTAIN)}
