"""Refusals of the Application API: status texts, and validation errors as a JSON array."""

from __future__ import annotations

from typing import Any

from certain_eloqua_sandbox.eloqua import phrases
from certain_eloqua_sandbox.wire import Refusal, json_response, shortened

PHRASES = {
    **phrases.PHRASES,
    301: "Login required",
    401: "You are not authorized to make this request.",
}


def phrase(status: int) -> str:
    """Return the text of a status."""
    return PHRASES.get(status, "")


def not_found() -> Refusal:
    """Return the refusal of an unknown id."""
    return Refusal(json_response(phrase(404), 404, phrase(404)))


def has_dependencies() -> Refusal:
    """Return the refusal to delete what something else needs."""
    return Refusal(json_response(phrase(412), 412, phrase(412)))


def sandbox_is_full() -> Refusal:
    """Return the refusal of a new contact in an Oracle sandbox that has its 10,000 (release 25C)."""
    reason = "Sandbox Limit Exceeded"
    return Refusal(json_response(reason, 409, reason))


def unreadable() -> Refusal:
    """Return the refusal of a body that is no JSON object."""
    reason = "There was a parsing error."
    return Refusal(json_response(reason, 400, reason))


def _shown(value: Any) -> str:
    return "<null>" if value is None else shortened(str(value))


def bad_parameter(parameter: str, value: Any, requirement: str, **more: Any) -> Refusal:
    """Return the refusal of a value in the path or the query."""
    error = {
        "type": "EndpointParameterError",
        "parameter": parameter,
        "requirement": {"type": requirement, **more},
        "value": _shown(value),
    }
    return Refusal(json_response([error], 400, phrase(400)))


def bad_value(
    object_type: str,
    property_: str,
    value: Any,
    requirement: str,
    *,
    object_id: int | str | None = None,
    status: int = 400,
    **more: Any,
) -> Refusal:
    """Return the refusal of a property; a duplicate has the same shape with status 409."""
    container: dict[str, Any] = {"type": "ObjectKey", "objectType": object_type}
    if object_id is not None:
        container["objectId"] = str(object_id)
    error = {
        "type": "ObjectValidationError",
        "container": container,
        "property": property_,
        "requirement": {"type": requirement, **more},
        "value": _shown(value),
    }
    return Refusal(json_response([error], status, phrase(status)))


def duplicate(object_type: str, property_: str, value: Any, object_id: int | str | None = None) -> Refusal:
    """Return the refusal of a value that must be unique and is not."""
    return bad_value(
        object_type,
        property_,
        value,
        "UniquenessRequirement",
        object_id=object_id,
        status=409,
        uniquenessScope="global",
    )
