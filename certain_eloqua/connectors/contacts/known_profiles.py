"""Which profile is whose, remembered in the ledger after every delivery of this family."""

from __future__ import annotations

from typing import TYPE_CHECKING

from certain_eloqua.connectors.contacts.columns import CONTACT_ID, PROFILE_PIN
from certain_eloqua.connectors.contract.actions import Outcome
from certain_eloqua.connectors.contract.columns import iter_texts

if TYPE_CHECKING:
    import pandas as pd

    from certain_eloqua.connectors.delivery.engine import Work


def remember_profiles(work: Work, frame: pd.DataFrame) -> None:
    """Remember whose profile is whose, so that an anonymised person is recognised and not created again."""
    pins = {
        contact: pin
        for contact, pin, outcome in zip(
            iter_texts(frame, CONTACT_ID),
            iter_texts(frame, PROFILE_PIN),
            iter_texts(frame, "outcome"),
            strict=True,
        )
        if contact and pin and outcome not in (Outcome.SKIPPED, Outcome.REJECTED)
    }
    work.platforms.ledger.remember_profiles(work.job.account, pins)
