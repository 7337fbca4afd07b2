"""The columns that say who a registration is, and whether it counts by default."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.connectors.metrics.criteria import Criteria, classifications, left_out
from certain_eloqua.connectors.metrics.reads import ProgrammeReads, column

SOURCE = "eloqua"
"""Source of Profile of people whose External Profile ID is an Eloqua contact id."""


@dataclass(frozen=True, slots=True)
class EventFacts:
    """What the metrics say of the event itself."""

    account: str
    code: str
    name: str
    starts: date | None


def people(reads: ProgrammeReads, event: EventFacts) -> dict[str, pa.Array]:
    """Columns by name, one value per registration in the order of the read."""
    registrations = reads.registrations
    codes = column(registrations, "registrationCode")
    source = pc.utf8_lower(pc.fill_null(column(registrations, "profile.sourceOfProfile"), ""))
    key = _blank_is_null(column(registrations, "profile.externalKey"))
    contact = pc.if_else(pc.equal(source, SOURCE), key, pa.scalar(None, key.type))
    type_code = column(registrations, "attendeeTypeCode")
    columns = {
        "AttendeeID": pc.binary_join_element_wise(event.account, event.code, codes, "."),
        "EmailAddress": _blank_is_null(column(registrations, "profile.email")),
        "EloquaContactID": contact,
        "RegistrationCode": codes,
        "RegistrationStatus": column(registrations, "registrationStatusLabel"),
        "StatusClassification": classifications(reads),
        "AttendeeTypeCode": type_code,
        "AttendeeType": pc.coalesce(_blank_is_null(column(registrations, "attendeeType")), type_code),
        "IsActive": column(registrations, "isActive"),
        "IsTestMode": column(registrations, "isTestMode"),
    }
    columns["LeftOut"] = left_out(pa.table(columns), Criteria())
    return columns


def _blank_is_null(texts: pa.Array) -> pa.Array:
    trimmed = pc.utf8_trim_whitespace(texts)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, trimmed.type), trimmed)
