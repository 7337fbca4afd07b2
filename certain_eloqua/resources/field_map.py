"""The account's field map as a resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg

from certain_eloqua.settings import Settings, SettingsError

if TYPE_CHECKING:
    from certain_eloqua.mapping import FieldMap


class FieldMapResource(dg.ConfigurableResource["FieldMap"]):
    """The field map of the account: its file, or the default table."""

    def create_resource(self, context: dg.InitResourceContext) -> FieldMap:
        return account_field_map(Settings.read())


def account_field_map(settings: Settings) -> FieldMap:
    """The field map of these settings' account. Raises `FieldMapError` with the lines that are wrong."""
    from certain_eloqua.mapping import load_field_map

    folder = settings.field_maps_folder
    if settings.field_maps is not None and not folder.exists():
        raise SettingsError([f"  CERTAIN_ELOQUA_FIELD_MAPS: there is no folder {folder}"])
    return load_field_map(folder if folder.exists() else None, settings.certain_account_code)
