"""`certain-eloqua undo` and `repair`: put back what a run wrote, write again what others have changed."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from certain_eloqua.cli.doubts import read_settings
from certain_eloqua.cli.output import FOUND_SOMETHING, as_json, print_json
from certain_eloqua.cli.run import COMPLETED_WITH_ERRORS, find_run, open_instance

if TYPE_CHECKING:
    import dagster as dg

    from certain_eloqua.cli.demonstration.runs import Ran, Runner
    from certain_eloqua.connectors.files.loader import Catalogue, Connector
    from certain_eloqua.settings import Settings

Show = Callable[[str], None]


@dataclass
class Restored:
    """One run that undid or repaired, and what it did."""

    connector: str
    event: str | None
    run: str
    link: str
    succeeded: bool
    plan: dict[str, int]
    left_out: dict[str, int]
    delivery: dict[str, int]
    cause: str = ""
    failed_checks: list[str] = field(default_factory=list)

    @property
    def with_errors(self) -> bool:
        return bool(self.delivery.get("rejected") or self.delivery.get("in_doubt"))

    def as_json(self) -> dict[str, Any]:
        names = (
            "connector",
            "event",
            "run",
            "link",
            "succeeded",
            "with_errors",
            "plan",
            "left_out",
            "delivery",
        )
        return {name: getattr(self, name) for name in names} | {"cause": self.cause or None}


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option(
    "--connector", "connectors", multiple=True, help="Only what this connector wrote; may be repeated."
)
@click.option("--event", "events", multiple=True, metavar="CODE", help="Only of this event; may be repeated.")
@click.option(
    "--dry-run", is_flag=True, help="Show what would be put back, and what cannot be; write nothing."
)
@click.option(
    "--delete-created",
    is_flag=True,
    help="Delete the records that the run created, if nobody changed them since.",
)
@as_json
@click.pass_context
def undo(
    context: click.Context,
    run_id: str,
    connectors: tuple[str, ...],
    events: tuple[str, ...],
    dry_run: bool,
    delete_created: bool,
    json_wanted: bool,
) -> None:
    """Put back what RUN has written: values of fields, links, memberships of lists, statuses.

    A value is put back if its old one was known and nobody has changed it since. Everything else is listed
    with the reason: records that the run created (deleted with --delete-created), values changed since,
    records that are gone, and external activities, which Eloqua never takes back. RUN may be shortened to its
    first characters.

    The connector itself is not stopped: its next run does the same again, unless its file or its sources
    change. The exit code is 0 if all of it worked, 3 if records were rejected, 1 if a run failed or nothing
    was found, 2 if the command line is wrong.

    \b
    Examples:
      certain-eloqua undo 3f2a9c01 --dry-run
      certain-eloqua undo 3f2a9c01 --event NWSUMMIT27 --delete-created
    """
    from certain_eloqua.assets.restore_jobs import UNDO_SUFFIX, undo_config

    catalogue = _catalogue()
    show: Show = _to_stderr if json_wanted else click.echo
    with open_instance() as instance:
        whole = find_run(instance, run_id)
        found = [
            (name, event)
            for name, event in delivered_by(instance, whole)
            if (not connectors or name in connectors) and (not events or event in events)
        ]
        if not found:
            raise click.ClickException(
                f"Run {whole} has delivered nothing{' of that' if connectors or events else ''}, so there is "
                "nothing to undo."
            )
        runner, settings = _runner(instance), read_settings()
        done = []
        for name, event in found:
            connector = _named(catalogue, name)
            config = undo_config(name, whole, delete_created=delete_created, dry_run=dry_run)
            job = f"{name}{UNDO_SUFFIX}"
            words = f"Undoing what run {whole[:8]} wrote with {name}{_for(event)}"
            done.append(_run(runner, settings, connector, event, job, config, words, show))
    _finish(context, done, dry_run=dry_run, json_wanted=json_wanted)


@click.command()
@click.argument("name")
@click.option("--event", "events", multiple=True, metavar="CODE", help="Code of an event; may be repeated.")
@click.option("--all-events", is_flag=True, help="Every event of which something was delivered.")
@click.option("--dry-run", is_flag=True, help="Show what would be written again; write nothing.")
@as_json
@click.pass_context
def repair(
    context: click.Context,
    name: str,
    events: tuple[str, ...],
    all_events: bool,
    dry_run: bool,
    json_wanted: bool,
) -> None:
    """Write again what others have changed since the connector NAME delivered it.

    The values that are kept of its deliveries are compared with those on the platforms now, as the asset
    NAME/drift does; those that differ are written again. Records that are gone are listed and left.
    The exit codes are those of `undo`.

    \b
    Examples:
      certain-eloqua repair attendees_to_eloqua --event NWSUMMIT27 --dry-run
      certain-eloqua repair attendees_to_eloqua --all-events
    """
    from certain_eloqua.assets.restore_jobs import REPAIR_SUFFIX, repair_config

    connector = _named(_catalogue(), name)
    if connector.kind.restoring is None:
        raise click.ClickException(f"{name} cannot be repaired: {connector.kind.cannot_be_undone}.")
    by_event = connector.kind.level == "event"
    if by_event and bool(events) is all_events:
        raise click.UsageError("say for which events: --event CODE, or --all-events")
    if not by_event and (events or all_events):
        raise click.UsageError(f"{name} works on the whole account; leave out --event and --all-events")
    show: Show = _to_stderr if json_wanted else click.echo
    settings = read_settings()
    with open_instance() as instance:
        runner = _runner(instance)
        codes: Sequence[str | None] = [None]
        if by_event:
            codes = list(dict.fromkeys(events)) or _delivered_events(instance, settings, name)
        done = [
            _run(
                runner,
                settings,
                connector,
                code,
                f"{name}{REPAIR_SUFFIX}",
                repair_config(name, dry_run=dry_run),
                f"Comparing what {name} delivered{_for(code)}",
                show,
            )
            for code in codes
        ]
    _finish(context, done, dry_run=dry_run, json_wanted=json_wanted)


# -- what is asked for


def delivered_by(instance: dg.DagsterInstance, run_id: str) -> list[tuple[str, str | None]]:
    """The connectors and events of which a run has a delivery, an undo or a repair."""
    import dagster as dg

    from certain_eloqua.assets.restore_steps import PLAN_OF

    found: dict[tuple[str, str | None], None] = {}
    cursor = None
    while True:
        page = instance.get_records_for_run(
            run_id, cursor=cursor, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION
        )
        for record in page.records:
            made = record.asset_materialization
            if made is not None and len(made.asset_key.path) == 2 and made.asset_key.path[1] in PLAN_OF:
                found[made.asset_key.path[0], made.partition] = None
        cursor = page.cursor
        if not page.has_more:
            return list(found)


def _delivered_events(instance: dg.DagsterInstance, settings: Settings, name: str) -> list[str | None]:
    from certain_eloqua.partitions import events as partitions
    from certain_eloqua.resources.frame_store import frame_store

    frames = frame_store(settings)
    codes = instance.get_dynamic_partitions(partitions.name or "")
    found: list[str | None] = [code for code in codes if frames.has((name, "delivery"), code)]
    if not found:
        raise click.ClickException(
            f"Nothing is kept of what {name} has delivered; there is nothing to compare."
        )
    return found


def _catalogue() -> Catalogue:
    from certain_eloqua.connectors.files.loader import load_connectors
    from certain_eloqua.settings import connectors_folder

    return load_connectors(connectors_folder())


def _named(catalogue: Catalogue, name: str) -> Connector:
    connector = catalogue.named(name)
    if connector is None:
        raise click.ClickException(
            f"There is no connector {name!r} any more, or its file cannot be used (see certain-eloqua "
            "connectors check). Its file is needed to undo or repair what it wrote."
        )
    return connector


def _for(event: str | None) -> str:
    return f" for {event}" if event else ""


# -- running


def _runner(instance: dg.DagsterInstance) -> Runner:
    import logging
    import warnings

    from certain_eloqua.cli.demonstration.runs import Runner
    from certain_eloqua.definitions import build_defs

    warnings.filterwarnings("ignore")
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    return Runner(build_defs(), instance)


def _run(
    runner: Runner,
    settings: Settings,
    connector: Connector,
    event: str | None,
    job: str,
    config: Mapping[str, Any],
    words: str,
    show: Show,
) -> Restored:
    from certain_eloqua.assets.restore_steps import PLAN_OF
    from certain_eloqua.cli.run_progress import counted, show_progress

    run_id = str(uuid.uuid4())
    show(f"{words} (run {run_id})")
    with show_progress(runner.instance, run_id, show):
        ran = runner.restore(job, config, event, run_id, {"certain/started_by": "certain-eloqua"})
    what = job.rpartition("_")[2]
    plan = counted(ran.of(f"{connector.name}/{PLAN_OF[what]}"))
    delivery = counted(ran.of(f"{connector.name}/{what}"))["delivery"]
    _show_table(ran, f"{connector.name}/{PLAN_OF[what]}", show)
    link = f"{settings.ui_url}/runs/{run_id}"
    one = Restored(
        connector.name,
        event,
        run_id,
        link,
        ran.success,
        plan["plan"],
        plan["left_out"],
        delivery,
        ran.failure,
    )
    if not one.succeeded:
        show(f"FAILED  {one.cause}")
    show(f"   {link}")
    return one


def _show_table(ran: Ran, asset: str, show: Show) -> None:
    """The plan as people read it: the table of its metadata, people masked."""
    table = ran.of(asset).get("changes")
    if isinstance(table, str):
        for line in table.splitlines():
            show(f"   {line}")


def _to_stderr(line: str) -> None:
    click.echo(line, err=True)


def _finish(context: click.Context, done: list[Restored], *, dry_run: bool, json_wanted: bool) -> None:
    if json_wanted:
        print_json({"dry_run": dry_run, "runs": [one.as_json() for one in done]})
    elif dry_run:
        click.echo("Nothing was written.")
    if not all(one.succeeded for one in done):
        context.exit(FOUND_SOMETHING)
    context.exit(COMPLETED_WITH_ERRORS if any(one.with_errors for one in done) else 0)
