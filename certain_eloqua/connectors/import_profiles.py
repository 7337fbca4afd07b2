"""Kind 1, Import Eloqua Contacts as Profiles: the members of a list become profiles."""

from __future__ import annotations

from certain_eloqua.connectors import import_delivery, import_plan, list_members
from certain_eloqua.connectors.import_settings import ListImportSettings
from certain_eloqua.connectors.kind import Kind


class Settings(ListImportSettings):
    """Which list is read, and how its members are matched with profiles."""


KIND = Kind(
    name="import_profiles",
    title="Import Eloqua Contacts as Profiles",
    level="account",
    summary="Creates or updates a Certain profile for every contact of an Eloqua list.",
    settings=Settings,
    writes_to="certain",
    reads=("profiles",),
    own_read="contacts",
    gather=list_members.gather,
    plan=import_plan.plan_profiles,
    deliver=import_delivery.deliver,
)
