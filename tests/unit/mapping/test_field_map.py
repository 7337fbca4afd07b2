from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certain_eloqua.mapping import (
    DEFAULT_PAIRS,
    Direction,
    FieldMap,
    FieldMapError,
    Pair,
    ValueTable,
    load_field_map,
    nested,
    same_value,
)
from certain_eloqua.mapping.countries import ALIASES, NAMES
from certain_eloqua.mapping.values import COUNTRIES

MAP = FieldMap("NWIND")
EXTENDED = "extends: default\nfields:\n- "


@dataclass(frozen=True)
class Field:
    internal_name: str
    name: str
    read_only: bool = False


LIVE = [Field(pair.eloqua, pair.eloqua.removeprefix("C_")) for pair in DEFAULT_PAIRS]
LIVE += [Field("C_Industry1", "Industry"), Field("C_DateCreated", "Date Created", read_only=True)]


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def make(text: str, name: str = "NWIND.yaml") -> Path:
        path = tmp_path / name
        path.write_text(dedent(text))
        return path

    return make


def test_a_blank_is_left_out_both_ways():
    assert MAP.to_profile(
        {"C_FirstName": " ", "C_LastName": None, "C_City": float("nan"), "C_Title": "CTO"}
    ) == {"position": "CTO"}
    assert MAP.to_contact({"firstName": "\u00a0", "position": "CTO"}) == {"C_Title": "CTO"}


def test_values_lose_the_blanks_around_them_and_nothing_else():
    assert MAP.to_profile({"C_Address1": '  1 Quay St\r\nFloor 2, "East" '}) == {
        "address.line1": '1 Quay St\r\nFloor 2, "East"'
    }


@given(st.sampled_from(sorted(NAMES)))
def test_every_country_goes_there_and_back(code: str):
    name = MAP.to_contact({"address.country": code})["C_Country"]
    assert name == NAMES[code]
    assert MAP.to_profile({"C_Country": name.upper()}) == {"address.country": code}


def test_all_countries_have_names_of_their_own_and_aliases_mean_one():
    assert len(NAMES) == len(set(NAMES.values())) == 249
    assert set(ALIASES.values()) <= set(NAMES)


@pytest.mark.parametrize(
    ("given", "code"), [("U.S.A.", "US"), ("uk", "GB"), ("korea, republic of", "KR"), ("NO", "NO")]
)
def test_other_spellings_of_countries_are_understood(given: str, code: str):
    assert COUNTRIES.to_certain(given) == code


def test_a_closed_table_gives_nothing_for_what_it_does_not_know_and_an_open_one_hands_it_on():
    assert ValueTable("t", {"a": "A"}).to_eloqua("b") is None
    assert ValueTable("t", {"a": "A"}, closed=False).to_eloqua("b") == "b"


def test_values_are_compared_in_their_meaning():
    country, line = (
        Pair("address.country", "C_Country", values=COUNTRIES),
        Pair("address.line1", "C_Address1"),
    )
    assert same_value(country, "US", "USA")
    assert not same_value(country, "US", "Canada")
    assert same_value(line, "a\r\nb", "a\nb ")
    assert not same_value(line, "a", "A")
    assert same_value(DEFAULT_PAIRS[0], "A@x.example", "a@X.example")


def test_the_version_changes_with_the_meaning_and_not_with_the_order():
    assert FieldMap("X", tuple(reversed(DEFAULT_PAIRS))).version == MAP.version
    assert FieldMap("X", DEFAULT_PAIRS[1:]).version != MAP.version
    assert (
        FieldMap("X", (*DEFAULT_PAIRS[1:], Pair("email", "C_EmailAddress", Direction.IN))).version
        != MAP.version
    )


def test_dots_become_nested_members_and_questions_their_list():
    assert nested(
        {"address.city": "Oslo", "address.zip": "1", "firstName": "A", "profileQuestions.Diet": "veg"}
    ) == {
        "address": {"city": "Oslo", "zip": "1"},
        "firstName": "A",
        "profileQuestions": {
            "question": [{"questionName": "Diet", "answers": {"answer": [{"value": "veg"}]}}]
        },
    }


# -- against the live fields


def test_the_default_table_fits():
    assert MAP.validate(LIVE) == []


