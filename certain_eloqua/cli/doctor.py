"""`certain-eloqua doctor`: is this deployment set up rightly, and if not, what is wrong?"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from certain_eloqua.cli.output import FOUND_SOMETHING, as_json, print_json

if TYPE_CHECKING:
    import dagster as dg

    from certain_eloqua.clients.platform import Platform
    from certain_eloqua.settings import Settings


@click.command()
@as_json
@click.pass_context
def doctor(context: click.Context, json_wanted: bool) -> None:
    """Check the settings, the logins, the ledger, the frames, the connector files and the field map.

    Each is tried and reported; the exit code is 0 only if all of them work. Nothing is changed on a
    platform.

    \b
    Examples:
      certain-eloqua doctor
      certain-eloqua doctor --json
    """
    from certain_eloqua.clients.errors import ConnectionLost
    from certain_eloqua.clients.redaction import redact
    from certain_eloqua.connectors.catalogue import PLATFORMS
    from certain_eloqua.settings import Settings, SettingsError

    report = _Report(json_wanted)
    try:
        settings = Settings.read()
    except SettingsError as error:
        report.add("settings", ok=False, message=str(error))
        report.end()
        context.exit(FOUND_SOMETHING)
    where = "the sandbox" if settings.uses_sandbox else "real accounts"
    report.add("settings", ok=True, message=f"{where}, account {settings.certain_account_code}")
    looks: dict[str, Callable[[Settings], str]] = {
        **{name: partial(_platform, platform) for name, platform in PLATFORMS.items()},
        "ledger": _ledger,
        "frames": _frames,
        "connectors": _connectors,
        "field map": _field_map,
        "dagster": _dagster,
        "mail": _mail,
    }
    wrong: dict[str, Exception] = {}
    for name, look in looks.items():
        report.begin(name)
        try:
            message = look(settings)
        except Exception as error:  # noqa: BLE001 - whatever is wrong is what was asked for
            wrong[name] = error
            message = redact(_in_words(name, error))
        report.add(name, ok=name not in wrong, message=message)
    if settings.uses_sandbox and any(isinstance(error, ConnectionLost) for error in wrong.values()):
        report.hint = (
            "These settings point at the sandbox. Is it running? Start it with: certain-eloqua sandbox"
        )
    report.end()
    context.exit(FOUND_SOMETHING if wrong else 0)


class _Report:
    """The findings, printed as they come, or as one JSON object at the end."""

    def __init__(self, as_json: bool) -> None:
        self.hint: str | None = None
        self._as_json = as_json
        self._findings: list[dict[str, Any]] = []
        self._begun: str | None = None

    def begin(self, name: str) -> None:
        """Show what is checked now; it may take some seconds."""
        if not self._as_json:
            click.echo(f"{name:<13} ", nl=False)
        self._begun = name

    def add(self, name: str, *, ok: bool, message: str) -> None:
        self._findings.append({"name": name, "ok": ok, "message": message})
        if self._as_json:
            return
        if self._begun != name:
            self.begin(name)
        click.echo(f"{'ok' if ok else 'WRONG':<6} {message}".replace("\n", f"\n{'':21}"))

    def end(self) -> None:
        if self._as_json:
            ok = all(finding["ok"] for finding in self._findings)
            print_json({"ok": ok, "findings": self._findings, "hint": self.hint})
        elif self.hint:
            click.echo(f"\n{self.hint}")


def _in_words(name: str, error: Exception) -> str:
    from certain_eloqua.clients.errors import AuthError, ClientError
    from certain_eloqua.connectors.catalogue import PLATFORMS

    if isinstance(error, AuthError) and name in PLATFORMS:
        return f"the login was refused ({error.came_back}). Check {PLATFORMS[name].login_settings}"
    if isinstance(error, ClientError):
        return f"{error.doing}: {error.came_back}".rstrip(": ")
    return str(error) or type(error).__name__


def quickly() -> dict[str, Any]:
    """One try and short patience: whoever asks what is wrong does not want to wait for it to pass."""
    from certain_eloqua.clients.retry import RetryPolicy

    return {"retry": RetryPolicy(attempts=1), "timeout": (3.0, 6.0)}


def _platform(platform: Platform, settings: Settings) -> str:
    with platform.connect(settings, **quickly()) as client:
        return platform.check(client, settings)


def _ledger(settings: Settings) -> str:
    from sqlalchemy.engine import make_url

    from certain_eloqua.resources.ledger import open_ledger

    with open_ledger(settings) as ledger:
        ledger.deliveries(limit=1)
    return make_url(settings.ledger_address).render_as_string(hide_password=True)


def _frames(settings: Settings) -> str:
    import pyarrow as pa

    from certain_eloqua.resources.frame_store import frame_store

    frames = frame_store(settings)
    try:
        frames.write(("doctor",), None, "doctor", pa.table({"works": ["yes"]}))
        found = frames.table(("doctor",), None).num_rows
    except Exception as error:
        message = f"CERTAIN_ELOQUA_FRAMES: nothing can be kept in {settings.frames_address}: {error}"
        raise OSError(message) from error
    if found != 1:
        raise OSError(f"what was written to {settings.frames_address} could not be read back")
    return settings.frames_address


def _connectors(settings: Settings) -> str:
    from certain_eloqua.connectors.files.loader import load_connectors

    loaded = load_connectors(settings.connectors)
    if loaded.problems:
        raise ValueError("\n".join(map(str, loaded.problems)))
    return f"{len(loaded.connectors)} in {settings.connectors}"


def _field_map(settings: Settings) -> str:
    from certain_eloqua.clients.eloqua.platform import PLATFORM as ELOQUA
    from certain_eloqua.clients.errors import ClientError
    from certain_eloqua.resources.field_map import account_field_map

    field_map = account_field_map(settings)
    summary = f"{len(field_map.pairs)} pairs from {field_map.path or _default_table(settings)}"
    try:
        with ELOQUA.connect(settings, **quickly()) as client:
            problems = field_map.validate(client.contact_fields())
    except ClientError:  # reported by the check of Eloqua
        return f"{summary}, version {field_map.version}; not compared with Eloqua's fields"
    if problems:
        raise ValueError("\n".join([summary, *map(str, problems)]))
    return f"{summary}, version {field_map.version}"


def _default_table(settings: Settings) -> str:
    folder, account = settings.field_maps_folder, settings.certain_account_code
    others = sorted(file.name for file in folder.iterdir() if file.is_file()) if folder.is_dir() else []
    there = f"; there are: {', '.join(others)}" if others else ""
    return f"the default table (no {account}.yaml in {folder}{there})"


def _mail(settings: Settings) -> str:
    """Whether the mail server can be reached and takes the login. No mail is sent."""
    from certain_eloqua.notify.mail import MailNotSent, connect

    if settings.smtp_url is None:
        return "SMTP_URL is not set, so no mail is sent when a run fails"
    try:
        with connect(settings.smtp_url.get_secret_value(), settings.mail_from):
            return "the mail server can be reached"
    except MailNotSent as error:
        raise ValueError(f"SMTP_URL: {error}") from None


def _dagster(settings: Settings) -> str:
    home = os.environ.get("DAGSTER_HOME")
    if not home:
        raise ValueError(
            "DAGSTER_HOME is not set, so runs started here are forgotten. In a checkout: . bin/env"
        )
    import dagster as dg

    with dg.DagsterInstance.get() as instance:
        missing = list(_missing_in(instance))
    lines = [f"home {home}", *(f"its dagster.yaml lacks {one}" for one in missing)]
    if missing:
        lines.append("Copy these sections from the dagster.yaml of this version.")
    return "\n".join(lines)


def _missing_in(instance: dg.DagsterInstance) -> Iterator[str]:
    """What an instance's dagster.yaml does without, of that which connectors rely on."""
    limits = instance.get_concurrency_config().run_queue_config
    tags = {one.get("key") for one in limits.tag_concurrency_limits} if limits else set()
    for tag in ("dagster/partition", "certain/run_lock"):
        if tag not in tags:
            yield f"the limit of one run for each value of {tag} (runs do not wait for each other)"
    if not getattr(instance.scheduler, "max_tick_retries", 0):
        yield "scheduler.max_tick_retries (a tick that could not read Certain is lost)"
    if not instance.run_monitoring_enabled:
        yield "run_monitoring (a run whose process died stays Running)"
