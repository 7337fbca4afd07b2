"""Names of assets in Eloqua, cut to what it takes, and still different when they differ."""

from __future__ import annotations

import hashlib

LONGEST = 100
"""Characters in the name of an asset, an activity type or a list."""


def cut_name(name: str) -> str:
    """The name with blanks made single, cut to `LONGEST`; what is cut ends in a digest of the whole."""
    plain = " ".join(name.split())
    if len(plain) <= LONGEST:
        return plain
    digest = hashlib.blake2b(plain.encode(), digest_size=4).hexdigest()
    return f"{plain[: LONGEST - len(digest) - 2].rstrip()} ~{digest}"
