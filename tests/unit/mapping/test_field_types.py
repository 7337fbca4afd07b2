"""What fits into a field, and what is sent of a value that does not."""

import pytest

from certain_eloqua.mapping.field_types import (
    DoesNotFit,
    FieldType,
    Fitter,
    eloqua_type,
    fitted,
    types_as_json,
    types_from_json,
)

SMALL, NUMBER, DATE = FieldType("text", 100), FieldType("number"), FieldType("date")


@pytest.mark.parametrize(
    ("data_type", "display_type", "expected"),
    [
        ("text", "text", SMALL),
        ("text", "singleSelect", SMALL),
        ("text", "multiSelect", FieldType("text", 1_000)),
        ("largeText", "textArea", FieldType("text", 32_000)),
        ("numeric", "text", NUMBER),
        ("number", "text", NUMBER),
        ("date", "text", DATE),
        ("mystery", "text", None),
    ],
)
def test_the_type_of_a_field_by_the_words_of_rest(data_type, display_type, expected):
    assert eloqua_type(data_type, display_type) == expected


def test_a_custom_objects_small_text_is_larger():
    assert eloqua_type("text", "text", small_text=250) == FieldType("text", 250)


@pytest.mark.parametrize(
    ("value", "of", "sent", "remarked"),
    [
        ("x" * 100, SMALL, "x" * 100, False),
        ("x" * 101, SMALL, "x" * 100, True),
        ("é" * 101, SMALL, "é" * 100, True),
        ("x" * 99 + "  y", SMALL, "x" * 99, True),
        ("anything", None, "anything", False),
        ("12", NUMBER, "12", False),
        ("12.34567", NUMBER, "12.3457", True),
        ("-0.00005", NUMBER, "-0.0001", True),
        ("999999999999999.9999", NUMBER, "999999999999999.9999", False),
        ("1000000000000000", NUMBER, None, True),
        ("1e400", NUMBER, None, True),
        ("$12", NUMBER, None, True),
        ("NaN", NUMBER, None, True),
        ("1_000", NUMBER, None, True),
        ("١٢٣", NUMBER, None, True),  # Arabic-Indic digits
        (" 12 ", NUMBER, "12", False),
        ("1.5e3", NUMBER, "1500", False),
        ("1e99999999999999999999", NUMBER, None, True),
        ("2026-11-26T10:00:00.123", DATE, "2026-11-26T10:00:00", False),
        ("2026-11-26", DATE, "2026-11-26", False),
    ],
)
def test_a_value_as_its_field_can_hold_it(value, of, sent, remarked):
    found = fitted("C_Field", value, of)
    assert found.value == sent
    assert (found.remark is not None) == remarked
    assert value not in (found.remark or "")


def test_the_setting_decides_and_is_counted():
    types = {"C_Company": SMALL, "C_Size": NUMBER}
    cut = Fitter(types, "truncate")
    remarks: list[str] = []
    assert cut.fit("C_Company", "x" * 300, remarks) == "x" * 100
    assert cut.fit("C_Size", "many", remarks) == ""
    assert remarks == [
        "C_Company holds 100 characters and the value has 300: cut to fit",
        "C_Size is a number and the value is none: not sent",
    ]
    assert cut.facts == {"values_cut_to_fit": 1, "values_not_sent_because_of_their_size": 1}
    assert Fitter(types, "omit").fit("C_Company", "x" * 300, remarks) == ""
    with pytest.raises(DoesNotFit, match="C_Company holds 100 characters and the value has 300"):
        Fitter(types, "skip_record").fit("C_Company", "x" * 300, remarks)


def test_types_travel_with_a_frame():
    types = {"C_Company": SMALL, "C_Size": NUMBER, "C_When": DATE}
    assert types_from_json(types_as_json(types)) == types
    assert types_from_json(None) == {}
