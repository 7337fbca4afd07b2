"""Mail by SMTP. One connection for the messages of a tick; every step of it has a timeout."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from certain_eloqua.notify.run_message import html_page

TIMEOUT_S = 10.0
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS = {"smtp": 25, "smtps": 465}


class MailNotSent(Exception):
    """The server could not be reached or did not take the mail. The message names no password.

    Attributes:
        server_is_down: nothing further can be sent now; otherwise only this mail was refused.
    """

    def __init__(self, message: str, *, server_is_down: bool) -> None:
        super().__init__(message)
        self.server_is_down = server_is_down


class MailConnection:
    """An open connection to the mail server."""

    def __init__(self, server: smtplib.SMTP, sender: str) -> None:
        self._server = server
        self._sender = sender

    def send(self, mail: EmailMessage) -> None:
        """Send one mail. Raises `MailNotSent`."""
        try:
            self._server.send_message(mail, from_addr=self._sender)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            raise MailNotSent(
                f"the mail server refused the mail: {_words(error)}", server_is_down=False
            ) from None
        except (OSError, smtplib.SMTPException) as error:
            raise MailNotSent(f"the mail server was lost: {_words(error)}", server_is_down=True) from None


@contextmanager
def connect(url: str, sender: str) -> Iterator[MailConnection]:
    """A connection to the server of an address, encrypted where the server offers it. Raises `MailNotSent`.

    A password is only ever sent encrypted, except to this machine.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    try:
        server, encrypted = _open(parts.scheme, host, port)
    except (OSError, smtplib.SMTPException) as error:
        raise MailNotSent(
            f"the mail server {host}:{port} cannot be reached: {_words(error)}", server_is_down=True
        ) from None
    try:
        if parts.username:
            if not encrypted and host not in _THIS_MACHINE:
                raise MailNotSent(
                    f"the mail server {host}:{port} offers no encryption, so the password is not sent to it",
                    server_is_down=True,
                )
            try:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            except (OSError, smtplib.SMTPException) as error:
                raise MailNotSent(
                    f"the mail server {host}:{port} refused the login: {type(error).__name__}",
                    server_is_down=True,
                ) from None
        yield MailConnection(server, sender)
    finally:
        try:
            server.quit()
        except (OSError, smtplib.SMTPException):
            server.close()


def _open(scheme: str, host: str, port: int) -> tuple[smtplib.SMTP, bool]:
    """A connection, and whether it is encrypted. Certificates are verified. This machine needs none."""
    if scheme == "smtps":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=context), True
    server = smtplib.SMTP(host, port, timeout=TIMEOUT_S)
    server.ehlo()
    if host in _THIS_MACHINE or not server.has_extn("starttls"):
        return server, False
    server.starttls(context=ssl.create_default_context())
    server.ehlo()
    return server, True


def mail_of(
    sender: str, recipient: str, subject: str, texts: Sequence[str], fragments: Sequence[str], key: str
) -> EmailMessage:
    """A mail as text and HTML. `key` makes its Message-ID, so that a mail sent twice is recognised."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, recipient, subject
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = f"<{key}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(f"\n{'-' * 70}\n\n".join(texts))
    mail.add_alternative(html_page(subject, fragments), subtype="html")
    return mail


def _words(error: Exception) -> str:
    """An error without the addresses that its text may quote."""
    code = getattr(error, "smtp_code", None)
    if code is None and isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next(iter(error.recipients.values()), (None,))[0]
    if isinstance(error, smtplib.SMTPException):
        return f"{type(error).__name__}{f' {code}' if code else ''}"
    reason = error.strerror if isinstance(error, OSError) else None
    return f"{type(error).__name__}{f': {reason}' if reason else ''}"
