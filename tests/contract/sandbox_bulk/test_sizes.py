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


NUMBER = "{{Contact.Field(C_Lead_Score1)}}"
DAY = "{{Contact.Field(C_Lead_Score_Date___Most_Recent1)}}"


def test_a_number_holds_15_digits_before_the_point_and_4_after_it(bulk: Bulk) -> None:
    texts = {
        "": True,
        "0": True,
        "-12.5": True,
        "+7": True,
        ".25": True,
        "999999999999999.9999": True,
        "1000000000000000": False,
        "1.00001": False,
        "1e3": False,
        "1_000": False,
        "1,000": False,
        "$12": False,
        "١٢": False,
        "NaN": False,
    }
    rows = [{"E": f"n{place}@a.example", "N": text} for place, text in enumerate(texts)]
    sync = bulk.contacts(rows, fields={"E": EMAIL, "N": NUMBER})
    taken = {one["recordIndex"] for one in bulk.rejects(sync) if one["statusCode"] == "ELQ-00040"}
    assert taken == {place for place, good in enumerate(texts.values(), start=1) if not good}
    assert ("ELQ-00004", len(texts)) in bulk.logs(sync)  # the rows are taken, without these values
    assert bulk.by_email("n5@a.example", N=NUMBER) == {"E": "n5@a.example", "N": "999999999999999.9999"}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2026-11-26", "2026-11-26 00:00:00"),
        ("2026-11-26 10:00:00", "2026-11-26 10:00:00"),
        ("2026-11-26 10:00:00.123", ""),
        ("2026-11-26T15:00:00.0Z", ""),
    ],
)
def test_a_date_with_fractions_of_a_second_is_reported_and_not_written(
    bulk: Bulk, sent: str, kept: str
) -> None:
    sync = bulk.contacts([{"E": "day@a.example", "D": sent}], fields={"E": EMAIL, "D": DAY})
    assert bulk.by_email("day@a.example", D=DAY) == {"E": "day@a.example", "D": kept}
    assert [one["invalidFields"] for one in bulk.rejects(sync)] == ([] if kept else [["D"]])
