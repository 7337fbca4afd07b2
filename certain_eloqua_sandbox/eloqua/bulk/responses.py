"""What Bulk answers look like: reason phrases, validation failures, the list envelope."""

from __future__ import annotations

from typing import Any

import orjson

from certain_eloqua_sandbox.eloqua import phrases
from certain_eloqua_sandbox.wire import Refusal, Request, Response, json_response, shortened

PHRASES = {
    **phrases.PHRASES,
    200: "OK",
    201: "Success",
    204: "No Content",
    401: "You are not authorized to make this request",
}
PARSING_ERROR = "There was a parsing error."
NAME_RULE = "Must be a string value, at least 1 character and at most 100 characters long."

Failure = dict[str, Any]


def refuse(request: Request, status: int, message: str) -> Response:
    """Return an error: the phrase as reason, the message (or the phrase) as a JSON string."""
    del request
    phrase = PHRASES.get(status, "Error")
    if status == 401:
        return json_response(message or "Not authenticated.", 401, phrase)
    return json_response(message or phrase, status, phrase)


def refused(status: int, message: str = "") -> Refusal:
    """Return the exception that ends a request with an error."""
    phrase = PHRASES.get(status, "Error")
    return Refusal(json_response(message or phrase, status, phrase))


def unreadable() -> Refusal:
    """Return the refusal of a body that is not of its content type."""
    return Refusal(json_response(PARSING_ERROR, 400, PARSING_ERROR))


def json_object(request: Request) -> dict[str, Any]:
    """Return the JSON object that a request carries, or refuse what is none."""
    if not request.header("content-type"):
        raise unreadable()
    try:
        sent = request.json()
    except ValueError:
        raise unreadable() from None
    if not isinstance(sent, dict):
        raise unreadable()
    return sent


def failure(field: str, constraint: str, value: Any = None) -> Failure:
    """Return one entry of ``failures``; the value is left out when nothing was sent."""
    entry: Failure = {"field": field}
    if value is not None:
        entry["value"] = shortened(value if isinstance(value, str) else _shown(value))
    entry["constraint"] = constraint
    return entry


def _shown(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except (TypeError, ValueError):
        return str(value)


def invalid(failures: list[Failure]) -> Refusal:
    """Return the refusal of a request with validation faults."""
    return Refusal(json_response({"failures": failures}, 400, PHRASES[400]))


def ok(value: Any) -> Response:
    """Return a 200 answer."""
    return json_response(value, 200, PHRASES[200])


def created(value: Any) -> Response:
    """Return a 201 answer."""
    return json_response(value, 201, PHRASES[201])


def nothing() -> Response:
    """Return a 204 answer."""
    return Response(status=204, reason=PHRASES[204])
