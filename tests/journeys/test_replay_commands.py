"""`certain-eloqua retry` and `replay`, through the command line and the runs that follow."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from certain_eloqua.cli import main
from certain_eloqua.ledger import Filter
from certain_eloqua.resources.ledger import open_ledger
from certain_eloqua.settings import Settings
from tests.journeys.conftest import EVENT
from tests.journeys.test_activities import activities, change
from tests.journeys.test_doubt_commands import command

__all__ = ["activities"]
pytestmark = pytest.mark.slow

REPLAY = ("replay", "--connector", "registrations")
TOMORROW = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}"

MEMBERS = """
    kind: update_contact_list
    events: {status: [Live, On-Site]}
    settings:
      contact_list_name: Pre-Registered
      registration_statuses: [Pre-Registered]
      remove_when_leaving: true
      first_run: baseline
    """


def run(deployment, name="registrations"):
    ran = deployment.job(name, EVENT)
    assert ran.success, ran.failure
    return ran


def sent(deployment):
    return len(deployment.journal(entity="activity"))


def replayed(*words, code=0):
    return json.loads(command(*REPLAY, *words, "--json", code=code))


def test_a_replay_doubles_nothing_and_shows_what_force_would_double(activities):
    run(activities)
    change(activities, "Pre-Registered")
    run(activities)
    assert sent(activities) == 1

    shown = command(*REPLAY, "--from", "2026-01-01", "--to", TOMORROW, "--dry-run", "--force")
    assert "Eloqua will have these 1 activities twice" in shown
    assert "Pre-Registered" in shown
    done = replayed("--from", "2026-01-01", "--event", EVENT)
    assert (done["found"]["sent"], done["sent_again"], done["retried"], done["doubles"]) == (1, 0, 0, [])
    run(activities)
    pre_registered = [one for one in activities.journal(entity="activity") if "Pre-Reg" in one["key"]]
    keys = [one["key"] for one in pre_registered]
    assert len(set(keys)) == len(keys)


def test_force_lists_asks_and_then_doubles_once(activities):
    run(activities)
    change(activities, "Pre-Registered")
    run(activities)
    asked = CliRunner().invoke(main, [*REPLAY, "--event", EVENT, "--from", TOMORROW, "--force"], input="n\n")
    assert asked.exit_code == 1, asked.output  # nothing changed then
    period = ("--event", EVENT, "--from", f"{datetime.now(UTC) - timedelta(days=3):%Y-%m-%d}")
    refused = CliRunner().invoke(main, [*REPLAY, *period, "--force"], input="n\n")
    assert refused.exit_code == 1
    assert "Double 1 activities in Eloqua?" in refused.output
    with open_ledger(Settings.read()) as ledger:
        assert [row.state for row in ledger.outbox.find(Filter())] == ["sent"]

    done = replayed(*period, "--force", "--yes")
    assert (done["sent_again"], len(done["doubles"])) == (1, 1)
    run(activities)
    assert sent(activities) == 2
    run(activities)
    assert sent(activities) == 2
    assert replayed(*period)["found"]["sent"] == 1  # the copy is not a change of its own


def test_statuses_of_a_baseline_are_sent_when_they_are_replayed_and_only_once(activities):
    run(activities)
    wanted = activities.frames.frame(("registrations", "plan"), EVENT)
    chosen = wanted[wanted["status"].isin(["Pre-Registered", "Attended"])]
    assert len(chosen) > 1
    assert not sent(activities)

    before = command(*REPLAY, "--event", EVENT, "--dry-run")
    assert "baseline" in before
    assert not sent(activities)
    done = replayed("--event", EVENT)
    assert done["decided_again"] == done["found"]["undecided"] > len(chosen)
    ran = run(activities)
    added = ran.of("registrations/delivery")["added"]
    assert sent(activities) == added
    with open_ledger(Settings.read()) as ledger:  # some people cannot be reached
        states = [row.state for row in ledger.outbox.find(Filter("registrations"))]
    assert (len(states), states.count("sent")) == (len(chosen), added)
    assert replayed("--event", EVENT)["found"]["sent"] == added
    run(activities)
    assert sent(activities) == added


def test_only_statuses_that_changed_in_the_days_are_replayed(activities):
    run(activities)
    wanted = activities.frames.frame(("registrations", "plan"), EVENT)
    days = wanted.loc[wanted["happened_at"].fillna("").ne(""), "happened_at"].str[:10]
    day = days.value_counts().index[0]
    of_day = int((days == day).sum())
    assert 0 < of_day < len(days)
    assert abs(replayed("--from", day, "--to", day)["decided_again"] - of_day) <= 1  # the event's own marker


def test_a_membership_that_changed_since_is_not_put_back(activities):
    activities.file("members", MEMBERS)
    run(activities, "members")
    frame = activities.frames.frame(("certain", "registrations"), EVENT)
    known = frame["profile.sourceOfProfile"].fillna("").str.casefold().eq("eloqua")
    usable = frame["registrationStatusLabel"].eq("Invited") & frame["isActive"].astype(bool) & known
    code = frame[usable].iloc[0]["registrationCode"]
    for label in ("Pre-Registered", "Cancelled"):
        activities.sandbox.control("POST", "/certain/registration", {"code": code, "status": label})
        run(activities, "members")
    with open_ledger(Settings.read()) as ledger:
        joined, left = ledger.outbox.find(Filter("members"))
        assert (joined.activity_type, left.activity_type) == ("add", "remove")
        assert ledger.outbox.find(Filter("members", states=["sent"])) == [joined, left]
    done = json.loads(
        command("replay", "--connector", "members", "--event", EVENT, "--force", "--yes", "--json")
    )
    assert (done["sent_again"], done["doubles"]) == (1, [])
    with open_ledger(Settings.read()) as ledger:
        assert ledger.outbox.find(Filter("members"))[-1].activity_type == "remove"


def test_an_event_of_which_a_run_is_going_on_is_left_alone_and_named(activities):
    run(activities)
    with open_ledger(Settings.read()) as ledger, ledger.run_lock("registrations", EVENT, "another run"):
        done = replayed("--event", EVENT, code=1)
        assert (done["busy"], done["decided_again"]) == ([EVENT], 0)
        assert "Replay again later" in command(*REPLAY, "--event", EVENT, code=1)
    assert replayed("--event", EVENT)["decided_again"] > 0


def test_what_is_asked_must_be_clear(activities):
    assert "say what to replay" in command(*REPLAY, code=2)
    assert "is before" in command(*REPLAY, "--from", "2026-02-02", "--to", "2026-02-01", code=2)
    assert "--json cannot ask" in command(*REPLAY, "--event", EVENT, "--force", "--json", code=2)
    wrong = command("replay", "--connector", "registration", "--event", EVENT, code=2)
    assert "Did you mean registrations?" in wrong
    assert "no connector 'attendees'" in command("replay", "--connector", "attendees", "--event", "X", code=2)
    assert "say what to retry" in command("retry", code=2)
    assert "cannot be combined" in command("retry", "--all", "--cause", "no_contact", code=2)
    assert "Nothing is known" in command(*REPLAY, "--event", EVENT, code=1)
