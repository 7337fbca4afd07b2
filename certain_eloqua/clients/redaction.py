"""Takes secrets and people out of a text before it reaches a reader.

Everything the clients log or raise passes through `redact`. It knows the shapes of secrets (headers, tokens,
passwords in bodies and addresses) and masks e-mail addresses; a caller may name further literal secrets.
"""

import logging
import re
from collections.abc import Iterable

from certain_eloqua.domain.email import mask_email

HIDDEN = "***"

_EMAIL = re.compile(r"[\w.!#$'*+^`{|}~-]+(?:@|%40)[A-Za-z0-9](?:[A-Za-z0-9-]*\.)+[A-Za-z0-9-]{2,}")
_PARTS = (
    (re.compile(r"(?i)\b(Basic|Bearer)\s+[A-Za-z0-9._~+/=-]{4,}"), rf"\1 {HIDDEN}"),
    (re.compile(r"(?i)(authorization['\"]?\s*[:=]\s*['\"]?)(?!Basic |Bearer )[^\s,'\"}]+"), rf"\1{HIDDEN}"),
    (
        re.compile(
            r"(?i)([\"']?(?:access_token|refresh_token|client_secret|password|passwd|token|secret|sess_uuid)"
            r"[\"']?\s*[:=]\s*)(?:\"[^\"]*\"|'[^']*'|[^\s&,;}]+)"
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"(?i)(\bhttps?://)[^/\s@:]+:[^/\s@]+@"), r"\1"),
)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The text with e-mails as `m***@example.com` and tokens, passwords and `secrets` as `***`."""
    for secret in secrets:
        if len(secret) > 3:  # hiding a short word everywhere would make the message unreadable
            text = text.replace(secret, HIDDEN)
    for pattern, replacement in _PARTS:
        text = pattern.sub(replacement, text)
    return _EMAIL.sub(lambda found: mask_email(found.group().replace("%40", "@")), text)


class RedactingFilter(logging.Filter):
    """Redacts what other libraries log: urllib3 writes whole addresses, and ours carry e-mails as filters."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redact(record.getMessage())
        record.args = ()
        return True


def quieten_urllib3() -> None:
    """Put the filter in front of urllib3's own log lines, once."""
    for name in ("urllib3.connectionpool", "urllib3.util.retry", "urllib3.connection"):
        logger = logging.getLogger(name)
        if not any(isinstance(known, RedactingFilter) for known in logger.filters):
            logger.addFilter(RedactingFilter())
