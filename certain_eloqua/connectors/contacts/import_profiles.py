"""Kind 1, Import Eloqua Contacts as Profiles: the members of a list become profiles."""

from __future__ import annotations

from certain_eloqua.connectors.contacts import import_delivery, import_plan, list_members
from certain_eloqua.connectors.contacts.columns import COLUMNS
from certain_eloqua.connectors.contacts.plan_checks import NOTHING_CUT
from certain_eloqua.connectors.contacts.requirements import field_map_fits, list_exists
from certain_eloqua.connectors.contacts.restoring import IMPORTS
from certain_eloqua.connectors.contacts.settings import ImportProfilesSettings
from certain_eloqua.connectors.contract.kind import Kind

KIND = Kind(
    name="import_profiles",
    title="Import Eloqua Contacts as Profiles",
    family="contacts",
    level="account",
    summary="Creates or updates a Certain profile for every contact of an Eloqua list.",
    settings=ImportProfilesSettings,
    record="profile",
    reads_from=("eloqua",),
    writes_to=("certain",),
    key_columns=COLUMNS,
    uses_field_map=True,
    plan_checks=(NOTHING_CUT,),
    reads=("profiles",),
    own_read="contacts",
    extract=list_members.extract,
    plan=import_plan.plan_profiles,
    requirements=(field_map_fits, list_exists),
    deliver=import_delivery.deliver,
    restoring=IMPORTS,
)
