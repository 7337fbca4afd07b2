"""`certain-eloqua connectors`: what is configured, is it right, and how to begin a new one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from certain_eloqua.connectors.files.loader import Catalogue

FOLDER = click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the connector files. [default: the deployment's, CERTAIN_ELOQUA_CONNECTORS]",
)


@click.group()
def connectors() -> None:
    """List and check the connector files, or begin a new one."""


@connectors.command("list")
@FOLDER
@click.pass_context
def list_(context: click.Context, folder: Path | None) -> None:
    """List the connectors: kind, events, schedule.

    Files that cannot be used are told at the end, and make the exit code 1.

    \b
    Example:
      certain-eloqua connectors list
    """
    catalogue = _load(folder)
    rows = [("NAME", "KIND", "EVENTS", "SCHEDULE", "DESCRIPTION")]
    for one in catalogue:
        schedule = one.schedule
        often = (
            f"every {schedule.every}, {schedule.first_run} to {schedule.last_run}" if schedule else "by hand"
        )
        rows.append((one.name, one.kind.name, one.events_in_words, often, one.description))
    widths = [min(48, max(len(row[column]) for row in rows)) for column in range(4)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:4], widths, strict=True)]
        click.echo("  ".join([*cells, row[4]]).rstrip())
    _tell(catalogue)
    context.exit(1 if catalogue.problems else 0)


@connectors.command()
@FOLDER
@click.pass_context
def check(context: click.Context, folder: Path | None) -> None:
    """Check every connector file: file, line, field, what is allowed, what was probably meant.

    Nothing is asked of the platforms. The exit code is 0 only if every file can be used.

    \b
    Example:
      certain-eloqua connectors check
    """
    catalogue = _load(folder)
    _tell(catalogue)
    usable = len(catalogue.connectors)
    click.echo(f"{usable} connector{'' if usable == 1 else 's'} can be used.")
    context.exit(1 if catalogue.problems else 0)


@connectors.command()
@click.argument("kind")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write it into this file, which must not exist yet. [default: print it]",
)
def new(kind: str, out: Path | None) -> None:
    """Print a commented connector file of a KIND, ready to be edited.

    The name of the file becomes the name of the connector.

    \b
    Example:
      certain-eloqua connectors new upsert_contacts --out connectors/attendees.yaml
    """
    from certain_eloqua.connectors.catalogue import KINDS
    from certain_eloqua.connectors.files.loader import fault_of_name
    from certain_eloqua.connectors.files.template import template
    from certain_eloqua.mapping import nearest

    if kind not in KINDS:
        meant = nearest(kind, KINDS)
        hint = f" Did you mean {meant}?" if meant else ""
        raise click.BadParameter(
            f"{kind!r} is not a kind.{hint} There are: {', '.join(KINDS)}.", param_hint="KIND"
        )
    text = template(kind)
    if out is None:
        click.echo(text, nl=False)
        return
    fault = fault_of_name(out)
    if fault is not None:
        better = f" Did you mean {fault[1]}?" if fault[1] else ""
        raise click.BadParameter(f"{fault[0]}.{better}", param_hint="--out")
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise click.ClickException(f"{out} exists already; choose another name.") from None
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}.") from None
    click.echo(f"Wrote {out}. Edit it, then: certain-eloqua connectors check")


def _load(folder: Path | None) -> Catalogue:
    from certain_eloqua.connectors.files.loader import load_connectors
    from certain_eloqua.settings import connectors_folder

    return load_connectors(folder or connectors_folder())


def _tell(catalogue: Catalogue) -> None:
    for problem in catalogue.problems:
        click.echo(f"WRONG  {problem}", err=True)
