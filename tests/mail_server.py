"""A real SMTP server on a free port, which collects mails and can be down."""

import asyncio
import email
import email.policy
import threading
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP


class MailServer:
    """Started by `start`, stopped by `stop`; a server that was stopped can be started again on its port."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuses = False
        self.port = 0
        self._arrived = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        def protocol() -> SMTP:
            return SMTP(self, hostname="mail.example.com")

        async def serve() -> asyncio.Server:
            return await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", self.port)

        self._server = asyncio.run_coroutine_threadsafe(serve(), self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        if self._server is not None:
            self._loop.call_soon_threadsafe(self._server.close)
            asyncio.run_coroutine_threadsafe(asyncio.sleep(0), self._loop).result(10)
            self._server = None

    async def handle_DATA(self, server, session, envelope) -> str:
        if self.refuses:
            return "451 try again later"
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        with self._arrived:
            self.mails.append(mail)
            self._arrived.notify_all()
        return "250 OK"

    def wait_for(self, number: int, seconds: float) -> list[EmailMessage]:
        """The mails, when so many have arrived."""
        with self._arrived:
            arrived = self._arrived.wait_for(lambda: len(self.mails) >= number, seconds)
        assert arrived, f"{len(self.mails)} of {number} mails after {seconds} seconds"
        return list(self.mails)
