"""The Application API (REST 1.0 and 2.0) of the imitated Eloqua.

Importing a module of this folder registers its operations.
"""

from certain_eloqua_sandbox.eloqua.rest import (
    accounts,
    activities,
    asset_folders,
    assets,
    campaigns,
    contacts,
    custom_objects,
    custom_records,
    external,
    fields,
    forms,
    groups_and_segments,
    lists,
    previews,
    users,
    visitors,
)
from certain_eloqua_sandbox.eloqua.rest.previews import PREVIEWS
from certain_eloqua_sandbox.eloqua.rest.tables import create_tables
from certain_eloqua_sandbox.eloqua.rest.versions import REST_1, REST_2

assets.register()

__all__ = [
    "PREVIEWS",
    "REST_1",
    "REST_2",
    "accounts",
    "activities",
    "asset_folders",
    "assets",
    "campaigns",
    "contacts",
    "create_tables",
    "custom_objects",
    "custom_records",
    "external",
    "fields",
    "forms",
    "groups_and_segments",
    "lists",
    "previews",
    "users",
    "visitors",
]
