"""`certain-eloqua doubts` and `retry`, on a deployment whose delivery was left in doubt."""

import json

import pytest
from click.testing import CliRunner

from certain_eloqua.cli import main
from tests.journeys.conftest import EVENT
from tests.journeys.test_activities import activities, change

__all__ = ["activities"]
pytestmark = pytest.mark.slow


def command(*words, code=0):
    done = CliRunner().invoke(main, words)
    assert done.exit_code == code, done.output
    return done.output


def test_a_doubt_is_listed_settled_and_retried(activities):
    activities.job("registrations", EVENT)
    assert "Nothing is in doubt" in command("doubts", "list")
    change(activities, "Pre-Registered")
    failed = {"status": "error", "code": "ELQ-00146", "kind": "import", "path": "/activities", "times": 1}
    activities.sandbox.control("POST", "/syncs/next", [failed])
    ran = activities.job("registrations", EVENT)
    assert ran.of("registrations/delivery")["in_doubt"] == 1, ran.failure

    assert "Pre-Registered" in command("doubts", "list", code=1)
    (doubt,) = json.loads(command("doubts", "list", "--json", code=1))["doubts"]
    assert (doubt["event"], doubt["state"]) == (EVENT, "in_doubt")
    standing = activities.runner().assets(["standing/doubts"])
    assert standing.checks["standing/doubts: nothing_is_in_doubt"] is False

    assert json.loads(command("doubts", "settle", "--json")) == {"sent": 0, "not_sent": 1, "in_doubt": 0}
    assert "1  not_there" in command("retry", "--dry-run")
    assert json.loads(command("retry", "--all", "--json")) == {"retried": 1, "causes": {"not_there": 1}}
    again = activities.job("registrations", EVENT)
    assert again.of("registrations/delivery")["added"] == 1
    assert len(activities.journal(entity="activity")) == 1
    assert activities.runner().assets(["standing/doubts"]).checks["standing/doubts: nothing_is_in_doubt"]


def test_a_person_s_story_names_run_batch_and_sync_or_why_not(activities):
    activities.job("registrations", EVENT)
    code = change(activities, "Pre-Registered")
    ran = activities.job("registrations", EVENT)
    assert ran.success, ran.failure
    frame = activities.frames.frame(("certain", "registrations"), EVENT)
    email = frame.loc[frame["registrationCode"].eq(code), "profile.email"].iloc[0]

    story = command("history", email.upper())
    assert "Invited -> Pre-Registered was sent" in story
    (result,) = json.loads(command("history", email, "--event", EVENT, "--json"))["changes"]
    assert result["batch"]
    assert result["sync"].startswith("/syncs/")

    body = {"code": code, "status": "Cancelled"}
    activities.sandbox.control("POST", "/certain/registration", body)
    activities.job("registrations", EVENT)
    story = command("history", email)
    assert "Pre-Registered -> Cancelled made nothing: the status was not selected" in story
    first = story.index("Invited made nothing: the status was not selected")  # of a run two statuses ago
    assert first < story.index("was sent") < story.index("Cancelled made nothing")
    recorded = json.loads(command("history", email, "--json"))["decisions"]
    assert [one["decision"] for one in recorded if one["registration"] == code] == [
        "status_not_selected",
        "status_not_selected",
    ]
    assert all(one["seen_by"] for one in recorded)
    assert "Nothing is known" in command("history", "nobody@nowhere.example", code=1)
    assert "was sent" not in command("history", email, "--as-of", "2020-01-01", code=1)
