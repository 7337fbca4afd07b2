"""`certain-eloqua connectors`: what is configured, is it right, and how to begin a new one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from certain_eloqua.cli.authoring import FOLDER, new, schema
from certain_eloqua.cli.next_runs import NextRun, next_runs
from certain_eloqua.cli.online_check import check_online
from certain_eloqua.cli.output import FOUND_SOMETHING, as_json, print_json, problems_as_json
from certain_eloqua.cli.stopping import stop

if TYPE_CHECKING:
    from certain_eloqua.assets.connector_status import ConnectorStatus
    from certain_eloqua.connectors.files.loader import Catalogue, Connector
    from certain_eloqua.connectors.files.problems import Problem

STANDARD_INPUT = Path("stdin.yaml")
"""The file that text from standard input counts as."""


@click.group()
def connectors() -> None:
    """List and check the connector files, or begin a new one."""


@connectors.command("list")
@FOLDER
@as_json
@click.pass_context
def list_(context: click.Context, folder: Path | None, json_wanted: bool) -> None:
    """List the connectors: events, application, job, date and status of the latest run, schedule, next run.

    The status is that of the latest run in the Dagster instance (DAGSTER_HOME): Never run, Queued, Running,
    Completed, Completed with errors, Failed or Terminated. Without an instance it is
    left out.

    The next run is computed from the schedule and the dates that events had when certain/events was last
    materialized; nothing is asked of Certain. It is marked `off` while the schedule is switched off in
    Dagster.

    Files that cannot be used are listed at the end, and make the exit code 1.

    \b
    Examples:
      certain-eloqua connectors list
      certain-eloqua connectors list --json | jq -r '.connectors[].name'
    """
    catalogue = _load(folder)
    status = status_of(catalogue)
    coming = next_runs(catalogue)
    if json_wanted:
        connectors = [_as_json(one, status.get(one.name), coming.get(one.name)) for one in catalogue]
        print_json({"connectors": connectors, "errors": problems_as_json(catalogue.problems)})
    else:
        _print_table(catalogue, status, coming)
        _print_problems(catalogue.problems)
    context.exit(FOUND_SOMETHING if catalogue.problems else 0)


@connectors.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@FOLDER
@click.option("--online", is_flag=True, help="Also ask both platforms for everything that the files need.")
@click.option(
    "--event",
    "events",
    multiple=True,
    metavar="CODE",
    help="With --online: only this event; may be repeated.",
)
@as_json
@click.pass_context
def check(
    context: click.Context,
    files: tuple[Path, ...],
    folder: Path | None,
    online: bool,
    events: tuple[str, ...],
    json_wanted: bool,
) -> None:
    """Check connector files: file, line, field, what is allowed, what was probably meant.

    Without FILES every file of the folder is checked. FILES may be anywhere; `-` is standard input.
    The exit code is 0 only if every file can be used.

    With --online the lists, fields, statuses, attendee types, sessions, custom objects, campaigns and so on
    that the files name are looked for on both platforms, as a run does before it writes, and everything that
    is missing is listed at once; for a connector of all events the latest five are checked. Nothing
    is written.

    \b
    Examples:
      certain-eloqua connectors check
      certain-eloqua connectors check drafts/attendees.yaml
      certain-eloqua connectors check --online --event NWSUMMIT27
      certain-eloqua connectors new upsert_contacts | certain-eloqua connectors check -
    """
    if files and folder:
        raise click.UsageError("give FILES or --folder, not both")
    catalogue = _check_files(files) if files else _load(folder)
    if events and not online:
        raise click.UsageError("--event goes with --online")
    asked = check_online(catalogue.connectors, events) if online else None
    problems = [*catalogue.problems, *(asked.problems if asked else ())]
    wrong = {problem.file for problem in problems}
    names = [one.name for one in catalogue if one.path not in wrong]
    if json_wanted:
        looked_into = {"looked_into": asked.events} if asked else {}
        print_json({"usable": names, "errors": problems_as_json(problems), **looked_into})
    else:
        _print_problems(problems)
        click.echo(f"{len(names)} connector{'' if len(names) == 1 else 's'} can be used.")
        if asked:
            codes = sorted({code for one in asked.events.values() for code in one})
            click.echo(f"Events checked: {', '.join(codes) or 'none'}.")
    context.exit(FOUND_SOMETHING if problems else 0)


connectors.add_command(new)
connectors.add_command(schema)
connectors.add_command(stop)


@connectors.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--older-than", type=click.IntRange(0), default=0, metavar="DAYS", help="Only runs that ended before."
)
@click.option("--all", "everything", is_flag=True, help="Also the latest run of each job and event.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
def clear(names: tuple[str, ...], older_than: int, everything: bool, yes: bool, json_wanted: bool) -> None:
    """Remove ended runs of connectors from Dagster: completed, failed and terminated ones.

    Queued and running ones are never touched; `connectors stop` stops them. Ledger and Parquet files stay
    unchanged, so nothing is sent twice. The latest run of each job and event is kept, because the pages of
    the assets show it; --all removes that one, too. Without NAME: all connectors.

    \b
    Examples:
      certain-eloqua connectors clear --older-than 30
      certain-eloqua connectors clear attendees_to_eloqua --all --yes
    """
    from datetime import UTC, datetime, timedelta

    from certain_eloqua.assets.connector_status import ended_runs
    from certain_eloqua.cli.run import open_instance

    if json_wanted and not yes:
        raise click.UsageError("--json cannot ask: add --yes")
    known = [one.name for one in _load(None)]
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise click.BadParameter(
            f"there is no connector {unknown[0]!r}. There are: {', '.join(known)}.", param_hint="NAME"
        )
    with open_instance() as instance:
        before = datetime.now(UTC) - timedelta(days=older_than)
        found = ended_runs(instance, names or known, before, keep_latest=not everything)
        if found and not yes:
            click.confirm(f"Remove {len(found)} ended runs and their logs?", abort=True)
        for run in found:
            instance.delete_run(run.run_id)
    if json_wanted:
        print_json({"removed": [run.run_id for run in found]})
    else:
        click.echo(f"{len(found)} ended runs were removed. Queued and running ones were left alone.")


def _load(folder: Path | None) -> Catalogue:
    from certain_eloqua.connectors.files.loader import load_connectors
    from certain_eloqua.settings import connectors_folder

    return load_connectors(folder or connectors_folder())


def _check_files(files: Iterable[Path]) -> Catalogue:
    from certain_eloqua.connectors.files.loader import Catalogue, load_connector, load_connector_text

    usable: list[Connector] = []
    problems: list[Problem] = []
    for file in files:
        if str(file) == "-":
            with click.open_file("-", "rb") as stream:
                connector, found = load_connector_text(stream.read(), STANDARD_INPUT)
        else:
            connector, found = load_connector(file)
        usable += [connector] if connector else []
        problems += found
    return Catalogue(tuple(usable), tuple(problems))


def status_of(catalogue: Catalogue) -> dict[str, ConnectorStatus]:
    """The status of every connector by name; empty where there is no Dagster instance."""
    home = os.environ.get("DAGSTER_HOME")
    if not home or not Path(home).is_dir():
        return {}
    import dagster as dg

    from certain_eloqua.assets.connector_status import connector_status

    with dg.DagsterInstance.get() as instance:
        return {one.name: connector_status(instance, one.name) for one in catalogue}


def _as_json(one: Connector, status: ConnectorStatus | None, coming: NextRun | None) -> dict[str, Any]:
    schedule = one.schedule
    return {
        "name": one.name,
        "kind": one.kind.name,
        "title": one.kind.title,
        "level": one.kind.level,
        "events": one.events_in_words,
        "description": one.description,
        "file": str(one.path),
        "email_for_job_notifications": one.email_for_job_notifications,
        "schedule": None
        if schedule is None
        else {
            "first_run": str(schedule.first_run),
            "last_run": str(schedule.last_run),
            "every": schedule.every,
            "in_words": schedule.often,
            "time_zone": schedule.timezone,
            "switched_on": coming.switched_on if coming else None,
        },
        "application": application_of(one),
        "status": status.status if status else None,
        "date": status.changed.isoformat(timespec="seconds") if status and status.changed else None,
        "last_run": {
            "run": status.run_id,
            "event": status.event,
            "dry_run": status.dry_run,
            "restored": status.restored or None,
            "outcome": dict(status.outcome),
        }
        if status and status.run_id
        else None,
        "next_run": coming.as_json() if coming else None,
    }


def application_of(one: Connector) -> str:
    """The platform that is connected with Certain, as Certain's list names it."""
    others = [name for name in one.kind.platforms if name != "certain"]
    return (others or ["certain"])[0].title()


