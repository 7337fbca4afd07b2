"""Which registrations count: active, not in test mode, of the chosen statuses and attendee types."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.connectors.contract.reasons import Reason
from certain_eloqua.connectors.metrics.reads import ProgrammeReads, column
from certain_eloqua.domain.registration import Classification


@dataclass(frozen=True, slots=True)
class Criteria:
    """Which registrations count.

    Attributes:
        statuses: labels of the registration statuses; None for all that are classified Accepted.
        attendee_types: codes of the attendee types; None for all.
    """

    statuses: Collection[str] | None = None
    attendee_types: Collection[str] | None = None


def classifications(reads: ProgrammeReads) -> pa.Array:
    """The classification of each registration's status; null where Certain does not say."""
    labels = _folded(column(reads.statuses, "label"))
    position = pc.index_in(_folded(column(reads.registrations, "registrationStatusLabel")), value_set=labels)
    return column(reads.statuses, "classification").take(position)


def left_out(table: pa.Table, criteria: Criteria) -> pa.Array:
    """Why each registration does not count, null where it does.

    `table` has the columns RegistrationStatus, StatusClassification, AttendeeTypeCode, IsActive, IsTestMode.
    """
    status = table["RegistrationStatus"].combine_chunks()
    if criteria.statuses is None:
        chosen = pc.equal(table["StatusClassification"].combine_chunks(), Classification.ACCEPTED.value)
    else:
        chosen = _is_one_of(status, criteria.statuses)
    right_type = pa.array(np.ones(table.num_rows, bool))
    if criteria.attendee_types is not None:
        right_type = _is_one_of(table["AttendeeTypeCode"].combine_chunks(), criteria.attendee_types)
    return pc.case_when(
        pc.make_struct(
            pc.fill_null(table["IsTestMode"].combine_chunks(), False),
            pc.invert(pc.fill_null(table["IsActive"].combine_chunks(), True)),
            pc.invert(pc.fill_null(chosen, False)),
            pc.invert(pc.fill_null(right_type, False)),
        ),
        Reason.TEST_MODE.value,
        Reason.INACTIVE.value,
        Reason.STATUS_NOT_SELECTED.value,
        Reason.TYPE_NOT_SELECTED.value,
    )


def _is_one_of(texts: pa.Array, chosen: Collection[str]) -> pa.Array:
    return pc.is_in(_folded(texts), value_set=_folded(pa.array(list(chosen), texts.type)))


def _folded(texts: pa.Array) -> pa.Array:
    return pc.utf8_lower(pc.utf8_trim_whitespace(texts))
