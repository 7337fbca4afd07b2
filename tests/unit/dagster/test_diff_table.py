"""Plans and deliveries as short Markdown tables: what is shown, in which order, and whom it must not show."""

import json

import pandas as pd
import pytest

from certain_eloqua.assets.diff_table import LONGEST_TABLE, delivery_table, plan_table
from certain_eloqua.assets.metadata import delivery_metadata, plan_metadata
from certain_eloqua.connectors.catalogue import KINDS
from certain_eloqua.connectors.contract.actions import Action
from certain_eloqua.domain.masking import difference_hint, mask_value

KIND = KINDS["import_registrations"]


def change(field, new, old=None, on="profile"):
    return {"on": on, "field": field, "new": new, **({} if old is None else {"old": old})}


def plan(*rows):
    names = KIND.plan_schema.names
    made = [
        {"record": "registration", **row, "changes": json.dumps(row["changes"]) if "changes" in row else None}
        for row in rows
    ]
    return pd.DataFrame(made, columns=names).astype("string[pyarrow]")


def cells(table):
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


UPDATE = {
    "key": "7",
    "action": "update",
    "email": "irene.underwood@gdi.example",
    "changes": [
        change("lastName", "Underwood", "underwood"),
        change("registrationStatusLabel", "Attended", "Invited", on="registration"),
        change("phone", "+49 30 901820", "+49 30 901821"),
    ],
}


def test_a_change_is_shown_as_field_old_and_new_with_the_person_masked():
    ((person, action, changed, reason),) = cells(plan_table(KIND, plan(UPDATE)))
    assert (person, action, reason) == ("`i***@gdi.example 7`", "update", "")
    assert changed == (
        "registrationStatusLabel: `Invited` → `Attended`; "
        "lastName: `u*** (9)` → `U*** (9)` (case only); 1 more"
    )


def test_values_of_people_are_in_neither_table():
    table = plan_table(KIND, plan(UPDATE))
    assert not any(part in table for part in ("Underwood", "underwood", "irene", "901820", "901821"))


def test_what_is_written_comes_first_and_every_reason_has_one_row():
    left_out = [
        {"key": f"s{n}", "action": "skip", "reason": "no_email", "detail": "no address"} for n in range(50)
    ]
    inactive = {"key": "i", "action": "skip", "reason": "inactive"}
    same = [{"key": f"u{n}", "action": "unchanged"} for n in range(50)]
    created = [{"key": f"c{n}", "action": "create", "email": "a@b.example"} for n in range(5)]
    rows = cells(plan_table(KIND, plan(*left_out, *same, inactive, *created, UPDATE)))
    assert [row[1] for row in rows[:5]] == ["update", "create", "skip", "skip", "unchanged"]
    assert sorted(row[3] for row in rows if row[1] == "skip") == ["inactive", "no address"]
    assert sum(row[1] == "create" for row in rows) == 5


def test_an_old_value_that_is_not_known_is_left_out_and_a_blank_one_is_a_dash():
    row = {"key": "1", "action": "create", "changes": [change("city", "Dublin"), change("zip", "D09 X2", "")]}
    (cell,) = [row[2] for row in cells(plan_table(KIND, plan(row)))]
    assert cell == "city: → `D*** (6)`; zip: – → `D*** (6)`"


def test_nothing_in_a_value_can_break_the_table():
    hostile = 'a|b`c`\n| x | <img src="x"> [y](z)'
    rows = plan(
        {
            "key": "k|1`",
            "action": "update",
            "detail": hostile,
            "changes": [change("registrationStatusLabel", hostile, "x", on="registration")],
        }
    )
    table = plan_table(KIND, rows)
    assert [len(row) for row in cells(table)] == [4]
    assert "<img" not in cells(table)[0][3]


def test_a_table_is_short_enough_to_be_shown_in_place():
    rows = [{"key": "x" * 80 + str(n), "action": "create", "detail": "y" * 300} for n in range(40)]
    table = plan_table(KIND, plan(*rows))
    assert len(table) <= LONGEST_TABLE < 1000
    assert len(cells(table)) >= 3


def test_the_counts_come_first_then_the_reasons_then_the_table_then_what_does_not_occur():
    skip = {"key": "2", "action": "skip", "reason": "no_email"}
    metadata = plan_metadata(KIND, plan(UPDATE, skip))
    assert list(metadata)[:4] == ["plan_update", "plan_skip", "left_out_no_email", "changes"]
    assert set(metadata) - {"left_out_no_email", "changes"} == {f"plan_{action}" for action in Action}
    assert set(plan_metadata(KIND, plan()).values()) >= {0}


def test_a_delivery_shows_the_rejected_first_with_their_cause():
    rows = [
        {
            "key": str(n),
            "action": "create",
            "record": "registration",
            "outcome": "created",
            "email": "a@b.example",
        }
        for n in range(30)
    ]
    rows.append(
        {**rows[0], "key": "r", "outcome": "rejected", "code": "400", "cause": "x@y.example is no address"}
    )
    frame = pd.DataFrame(rows, columns=KIND.delivery_schema.names).astype("string[pyarrow]")
    first = cells(delivery_table(KIND, frame))[0]
    assert first == ["`a***@b.example r`", "rejected", "", r"400: x\*\*\*@y.example is no address"]
    assert "| 1 | 400 | x***@y.example" in delivery_metadata(KIND, frame)["rejected_because"].value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Underwood", "U*** (9)"),
        ("CA", "*** (2)"),
        ("Ann", "*** (3)"),
        ("", "–"),
        (None, "–"),
        ("  ", "–"),
        ("mary@tailspin.example", "m***@tailspin.example"),
    ],
)
def test_a_masked_value_shows_its_first_letter_and_its_length(value, shown):
    assert mask_value(value) == shown


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("IRENE", "Irene", "case only"),
        ("Irene ", "Irene", "spaces only"),
        ("Maria", "Marta", "other value"),
        ("Maria", "Bo", ""),
    ],
)
def test_values_with_the_same_mask_say_how_they_differ(old, new, hint):
    assert difference_hint(old, new) == hint
