"""The documented shapes of what Bulk 2.0 answers."""

from typing import Any

from tests.contract.sandbox_properties.bulk_strategies import BULK
from tests.contract.sandbox_properties.conftest import Answer, Connection


def check_refusal(answer: Answer) -> None:
    """A refusal is JSON: a text, or failures that each name a field and a constraint."""
    assert answer.kind.startswith("application/json")
    body = answer.json()
    if isinstance(body, dict):
        assert set(body) == {"failures"}
        assert body["failures"]
        for failure in body["failures"]:
            assert set(failure) <= {"field", "value", "constraint"}
            assert isinstance(failure["field"], str)
            assert failure["constraint"]
    else:
        assert isinstance(body, str)
        assert body


def check_sync(ask: Connection, uri: str) -> None:
    seen = ask("GET", BULK + uri).json()
    assert seen["status"] in ("pending", "active", "success", "warning", "error")
    for part in ("logs", "rejects", "data"):
        answer = ask("GET", f"{BULK}{uri}/{part}?limit=3")
        if answer.status == 200:
            check_page(answer.json(), 3)
        else:
            check_refusal(answer)


def check_page(page: dict[str, Any], limit: int) -> None:
    items = page.get("items", [])
    assert page["count"] == len(items) <= limit
    assert isinstance(page["hasMore"], bool)
    assert page["hasMore"] == (page["offset"] + page["count"] < page["totalResults"])
    for item in items:
        assert (
            all(isinstance(value, str) for value in item.values())
            or "createdAt" in item
            or "fieldValues" in item
        )
