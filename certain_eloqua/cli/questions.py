"""Asking for a new connector setting by setting: each answer is checked as the file will be."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

import click

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from certain_eloqua.connectors.contract.account_values import AccountValues
    from certain_eloqua.connectors.contract.kind import Kind
    from certain_eloqua.connectors.files.problems import Problem

NO_EVENT = "CODE"
LEAVE_OUT = "-"
"""The answer that leaves an optional setting out."""


def ask_name(kind: Kind, refuse: Callable[[Path], None]) -> Path:
    """The file of the new connector, in the deployment's folder."""
    from certain_eloqua.settings import connectors_folder

    folder = connectors_folder()

    def checked(name: str) -> Path:
        path = folder / (name if Path(name).suffix else f"{name}.yaml")
        try:
            refuse(path)
        except click.ClickException as error:
            raise click.UsageError(error.message) from None
        return path

    return click.prompt("Name of the connector", default=f"my_{kind.name}", value_proc=checked)


def ask(kind: Kind, account: AccountValues | None, path: Path) -> str:
    """The text of the new file. It is asked again for what does not fit together."""
    from certain_eloqua.connectors.files.loader import load_connector_text
    from certain_eloqua.connectors.files.template import Chosen, template

    click.echo(f"\n{kind.title}: {kind.summary}\nEnter takes the value in brackets.\n")
    description = click.prompt("description", default=kind.title)
    events = _ask_events(account) if kind.level == "event" else None
    email = click.prompt(
        "email_for_job_notifications", default="", show_default=False, value_proc=_checked_email
    )
    settings: dict[str, Any] = {}
    while True:
        settings = _ask_settings(kind, account, settings)
        chosen = Chosen(description, events, email or None, settings)
        if not (problems := load_connector_text(template(kind, account, chosen).encode(), path)[1]):
            break
        _show(problems)
    while click.confirm("\nRun it on a schedule?", default=False):
        scheduled = Chosen(description, events, email or None, settings, _ask_schedule(kind))
        text = template(kind, account, scheduled)
        if not (problems := load_connector_text(text.encode(), path)[1]):
            return text
        _show(problems)
    return template(kind, account, chosen)


def offer_dry_run(context: click.Context, kind: Kind, account: AccountValues | None, path: Path) -> None:
    """Run the new connector's dry run, if it can be run from here and is wanted."""
    from certain_eloqua.cli.run import run
    from certain_eloqua.settings import connectors_folder

    event = _first_event(account, path) if kind.level == "event" else ""
    where = ["--event", event] if kind.level == "event" else []
    click.echo(f"\nWrote {path}.")
    here = path.resolve().parent == connectors_folder().resolve() and os.environ.get("DAGSTER_HOME")
    if not here or not click.confirm("See what it would change (dry run)?", default=True):
        click.echo("Dry run: " + " ".join(["certain-eloqua", "run", path.stem, *where, "--dry-run"]))
        return
    codes: tuple[str, ...] = ()
    if kind.level == "event":
        codes = (click.prompt("for the event", default=None if event == NO_EVENT else event),)
    context.invoke(run, name=path.stem, events=codes, dry_run=True)


def _first_event(account: AccountValues | None, path: Path) -> str:
    """An event that the new connector is for, for the dry run."""
    from certain_eloqua.connectors.files.loader import load_connector

    connector = load_connector(path)[0]
    codes = connector.events.codes if connector and connector.events else ()
    return next(iter((*codes, *(account.events if account else ()))), NO_EVENT)


def _ask_events(account: AccountValues | None) -> Any:
    from certain_eloqua.connectors.files.events import FORMS, read_events
    from certain_eloqua.connectors.files.problems import in_words
    from certain_eloqua.connectors.files.template import existing_in_words

    def checked(text: str) -> Any:
        value = _yaml(text if text.startswith(("[", "{")) or text == "all" else f"[{text}]")
        faults: list[str] = []
        read_events(value, lambda _, message, **more: faults.append(in_words("events", message, **more)))
        if faults:
            raise click.UsageError(" ".join(faults))
        return value

    values = account.values.get("events") if account else None
    click.echo(
        f"\nFor which events: {', '.join(FORMS)}." + (f" {existing_in_words(values)}" if values else "")
    )
    return click.prompt("events", default="all", value_proc=checked)


