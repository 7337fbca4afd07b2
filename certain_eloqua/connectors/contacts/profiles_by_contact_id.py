"""Which active profiles carry a contact's id, looked up for some ids at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.connectors.contacts.identity import EXTERNAL_KEY, SOURCE, is_ours
from certain_eloqua.connectors.contract.columns import flags, strings

if TYPE_CHECKING:
    import pandas as pd

    from certain_eloqua.clients.certain import CertainClient


class ProfilesByContactId:
    """The profiles of a frame by the External Profile ID they carry, other systems' left out."""

    def __init__(self, profiles: pd.DataFrame) -> None:
        self._columns = [strings(profiles, name) for name in ("profilePin", EXTERNAL_KEY, SOURCE)]
        self._active = pa.array(flags(profiles, "isActive", default=True))

    def of(self, ids: Collection[str]) -> Mapping[str, set[str]]:
        """PINs of the profiles that carry one of the ids, by id."""
        keys = self._columns[1]
        found: dict[str, set[str]] = defaultdict(set)
        meant = pc.and_(pc.is_in(keys, pa.array(list(ids), keys.type)), self._active)
        for pin, key, source in zip(
            *(column.filter(meant).to_pylist() for column in self._columns), strict=True
        ):
            if is_ours(source or ""):
                found[key].add(pin or "")
        return found


def current_profiles_by_contact_id(certain: CertainClient, ids: Collection[str]) -> Mapping[str, set[str]]:
    """The same as Certain has it at this moment: one read of the profiles."""
    found: dict[str, set[str]] = defaultdict(set)
    if not ids:
        return found
    for page in certain.iter_profile_pages(isActive=True):
        for profile in page:
            key = str(profile.get(certain.external_id_member) or "")
            if key in ids and is_ours(str(profile.get(certain.source_member) or "")):
                found[key].add(str(profile.get("profilePin") or ""))
    return found
