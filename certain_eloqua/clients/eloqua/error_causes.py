"""Causes of Eloqua's errors: the Bulk API's `failures`, and the REST API's arrays of validation errors.

Sources: Oracle, "HTTP status codes", "Validation errors". Values are left out: they are people's.
"""

import json
from typing import Any

from certain_eloqua.clients.http import describe_body


def explain(status: int, content_type: str, body: bytes) -> str:
    """What Eloqua objects to. The body may be empty, text, HTML, an object or an array."""
    try:
        answer = json.loads(body)
    except ValueError:
        return describe_body(status, content_type, body)
    if isinstance(answer, str):
        return answer
    faults = answer.get("failures", [answer]) if isinstance(answer, dict) else answer
    if not isinstance(faults, list):
        return describe_body(status, content_type, body)
    words = [_fault(fault) for fault in faults if isinstance(fault, dict)]
    return "; ".join(word for word in words if word) or "refused without a reason"


def _fault(fault: dict[str, Any]) -> str:
    place = fault.get("field") or fault.get("property") or fault.get("parameter") or ""
    requirement = fault.get("requirement")
    reason = (
        fault.get("constraint")
        or (requirement.get("type") if isinstance(requirement, dict) else requirement)
        or fault.get("error_description")
        or fault.get("message")
        or fault.get("error")
        or fault.get("type")
        or ""
    )
    return f"{place}: {reason}" if place else str(reason)
