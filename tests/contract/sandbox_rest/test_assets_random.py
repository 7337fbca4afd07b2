"""Bodies of any shape: an asset keeps them or is refused, and shows every id and time as text."""

import random
from typing import Any

import pytest

from tests.contract.sandbox_rest.conftest import Rest

WORDS = (
    "id", "type", "elements", "fields", "stages", "validations", "processingSteps", "mappings", "condition",
    "fieldId", "sourceFormFieldId", "htmlName", "htmlContent", "html", "htmlBody", "folderId",
    "emailGroupId", "rules", "statement", "contentSection", "criteria", "list", "defaultContentSection",
    "size", "optionListId", "isIncluded", "fieldValues", "value", "keyFieldMappingSourceId", "layout",
    "outputTerminals", "connectedId", "description", "scope",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 7, -500_000, 2**63, 1.5, "", "x", "-1", "6", "RawHtmlContent", "FormField",
    "FormFieldGroup", "FormFieldComparisonCriteria", "ContactListSegmentElement", "ä\x00🎉", [], {}, "340",
)  # fmt: skip
PATHS = (
    "email", "email/header", "email/group", "email/folder", "form", "landingPage", "dynamicContent",
    "contentSection", "contact/segment", "optionList", "program", "campaign", "microsite",
)  # fmt: skip


def anything(chance: random.Random, level: int = 0) -> Any:
    roll = chance.random()
    if level < 4 and roll < 0.35:
        return {chance.choice(WORDS): anything(chance, level + 1) for _ in range(chance.randint(0, 5))}
    if level < 4 and roll < 0.55:
        return [anything(chance, level + 1) for _ in range(chance.randint(0, 3))]
    return chance.choice(VALUES)


def texts_only(value: Any) -> bool:
    if isinstance(value, dict):
        return all(texts_only(one) for one in value.values())
    return all(texts_only(one) for one in value) if isinstance(value, list) else isinstance(value, str)


@pytest.mark.parametrize("path", PATHS)
def test_any_body_is_taken_or_refused(rest: Rest, path: str) -> None:
    chance = random.Random(path)
    for turn in range(60):
        body = {"name": f"Any {turn}", **{chance.choice(WORDS): anything(chance) for _ in range(4)}}
        answer = rest("POST", f"/assets/{path}", body)
        assert answer.status_code in (201, 400, 409) or (answer.status_code, path) == (
            501,
            "contact/segment",
        ), (
            body,
            answer.text,
        )
        if answer.status_code != 201:
            continue
        made = answer.json()
        assert texts_only(made), made
        assert rest.get(f"/assets/{path}/{made['id']}") == made
        again = rest("PUT", f"/assets/{path}/{made['id']}", made)
        assert again.status_code == 200, (made, again.text)
        assert {**again.json(), "updatedAt": ""} == {**made, "updatedAt": ""}
