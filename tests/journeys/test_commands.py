"""The `dagster` and `dg` commands as people type them in the root of the project, and our own."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest

from certain_eloqua.cli import main
from tests.conftest import ROOT
from tests.journeys.conftest import EVENT

pytestmark = pytest.mark.slow
BIN = Path(sys.executable).parent


@pytest.fixture
def root(kept, tmp_path_factory):
    """The root of the project without a `.env` of the developer's: it would beat the test's
    environment.
    """
    root = tmp_path_factory.mktemp("root")
    for name in ("certain_eloqua", "workspace.yaml", "dg.toml", "pyproject.toml", "connectors"):
        (root / name).symlink_to(ROOT / name)
    return root


@pytest.fixture
def run(kept, root):
    def call(program, *arguments, code=0):
        path = os.pathsep.join([str(BIN), os.environ["PATH"]])
        done = subprocess.run(
            [str(BIN / program), *arguments],
            cwd=root,
            env={**kept.environment, "PATH": path},
            text=True,
            capture_output=True,
            timeout=150,
        )
        output = done.stdout + done.stderr
        assert done.returncode == code, output[-4000:]
        return output

    return call


@pytest.mark.timeout(400)
def test_dagster_commands(run, kept):
    assert "certain_eloqua" in run("dagster", "definitions", "validate")
    module = ["-m", "certain_eloqua.definitions"]
    run("dagster", "asset", "materialize", *module, "--select", "certain/events")
    run(
        "dagster",
        "asset",
        "materialize",
        *module,
        "--select",
        "+key:attendees/delivery",
        "--partition",
        EVENT,
    )
    runs = {run.job_name: run for run in kept.instance.get_runs()}
    assert runs
    assert kept.writes().get("eloqua.contact create", 0) > 0
    assert "NWSUMMIT27" in kept.instance.get_dynamic_partitions("events")


@pytest.mark.timeout(400)
def test_dg_launch(run, kept):
    run("dg", "launch", "--assets", "+key:attendees/plan", "--partition", EVENT)
    assert kept.writes() == {}
    config = {"resources": {"prospects_settings": {"config": {"contact_list_name": "VIPs"}}}}
    run(
        "dg",
        "launch",
        "--assets",
        "+key:prospects/delivery",
        "--partition",
        EVENT,
        "--config-json",
        json.dumps(config),
    )
    event = kept.instance.get_latest_materialization_event(_key("prospects/contacts"))
    assert event.asset_materialization.metadata["contact_list"].value == "VIPs"


@pytest.mark.timeout(400)
def test_a_connectors_job_is_launched_by_the_dagster_command(run, kept):
    tags = json.dumps({"dagster/partition": EVENT})
    run("dagster", "job", "launch", "-j", "attendees", "--tags", tags)
    (launched,) = kept.instance.get_runs()
    assert (launched.job_name, launched.tags["dagster/partition"]) == ("attendees", EVENT)


def test_our_own_commands_tell_the_truth_in_their_exit_codes(kept, monkeypatch):
    from click.testing import CliRunner

    def ours(*arguments):
        done = CliRunner().invoke(main, list(arguments))
        return done.exit_code, done.output

    code, output = ours("connectors", "list")
    assert code == 0
    assert all(name in output for name in ("prospects", "readers", "attendees"))
    assert ours("connectors", "check")[0] == 0
    kept.file("broken", "kind: upsert_contact\nevents: all\n")
    code, output = ours("connectors", "check")
    assert code == 1
    assert "broken.yaml:1: kind: 'upsert_contact' is not a kind" in output
    assert ours("connectors", "list")[0] == 1
    (kept.connectors / "broken.yaml").unlink()
    code, output = ours("doctor")
    assert (code, output.count(" ok ")) == (0, 9), output
    assert "its dagster.yaml lacks scheduler.max_tick_retries" in output
    (kept.folder / "home" / "dagster.yaml").write_text((ROOT / "dagster.yaml").read_text())
    assert "lacks" not in ours("doctor")[1]
    assert "demo" not in output.replace("certain_eloqua_demo", "")
    assert ours("mapping", "check")[0] == 0
    monkeypatch.setenv("CERTAIN_PASSWORD", "wrong")
    code, output = ours("doctor")
    assert code == 1
    assert "certain       WRONG" in output
    assert "the login was refused" in output
    assert "CERTAIN_USERNAME and CERTAIN_PASSWORD" in output
    assert "Is it running?" not in output
    monkeypatch.delenv("CERTAIN_PASSWORD")
    monkeypatch.setenv("CERTAIN_ELOQUA_LEDGER_URL", "postgres://u:secretword@h/ledger")
    monkeypatch.setenv("CERTAIN_BASE_URL", "http://127.0.0.1:9")
    began = time.monotonic()
    code, output = ours("doctor")
    assert time.monotonic() - began < 20
    assert "Is it running?" in output
    assert "ledger        WRONG  CERTAIN_ELOQUA_LEDGER_URL: postgres:// is no database we know" in output
    assert "the default table (no NWIND.yaml" in output
    assert "secretword" not in output
    monkeypatch.setenv("SMTP_URL", "smtp://user:mailsecret@127.0.0.1:9")
    code, output = ours("doctor")
    assert "mail          WRONG  SMTP_URL: the mail server 127.0.0.1:9 cannot be reached" in output
    assert "mailsecret" not in output
    monkeypatch.setenv("ELOQUA_PAGE_SIZE", "lots")
    code, output = ours("doctor")
    assert code == 1
    assert "ELOQUA_PAGE_SIZE" in output


def test_a_template_can_be_used_as_it_is(kept):
    from click.testing import CliRunner

    from certain_eloqua.connectors.catalogue import KINDS
    from certain_eloqua.connectors.files.loader import load_connector

    for kind in KINDS:
        out = kept.folder / f"my_{kind}.yaml"
        assert CliRunner().invoke(main, ["connectors", "new", kind, "--out", str(out)]).exit_code == 0
        connector, problems = load_connector(out)
        assert not problems
        assert connector.kind.name == kind
        again = CliRunner().invoke(main, ["connectors", "new", kind, "--out", str(out)])
        assert again.exit_code == 1
        assert "exists already" in again.output
    for name in ("My File.yaml", "certain.yaml", "attendees.txt"):
        out = kept.folder / name
        wrong = CliRunner().invoke(main, ["connectors", "new", "upsert_contacts", "--out", str(out)])
        assert wrong.exit_code == 2, name
        assert not out.exists()
    wrong = CliRunner().invoke(main, ["connectors", "new", "upsert_contact"])
    assert wrong.exit_code == 2
    assert "Did you mean upsert_contacts?" in wrong.output


@pytest.mark.timeout(960)
def test_the_demo_works_from_end_to_end(tmp_path, monkeypatch):
    finished = os.environ.get("FINISHED_DEMO")  # of `make demo` in a fresh clone, which bin/test has run
    kept = Path(finished) if finished else _demo(tmp_path)
    home = kept / "dagster_home"
    assert (home / "dagster.yaml").read_text() == (ROOT / "dagster.yaml").read_text()
    assert (kept / "sandbox.db").stat().st_size > 100_000
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    with dg.DagsterInstance.get() as instance:
        for name in ("summit_prospects", "newsletter_profiles", "attendees_to_eloqua"):
            for step in ("plan", "delivery"):
                assert instance.get_latest_materialization_event(_key(f"{name}/{step}")), f"{name}/{step}"
        assert instance.get_runs(limit=1)[0].job_name == "standing"


def _demo(folder: Path) -> Path:
    """Run the demo; the folder that it leaves."""
    done = subprocess.run(
        [sys.executable, "-m", "certain_eloqua.cli", "demo", "--home", "kept"],
        cwd=folder,
        text=True,
        capture_output=True,
        timeout=900,
        env={**os.environ, "PYTHONPATH": str(ROOT), "ELOQUA_BASE_URL": "https://never.example.com"},
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "expectations hold" in done.stdout
    return folder / "kept"


def test_the_demo_replaces_only_what_a_demo_has_made(tmp_path):
    from click.testing import CliRunner

    (tmp_path / "mine.txt").write_text("mine")
    for options in ([], ["--replace"]):
        refused = CliRunner().invoke(main, ["demo", "--home", str(tmp_path), *options])
        assert refused.exit_code == 1
        assert str(tmp_path) in refused.output
        assert "Name a new folder" in refused.output
    assert (tmp_path / "mine.txt").exists()


def _key(name):
    import dagster as dg

    return dg.AssetKey(name.split("/"))
