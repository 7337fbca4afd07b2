"""Scripted faults: from the body of ``POST /_sandbox/faults`` to what the server plays."""

from __future__ import annotations

from typing import Any

import orjson

from certain_eloqua_sandbox import bodies
from certain_eloqua_sandbox.world import Fault

METHODS = ("*", "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")


def _body(what: str, value: Any) -> Any:
    """Texts are sent unchanged, everything else as JSON."""
    del what
    return value if isinstance(value, str) else orjson.dumps(value)


ANSWER: dict[str, bodies.Check] = {
    "status": bodies.whole(200, 599),
    "reason": bodies.text,
    "headers": bodies.texts,
    "body": _body,
    "content_type": bodies.text,
    "delay_ms": bodies.number(0, 600_000),
    "cut": bodies.flag,
    "truncate": bodies.number(0),
    "when": bodies.one_of("before", "after"),
}


def _answer(what: str, value: Any) -> dict[str, Any]:
    answer = bodies.keys(value, ANSWER, what=what)
    if not answer:
        raise bodies.refusal(f"{what} is empty: say what to do, with {', '.join(ANSWER)}")
    if "cut" in answer and answer["cut"] and "truncate" in answer:
        raise bodies.refusal(
            f"{what} has both 'cut' and 'truncate': nothing is sent, or a part of the answer"
        )
    real = answer.get("when") == "after" or "truncate" in answer
    does = answer.keys() & {"status", "body", "cut"}
    if not real and not does and not (answer.keys() <= {"delay_ms", "when"}):
        raise bodies.refusal(f"{what} needs a 'status', a 'body', 'cut', 'truncate' or \"when\": \"after\"")
    if "body" in answer and "content_type" not in answer and isinstance(answer["body"], bytes):
        answer["content_type"] = "application/json; charset=utf-8"
    if isinstance(answer.get("body"), str):
        answer["body"] = answer["body"].encode()
    return answer


FAULT: dict[str, bodies.Check] = {
    "method": bodies.one_of(*METHODS),
    "path": bodies.expression,
    "times": bodies.whole(-1),
    "skip": bodies.whole(0),
    "every": bodies.whole(1),
    "answer": _answer,
}


def fault_of(value: Any, what: str = "a fault") -> Fault:
    """Return a checked fault. Raises :class:`Refusal` with what is wrong."""
    given = bodies.keys(value, FAULT, what=what, required=("answer",))
    if given.get("times") == 0:
        raise bodies.refusal(f"'times' of {what} must be at least 1, or -1 for ever")
    return Fault(
        method=given.get("method", "*"),
        path=given.get("path", ""),
        times=given.get("times", 1),
        skip=given.get("skip", 0),
        every=given.get("every", 1),
        answer=given["answer"],
    )


def shown(fault: Fault) -> dict[str, Any]:
    """Return a fault as JSON, with how often it was played."""
    answer = dict(fault.answer)
    if isinstance(answer.get("body"), bytes):
        answer["body"] = answer["body"].decode(errors="replace")
    return {
        "method": fault.method,
        "path": fault.path,
        "times": fault.times,
        "skip": fault.skip,
        "every": fault.every,
        "played": fault.played,
        "answer": answer,
    }
