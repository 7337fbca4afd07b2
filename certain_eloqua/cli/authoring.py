"""`certain-eloqua connectors new` and `schema`: beginning a connector file, and what editors check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from certain_eloqua.clients.platform import Platform
    from certain_eloqua.connectors.contract.account_values import AccountValues
    from certain_eloqua.connectors.contract.kind import Kind
    from certain_eloqua.settings import Settings

FOLDER = click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the connector files. [default: the deployment's, CERTAIN_ELOQUA_CONNECTORS]",
)
PATIENCE_SECONDS = (3.0, 20.0)
"""For connecting and for an answer: a template is not worth a long wait."""


@click.command()
@click.argument("kind")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write it into this file, which must not exist yet. [default: print it]",
)
@click.option("--interactive", is_flag=True, help="Ask for each setting, write the file, offer the dry run.")
@click.option(
    "--event", "events", multiple=True, metavar="CODE", help="Show this event's values; may be repeated."
)
@click.option("--offline", is_flag=True, help="Ask nothing of the platforms.")
@click.pass_context
def new(
    context: click.Context,
    kind: str,
    out: Path | None,
    interactive: bool,
    events: tuple[str, ...],
    offline: bool,
) -> None:
    """Print a commented connector file of a KIND, ready to be edited.

    It has every setting with its meaning and, if the platforms can be reached, the values that exist in
    this account: lists, statuses, attendee types, sessions, tags and so on, of many only the first. The name
    of the file becomes the name of the connector.

    --interactive asks for the settings one by one; Enter takes the value in brackets. At the end it writes
    the file and offers the dry run. A file that exists is never overwritten.

    \b
    Examples:
      certain-eloqua connectors new upsert_contacts --out connectors/attendees.yaml
      certain-eloqua connectors new update_contact_list --interactive
      certain-eloqua connectors new session_status_activities --event NWSUMMIT27
    """
    from certain_eloqua.connectors.files.template import template

    found = _kind(kind)
    if out is not None:
        _refuse_name(out)
    account = None if offline else read_account(found, events)
    for title, reason in (account.unread if account else {}).items():
        click.echo(f"{title} could not be read, so its values are not shown: {reason}", err=True)
    if interactive:
        from certain_eloqua.cli.questions import ask, ask_name, offer_dry_run

        target = out or ask_name(found, _refuse_name)
        write_new(target, ask(found, account, target))
        offer_dry_run(context, found, account, target)
        return
    text = template(found, account)
    if out is None:
        click.echo(text, nl=False)
        return
    write_new(out, text)
    click.echo(f"Wrote {out}. Edit it, then: certain-eloqua connectors check")


@click.command()
@FOLDER
@click.option(
    "--write", is_flag=True, help="Write the schemas of connector files and field maps into the folder."
)
@click.option("--field-map", is_flag=True, help="Print the schema of field maps.")
def schema(folder: Path | None, write: bool, field_map: bool) -> None:
    """Print the JSON schema of connector files, or write it where editors find it.

    An editor with YAML support (VS Code with the extension YAML, IntelliJ, Neovim …) reads the first line of
    a connector file and then completes, explains and checks it while you type. Write the schemas again after
    an upgrade.

    \b
    Examples:
      certain-eloqua connectors schema --write
      certain-eloqua connectors schema --field-map
    """
    from certain_eloqua.connectors.files.json_schema import (
        FILE,
        connector_schema,
        schema_text,
        write_schema,
    )
    from certain_eloqua.connectors.files.json_schema import FOLDER as SCHEMAS
    from certain_eloqua.mapping.json_schema import FILE as FIELD_MAP_FILE
    from certain_eloqua.mapping.json_schema import field_map_schema
    from certain_eloqua.settings import connectors_folder

    if not write:
        click.echo(schema_text(field_map_schema() if field_map else connector_schema()), nl=False)
        return
    where = (folder or connectors_folder()) / SCHEMAS
    for name, content in ((FILE, connector_schema()), (FIELD_MAP_FILE, field_map_schema())):
        written = write_schema(where / name, content)
        click.echo(f"{'Wrote' if written else 'Unchanged:'} {where / name}")


def read_account(kind: Kind, events: Collection[str]) -> AccountValues:
    """The values of the account that the settings of a kind can name."""
    from certain_eloqua.connectors.catalogue import PLATFORMS
    from certain_eloqua.connectors.contract.account_values import AccountValues, subject_of
    from certain_eloqua.connectors.files import account_reading
    from certain_eloqua.settings import Settings, SettingsError

    fields = kind.settings.model_fields.values()
    subjects = {subject for field in fields if (subject := subject_of(field))}
    subjects |= {"events"} if kind.level == "event" else set()
    try:
        settings = Settings.read()
    except SettingsError as error:
        return AccountValues(unread={"The account": str(error)})
    parts = []
    try:
        for platform, (its_subjects, read) in account_reading.READERS.items():
            if wanted := subjects.intersection(its_subjects):
                with _connect(PLATFORMS[platform], settings) as client:
                    parts.append(read(client, wanted, events))
    except ValueError as error:
        raise click.BadParameter(f"{error}.", param_hint="--event") from None
    return account_reading.together(*parts)


def write_new(path: Path, text: str) -> None:
    """Write a file that does not exist yet, and the schema that its first line names, if that is missing."""
    from certain_eloqua.connectors.files.json_schema import FILE, connector_schema, write_schema
    from certain_eloqua.connectors.files.json_schema import FOLDER as SCHEMAS

    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
        if not (path.parent / SCHEMAS / FILE).exists():
            write_schema(path.parent / SCHEMAS / FILE, connector_schema())
    except FileExistsError:
        raise click.ClickException(f"{path} exists already; choose another name.") from None
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}.") from None


def _connect(platform: Platform, settings: Settings) -> Any:
    from certain_eloqua.clients.retry import RetryPolicy

    return platform.connect(settings, retry=RetryPolicy(attempts=1), timeout=PATIENCE_SECONDS)


def _kind(name: str) -> Kind:
    from certain_eloqua.connectors.catalogue import KINDS
    from certain_eloqua.mapping import nearest

    kinds: Mapping[str, Kind] = KINDS
    if name in kinds:
        return kinds[name]
    meant = nearest(name, kinds)
    hint = f" Did you mean {meant}?" if meant else ""
    raise click.BadParameter(
        f"{name!r} is not a kind.{hint} There are: {', '.join(kinds)}.", param_hint="KIND"
    )


def _refuse_name(path: Path) -> None:
    """Refuse a file that cannot be a connector, or that exists."""
    from certain_eloqua.connectors.files.loader import fault_of_name

    fault = fault_of_name(path)
    if fault is not None:
        better = f" Did you mean {fault[1]}?" if fault[1] else ""
        raise click.BadParameter(f"{fault[0]}.{better}", param_hint="--out")
    if path.exists():
        raise click.ClickException(f"{path} exists already; choose another name.")
