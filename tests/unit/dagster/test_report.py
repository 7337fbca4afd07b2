"""The report of a plan and of a delivery: whole, masked, safe, and of bounded size."""

import json
import time

import pandas as pd
import pytest

from certain_eloqua.assets.plan_comparison import compare_plans
from certain_eloqua.assets.report import MOST_ROWS, About, render_report
from certain_eloqua.connectors.catalogue import KINDS

KIND = KINDS["upsert_contacts"]
NASTY = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}"


def plan_of(rows: list[dict]) -> pd.DataFrame:
    names = KIND.plan_schema.names
    frame = pd.DataFrame([{**dict.fromkeys(names, ""), **row} for row in rows], columns=names)
    return frame.astype("str")


def row(number: int, action: str = "create", **more: str) -> dict:
    email = f"person{number}@example.com"
    changes = [{"on": "contact", "field": "C_FirstName", "old": "Mira", "new": f"Mirabel{number}"}]
    write = {"contact": {"C_FirstName": f"Mirabel{number}"}}
    return {
        "key": email,
        "email": email,
        "action": action,
        "record": "contact",
        "changes": json.dumps(changes),
        "write": json.dumps(write),
        **more,
    }


def about(step: str = "plan", **more) -> About:
    made = "2026-11-26T10:00:00+00:00"
    return About(step, "attendees", "NWSUMMIT27", "3f2a9c01-aaaa", made, cost={"eloqua_calls": 7}, **more)


def test_people_are_masked_unless_asked_otherwise():
    plan = plan_of([row(1), row(2, "skip", reason="no_email", detail="asked for bo@example.com")])
    masked = render_report(KIND, plan, about())
    assert "p***@example.com" in masked
    for shown in ("person1@", "Mirabel1", ">Mira<", "bo@example.com"):
        assert shown not in masked
    plain = render_report(KIND, plan, about(), unmasked=True)
    assert "person1@example.com" in plain
    assert "Mirabel1" in plain
    assert "protect this file" in plain


def test_counts_reasons_and_cost_are_there():
    plan = plan_of(
        [row(n) for n in range(3)] + [row(n, "skip", reason="no_email", detail="it is blank") for n in (3, 4)]
    )
    page = render_report(KIND, plan, about())
    assert "<b>5</b> records" in page
    assert "<b>3</b> create" in page
    assert '<td class="number">2</td>' in page
    assert "it is blank" in page
    assert "eloqua calls" in page


@pytest.mark.parametrize("unmasked", [False, True])
def test_nothing_out_of_the_data_becomes_markup(unmasked):
    nasty = row(1, reason=NASTY, detail=NASTY, action="skip", key=NASTY, email=NASTY)
    nasty["changes"] = json.dumps([{"on": NASTY, "field": NASTY, "old": NASTY, "new": NASTY}])
    page = render_report(KIND, plan_of([nasty]), about(settings={"list": NASTY}), unmasked=unmasked)
    assert page.count("<script") == 1
    assert "<img" not in page
    assert "49" not in page
    assert "script-src 'sha256-" in page
    assert "http" not in page.replace("http-equiv", "")


def test_the_report_of_100_000_rows_is_small_and_shows_some_of_every_reason():
    rows = 100_000
    one = row(0)
    plan = pd.DataFrame({name: [one.get(name, "")] * rows for name in KIND.plan_schema.names}).astype("str")
    plan["key"] = plan["email"] = [f"person{number}@example.com" for number in range(rows)]
    plan.loc[90_000:, "action"] = "unchanged"
    plan.loc[99_997:, ["action", "reason"]] = ["skip", "test_mode"]
    began = time.process_time()
    page = render_report(KIND, plan, about())
    assert time.process_time() - began < 20
    assert len(page) < 3_000_000
    assert page.count("<tr data-what") == MOST_ROWS
    assert page.count('data-what="skip" data-why="test_mode"') == 3
    assert "2,000 of 100,000 records" in page


def test_a_delivery_lists_what_was_rejected_first_and_with_its_changes():
    names = KIND.delivery_schema.names
    plan = plan_of([row(1), row(2)])
    rows = [
        {"key": "person1@example.com", "outcome": "created"},
        {"key": "person2@example.com", "outcome": "rejected", "code": "ELQ-00040", "cause": "too long"},
    ]
    delivery = pd.DataFrame([{**dict.fromkeys(names, ""), **one} for one in rows], columns=names)
    page = render_report(KIND, delivery, about("delivery"), plan=plan)
    assert page.index('data-what="rejected"') < page.index('data-what="created"')
    assert "ELQ-00040" in page
    assert page.count("contact.C_FirstName:") == 2


def test_the_same_plan_made_by_another_run_is_the_same():
    then = plan_of([row(1, plan="a"), row(2, plan="a")])
    now = plan_of([row(2, plan="b"), row(1, plan="b")])
    assert not compare_plans(KIND, then, now)


def test_what_differs_between_plans_is_named_without_people():
    other = row(2)
    other["changes"] = other["changes"].replace("Mira", "Anna")
    then = plan_of([row(1), row(2), row(3), row(5)])
    now = plan_of([row(1), other, row(3, "skip", reason="test_mode"), row(4)])
    difference = compare_plans(KIND, then, now)
    assert (difference.changed, difference.only_then, difference.only_now) == (2, 1, 1)
    text = str(difference)
    assert "other values of contact.C_FirstName" in text
    assert "action create → skip" in text
    assert "no longer planned" in text
    assert "new in the plan" in text
    assert "Mira" not in text
    assert "person2@" not in text
