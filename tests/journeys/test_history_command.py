"""`certain-eloqua history` for past days, from a ledger whose days are known."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from certain_eloqua.cli import main
from certain_eloqua.ledger import Ledger, person_key
from certain_eloqua.ledger.batches import BY_ID, STAGING, SYNCED, SYNCING
from tests.unit.ledger.test_outbox import changes, one

MIRA = "mira@example.com"
FIRST = datetime(2026, 11, 1, 9, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    """Invited on the 1st, Attended seen on the 2nd and sent on the 4th, Cancelled seen on the 6th."""
    monkeypatch.chdir(tmp_path)
    url = f"sqlite:///{tmp_path}/ledger.sqlite"
    monkeypatch.setenv("CERTAIN_ELOQUA_LEDGER_URL", url)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    now = [FIRST]
    person = person_key("NWIND", MIRA)
    left_out = {"fingerprint": "", "person": person, "state": "skipped"}
    with Ledger(url, clock=lambda: now[0]) as ledger:
        first = one("R1", status="Invited", previous="", decision="baseline", **left_out)
        ledger.outbox.record("c", "E", changes(first), "run-1")
        now[0] += timedelta(days=1)
        ledger.outbox.record("c", "E", changes(one("R1", ordinal=1, person=person)), "run-2")
        batch = ledger.batches.begin("c", "run-2", BY_ID, 9)
        batch = ledger.batches.move(batch, STAGING, definition="/activities/imports/1")
        batch = ledger.batches.move(batch, SYNCING)
        now[0] += timedelta(days=2)
        ledger.batches.finish(ledger.batches.move(batch, SYNCED, sync="/syncs/1"), {})
        now[0] += timedelta(days=2)
        last = one("R1", status="Cancelled", ordinal=2, decision="status_not_selected", **left_out)
        ledger.outbox.record("c", "E", changes(last), "run-3")
        yield ledger


def history(*words, code=0):
    done = CliRunner().invoke(main, ["history", MIRA, *words])
    assert done.exit_code == code, done.output
    return done.output


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-11-01", ["Invited made nothing: the first look"]),
        (
            "2026-11-03",
            ["Invited made nothing: the first look", "Invited -> Attended waits for the next run"],
        ),
        ("2026-11-04", ["Invited made nothing: the first look", "Invited -> Attended was sent"]),
        ("2026-11-06", ["Invited made nothing", "Invited -> Attended was sent", "Cancelled made nothing"]),
    ],
)
def test_the_story_is_as_it_was_known_on_a_day(ledger, day, expected):
    lines = [line for line in history("--as-of", day).splitlines() if not line.startswith(" ")]
    assert len(lines) == len(expected)
    for line, words in zip(lines, expected, strict=True):
        assert words in line


def test_the_story_needs_no_frames_and_names_the_run_of_each_decision(ledger):
    recorded = json.loads(history("--json"))
    assert [(row["decision"], row["seen_by"]) for row in recorded["decisions"]] == [
        ("baseline", "run-1"),
        ("status_not_selected", "run-3"),
    ]
    assert recorded["changes"][0]["sync"] == "/syncs/1"
    assert recorded["last_seen"] == []


def test_nothing_is_known_of_days_before_and_of_other_connectors_and_events(ledger):
    assert "Nothing is known" in history("--as-of", "2026-10-31", code=1)
    assert "Nothing is known" in history("--connector", "d", code=1)
    assert "Nothing is known" in history("--event", "F", code=1)


def test_a_person_who_is_forgotten_leaves_no_decision(ledger):
    assert ledger.forget_person("NWIND", MIRA)
    recorded = json.loads(history("--json"))
    assert recorded["decisions"] == []
