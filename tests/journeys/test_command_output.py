"""What the commands print for programs: JSON, files and standard input, exit codes, completion."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

GOOD = "kind: upsert_contacts\nevents: all\nsettings: {registration_statuses: [Invited]}\n"
WRONG = "kind: upsert_contact\nevents: all\n"


def ours(*arguments: str, folder: Path, stdin: str | None = None, **more: str):
    environment = {**os.environ, "CERTAIN_ELOQUA_CONNECTORS": str(folder), **more}
    return subprocess.run(
        [sys.executable, "-m", "certain_eloqua.cli", *arguments],
        capture_output=True,
        text=True,
        input=stdin,
        env=environment,
        cwd=folder,
        timeout=120,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "attendees.yaml").write_text(GOOD)
    return tmp_path


def test_one_file_anywhere_can_be_checked(folder: Path, tmp_path_factory: pytest.TempPathFactory):
    elsewhere = tmp_path_factory.mktemp("drafts") / "draft.yaml"
    elsewhere.write_text(GOOD)
    done = ours("connectors", "check", str(elsewhere), folder=folder)
    assert (done.returncode, done.stdout) == (0, "1 connector can be used.\n")
    elsewhere.write_text(WRONG)
    done = ours("connectors", "check", str(elsewhere), str(folder / "attendees.yaml"), folder=folder)
    assert done.returncode == 1
    assert f"{elsewhere}:1: kind: 'upsert_contact' is not a kind" in done.stderr
    assert done.stdout == "1 connector can be used.\n"


def test_standard_input_can_be_checked(folder: Path):
    assert ours("connectors", "check", "-", folder=folder, stdin=GOOD).returncode == 0
    done = ours("connectors", "check", "-", "--json", folder=folder, stdin=WRONG)
    assert done.returncode == 1
    (error,) = json.loads(done.stdout)["errors"]
    assert (error["file"], error["line"], error["field"]) == ("stdin.yaml", 1, "kind")
    assert error["nearest"] == "upsert_contacts"


def test_the_list_and_the_check_are_json_for_programs(folder: Path):
    (folder / "broken.yaml").write_text(WRONG)
    done = ours("connectors", "list", "--json", folder=folder)
    assert done.returncode == 1
    content = json.loads(done.stdout)
    (connector,) = content["connectors"]
    assert connector["name"] == "attendees"
    assert connector["kind"] == "upsert_contacts"
    assert connector["schedule"] is None
    assert [error["line"] for error in content["errors"]] == [1]
    checked = json.loads(ours("connectors", "check", "--json", folder=folder).stdout)
    assert checked["usable"] == ["attendees"]


def test_the_doctor_is_json_for_programs(folder: Path, sandbox, tmp_path: Path):
    where = {"ELOQUA_BASE_URL": sandbox.url, "CERTAIN_BASE_URL": sandbox.url, "DAGSTER_HOME": str(tmp_path)}
    done = ours("doctor", "--json", folder=folder, **where)
    content = json.loads(done.stdout)
    assert (done.returncode, content["ok"], content["hint"]) == (0, True, None), content
    assert {"settings", "eloqua", "certain", "ledger"} <= {one["name"] for one in content["findings"]}
    done = ours("doctor", "--json", folder=folder, **{**where, "CERTAIN_PASSWORD": "wrong"})
    content = json.loads(done.stdout)
    assert (done.returncode, content["ok"]) == (1, False)
    assert [one["name"] for one in content["findings"] if not one["ok"]] == ["certain"]
    mapping = json.loads(ours("mapping", "check", "--json", folder=folder, **where).stdout)
    assert mapping["errors"] == []
    assert {"certain": "email", "eloqua": "C_EmailAddress", "direction": "both"} in mapping["pairs"]


def test_a_wrong_command_line_is_told_from_a_finding_by_its_exit_code(folder: Path):
    assert ours("connectors", "chek", folder=folder).returncode == 2
    assert ours("connectors", "check", "a.yaml", "--folder", str(folder), folder=folder).returncode == 2
    done = ours("connectors", "check", str(folder / "no_such.yaml"), folder=folder)
    assert done.returncode == 1
    assert "no_such.yaml" in done.stderr


def test_a_shell_can_complete_the_commands(folder: Path):
    asked = {
        "_CERTAIN_ELOQUA_COMPLETE": "bash_complete",
        "COMP_WORDS": "certain-eloqua con",
        "COMP_CWORD": "1",
    }
    code = "from certain_eloqua.cli import main; main(prog_name='certain-eloqua')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, **asked}, timeout=60
    )
    assert "plain,connectors" in done.stdout