@pytest.mark.parametrize(
    ("pair", "message", "nearest"),
    [
        (Pair("website", "C_Industri1"), "no contact field", "C_Industry1"),
        (Pair("website", "Industry"), "no contact field", "C_Industry1"),
        (Pair("website", "C_DateCreated"), "read-only", None),
        (Pair("adress.city2", "C_Industry1"), "no member adress.city2", "address.city"),
        (Pair("externalKey", "C_Industry1"), "kept by the connectors themselves", None),
        (Pair("profileQuestions.", "C_Industry1"), "name of the question is missing", None),
        (Pair("website", "C_City"), "C_City is filled from address.city as well", None),
        (Pair("address.city", "C_Industry1"), "address.city is filled from C_City as well", None),
    ],
)
def test_what_does_not_fit_is_said_with_the_nearest_match(pair: Pair, message: str, nearest: str | None):
    (problem,) = FieldMap("NWIND", (*DEFAULT_PAIRS, pair)).validate(LIVE)
    assert message in str(problem)
    assert problem.nearest == nearest


def test_a_read_only_field_can_be_read():
    pair = Pair("website", "C_DateCreated", Direction.IN)
    assert FieldMap("NWIND", (*DEFAULT_PAIRS, pair)).validate(LIVE) == []


@pytest.mark.parametrize(
    "pairs", [DEFAULT_PAIRS[1:], (*DEFAULT_PAIRS[1:], Pair("email", "C_EmailAddress", Direction.IN))]
)
def test_the_match_key_must_be_in_the_map(pairs: Any):
    (problem,) = FieldMap("NWIND", pairs).validate(LIVE)
    assert "match key" in str(problem)


# -- files


def test_without_a_file_the_default_table_holds(tmp_path: Path):
    assert load_field_map(None, "NWIND").pairs == DEFAULT_PAIRS
    assert load_field_map(tmp_path, "NWIND").pairs == DEFAULT_PAIRS


def test_a_file_adds_to_the_default_table_and_replaces_its_pairs(write: Any):
    path = write("""\
        account: NWIND
        extends: default
        fields:
          - {certain: profileQuestions.Industry, eloqua: C_Industry1, direction: in}
          - certain: position
            eloqua: C_Title
            values: {VP: Vice President}
            other_values: keep
        """)
    found = load_field_map(path.parent, "NWIND")
    assert found.path == path
    assert len(found.pairs) == len(DEFAULT_PAIRS) + 1
    assert found.to_contact({"position": "VP"}) == {"C_Title": "Vice President"}
    assert found.to_contact({"position": "CTO"}) == {"C_Title": "CTO"}
    assert "C_Industry1" not in found.to_contact({"profileQuestions.Industry": "x"})
    assert found.version != MAP.version


def test_a_file_without_extends_is_the_whole_table(write: Any):
    path = write("fields:\n  - {certain: email, eloqua: C_EmailAddress}\n")
    assert len(load_field_map(path, "NWIND").pairs) == 1


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "must have `account:` and `fields:`"),
        ("account: OTHER\n" + EXTENDED + "{certain: website, eloqua: C_X}\n", 1, "for account OTHER"),
        ("extends: defualt\nfields: []\n", 1, "'defualt' is not known"),
        ("extends: default\nfields: []\n", 2, "must be a list of pairs"),
        ("extends: default\nfields:\n  - certain: website\n", 3, "`eloqua` must be the name"),
        (EXTENDED + "{certain: website, eloqua: C_X, directon: in}\n", 3, "Did you mean direction?"),
        (EXTENDED + "{certain: website, eloqua: C_X, direction: our}\n", 3, "Did you mean out?"),
        (EXTENDED + "{certain: wbsite, eloqua: C_X}\n", 3, "Did you mean website?"),
        (EXTENDED + "{certain: website, eloqua: C_X, values: country}\n", 3, "Did you mean countries?"),
        ("fields:\n- {certain: website, eloqua: C_X}\n", 1, "match key"),
        ("fields: [\n", 2, "not YAML"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_the_line(write: Any, text: str, line: int, message: str):
    path = write(text)
    with pytest.raises(FieldMapError) as error:
        load_field_map(path, "NWIND")
    assert any(f"{path}:{line}: " in problem and message in problem for problem in error.value.problems), (
        error.value
    )
