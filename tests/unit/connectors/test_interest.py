"""Interest follows the reference: points by tag, from sessions and agenda items."""

import json
from dataclasses import replace

import pyarrow as pa

from certain_eloqua.connectors.metrics.columns import ENGAGEMENT, INTEREST
from certain_eloqua.connectors.metrics.interest import InterestRules, interest, total
from certain_eloqua.connectors.metrics.reads import ProgrammeReads
from tests.unit.connectors.metrics_rows import (
    EVENT,
    NOW,
    STATUSES,
    attends,
    interested,
    item,
    person,
    session,
    takes,
)

EXAMPLE = {"agenda_items": [item("K1", 10, "ai", "cloud"), item("K2", 5, "ai"), item("K3", 20, "security")]}


def test_the_worked_example_registered_for_k1_and_k2_cancelled_k3():
    rows = interested(
        **EXAMPLE,
        agenda_registrations=[takes("A", "K1"), takes("A", "K2"), takes("A", "K3", "CANCELLED")],
    )
    assert {tag: row["Points"] for (_, tag), row in rows.items()} == {"ai": 15, "cloud": 10}
    assert {tag: row["ItemsCounted"] for (_, tag), row in rows.items()} == {"ai": 2, "cloud": 1}


def test_the_worked_example_before_the_cancellation():
    rows = interested(**EXAMPLE, agenda_registrations=[takes("A", "K1"), takes("A", "K2"), takes("A", "K3")])
    assert {tag: row["Points"] for (_, tag), row in rows.items()} == {"ai": 15, "cloud": 10, "security": 20}


def test_an_item_with_several_tags_gives_all_its_points_to_each():
    rows = interested(agenda_items=[item("K", 7, "a", "b", "c")], agenda_registrations=[takes("A", "K")])
    assert {tag: row["Points"] for (_, tag), row in rows.items()} == {"a": 7, "b": 7, "c": 7}


def test_a_quantity_does_not_multiply_and_a_tag_that_comes_twice_counts_once():
    twice = json.dumps([{"name": "ai", "label": "AI"}, {"name": "ai", "label": "AI"}])
    rows = interested(
        agenda_items=[item("K", 7, tags=twice)],
        agenda_registrations=[{**takes("A", "K"), "registeredQuantity": "3"}],
    )
    assert rows[("A", "ai")]["Points"] == 7


def test_items_without_points_count_zero_or_the_default():
    rows = {
        "registrations": [person("A")],
        "statuses": STATUSES,
        "agenda_items": [item("K", None, "ai"), item("L", 3, "ai")],
        "agenda_registrations": [takes("A", "K"), takes("A", "L", "ATTENDED")],
    }
    table = interest(ProgrammeReads.of_rows(**rows), EVENT, NOW).table
    assert table["Points"].to_pylist() == [3]
    assert table["ItemsCounted"].to_pylist() == [2]
    parts = {name: table[name].to_numpy() for name in table.column_names if table[name].type == pa.int64()}
    by_default = total(parts, InterestRules("agenda_items", default_points=2.5))
    assert (by_default[0].tolist(), by_default[1].tolist()) == ([550], [2])
    attended = total(parts, InterestRules("agenda_items", count_statuses="attended"))
    assert (attended[0].tolist(), attended[1].tolist()) == ([300], [1])


def test_sessions_win_over_agenda_items_and_both_may_be_added():
    rows = {
        "registrations": [person("A")],
        "statuses": STATUSES,
        "sessions": [session("0", 10, "ai")],
        "session_registrations": [attends("A", "0")],
        "agenda_items": [item("K", 5, "ai")],
        "agenda_registrations": [takes("A", "K")],
    }
    table = interest(ProgrammeReads.of_rows(**rows), EVENT, NOW).table
    assert table["Points"].to_pylist() == [10]
    parts = {name: table[name].to_numpy() for name in table.column_names if table[name].type == pa.int64()}
    assert total(parts, InterestRules("agenda_items"))[0].tolist() == [500]
    assert total(parts, InterestRules("both"))[0].tolist() == [1500]


def test_waitlisted_and_cancelled_items_give_nothing():
    rows = interested(
        agenda_items=[item("K", 7, "a"), item("L", 7, "b"), item("M", 7, "c")],
        agenda_registrations=[takes("A", "K", "WAITLISTED"), takes("A", "L", "CANCELLED"), takes("A", "M")],
    )
    assert set(rows) == {("A", "c")}


def test_an_event_without_a_programme_has_no_interest():
    assert interested() == {}


def test_every_column_is_documented_with_its_unit_and_origins():
    for column in (*ENGAGEMENT, *INTEREST):
        assert column.description.endswith("."), column.name
        assert column.origins or column.name == "LastCalculated", column.name
    assert replace(ENGAGEMENT[0], unit="x").text.endswith("[x]")
