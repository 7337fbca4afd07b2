"""Constants, live values, versions and differences of field maps."""

import subprocess
from pathlib import Path

import pytest

from certain_eloqua.mapping import (
    DEFAULT_PAIRS,
    Direction,
    FieldMap,
    FieldMapError,
    Pair,
    ValueTable,
    constant_pair,
    load_field_map,
)
from certain_eloqua.mapping.difference import difference
from certain_eloqua.mapping.live_values import LiveValues, problems_of_values, remarks_on
from certain_eloqua.mapping.origin import origin_of

START = "extends: default\nfields:\n"


def read(tmp_path: Path, *pairs: str) -> FieldMap:
    path = tmp_path / "NWIND.yaml"
    path.write_text(START + "".join(f"- {pair}\n" for pair in pairs))
    return load_field_map(path, "NWIND")


def test_a_constant_is_written_for_every_person(tmp_path: Path):
    field_map = read(
        tmp_path, "{constant: Event, eloqua: C_Lead_Source1}", "{constant: Marketing, certain: department}"
    )
    assert len(field_map.pairs) == len(DEFAULT_PAIRS) + 2
    assert field_map.to_contact({"email": "a@x.example"})["C_Lead_Source1"] == "Event"
    assert "C_Lead_Source1" not in field_map.to_profile({"C_EmailAddress": "a@x.example"})
    assert field_map.to_profile({})["department"] == "Marketing"
    assert field_map.version != FieldMap("NWIND").version


def test_a_constant_replaces_the_default_pair_of_its_field(tmp_path: Path):
    field_map = read(tmp_path, "{constant: n/a, eloqua: C_Fax}")
    assert [str(pair) for pair in field_map.pairs if "C_Fax" in str(pair)] == ["'n/a' -> C_Fax"]
    assert field_map.to_contact({"fax": "123"})["C_Fax"] == "n/a"


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        ("{constant: A}", "either `certain` or `eloqua`"),
        ("{constant: A, certain: fax, eloqua: C_Fax}", "either `certain` or `eloqua`"),
        ("{constant: '', eloqua: C_Fax}", "must be a text"),
        ("{constant: true, eloqua: C_Fax}", "must be a text; put it in quotes"),
        ("{constant: A, eloqua: C_Fax, direction: out}", "`direction` does not go with `constant`"),
        ("{constant: A, eloqua: C_Fax, values: countries}", "`values` does not go with `constant`"),
        ("{constant: A, eloqua: C_EmailAddress}", "the match key cannot have the same value"),
        ("{constant: A, certain: externalKey}", "cannot be mapped"),
        ("{constant: A, certain: faxx}", "Did you mean fax?"),
    ],
)
def test_a_wrong_constant_is_refused_with_its_line(tmp_path: Path, pair: str, message: str):
    with pytest.raises(FieldMapError, match=r"NWIND\.yaml:3: ") as refused:
        read(tmp_path, pair)
    assert message in str(refused.value)


LIVE = {
    "C_Fax": LiveValues("text", "text"),
    "C_Lead_Source1": LiveValues("text", "singleSelect", ("Event", "Web")),
    "C_Employees1": LiveValues("number", "text"),
}


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        (
            constant_pair("Evant", eloqua="C_Lead_Source1"),
            "'Evant' is not among its options. Did you mean Event?",
        ),
        (constant_pair("x" * 101, eloqua="C_Fax"), "holds text of 100 and cannot hold"),
        (constant_pair("many", eloqua="C_Employees1"), "holds number and cannot hold 'many'"),
        (
            Pair("fax", "C_Lead_Source1", values=ValueTable("own", {"E": "Event", "M": "Mail", "T": "TV"})),
            "'Mail', 'TV' are not among its options",
        ),
    ],
)
def test_what_the_map_would_write_is_held_against_the_fields(pair: Pair, message: str):
    (problem,) = problems_of_values([pair], LIVE)
    assert message in str(problem)


def test_what_fits_is_no_problem():
    pairs = [
        constant_pair("Event", eloqua="C_Lead_Source1"),
        constant_pair("7", eloqua="C_Employees1"),
        Pair("fax", "C_Lead_Source1", Direction.IN, values=ValueTable("own", {"M": "Mail"})),
        Pair("phone", "C_NoSuch"),  # found by the check of names
    ]
    assert problems_of_values(pairs, LIVE) == []


def test_remarks_name_what_is_left_alone():
    pairs = [
        Pair("fax", "C_Employees1"),
        Pair("profileQuestions.Industri", "C_Fax", Direction.OUT),
        Pair("position", "C_Lead_Source1", Direction.IN, values=ValueTable("own", {"E": "Event"})),
    ]
    remarks = remarks_on(pairs, LIVE, {"Industry"})
    assert [remark.partition(": ")[0] for remark in remarks] == [str(pair) for pair in pairs]
    assert "did you mean Industry?" in remarks[1]
    assert "'Web' are not in the table" in remarks[2]


def test_a_difference_names_each_pair_that_changed():
    old = FieldMap("NWIND", (Pair("fax", "C_Fax"), Pair("phone", "C_BusPhone"), Pair("position", "C_Title")))
    table = ValueTable("own", {"A": "Boss"})
    new = FieldMap(
        "NWIND",
        (
            Pair("fax", "C_Fax", Direction.IN),
            Pair("position", "C_Title", values=table),
            constant_pair("Event", eloqua="C_Lead_Source1"),
        ),
    )
    assert [str(change) for change in difference(old.content, new.content)] == [
        "+ 'Event' -> C_Lead_Source1",
        "~ fax <- C_Fax: direction both -> in",
        "- phone <-> C_BusPhone",
        "~ position <-> C_Title: values none -> a table of 1 words",
    ]
    words = FieldMap("NWIND", (Pair("position", "C_Title", values=ValueTable("own", {"A": "Chief"})),))
    was = FieldMap("NWIND", (Pair("position", "C_Title", values=table),))
    assert str(difference(was.content, words.content)[0]).endswith("A: Boss -> Chief")
    assert difference(new.content, new.content) == []


def test_git_knows_who_changed_a_map_and_when(tmp_path: Path):
    path = tmp_path / "NWIND.yaml"
    path.write_text("account: NWIND\n")
    assert str(origin_of(path)) == "NWIND.yaml"
    assert str(origin_of(None)) == "default table"

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=Ada Invented", "-c", "user.email=ada@example.com"]
        subprocess.run(["git", "-C", str(tmp_path), *identity, *arguments], check=True, capture_output=True)

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "A map")
    path.write_text("account: NWIND\n")  # another time of change, the same content
    origin = origin_of(path)
    assert origin.author == "Ada Invented"
    assert origin.changed_at is not None
    assert origin.commit is not None
    assert not origin.commit.endswith("+")
    path.write_text("account: NWIND\nextends: default\n")
    assert "changed since and not committed" in str(origin_of(path))
