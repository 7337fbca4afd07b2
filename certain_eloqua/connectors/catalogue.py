"""The kinds there are. A new kind is a module beside this one, and a line here."""

from __future__ import annotations

from certain_eloqua.connectors.contacts import import_profiles, import_registrations, upsert_contacts
from certain_eloqua.connectors.contract.kind import Kind

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        import_profiles.KIND,
        import_registrations.KIND,
        upsert_contacts.KIND,
    )
}
