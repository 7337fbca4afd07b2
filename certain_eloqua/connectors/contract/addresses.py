"""E-mail addresses by whole columns: the same answers as `domain.email` gives for one address."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from certain_eloqua.connectors.contract.columns import Mask, mask_of
from certain_eloqua.domain.email import is_valid_email, normalise_email

_PLAIN = r"\A[\x21-\x7e]*\z"
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_LAST_LABEL = "[a-z]([a-z0-9-]{0,61}[a-z0-9])"
_SURELY_VALID = rf"\A[a-z0-9_%+-]+(\.[a-z0-9_%+-]+)*@({_LABEL}\.)+{_LAST_LABEL}\z"
_SURELY_SHORT = 64  # characters in all, so that neither the local part nor the whole is too long


def normalised_emails(column: pa.Array) -> pa.Array:
    """A column of addresses as keys, "" where there is none; see :func:`normalise_email`."""
    given = pc.fill_null(column, "").cast(pa.large_string())
    plain = pc.match_substring_regex(given, _PLAIN)
    lower = pc.ascii_lower(given)
    if pc.all(plain, min_count=0).as_py():
        return lower
    others = pc.invert(plain)
    keys = [normalise_email(text) or "" for text in given.filter(others).to_pylist()]
    return pc.replace_with_mask(lower, others, pa.array(keys, pa.large_string()))


def valid_emails(keys: pa.Array) -> Mask:
    """Which of these keys a platform will take; see :func:`is_valid_email`."""
    sure = mask_of(
        pc.and_(
            pc.match_substring_regex(keys, _SURELY_VALID),
            pc.less_equal(pc.binary_length(keys), _SURELY_SHORT),
        )
    )
    unsure = ~sure
    if unsure.any():
        sure[unsure] = [is_valid_email(text) for text in keys.filter(pa.array(unsure)).to_pylist()]
    return sure
