"""People as digests: the ledger must recognise a person and a value again, and need not know either."""

from __future__ import annotations

import hashlib

from certain_eloqua.domain.email import normalise_email


def person_key(account: str, email: str) -> str:
    """The digest of an e-mail address within an account; the same whatever its case and blanks."""
    address = normalise_email(email) or ""
    return hashlib.blake2b(address.encode(), digest_size=16, person=_short(account)).hexdigest()


def value_digest(field: str, value: str) -> str:
    """The digest of a field's value; equal values of different fields have different digests."""
    return hashlib.blake2b(value.encode(), digest_size=8, person=_short(field)).hexdigest()


def _short(text: str) -> bytes:
    raw = text.encode()
    return raw if len(raw) <= 16 else hashlib.blake2b(raw, digest_size=16).digest()
