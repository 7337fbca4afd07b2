"""A deployment of its own for every journey: the sandbox, a home, connector files, an instance."""

import os
import textwrap
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from certain_eloqua.cli.demonstration.runs import Ran, Runner
from certain_eloqua.cli.demonstration.snapshots import Platforms
from certain_eloqua.definitions import build_defs
from certain_eloqua.resources.frames import Frames
from tests.conftest import Sandbox, clean_environment

EVENT = "NWSUMMIT27"
READS = [f"certain/{name}" for name in ("events", "profiles", "registrations", "attendee_types", "statuses")]

CONNECTORS = {
    "prospects": """
        kind: import_registrations
        events: [NWSUMMIT27, NWFORUM27]
        email_for_job_notifications: events-team@example.com
        settings:
          contact_list_name: Roadshow_Invitees
          profile_deduplication: email
          attendee_type_code: DELEGATE
          registration_status: Invited
          overwrite_registration_status: false
        """,
    "readers": """
        kind: import_profiles
        settings: {contact_list_name: VIPs, profile_deduplication: email}
        """,
    "attendees": """
        kind: upsert_contacts
        events: {status: [Live, On-Site]}
        settings: {registration_statuses: [Pre-Registered]}
        """,
}


@dataclass
class Deployment:
    """A folder with everything, the sandbox it talks to, and how to run things in it."""

    folder: Path
    sandbox: Sandbox
    platforms: Platforms
    instance: dg.DagsterInstance

    @property
    def sides(self) -> Platforms:
        """The former name of `platforms`."""
        return self.platforms

    @property
    def connectors(self) -> Path:
        return self.folder / "connectors"

    @property
    def frames(self) -> Frames:
        return Frames(str(self.folder / "home" / "certain_eloqua" / "frames"))

    @property
    def environment(self) -> dict[str, str]:
        """For programs started in `folder`."""
        ours = {name: os.environ[name] for name in NAMES}
        return {**clean_environment(), **ours, "PYTHONWARNINGS": "ignore", "PYTHONUNBUFFERED": "1"}

    def file(self, name: str, text: str) -> None:
        (self.connectors / f"{name}.yaml").write_text(textwrap.dedent(text))

    def runner(self) -> Runner:
        return Runner(build_defs(self.connectors), self.instance)

    def job(self, name: str, event: str | None = None, **settings) -> Ran:
        return self.runner().job(name, event, settings)

    def writes(self) -> dict[str, int]:
        return self.platforms.writes()

    def journal(self, **filters: str) -> list[dict]:
        asked = "&".join(f"{name}={value}" for name, value in {**filters, "limit": "10000"}.items())
        return self.sandbox.control("GET", f"journal?{asked}")["items"]


NAMES = ("DAGSTER_HOME", "ELOQUA_BASE_URL", "CERTAIN_BASE_URL", "CERTAIN_ELOQUA_CONNECTORS")


@pytest.fixture
def deployment(sandbox, tmp_path, monkeypatch):
    home, connectors = tmp_path / "home", tmp_path / "connectors"
    home.mkdir()
    connectors.mkdir()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\nnux: {enabled: false}\n")
    monkeypatch.chdir(tmp_path)  # a .env of the checkout must not count
    for name, value in zip(NAMES, (home, sandbox.url, sandbox.url, connectors), strict=True):
        monkeypatch.setenv(name, str(value))
    with dg.DagsterInstance.ephemeral() as instance:
        made = Deployment(tmp_path, sandbox, Platforms(sandbox.url), instance)
        for name, text in CONNECTORS.items():
            made.file(name, text)
        instance.add_dynamic_partitions("events", [EVENT, "NWEXPO25", "NWFORUM27", "NWROAD26", "NOSUCH"])
        yield made


@pytest.fixture
def kept(deployment):
    """The same with an instance on disk, for other processes to use."""
    with dg.DagsterInstance.get() as instance:
        instance.add_dynamic_partitions("events", [EVENT])
        deployment.instance = instance
        yield deployment
