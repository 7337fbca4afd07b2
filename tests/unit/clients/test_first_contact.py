"""A platform that has never answered is given up soon, with what to check; one that has answered is not."""

import contextlib
import datetime as dt
import socket
import ssl
import threading
from pathlib import Path

import pytest

from certain_eloqua.clients import errors
from certain_eloqua.clients.http import HttpClient

OPTIONS = {"random": lambda: 1.0, "timeout": (5.0, 5.0)}


def free_address() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def client(address: str, slept: list[float], progress: list[str] | None = None) -> HttpClient:
    options = {**OPTIONS, "sleep": slept.append}
    if progress is not None:
        options["progress"] = progress.append
    return HttpClient(address, platform="Certain", address_from="CERTAIN_BASE_URL", **options)


def unreachable(address: str, slept: list[float], method: str = "GET") -> errors.Unreachable:
    with client(address, slept) as http, pytest.raises(errors.Unreachable) as raised:
        http.request(method, "/Event/NWIND", doing="Reading the events")
    return raised.value


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_refused_connection_ends_after_seconds_with_what_to_check(method):
    slept: list[float] = []
    address = free_address()
    error = unreachable(address, slept, method)
    assert sum(slept) <= 15
    text = str(error)
    for part in (
        "Reading the events",
        address,
        "the connection is refused",
        "Check CERTAIN_BASE_URL",
        "proxy",
    ):
        assert part in text


def test_a_name_that_does_not_resolve_is_named():
    error = unreachable("https://no-such-host.invalid", [])
    assert "https://no-such-host.invalid cannot be reached: the name of the host does not resolve" in str(
        error
    )


@pytest.fixture
def untrusted(tmp_path: Path):
    """A server with a certificate that nobody has signed."""
    certificate, key = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True):
                pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"https://localhost:{listener.getsockname()[1]}"
    stop.set()
    with contextlib.suppress(OSError):
        socket.create_connection(listener.getsockname(), 1).close()
    listener.close()
    thread.join(5)


def self_signed(folder: Path) -> tuple[str, str]:
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return str(folder / "cert.pem"), str(folder / "key.pem")


def test_a_certificate_nobody_trusts_is_never_accepted(untrusted):
    error = unreachable(untrusted, [])
    assert "its certificate is not trusted" in str(error)


def test_every_wait_is_shown_with_attempt_and_seconds():
    progress: list[str] = []
    with client(free_address(), [], progress) as http, pytest.raises(errors.Unreachable):
        http.request("GET", "/x", doing="Reading the events")
    assert [message.partition(":")[0] for message in progress] == [
        "Attempt 1 of 3 failed, next try in 1.0 s",
        "Attempt 2 of 3 failed, next try in 2.0 s",
    ]


def test_a_platform_that_answered_before_is_waited_for_with_the_long_patience(slept):
    address = free_address()
    port = int(address.rpartition(":")[2])
    with socket.create_server(("127.0.0.1", port)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")

        thread = threading.Thread(target=answer)
        thread.start()
        http = client(address, slept)
        assert http.request("GET", "/x", doing="Asking").status == 200
        thread.join(10)
    with http, pytest.raises(errors.ConnectionLost) as raised:
        http.request("GET", "/x", doing="Asking again")
    assert not isinstance(raised.value, errors.Unreachable)
    assert len(slept) == 7


@pytest.fixture
def slept() -> list[float]:
    return []
