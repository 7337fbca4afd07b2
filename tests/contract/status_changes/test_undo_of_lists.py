"""Undo and repair of contact lists: the members before are those after do and undo."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from certain_eloqua.connectors.contract.kind import Job, Platforms
from certain_eloqua.connectors.delivery.past_writes import PastRun
from tests.contract.status_changes.test_activity_kinds import Bench, bench
from tests.contract.status_changes.test_contact_list import KIND, SETTINGS, link, linked, members
from tests.contract.undoing import killed_at, planned

__all__ = ["bench"]

WANTED = SETTINGS | {"remove_when_leaving": True}


def run(bench: Bench, **settings: Any) -> tuple[Job, PastRun]:
    job, plan = bench.plan(KIND, **(WANTED | settings))
    return job, PastRun(plan, bench.deliver(KIND, job, plan).frame)


def restore(bench: Bench, job: Job, past: PastRun, **options: Any) -> Counter[str]:
    platforms = Platforms({"eloqua": bench.eloqua, "certain": bench.certain}, bench.ledger)
    bench.runs += 1
    undoing, plan = planned(KIND, job, past, platforms, f"undo-{bench.runs}", **options)
    assert KIND.restoring is not None
    delivered = KIND.restoring.deliver(undoing, plan, platforms)
    assert list(delivered.frame["key"]) == list(plan["key"])
    return Counter(delivered.frame["outcome"])


def test_a_list_is_emptied_again_and_filled_by_the_next_run(bench: Bench):
    link(bench, "Pre-Registered")
    job, past = run(bench)
    full = members(bench)
    assert full
    assert restore(bench, job, past) == {"removed": len(full)}
    assert members(bench) == set()
    assert restore(bench, job, past) == {"unchanged": len(full)}
    run(bench)
    assert members(bench) == full


@pytest.mark.parametrize("seed", range(6))
def test_whatever_a_run_adds_and_removes_is_put_back(bench: Bench, seed: int):
    chance = random.Random(seed)
    for number in range(6):
        link(bench, "Invited", number)
    codes = [code for code, _ in linked(bench, "Invited")]
    for code in chance.sample(codes, 3):
        bench.change(code, "Pre-Registered")
    run(bench)
    before = members(bench)
    for code in codes:
        bench.change(code, chance.choice(["Pre-Registered", "Cancelled", "Invited"]))
    job, past = run(bench)
    after = members(bench)
    restore(bench, job, past)
    assert members(bench) == before
    run(bench)
    assert members(bench) == after


def test_who_has_left_or_joined_the_list_since_is_as_before_already(bench: Bench):
    _, contact = link(bench, "Pre-Registered")
    job, past = run(bench)
    (found,) = bench.eloqua.find_contact_lists(past.plan["asset_name"].iloc[0])
    bench.eloqua.run_sync_action([contact], action="remove", list_id=found.id, name="by hand", by="id")
    outcome = restore(bench, job, past)
    assert outcome["unchanged"] == 1
    assert contact not in members(bench)


def test_a_repair_brings_back_who_was_taken_from_the_list(bench: Bench):
    _, contact = link(bench, "Pre-Registered")
    job, past = run(bench)
    full = members(bench)
    (found,) = bench.eloqua.find_contact_lists(past.plan["asset_name"].iloc[0])
    bench.eloqua.run_sync_action([contact], action="remove", list_id=found.id, name="by hand", by="id")
    assert restore(bench, job, past, repair=True) == {"added": 1, "unchanged": len(full) - 1}
    assert members(bench) == full
    assert not bench.run(KIND, **WANTED)


@pytest.mark.slow
@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_an_undo_that_was_killed_and_is_run_again_ends_the_same(bench: Bench, number: int, answered: bool):
    for one in range(4):
        link(bench, "Invited", one)
    codes = [code for code, _ in linked(bench, "Invited")]
    for code in codes[:2]:
        bench.change(code, "Pre-Registered")
    run(bench)
    before = members(bench)
    for code, status in zip(codes, ("Cancelled", "Pre-Registered", "Pre-Registered"), strict=False):
        bench.change(code, status)
    job, past = run(bench)
    killed_at(number, lambda: restore(bench, job, past), answered=answered)
    restore(bench, job, past)
    assert members(bench) == before
    assert set(restore(bench, job, past)) == {"unchanged"}
