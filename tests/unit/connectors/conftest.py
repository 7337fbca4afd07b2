"""Frames as the platforms' reads give them, small enough to be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, cast

import pandas as pd
import pytest

from certain_eloqua.connectors.catalogue import KINDS
from certain_eloqua.connectors.contract.kind import Job, Kind
from certain_eloqua.domain.event import Event
from certain_eloqua.ledger import Ledger
from certain_eloqua.mapping import DEFAULT_PAIRS, FieldMap

FIELD_MAP = FieldMap("NWIND")
SUMMIT = Event("SUMMIT", "Summit", "NWIND", "Live", None, None, "America/Chicago")
STATUSES = ["New", "Invited", "Pre-Registered", "Attended", "Waitlist Hold", "Cancelled"]


def job(kind: str, run_id: str = "run-1", field_map: FieldMap = FIELD_MAP, **settings: Any) -> Job:
    found = KINDS[kind]
    event = SUMMIT if found.level == "event" else None
    return Job("tested", "NWIND", event, found.settings(**settings), run_id, field_map)


def frame(rows: list[dict[str, Any]], *columns: str) -> pd.DataFrame:
    names = list(dict.fromkeys([*columns, *(name for row in rows for name in row)]))
    made = pd.DataFrame(rows, columns=names)
    texts = [name for name in names if not name.startswith("is") and name != "profile.isActive"]
    return made.astype(dict.fromkeys(texts, "str"))


def contact(number: int, email: str | None = None, **fields: str) -> dict[str, Any]:
    """A member of an Eloqua list."""
    address = f"p{number}@x.example" if email is None else email
    return {
        "contact_id": str(number),
        "C_EmailAddress": address,
        "C_FirstName": "Ann",
        "C_LastName": "Lee",
        "left_out": "",
        "known_profile_pin": "",
        **fields,
    }


def profile(number: int, email: str | None = None, **members: Any) -> dict[str, Any]:
    """A profile in Certain, with PIN P<number>."""
    return {
        "profilePin": f"P{number}",
        "pkProfileId": str(9000 + number),
        "email": f"p{number}@x.example" if email is None else email,
        "firstName": "Ann",
        "lastName": "Lee",
        "isActive": True,
        "dateModified": "2026-01-01T00:00:00",
        **members,
    }


def registration(
    number: int, pin: str | None = None, status: str = "Invited", **members: Any
) -> dict[str, Any]:
    """A registration with code R<number>, of the profile P<number> unless another is named."""
    return {
        "registrationCode": f"R{number}",
        "profile.pin": pin or f"P{number}",
        "registrationStatusLabel": status,
        "attendeeTypeCode": "DELEGATE",
        "isActive": True,
        "isTestMode": False,
        "dateCreated": "2026-01-01T00:00:00",
        "dateModified": "2026-01-01T00:00:00",
        **members,
    }


LINKED = {"sourceOfProfile": "Eloqua"}


def reads(
    contacts: list[dict[str, Any]] = (),
    profiles: list[dict[str, Any]] = (),
    registrations: list[dict[str, Any]] = (),
    sent: pd.DataFrame | None = None,
) -> dict[str, pd.DataFrame]:
    fields = [pair.eloqua for pair in DEFAULT_PAIRS]
    found = {
        "contacts": frame(list(contacts), "contact_id", *fields),
        "profiles": frame(list(profiles), "profilePin", "pkProfileId", "email", "isActive"),
        "registrations": frame(list(registrations), "registrationCode", "profile.pin"),
        "attendee_types": frame(
            [
                {"attendeeTypeCode": "DELEGATE", "isActive": True},
                {"attendeeTypeCode": "OLD", "isActive": False},
            ]
        ),
        "statuses": frame([{"label": label} for label in STATUSES]),
    }
    if sent is not None:
        found["sent"] = sent
    return found


class Planned:
    """A plan with its rows by key, JSON decoded."""

    def __init__(self, plan: pd.DataFrame) -> None:
        self.frame = plan
        self.rows = {row["key"]: row for row in plan.to_dict("records")}

    def __getitem__(self, key: str) -> dict[str, Any]:
        row = dict(self.rows[key])
        for name in ("changes", "write"):
            row[name] = json.loads(row[name]) if isinstance(row[name], str) else None
        row["detail"] = row["detail"] if isinstance(row["detail"], str) else ""
        return row

    def actions(self) -> dict[str, str]:
        """Action, or reason of a skip, by key."""
        return {
            key: row["reason"] if row["action"] == "skip" else row["action"] for key, row in self.rows.items()
        }


@pytest.fixture
def plan_of() -> Callable[..., Planned]:
    """Plans a kind from rows: `plan_of(kind, settings, contacts=…, profiles=…, registrations=…)`."""

    def plan(kind: str, settings: dict[str, Any], field_map: FieldMap = FIELD_MAP, **rows: Any) -> Planned:
        work, frames = job(kind, field_map=field_map, **settings), reads(**rows)
        planned = KINDS[kind].plan(work, frames)
        pd.testing.assert_frame_equal(
            planned, KINDS[kind].plan(work, as_a_run_reads(KINDS[kind], work, frames))
        )
        return Planned(planned)

    return plan


def as_a_run_reads(kind: Kind, work: Job, frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The same frames with only the columns that the kind names, and of `sent` only whom it asks for."""
    used = kind.read_columns(work) if kind.read_columns else {}
    narrow = {
        name: frame[[column for column in frame.columns if column in used.get(name, frame.columns)]]
        for name, frame in frames.items()
    }
    if "sent" in frames and kind.name == "upsert_contacts":
        ledger = _Sent(frames["sent"])
        narrow["sent"] = kind.ledger_reads["sent"](cast(Ledger, ledger), work, narrow)
    return narrow


class _Sent:
    """A ledger that remembers nothing but what was sent."""

    def __init__(self, sent: pd.DataFrame) -> None:
        self._sent = sent

    def sent_values(self, account: str, persons: list[str]) -> pd.DataFrame:
        return self._sent[self._sent["person"].isin(persons)]
