"""The people behind registrations: by which id or address Eloqua knows them, and who is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from certain_eloqua.connectors.contract.columns import flags, texts
from certain_eloqua.connectors.status_changes.changes import as_text

if TYPE_CHECKING:
    from collections.abc import Sequence

ELOQUA = "eloqua"
"""Source of Profile of those whose External Profile ID is an Eloqua contact id, without regard to case."""


def people_of(registrations: pd.DataFrame, profiles: pd.DataFrame) -> pd.DataFrame:
    """One row per registration that is neither deleted nor in test mode.

    Columns: `registration`, `status`, `attendee_type`, `modified` (Certain's stamp of the status), `email`,
    `contact_id` ("" when Eloqua is not the profile's source). The profile's values win over those nested in
    the registration: these may be older.
    """
    own = pd.DataFrame(
        {
            "pin": _column(profiles, "profilePin"),
            "own_email": _column(profiles, "email"),
            "own_key": _column(profiles, "externalKey"),
            "own_source": _column(profiles, "sourceOfProfile"),
            "own_active": flags(profiles, "isActive", default=True),
            "known": True,
        }
    ).drop_duplicates("pin", keep="last")
    stamp = _column(registrations, "statusModified")
    frame = pd.DataFrame(
        {
            "registration": _column(registrations, "registrationCode"),
            "status": _column(registrations, "registrationStatusLabel"),
            "attendee_type": _column(registrations, "attendeeTypeCode"),
            "modified": stamp.where(stamp.ne(""), _column(registrations, "dateModified")),
            "pin": _column(registrations, "profile.pin"),
            "email": _column(registrations, "profile.email"),
            "key": _column(registrations, "profile.externalKey"),
            "source": _column(registrations, "profile.sourceOfProfile"),
            "usable": flags(registrations, "isActive", default=True)
            & ~flags(registrations, "isTestMode", default=False)
            & flags(registrations, "profile.isActive", default=True),
        }
    )
    frame = frame[frame["registration"].ne("")].drop_duplicates("registration", keep="last")
    both = frame.merge(own[own["pin"].ne("")], on="pin", how="left")
    known = both["known"].eq(True)
    for name, mine in (("email", "own_email"), ("key", "own_key"), ("source", "own_source")):
        both[name] = as_text(both[name]).where(~known, as_text(both[mine]))
    usable = both["usable"].to_numpy(bool) & both["own_active"].ne(False).to_numpy(bool)
    ours = both["source"].str.strip().str.casefold().eq(ELOQUA)
    both["contact_id"] = both["key"].str.strip().where(ours, "")
    both = both[usable & both["status"].ne("").to_numpy(bool)]
    wanted = ["registration", "status", "attendee_type", "modified", "email", "contact_id"]
    return both[wanted].reset_index(drop=True)


def aware(stamps: Sequence[str], zone: str) -> pd.Series:
    """Certain's wall-clock stamps as UTC; missing where there is none.

    The hour that comes twice in autumn is taken as the later one, the one that spring leaves out as its end.
    """
    local = pd.to_datetime(pd.Series(list(stamps), dtype="str"), errors="coerce", format="ISO8601")
    twice = np.zeros(len(local), bool)
    there = local.dt.tz_localize(zone, ambiguous=twice, nonexistent="shift_forward")
    return there.dt.tz_convert("UTC").astype("datetime64[us, UTC]")


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    return pd.Series(texts(frame, name), dtype="str")
