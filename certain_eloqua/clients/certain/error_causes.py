"""Causes of Certain's errors: HTML error pages of API 2.0, JSON of the newer APIs."""

import html
import json
import re

from certain_eloqua.clients.http import describe_body

_HEADING = re.compile(r"HTTP Status \d+\s*(?:-|–|—|&#8211;|&ndash;)\s*([^<]+)", re.IGNORECASE)


def explain(status: int, content_type: str, body: bytes) -> str:
    """What Certain objects to: a JSON message, or the heading `HTTP Status 400 - <message>` of a page."""
    text = body.decode(errors="replace")
    try:
        answer = json.loads(text)
    except ValueError:
        found = _HEADING.search(text)
        if found and found.group(1).strip():
            return " ".join(html.unescape(found.group(1)).split())[:300]
        return describe_body(status, content_type, body)
    if isinstance(answer, dict):
        errors = answer.get("errors")
        first = errors[0] if isinstance(errors, list) and errors else None
        inner = first.get("message") if isinstance(first, dict) else first
        return str(answer.get("message") or answer.get("error") or inner or "refused without a reason")[:300]
    return str(answer)[:300]