def _ask_settings(kind: Kind, account: AccountValues | None, before: Mapping[str, Any]) -> dict[str, Any]:
    from certain_eloqua.connectors.files.settings import allowed_values
    from certain_eloqua.connectors.files.template import existing_in_words, is_written, proposal

    answers: dict[str, Any] = {}
    for name, field in kind.settings.model_fields.items():
        click.echo(f"\n{field.description} Allowed: {' | '.join(allowed_values(field))}.")
        values = account.of(field) if account else None
        if values is not None:
            click.echo(existing_in_words(values))
        default = before.get(
            name, None if before or not is_written(field) else proposal(name, field, account)
        )
        if default is None and not field.is_required():
            default = field.default
        answer = _ask_setting(kind, name, field, default, answers)
        if answer is not None and (field.is_required() or answer != field.default):
            answers[name] = answer
    return answers


def _ask_setting(kind: Kind, name: str, field: FieldInfo, default: Any, answers: Mapping[str, Any]) -> Any:
    def checked(text: str) -> Any:
        if text == LEAVE_OUT and not field.is_required():
            return None
        value = _value(field, text)
        if value is None and not field.is_required():
            return None
        faults = _faults(kind, {**answers, name: value}, name)
        if faults:
            raise click.UsageError(" ".join(faults))
        return value

    shown = _as_text(default)
    can_go = shown and not field.is_required() and field.default is None
    optional = f" ({LEAVE_OUT} leaves it out)" if can_go else ""
    return click.prompt(f"{name}{optional}", default=shown, show_default=bool(shown), value_proc=checked)


def _faults(kind: Kind, given: dict[str, Any], name: str) -> list[str]:
    """What is wrong with one setting, in the words of the file check."""
    from certain_eloqua.connectors.files.problems import dotted, in_words
    from certain_eloqua.connectors.files.settings import settings_from

    found: list[str] = []

    def add_error(location: tuple[str | int, ...], message: str, **more: Any) -> None:
        if location and location[0] == name:
            found.append(in_words(dotted(location), message, **more))

    settings_from(kind.settings, given, add_error)
    return found


def _ask_schedule(kind: Kind) -> dict[str, Any]:
    from certain_eloqua.connectors.files.schedule import DETAILS

    defaults = {"minute": "0", "at": "06:00", "weekday": "monday", "day": "1"}
    event = kind.level == "event"
    schedule: dict[str, Any] = {
        "first_run": click.prompt(
            "first_run", default="event_start - 60 days" if event else "created + 0 days"
        ),
        "last_run": click.prompt("last_run", default="event_end + 7 days" if event else "2030-12-31"),
        "every": click.prompt("every", default="day", type=click.Choice(list(DETAILS))),
    }
    for detail in DETAILS[schedule["every"]]:
        text = click.prompt(detail, default=defaults[detail])
        schedule[detail] = int(text) if text.isdecimal() else text
    return schedule


def _checked_email(text: str) -> str:
    from certain_eloqua.domain.email import is_valid_email

    if text and not is_valid_email(text):
        raise click.UsageError("this is not an e-mail address. Allowed: name@example.com, or nothing.")
    return text


def _value(field: FieldInfo, text: str) -> Any:
    """The answer as a file would have it: a text stays one, a list may be written with commas alone."""
    kinds = [one for one in get_args(field.annotation) or () if one is not type(None)]
    bare = field.annotation if not kinds or get_origin(field.annotation) in (list, Literal) else kinds[0]
    text = text.strip()
    if get_origin(bare) is list:
        if text.startswith("["):
            return _yaml(text)
        return [one.strip() for one in text.split(",") if one.strip()] or None
    if bare is str or get_origin(bare) is Literal:
        return text or None
    return _yaml(text)


def _yaml(text: str) -> Any:
    from certain_eloqua.mapping.strict_yaml import decode_document

    document = decode_document(f"value: {text}\n".encode(errors="replace"))
    if document.faults or not isinstance(document.content, dict):
        raise click.UsageError("; ".join(fault.message for fault in document.faults) or "this is not a value")
    return document.content.get("value")


def _as_text(value: Any) -> str:
    if value is None or value == []:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _show(problems: tuple[Problem, ...]) -> None:
    click.echo()
    for problem in problems:
        click.echo(f"WRONG  {problem}")
    click.echo("Enter keeps an answer.")
