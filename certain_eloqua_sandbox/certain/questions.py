"""Answers to questions, wrapped as XML has them: ``{"question": [{…, "answers": {"answer": [ ]}}]}``."""

from __future__ import annotations

from typing import Any

from certain_eloqua_sandbox.certain.answers import stop
from certain_eloqua_sandbox.certain.members import as_object, as_objects
from certain_eloqua_sandbox.wire import Request

IDENTITY = ("questionName", "questionCode", "questionId")


def merged(request: Request, member: str, before: Any, posted: Any) -> dict[str, Any]:
    """Put posted answers over stored ones, question by question; the others stay."""
    questions: list[dict[str, Any]] = list((before or {}).get("question", []))
    posted = as_object(request, member, posted)
    for question in as_objects(request, member, posted.get("question") or []):
        name = next((key for key in IDENTITY if question.get(key) not in (None, "")), None)
        if name is None:
            stop(request, 400, f"{member}: a question needs a questionName")
        question = _with_answers(request, member, question)
        for position, old in enumerate(questions):
            if old.get(name) == question[name]:
                questions[position] = {**old, **question}
                break
        else:
            questions.append(question)
    return {"question": questions}


def _with_answers(request: Request, member: str, question: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in question.items() if value is not None}
    if "answers" in kept:
        answers = as_object(request, f"{member}.answers", kept["answers"])
        kept["answers"] = {"answer": as_objects(request, f"{member}.answers", answers.get("answer") or [])}
    return kept
