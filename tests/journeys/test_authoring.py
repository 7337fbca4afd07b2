"""Beginning a connector: the file with the values of the account, and the questions with the dry run."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from certain_eloqua.cli import main
from certain_eloqua.connectors.files.loader import load_connector, load_connector_text
from tests.conftest import ROOT, Sandbox


@pytest.fixture
def account(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings of an account in the sandbox, with an empty folder of connector files."""
    folder = tmp_path / "connectors"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ELOQUA_BASE_URL", sandbox.url)
    monkeypatch.setenv("CERTAIN_BASE_URL", sandbox.url)
    monkeypatch.setenv("CERTAIN_ELOQUA_CONNECTORS", str(folder))
    return folder


def new(*arguments: str, answers: list[str] | None = None) -> Result:
    typed = None if answers is None else "".join(f"{answer}\n" for answer in answers)
    return CliRunner().invoke(main, ["connectors", "new", *arguments], input=typed)


def test_a_new_file_shows_the_values_of_the_account(account: Path):
    text = new("session_status_activities").stdout
    assert load_connector_text(text.encode(), Path("tried.yaml"))[1] == ()
    plain = " ".join(text.replace("#", " ").split())
    for shown in (
        "NWSUMMIT27 (Northwind Summit 2027)",
        "1 (Summit 2025)",
        "S-KEY (Opening keynote: what's next)",
        "ai (Artificial Intelligence)",
        "vip-care (VIP care)",
        "In this account: DELEGATE",
        "2 more events were not read",
    ):
        assert shown in plain, shown
    one = new("session_status_activities", "--event", "NWSUMMIT27").stdout
    assert "those of NWSUMMIT27. 6 more events" in " ".join(one.replace("#", " ").split())
    assert new("session_status_activities", "--event", "NWSUMIT").exit_code == 2


def test_required_values_are_those_that_exist(account: Path):
    new("import_registrations", "--out", str(account / "prospects.yaml"))
    connector, problems = load_connector(account / "prospects.yaml")
    assert connector is not None, problems
    assert connector.settings.contact_list_name == "Summit Prospects"
    assert (account / "schema" / "connector.json").is_file()
    again = new("import_registrations", "--out", str(account / "prospects.yaml"))
    assert again.exit_code == 1
    assert "exists already" in again.output


def test_without_the_platforms_the_file_says_what_is_missing(account: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ELOQUA_PASSWORD", "wrong")
    result = new("import_registrations")
    assert "Eloqua could not be read" in result.stderr
    assert "Eloqua could not be read, so its values are not shown" in result.stdout.replace("\n# ", " ")
    assert "In this account: DELEGATE" in result.stdout
    assert "In this account" not in new("import_registrations", "--offline").stdout


def test_the_questions_end_in_a_file_and_its_dry_run(account: Path, dagster_home: Path, sandbox: Sandbox):
    before = sandbox.control("GET", "/counters")
    answers = [
        "people", "", "NWSUMMIT27", "not an address", "team@example.com",
        "[]", "Attended, Pre-Registered", "", "maybe", "true", "", "", "", "20000", "10",
        "y", "", "", "week", "moonday", "", "y", "", "", "week", "friday", "", "y", "",
    ]  # fmt: skip
    result = new("upsert_contacts", "--interactive", answers=answers)
    assert result.exit_code == 0, result.output
    for words in (
        "Error: this is not an e-mail address",
        "[] is not allowed: it should have at least 1 value",
        "take_over_source: 'maybe' is not allowed. Allowed: true, false.",
        "20000 is not allowed: it should be less than or equal to 10000",
        "'moonday' is not allowed. Did you mean `monday`?",
        "Dry run of people for NWSUMMIT27",
        "Nothing was written.",
    ):
        assert words in result.output, words
    connector, problems = load_connector(account / "people.yaml")
    assert connector is not None, problems
    assert connector.settings.model_dump(exclude_defaults=True) == {
        "registration_statuses": ["Attended", "Pre-Registered"],
        "take_over_source": True,
        "lookup_limit": 10,
    }
    assert connector.email_for_job_notifications == "team@example.com"
    assert connector.schedule is not None
    assert connector.schedule.weekday == "friday"
    assert sandbox.control("GET", "/counters")["writes"] == before["writes"]


def test_questions_without_answers_write_nothing(account: Path):
    result = new("upsert_contacts", "--interactive", "--offline", answers=["people", ""])
    assert result.exit_code == 1
    assert list(account.iterdir()) == []


def test_what_does_not_fit_together_is_asked_again(account: Path):
    path = account / "activities.yaml"
    first = ["", "", "", "", "", "baseline", "-", "-", "", "", "Attended", ""]
    again = ["", "", "", "7", "", "", "", "", ""]
    result = new(
        "registration_status_activities", "--interactive", "--offline", "--out", str(path),
        answers=[*first, *again, "n"],
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "give campaign_id or campaign_question, and not both" in result.output
    assert load_connector(path)[1] == ()
    assert "dry-run" in result.output


def check(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["connectors", "check", "--online", *arguments])


def test_everything_that_is_missing_on_both_platforms_is_listed_at_once(account: Path):
    (account / "activities.yaml").write_text(
        "kind: registration_status_activities\nevents: [NWSUMMIT27,\n  NWSUMIT]\n"
        "settings: {registration_statuses: [Attnded], campaign_id: '99', create_activity_types: true}\n"
    )
    (account / "prospects.yaml").write_text(
        "kind: import_registrations\nevents: all\n"
        "settings: {contact_list_name: Nolist, profile_deduplication: email, attendee_type_code: VIPP,\n"
        "  registration_status: Invited, overwrite_registration_status: false}\n"
    )
    (account / "broken.yaml").write_text("kind: upsert_contact\n")
    (account / "right.yaml").write_text(
        "kind: import_profiles\nsettings:\n"
        "  {contact_list_name: Summit Prospects, profile_deduplication: email}\n"
    )
    result = check("--json")
    assert result.exit_code == 1
    content = json.loads(result.stdout)
    found = {Path(one["file"]).stem: [] for one in content["errors"]}
    for one in content["errors"]:
        found[Path(one["file"]).stem].append(one["message"])
    assert content["usable"] == ["right"]
    assert set(found) == {"activities", "prospects", "broken"}
    event = next(one for one in content["errors"] if one["field"] == "events[1]")
    assert (event["line"], event["nearest"]) == (3, "NWSUMMIT27")
    messages = " | ".join(found["activities"])
    assert "no registration status 'Attnded'. Did you mean 'Attended'?" in messages
    assert "no campaign 99" in messages
    messages = " | ".join(found["prospects"])
    assert "'Nolist'" in messages
    assert "no attendee type 'VIPP'. Did you mean 'VIP'?" in messages
    assert len(content["looked_into"]["prospects"]) == 5
    assert content["looked_into"]["right"] == []


def test_the_shipped_connectors_fit_the_sandbox(account: Path, sandbox: Sandbox):
    result = check("--folder", str(ROOT / "connectors"), "--event", "NWSUMMIT27")
    assert result.exit_code == 0, result.output
    assert "Events checked: NWSUMMIT27." in result.output
    assert not {name for name, number in sandbox.control("GET", "/counters")["writes"].items() if number}
    assert CliRunner().invoke(main, ["connectors", "check", "--event", "NWSUMMIT27"]).exit_code == 2
