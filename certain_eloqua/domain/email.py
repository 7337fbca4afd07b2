"""E-mail addresses as a key: people are matched by them, and must not be shown by them."""

import re
import unicodedata

_BLANKS = re.compile(r"[\s\u200b\u200e\u200f\ufeff\u00a0]+")
_VALID = re.compile(
    r"(?!\.)(?!.*\.\.)[^\s@\"(),:;<>\[\]\\]{1,64}(?<!\.)@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_](?:[\w-]{0,61}[^\W_])"
)
LONGEST = 254  # characters, RFC 5321


def normalise_email(text: str | None) -> str | None:
    """The address as a key: without blanks around it (nor invisible ones), lower case, NFC; None if blank.

    Both platforms compare addresses without regard to case, so case is removed. It is not folded: folding
    makes ß and ss one, and so two people one. NFC makes one key of an accent typed as one character or two.
    Validity is another question: `is_valid_email`.
    """
    if text is None:
        return None
    if text.isascii():
        key = _BLANKS.sub(" ", text).strip().lower()
        return key or None
    composed = unicodedata.normalize("NFC", _BLANKS.sub(" ", text).strip())
    return unicodedata.normalize("NFC", composed.lower()) or None


def is_valid_email(text: str | None) -> bool:
    """Whether a platform will take it: one @, a local part, a domain with a dot, no blanks inside.

    The platforms' own rules are not published, so this only refuses what is surely refused.
    """
    key = normalise_email(text)
    return key is not None and len(key) <= LONGEST and _VALID.fullmatch(key) is not None


def mask_email(text: str | None) -> str:
    """The address as it may be shown: first letter and domain, `m***@example.com`."""
    if not text:
        return ""
    local, at, domain = text.strip().rpartition("@")
    if not at:
        return f"{text.strip()[:1]}***"
    return f"{local[:1]}***@{domain}"
