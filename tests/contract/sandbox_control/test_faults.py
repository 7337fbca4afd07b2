"""Scripted faults: the client gets what was scripted, and nothing else."""

import http.client
import time

import pytest

from tests.conftest import Sandbox
from tests.contract.sandbox_control.conftest import CONTACTS, ELOQUA, Caller


def test_a_fault_is_played_as_often_as_it_was_scripted(sandbox: Sandbox, call: Caller) -> None:
    sandbox.control("POST", "faults", {"path": "contacts", "times": 2, "answer": {"status": 503}})

    assert [call("GET", CONTACTS, headers=ELOQUA).status for _ in range(3)] == [503, 503, 200]


def test_skip_and_every_choose_the_calls(sandbox: Sandbox, call: Caller) -> None:
    sandbox.control(
        "POST", "faults", {"path": "contacts", "skip": 1, "every": 2, "times": -1, "answer": {"status": 500}}
    )

    assert [call("GET", CONTACTS, headers=ELOQUA).status for _ in range(5)] == [200, 200, 500, 200, 500]


def test_a_fault_has_the_head_and_body_it_was_given(sandbox: Sandbox, call: Caller) -> None:
    sandbox.control(
        "POST",
        "faults",
        {
            "method": "GET",
            "path": "contacts",
            "answer": {
                "status": 429,
                "reason": "Slow down",
                "headers": {"Retry-After": "7"},
                "body": {"why": "too many"},
            },
        },
    )

    answer = call("GET", CONTACTS, headers=ELOQUA)

    assert (answer.status, answer.reason, answer.headers["Retry-After"]) == (429, "Slow down", "7")
    assert answer.json() == {"why": "too many"}


def test_a_wrong_content_type_keeps_the_real_body(sandbox: Sandbox, call: Caller) -> None:
    real = call("GET", CONTACTS, headers=ELOQUA)
    sandbox.control(
        "POST", "faults", {"path": "contacts", "answer": {"content_type": "text/html", "when": "after"}}
    )

    answer = call("GET", CONTACTS, headers=ELOQUA)

    assert answer.headers["Content-Type"] == "text/html"
    assert answer.body == real.body


def test_a_cut_before_means_that_nothing_was_done(sandbox: Sandbox, call: Caller) -> None:
    sandbox.control("POST", "faults", {"method": "POST", "path": "data/contact", "answer": {"cut": True}})

    with pytest.raises((http.client.HTTPException, OSError)):
        call("POST", "/api/rest/1.0/data/contact", {"emailAddress": "cut@before.example"}, ELOQUA)

    assert sandbox.control("GET", "journal?key=cut@before.example")["count"] == 0


def test_a_cut_after_means_that_it_was_done_and_nobody_heard(sandbox: Sandbox, call: Caller) -> None:
    sandbox.control(
        "POST", "faults", {"method": "POST", "path": "data/contact", "answer": {"cut": True, "when": "after"}}
    )

    with pytest.raises((http.client.HTTPException, OSError)):
        call("POST", "/api/rest/1.0/data/contact", {"emailAddress": "cut@after.example"}, ELOQUA)

    assert sandbox.control("GET", "journal?entity=contact&key=cut@after.example")["count"] == 1


def test_a_truncated_answer_ends_in_the_middle(sandbox: Sandbox, call: Caller) -> None:
    sandbox.control("POST", "faults", {"path": "contacts", "answer": {"truncate": 0.5}})

    with pytest.raises(http.client.IncompleteRead) as cut:
        call("GET", CONTACTS, headers=ELOQUA)

    assert len(cut.value.partial) > 0


def test_an_answer_can_be_late(sandbox: Sandbox, call: Caller) -> None:
    sandbox.control("POST", "faults", {"path": "contacts", "answer": {"delay_ms": 300}})
    began = time.monotonic()

    assert call("GET", CONTACTS, headers=ELOQUA).status == 200
    assert time.monotonic() - began >= 0.3


def test_the_control_door_has_no_faults(sandbox: Sandbox) -> None:
    sandbox.control("POST", "faults", {"path": ".", "times": -1, "answer": {"status": 500}})

    assert sandbox.control("GET", "faults")["faults"][0]["played"] == 0


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"path": "x"}, "needs 'answer'"),
        ({"path": "(", "answer": {"status": 500}}, "no regular expression"),
        ({"answer": {"status": 99}}, "from 200 to 599"),
        ({"answer": {"status": "500"}}, "whole number"),
        ({"answer": {}}, "empty"),
        ({"answer": {"reason": "x"}}, "needs a 'status'"),
        ({"answer": {"cut": True, "truncate": 1}}, "both 'cut' and 'truncate'"),
        ({"answer": {"status": 500, "wen": "after"}}, "has no 'wen'; allowed: status, reason"),
        ({"answer": {"status": 500}, "time": 2}, "has no 'time'; allowed: method, path"),
        ({"answer": {"status": 500}, "times": 0}, "at least 1"),
        ({"answer": {"status": 500}, "method": "get"}, "one of *, GET"),
    ],
)
def test_a_fault_that_means_nothing_is_refused_with_what_is_allowed(
    call: Caller, fault: object, message: str
) -> None:
    answer = call("POST", "/_sandbox/faults", fault)

    assert answer.status == 400
    assert message in answer.json()["error"]
