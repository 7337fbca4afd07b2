"""A text that is too long for its field is reported, and the row is taken without it."""

from __future__ import annotations

import pytest

from tests.contract.sandbox_bulk.conftest import EMAIL, FIRST, Bulk

COMPANY = "{{Contact.Field(C_Company)}}"


@pytest.mark.parametrize(("length", "taken"), [(100, True), (101, False), (300, False)])
def test_a_small_text_of_a_contact_holds_100_characters(bulk: Bulk, length: int, taken: bool) -> None:
    text = "x" * length
    sync = bulk.contacts(
        [{"E": "long@a.example", "F": "Ann", "C": text}], fields={"E": EMAIL, "F": FIRST, "C": COMPANY}
    )
    found = bulk.by_email("long@a.example", F=FIRST, C=COMPANY)
    assert found == {"E": "long@a.example", "F": "Ann", "C": text if taken else ""}
    rejects = [(one["statusCode"], one["invalidFields"]) for one in bulk.rejects(sync)]
    assert rejects == ([] if taken else [("ELQ-00040", ["C"])])
    assert sync["status"] == ("success" if taken else "warning")
    if not taken:
        assert ("ELQ-00144", 1) in bulk.logs(sync)


def test_characters_are_counted_and_not_bytes(bulk: Bulk) -> None:
    sync = bulk.contacts([{"E": "wide@a.example", "C": "é" * 100}], fields={"E": EMAIL, "C": COMPANY})
    assert sync["status"] == "success"
