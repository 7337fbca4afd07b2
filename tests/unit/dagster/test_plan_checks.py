"""The checks on plans and deliveries, each on a plan it must refuse."""

import pandas as pd
import pytest

from certain_eloqua.checks.deliveries import (
    NOT_DELIVERED,
    NOTHING_REJECTED,
    RECONCILES,
    delivery_check_results,
)
from certain_eloqua.checks.plans import BLOCKING, FEW_LEFT_OUT, plan_check_results
from certain_eloqua.connectors.catalogue import KINDS
from certain_eloqua.connectors.contract.actions import DELIVERED, Outcome

NOTHING_CUT = "nothing_is_cut_off"
WRITE = '{"contact": {"C_FirstName": "Ann"}}'


KIND = KINDS["upsert_contacts"]
IMPORT = KINDS["import_profiles"]


def plan(*rows: dict[str, str | None]) -> pd.DataFrame:
    whole = [dict.fromkeys(KIND.plan_schema.names) | row for row in rows]
    return pd.DataFrame(whole, columns=KIND.plan_schema.names, dtype="str")


def delivery(*rows: tuple[str, str, str]) -> pd.DataFrame:
    whole = [dict(zip(("key", "action", "outcome"), row, strict=True)) for row in rows]
    return pd.DataFrame(whole, columns=KIND.delivery_schema.names, dtype="str")


def create(key: str, email: str, write: str | None = WRITE) -> dict[str, str | None]:
    return {"key": key, "action": "create", "email": email, "write": write}


GOOD = plan(
    create("1", "a@example.com"),
    create("2", "b@example.com"),
    {"key": "3", "action": "unchanged", "email": "c@example.com"},
    {"key": "4", "action": "skip", "reason": "no_email"},
)


def failed(frame: pd.DataFrame, warn: float = 100) -> list[str]:
    return [str(result.check_name) for result in plan_check_results(KIND, frame, warn) if not result.passed]


def test_a_good_plan_passes_all_checks():
    assert failed(GOOD) == []
    assert failed(plan()) == []


@pytest.mark.parametrize(
    ("rows", "check"),
    [
        ([create("1", "a@example.com"), create("1", "b@example.com")], "keys_are_unique"),
        ([create("1", "a@example.com"), create("2", " A@Example.com ")], "one_contact_per_email"),
        ([create("1", "a@example.com", '{"contact": {"C_Title": "  "}}')], "nothing_blank_is_written"),
        ([create("1", "a@example.com", '{"contact": {"C_Title": null}}')], "nothing_blank_is_written"),
        ([create("1", "a@example.com", None)], "writes_say_what"),
        ([{"key": "1", "action": "unchanged", "write": WRITE}], "writes_say_what"),
        ([{"key": "1", "action": "skip"}], "writes_say_what"),
        ([{"key": "1", "action": "delete", "write": WRITE}], "actions_are_known"),
    ],
)
def test_a_bad_plan_fails_the_check_made_for_it(rows, check):
    assert failed(plan(*rows)) == [check]


def test_a_plan_that_leaves_out_many_warns_and_does_not_block():
    (result,) = [one for one in plan_check_results(KIND, GOOD, 20) if not one.passed]
    assert result.check_name == FEW_LEFT_OUT
    assert result.severity.value == "WARN"
    assert result.metadata["percent"].value == 25.0


def test_who_was_not_chosen_is_no_reason_to_warn():
    rows = [{"key": str(n), "action": "skip", "reason": "status_not_selected"} for n in range(9)]
    assert failed(plan(create("a", "a@example.com"), *rows), 20) == []


def test_a_list_that_is_cut_warns_with_both_numbers():
    rows = [{"key": str(n), "action": "skip", "reason": "list_truncated"} for n in range(3)]
    (result,) = [
        one
        for one in plan_check_results(IMPORT, plan(create("a", "a@example.com"), *rows), 20)
        if not one.passed
    ]
    assert (result.metadata["left_out_by_the_page_window"].value, result.metadata["taken"].value) == (3, 1)


def test_every_blocking_check_says_what_it_is_for():
    assert all(check.__doc__ for check in BLOCKING)


RIGHT = [
    ("1", "create", "created"),
    ("2", "create", "rejected"),
    ("3", "unchanged", "unchanged"),
    ("4", "skip", "skipped"),
]


def test_a_delivery_that_accounts_for_everything_reconciles():
    reconciles, rejected = delivery_check_results(GOOD, delivery(*RIGHT))
    assert (reconciles.check_name, reconciles.passed) == (RECONCILES, True)
    assert (rejected.check_name, rejected.passed) == (NOTHING_REJECTED, False)


@pytest.mark.parametrize(
    "rows",
    [
        RIGHT[:3],
        [*RIGHT, ("5", "create", "created")],
        [*RIGHT, RIGHT[0]],
        [("1", "create", "skipped"), *RIGHT[1:]],
        [*RIGHT[:3], ("4", "skip", "created")],
        [("1", "create", "vanished"), *RIGHT[1:]],
    ],
    ids=["one missing", "one too many", "one twice", "write skipped", "skip written", "unknown outcome"],
)
def test_a_delivery_that_does_not_fit_its_plan_is_told(rows):
    reconciles, _ = delivery_check_results(GOOD, delivery(*rows))
    assert not reconciles.passed


def test_all_outcomes_are_counted():
    assert {str(o) for o in DELIVERED} | {str(o) for o in NOT_DELIVERED} == {str(o) for o in Outcome}


@pytest.mark.parametrize(
    ("cut", "message"), [(4, "All 4 contacts are outside of the window"), (1, "1 of 4 contacts are outside")]
)
def test_a_window_that_cuts_says_how_many(cut, message):
    rows = [{"key": str(n), "action": "skip", "reason": "list_truncated"} for n in range(cut)]
    rows += [create(str(n), f"{n}@example.com") for n in range(cut, 4)]
    (check,) = [one for one in plan_check_results(IMPORT, plan(*rows), 100) if one.check_name == NOTHING_CUT]
    assert not check.passed
    assert check.description.startswith(message)


def test_a_contact_left_behind_warns_and_does_not_block():
    frame = plan(create("1", "a@example.com"))
    frame.attrs["contacts_left_behind"] = 1
    (check,) = [one for one in plan_check_results(KIND, frame, 100) if not one.passed]
    assert (check.check_name, check.severity.value) == ("no_contact_is_left_behind", "WARN")
    assert "when_email_changes: update_contact" in check.description
