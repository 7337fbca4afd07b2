"""`certain-eloqua connectors stop`: stop running or queued runs, and say what they had done."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from certain_eloqua.cli.output import FOUND_SOMETHING, as_json, print_json
from certain_eloqua.cli.run import find_run, open_instance

if TYPE_CHECKING:
    import dagster as dg

    from certain_eloqua.ledger import Ledger

LOOK_EVERY = 0.5


@dataclass
class Stopped:
    """A run that was asked to stop.

    Attributes:
        run: its id.
        event: its event; None for the account or for many events.
        how: `queued` (it had not begun), `stopped`, `completed` (it ended before the stop reached it),
            `stopping` (it has not ended yet) or `unreachable`.
        words: what it had done, or why it could not be stopped.
        outcomes: records by outcome, as its deliveries have recorded them.
    """

    run: str
    event: str | None
    how: str = "stopping"
    words: str = ""
    outcomes: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("run", "event", "how", "words", "outcomes")}


@click.command()
@click.argument("name", required=False)
@click.option("--event", "events", multiple=True, metavar="CODE", help="Only of this event; may be repeated.")
@click.option("--run", "run_id", metavar="RUN", help="This run, instead of all of a connector.")
@click.option(
    "--wait",
    type=click.IntRange(0),
    default=120,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait until they have ended.",
)
@as_json
@click.pass_context
def stop(
    context: click.Context,
    name: str | None,
    events: tuple[str, ...],
    run_id: str | None,
    wait: int,
    json_wanted: bool,
) -> None:
    """Stop the running and queued runs of the connector NAME, or one run.

    A run that writes finishes the writes that are under way, records them, and begins no new one; then it
    says how many records it has written and how many it has not. A queued run is taken out of the queue. The
    next run of the connector delivers the rest. Terminating a run in the UI does the same.

    The exit code is 1 if nothing was to be stopped, or something could not be stopped in the time given.

    \b
    Examples:
      certain-eloqua connectors stop attendees_to_eloqua
      certain-eloqua connectors stop attendees_to_eloqua --event NWSUMMIT27
      certain-eloqua connectors stop --run 3f2a9c01
    """
    from certain_eloqua.cli.doubts import read_settings
    from certain_eloqua.resources.ledger import open_ledger

    if (name is None) is (run_id is None):
        raise click.UsageError("give the NAME of a connector, or --run RUN")
    if run_id and events:
        raise click.UsageError("--event goes with NAME, not with --run")
    with open_instance() as instance, open_ledger(read_settings()) as ledger:
        runs = list(_runs(instance, name, events, run_id))
        if not runs and not json_wanted:
            click.echo("Nothing is running or queued.")
        asked = [_ask(instance, ledger, run) for run in runs]
        _wait(instance, asked, wait)
        for one in asked:
            _account(instance, ledger, one)
            if not json_wanted:
                click.echo(f"{one.run}{f' ({one.event})' if one.event else ''}: {one.words}")
    if json_wanted:
        print_json({"runs": [one.as_json() for one in asked]})
    missed = any(one.how in ("stopping", "unreachable") for one in asked)
    context.exit(FOUND_SOMETHING if missed or not asked else 0)


def _runs(
    instance: dg.DagsterInstance, name: str | None, events: Sequence[str], run_id: str | None
) -> Iterator[dg.DagsterRun]:
    """The runs that are meant and have not ended."""
    import dagster as dg

    from certain_eloqua.assets.connector_status import ENDED
    from certain_eloqua.assets.many_events import events_of_run
    from certain_eloqua.assets.step import CONNECTOR_TAG

    if run_id is not None:
        run = instance.get_run_by_id(find_run(instance, run_id))
        if run is not None and not run.is_finished:
            yield run
        return
    statuses = [one for one in dg.DagsterRunStatus if one not in ENDED]
    for run in instance.get_runs(dg.RunsFilter(tags={CONNECTOR_TAG: str(name)}, statuses=statuses)):
        of_run = {*events_of_run(run), run.tags.get("dagster/partition")}
        if not events or of_run & set(events):
            yield run


def _ask(instance: dg.DagsterInstance, ledger: Ledger, run: dg.DagsterRun) -> Stopped:
    import dagster as dg

    one = Stopped(run.run_id, run.tags.get("dagster/partition"))
    if run.status is dg.DagsterRunStatus.QUEUED:
        one.how = "queued"
    if instance.run_coordinator.cancel_run(run.run_id):
        return one
    one.how, one.words = _signal(ledger, run)
    return one


def _signal(ledger: Ledger, run: dg.DagsterRun) -> tuple[str, str]:
    """Reach a run that no code server started, such as one of `certain-eloqua run`, by its process."""
    from certain_eloqua.assets.step import CONNECTOR_TAG
    from certain_eloqua.ledger.errors import AlreadyRunning

    try:
        with ledger.run_lock(run.tags[CONNECTOR_TAG], run.tags.get("dagster/partition"), "stop"):
            return "unreachable", "its process is not there; Dagster's run monitoring will mark it as failed"
    except AlreadyRunning as error:
        holder = error.holder
    if holder is None or holder.run_id != run.run_id:
        return "unreachable", "its process is not known; press Ctrl-C where it was started"
    if holder.host != socket.gethostname():
        return "unreachable", f"it runs in process {holder.process} on {holder.host}; press Ctrl-C there"
    os.kill(holder.process, signal.SIGINT)
    return "stopping", ""


def _wait(instance: dg.DagsterInstance, asked: Sequence[Stopped], seconds: int) -> None:
    until = time.monotonic() + seconds
    waiting = [one for one in asked if one.how != "unreachable"]
    while waiting:
        waiting = [one for one in waiting if not _ended(instance, one.run)]
        if not waiting or time.monotonic() > until:
            return
        time.sleep(LOOK_EVERY)


def _ended(instance: dg.DagsterInstance, run_id: str) -> bool:
    run = instance.get_run_by_id(run_id)
    return run is None or run.is_finished


def _account(instance: dg.DagsterInstance, ledger: Ledger, one: Stopped) -> None:
    """What the run had done when it ended."""
    import dagster as dg

    if one.how == "unreachable":
        return
    run = instance.get_run_by_id(one.run)
    deliveries = ledger.deliveries_of_run(one.run)
    for _, counts in deliveries:
        for outcome, number in counts.items():
            one.outcomes[outcome] = one.outcomes.get(outcome, 0) + number
    causes = [record.cause for record, _ in deliveries if record.cause]
    if run is None or not run.is_finished:
        one.words = "it is finishing what is under way and has not ended yet"
    elif one.how == "queued":
        one.words = "it was taken out of the queue; it had not begun"
    elif run.status is dg.DagsterRunStatus.SUCCESS:
        one.how, one.words = "completed", "it had completed before the stop reached it"
    else:
        one.how = "stopped"
        one.words = " ".join(causes) or "it was stopped before it had written anything"
