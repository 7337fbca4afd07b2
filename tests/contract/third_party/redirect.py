"""A way to lead an unmodified client to the sandbox: a proxy, and a certificate authority made for the run.

The client learns both by its environment (`HTTPS_PROXY`, `REQUESTS_CA_BUNDLE`), as in a company with a
proxy that looks into TLS. It asks for `https://login.eloqua.com`; the proxy answers the `CONNECT`, shows a
certificate for that name, and passes every request on to the sandbox with the host it was meant for.
"""

import http.client
import http.server
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

HOSTS = ("login.eloqua.com", "secure.p01.eloqua.com", "secure.p02.eloqua.com", "secure.p03.eloqua.com")
PASSED_ON = {
    "connection",
    "proxy-connection",
    "keep-alive",
    "transfer-encoding",
    "content-length",
    "date",
    "server",
}


def make_certificates(folder: Path) -> tuple[Path, Path]:
    """Make an authority and a certificate for Eloqua's hosts; returns the files of both."""
    authority, server = folder / "authority.pem", folder / "server.pem"

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=folder)

    openssl(
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=Sandbox test authority",
        "-keyout",
        "authority.key",
        "-out",
        authority.name,
        "-addext",
        "basicConstraints=critical,CA:TRUE",
        "-addext",
        "keyUsage=critical,keyCertSign",
    )
    openssl(
        "req",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        f"/CN={HOSTS[0]}",
        "-keyout",
        "server.key",
        "-out",
        "server.csr",
    )
    names = ",".join(f"DNS:{host}" for host in HOSTS)
    (folder / "names.txt").write_text(f"subjectAltName={names}\nextendedKeyUsage=serverAuth\n")
    openssl(
        "x509",
        "-req",
        "-in",
        "server.csr",
        "-CA",
        authority.name,
        "-CAkey",
        "authority.key",
        "-CAcreateserial",
        "-days",
        "2",
        "-extfile",
        "names.txt",
        "-out",
        "server.crt",
    )
    server.write_text((folder / "server.crt").read_text() + (folder / "server.key").read_text())
    return authority, server


@dataclass
class Redirect:
    """A running proxy: what to put into a client's environment, and what passed through it."""

    url: str
    authority: Path
    seen: list[tuple[str, str, str, int]] = field(default_factory=list)  # host, method, path, status

    def environment(self) -> dict[str, str]:
        """The variables that lead a client here."""
        return {
            "HTTPS_PROXY": self.url,
            "https_proxy": self.url,
            "NO_PROXY": "",
            "no_proxy": "",
            "REQUESTS_CA_BUNDLE": str(self.authority),
            "SSL_CERT_FILE": str(self.authority),
        }


@contextmanager
def redirect(sandbox: str, folder: Path) -> Iterator[Redirect]:
    """Run a proxy that leads Eloqua's hosts to the sandbox."""
    authority, certificate = make_certificates(folder)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    target = urlsplit(sandbox)
    handle = Redirect("", authority)

    class Proxy(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        meant_for = ""

        def do_CONNECT(self) -> None:
            host = self.path.partition(":")[0]
            if host not in HOSTS:
                self.send_error(403, f"{host} is none of Eloqua's hosts")
                return
            self.send_response_only(200, "Connection established")
            self.end_headers()
            self.wfile.flush()
            self.meant_for = host
            self.connection = self.request = tls.wrap_socket(self.connection, server_side=True)
            self.rfile = self.connection.makefile("rb", -1)
            self.wfile = self.connection.makefile("wb", 0)
            self.close_connection = False

        def finish(self) -> None:
            super().finish()
            self.connection.close()  # the server closes only the socket that it wrapped

        def pass_on(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length) if length else None
            headers = {name: value for name, value in self.headers.items() if name.lower() not in PASSED_ON}
            headers["X-Forwarded-Proto"] = "https"
            behind = http.client.HTTPConnection(target.hostname or "", target.port, timeout=60)
            try:
                behind.request(self.command, self.path, body=body, headers=headers)
                answer = behind.getresponse()
                content = answer.read()
            finally:
                behind.close()
            handle.seen.append((self.meant_for, self.command, self.path, answer.status))
            self.send_response_only(answer.status, answer.reason)
            for name, value in answer.getheaders():
                if name.lower() not in PASSED_ON:
                    self.send_header(name, value)
            if answer.status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = pass_on  # noqa: N815  the names that http.server calls

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Say nothing: clients hang up in the middle."""

    server = Server(("127.0.0.1", 0), Proxy)
    handle.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield handle
    finally:
        server.shutdown()
        server.server_close()
