"""Flat names with dots into the nested bodies that Certain's API takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from certain_eloqua.mapping.pairs import QUESTION


def nested(fields: Mapping[str, str]) -> dict[str, Any]:
    """The fields as a body: `address.city` inside `address`, questions in their list."""
    body: dict[str, Any] = {}
    questions: list[dict[str, Any]] = []
    for name, value in fields.items():
        if name.startswith(QUESTION):
            questions.append(
                {"questionName": name.removeprefix(QUESTION), "answers": {"answer": [{"value": value}]}}
            )
            continue
        *parents, last = name.split(".")
        inner = body
        for parent in parents:
            inner = inner.setdefault(parent, {})
        inner[last] = value
    if questions:
        body["profileQuestions"] = {"question": questions}
    return body
