"""What every call has in common: the body it may have, the answer it gets."""

import gzip

from tests.contract.sandbox_control.conftest import CONTACTS, ELOQUA, Caller


def test_every_answer_has_a_request_id(call: Caller) -> None:
    ids = {
        call("GET", path, headers=ELOQUA).headers["X-Request-Id"] for path in (CONTACTS, CONTACTS, "/nowhere")
    }

    assert len(ids) == 3


def test_a_zipped_body_is_read(call: Caller) -> None:
    body = gzip.compress(b'{"emailAddress": "zipped@wire.example"}')

    answer = call("POST", "/api/rest/1.0/data/contact", body, {**ELOQUA, "Content-Encoding": "gzip"})

    assert answer.status == 201


def test_a_broken_zipped_body_is_refused_and_not_a_fault_of_ours(call: Caller) -> None:
    answer = call(
        "POST", "/api/rest/1.0/data/contact", b"\x1f\x8b broken", {**ELOQUA, "Content-Encoding": "gzip"}
    )

    assert answer.status == 400


def test_a_large_answer_is_zipped_for_those_who_ask(call: Caller) -> None:
    path = "/api/rest/1.0/data/contacts?count=100&depth=complete"
    plain = call("GET", path, headers=ELOQUA)
    zipped = call("GET", path, headers={**ELOQUA, "Accept-Encoding": "gzip"})

    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.body) == plain.body
    assert len(zipped.body) < len(plain.body) / 2


def test_a_head_has_no_body(call: Caller) -> None:
    answer = call("HEAD", "/_sandbox")

    assert answer.status == 200
    assert answer.body == b""
    assert int(answer.headers["Content-Length"]) > 100


def test_a_path_nobody_knows_is_a_404(call: Caller) -> None:
    assert call("GET", "/api/rest/9.0/data/contacts", headers=ELOQUA).status == 404
    assert call("PATCH", "/anything").status == 404
