"""Which changes are seen: pure, over columns."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from certain_eloqua.connectors.status_changes.changes import (
    CURRENT,
    Poll,
    Selection,
    empty_current,
    find_changes,
)
from certain_eloqua.ledger import DECIDE_AGAIN, SEEN_SCHEMA

NOW = datetime(2026, 10, 6, 9, tzinfo=UTC)
ALL = Selection.of(["Invited", "Pre-Registered", "Attended", "Cancelled"])


def current(*rows: Any) -> pd.DataFrame:
    """Rows of (registration, status) with any further columns as a mapping behind."""
    if not rows:
        return empty_current()
    full = []
    for registration, status, *more in rows:
        values = dict.fromkeys(CURRENT, "") | {"registration": registration, "status": status}
        full.append(values | {"happened_at": pd.NaT} | (more[0] if more else {}))
    frame = pd.DataFrame(full)
    return frame.assign(happened_at=pd.to_datetime(frame["happened_at"], utc=True))


class Memory:
    """What a ledger remembers between polls."""

    def __init__(self, **settings: Any) -> None:
        self.settings = {"selection": ALL, **settings}
        self.seen = SEEN_SCHEMA.empty_table().to_pandas()
        self.at = NOW

    def poll(self, *rows: Any) -> pd.DataFrame:
        """Poll, and move the statuses last seen."""
        self.at += timedelta(minutes=1)
        found = find_changes(Poll("c", "E", self.at, **self.settings), current(*rows), self.seen)
        moved = found[list(SEEN_SCHEMA.names)]
        self.seen = pd.concat([self.seen, moved]).drop_duplicates(["item", "registration"], keep="last")
        return found[found["fingerprint"].ne("")]


def statuses(found: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(found["previous"], found["status"], strict=True))


def decisions(memory: Memory) -> dict[str, str]:
    known = memory.seen[memory.seen["registration"].ne("")]
    return dict(zip(known["registration"], known["decision"], strict=True))


def test_the_first_run_of_a_baseline_only_remembers():
    memory = Memory()
    assert memory.poll(("R1", "Invited")).empty
    assert decisions(memory) == {"R1": "baseline"}
    assert statuses(memory.poll(("R1", "Attended"))) == [("Invited", "Attended")]


def test_a_registration_after_a_first_run_without_any_is_a_change():
    memory = Memory()
    assert memory.poll().empty
    assert statuses(memory.poll(("R1", "Invited"))) == [("", "Invited")]


def test_a_status_that_is_decided_again_becomes_one_change_by_the_settings_of_now():
    memory = Memory()
    here = (("R1", "Invited"), ("R2", "Attended"), ("R3", "Attended"))
    memory.poll(*here)
    memory.seen.loc[memory.seen["registration"].isin(["R1", "R2"]), "decision"] = DECIDE_AGAIN
    memory.settings["selection"] = Selection.of(["Attended"])
    assert statuses(memory.poll(("R1", "Invited"), ("R2", "Attended"), ("R3", "Attended"))) == [
        ("", "Attended")
    ]
    assert decisions(memory) == {"R1": "status_not_selected", "R2": "queued", "R3": "baseline"}
    assert memory.poll(*here).empty


def test_a_status_that_changes_before_it_is_decided_again_is_an_ordinary_change():
    memory = Memory()
    memory.poll(("R1", "Invited"))
    memory.seen.loc[memory.seen["registration"].eq("R1"), "decision"] = DECIDE_AGAIN
    assert statuses(memory.poll(("R1", "Attended"))) == [("Invited", "Attended")]
    assert memory.poll(("R1", "Attended")).empty


def test_include_takes_what_there_is_as_changed():
    memory = Memory(first_run="include")
    assert statuses(memory.poll(("R1", "Invited"))) == [("", "Invited")]


def test_the_same_status_twice_is_no_change():
    memory = Memory(first_run="include")
    memory.poll(("R1", "Invited"))
    assert memory.poll(("R1", "Invited")).empty


def test_back_and_forth_at_polls_is_a_change_each_time_with_its_own_fingerprint():
    memory = Memory(first_run="include")
    found = [memory.poll(("R1", status)) for status in ("Invited", "Attended", "Invited", "Attended")]
    together = pd.concat(found)
    assert list(together["status"]) == ["Invited", "Attended", "Invited", "Attended"]
    assert together["fingerprint"].is_unique


def test_the_same_change_seen_again_has_the_same_fingerprint():
    first, second = Memory(first_run="include"), Memory(first_run="include")
    second.at += timedelta(days=2)
    row = ("R1", "Invited", {"stamp": "2026-10-01T10:00:00"})
    assert list(first.poll(row)["fingerprint"]) == list(second.poll(row)["fingerprint"])


@pytest.mark.parametrize(
    ("selection", "row", "decision"),
    [
        (Selection.of(["attended"]), ("R1", "Invited"), "status_not_selected"),
        (Selection.of(["ATTENDED"]), ("R1", "Attended"), "queued"),
        (Selection.of(["Attended"], ["KEY-01"]), ("R1", "Attended", {"item_code": "X"}), "item_not_selected"),
        (Selection.of(["Attended"], ["key-01"]), ("R1", "Attended", {"item_code": "KEY-01"}), "queued"),
        (
            Selection.of(["Attended"], None, ["VIP"]),
            ("R1", "Attended", {"attendee_type": "STD"}),
            "type_not_selected",
        ),
    ],
)
def test_what_is_not_selected_is_seen_with_the_reason(selection: Selection, row: Any, decision: str):
    memory = Memory(selection=selection, first_run="include")
    memory.poll(row)
    assert decisions(memory) == {"R1": decision}


def test_a_status_that_is_not_selected_still_counts_as_seen():
    memory = Memory(selection=Selection.of(["Attended"]), first_run="include")
    memory.poll(("R1", "Attended"))
    assert memory.poll(("R1", "Cancelled")).empty
    assert statuses(memory.poll(("R1", "Attended"))) == [("Cancelled", "Attended")]


def test_what_vanished_is_cancelled_only_when_the_setting_says_so():
    silent, telling = Memory(first_run="include"), Memory(first_run="include", vanished_as="Cancelled")
    for memory in (silent, telling):
        memory.poll(("R1", "Invited"), ("R2", "Invited"))
    assert silent.poll(("R2", "Invited")).empty
    assert statuses(telling.poll(("R2", "Invited"))) == [("Invited", "Cancelled")]
    assert telling.poll(("R2", "Invited")).empty
    assert statuses(telling.poll(("R1", "Invited"), ("R2", "Invited"))) == [("Cancelled", "Invited")]


def test_changes_come_in_the_order_in_which_they_happened():
    memory = Memory(first_run="include")
    later = {"happened_at": NOW - timedelta(hours=1)}
    earlier = {"happened_at": NOW - timedelta(hours=2)}
    found = memory.poll(("R1", "Invited"), ("R2", "Invited", later), ("R3", "Attended", earlier))
    assert list(found["registration"]) == ["R3", "R2", "R1"]
    assert found["happened_at"].iloc[2] == memory.at  # the source does not say when


def test_several_items_of_a_registration_are_apart():
    memory = Memory(first_run="include")
    both = [("R1", "Attended", {"item": item}) for item in ("6001", "6002")]
    assert len(memory.poll(*both)) == 2
    changed = memory.poll(("R1", "Cancelled", {"item": "6001"}), both[1])
    assert list(changed["item"]) == ["6001"]