def _print_table(
    catalogue: Catalogue, status: Mapping[str, ConnectorStatus], coming: Mapping[str, NextRun]
) -> None:
    rows = [
        ("NAME", "EVENTS", "APPLICATION", "JOB", "DATE", "STATUS", "LAST OUTCOME", "NEXT RUN", "SCHEDULE")
    ]
    for one in catalogue:
        schedule = one.schedule
        often = f"{schedule.often}, {schedule.first_run} to {schedule.last_run}" if schedule else "by hand"
        following = str(coming[one.name]) if one.name in coming else "–"
        found = status.get(one.name)
        date = f"{found.changed:%Y-%m-%d %H:%M}" if found and found.changed else "–"
        words = found.status if found else "–"
        outcome = (found.outcome_in_words if found else "") or "–"
        where = one.events_in_words
        rows.append(
            (one.name, where, application_of(one), one.kind.name, date, words, outcome, following, often)
        )
    last = len(rows[0]) - 1
    widths = [min(48, max(len(row[column]) for row in rows)) for column in range(last)]
    for row in rows:
        padded = [cell.ljust(width) for cell, width in zip(row[:last], widths, strict=True)]
        click.echo("  ".join([*padded, row[last]]).rstrip())


def _print_problems(problems: Iterable[Problem]) -> None:
    for problem in problems:
        click.echo(f"WRONG  {problem}", err=True)
