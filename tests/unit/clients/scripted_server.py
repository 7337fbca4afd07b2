"""A server with scripted replies, for the faults of the wire. It knows no platform."""

import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Reply:
    """One answer. `stop_after` bytes of the body the connection is cut; `hang_up` says nothing at all."""

    status: int = 200
    body: str | bytes = "{}"
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    stop_after: int | None = None
    hang_up: bool = False


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of the script."""


class ScriptedServer:
    def __init__(self) -> None:
        self.script: deque[Reply] = deque()
        self.asked: list[Asked] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                outer.asked.append(
                    Asked(self.command, self.path, dict(self.headers), self.rfile.read(length))
                )
                reply = outer.script.popleft() if outer.script else Reply(599, "the script is over")
                if reply.hang_up:
                    self.close_connection = True
                    self.connection.close()
                    return
                body = reply.body.encode() if isinstance(reply.body, str) else reply.body
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", reply.content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body if reply.stop_after is None else body[: reply.stop_after])
                if reply.stop_after is not None:
                    self.close_connection = True

            do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - the names http.server calls

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = QuietServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def replies(self, *answers: Reply) -> None:
        self.script.extend(answers)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
