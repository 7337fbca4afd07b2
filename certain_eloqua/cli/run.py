"""`certain-eloqua run`: run a connector now, for some events or all, with its progress on the terminal."""

from __future__ import annotations

import logging
import os
import uuid
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from certain_eloqua.cli.doubts import read_settings
from certain_eloqua.cli.output import FOUND_SOMETHING, as_json, print_json

if TYPE_CHECKING:
    import dagster as dg

    from certain_eloqua.cli.demonstration.runs import Ran, Runner
    from certain_eloqua.connectors.files.loader import Connector
    from certain_eloqua.settings import Settings

COMPLETED_WITH_ERRORS = 3
"""Exit code of runs that ended well although records were rejected or are in doubt."""

INTERRUPTED = 130


@dataclass
class EventOutcome:
    """What a run did for one event, or for the account."""

    run: str
    event: str | None
    link: str
    succeeded: bool = False
    plan: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    delivery: dict[str, int] = field(default_factory=dict)
    cause: str = ""
    failed_checks: tuple[str, ...] = ()

    @property
    def with_errors(self) -> bool:
        """Whether records were rejected or are in doubt."""
        return bool(self.delivery.get("rejected") or self.delivery.get("in_doubt"))

    def as_json(self) -> dict[str, Any]:
        """Its members as `--json` prints them."""
        return {
            "event": self.event,
            "run": self.run,
            "link": self.link,
            "succeeded": self.succeeded,
            "with_errors": self.with_errors,
            "plan": self.plan,
            "left_out": self.left_out,
            "delivery": self.delivery,
            "cause": self.cause or None,
            "failed_checks": list(self.failed_checks),
        }


@click.command()
@click.argument("name")
@click.option("--event", "events", multiple=True, metavar="CODE", help="Code of an event; may be repeated.")
@click.option("--all-events", is_flag=True, help="Every event that the connector's file selects.")
@click.option("--dry-run", is_flag=True, help="Stop at the plan: show what would change, and write nothing.")
@click.option(
    "--apply-plan",
    metavar="RUN",
    help="Deliver only if a plan made now is exactly that of this earlier run (its id may be shortened).",
)
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Another value of a setting for this run only, written as in the file; may be repeated.",
)
@click.option(
    "--field-map",
    "field_map",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="With --dry-run: plan with this field map in place of the account's.",
)
@as_json
@click.pass_context
def run(
    context: click.Context,
    name: str,
    events: tuple[str, ...],
    all_events: bool,
    dry_run: bool,
    apply_plan: str | None,
    overrides: tuple[str, ...],
    field_map: Path | None,
    json_wanted: bool,
) -> None:
    """Run the connector NAME now, and show its progress.

    The run is executed in this process, one run for each event, and is stored in the Dagster instance, so
    it is seen in the UI like any other. Ctrl-C stops it; what was delivered
    is recorded, and the next run continues.

    --apply-plan makes the plan again and compares: if the sources have changed since, nothing is written, and
    what differs is listed. Event and settings are those of the earlier run.

    The exit code is 0 if all of it worked, 3 if it worked but records were rejected or are in doubt, 1 if a
    run failed or was refused, 2 if the command line is wrong, 130 after Ctrl-C.

    \b
    Examples:
      certain-eloqua run attendees_to_eloqua --event NWSUMMIT27 --dry-run
      certain-eloqua run attendees_to_eloqua --event NWSUMMIT27 --apply-plan 3f2a9c01
      certain-eloqua run attendees_to_eloqua --all-events --set 'registration_statuses=[Attended]'
    """
    from certain_eloqua.failures import Terminated

    connector = _connector(name)
    _refuse_contradictions(connector, events, all_events, dry_run, apply_plan, overrides)
    if field_map and not dry_run:
        raise click.UsageError(
            "--field-map is for --dry-run; to deliver with it, put it in place of the account's"
        )
    chosen = _overridden(connector, overrides)
    settings = read_settings()
    _quieten()
    with open_instance() as instance:
        runner = _runner(instance, _other_field_map(settings, connector, field_map))
        earlier = _earlier_plan(instance, settings, connector, apply_plan, events) if apply_plan else None
        if earlier:
            apply_plan, event, chosen = earlier
            codes: Sequence[str | None] = [event]
        else:
            codes = _codes(runner, settings, connector, events, all_events)
        tags = _tags(apply_plan)
        show = _show_on_stderr if json_wanted else click.echo
        done: list[EventOutcome] = []
        try:
            for code in codes:
                done.append(_run_one(runner, settings, connector, code, chosen, dry_run, tags, show))
                if dry_run and done[-1].succeeded:
                    show(f"Nothing was written. {_how_to_deliver(done[-1].run, field_map)}")
                if Terminated.WORDS in done[-1].cause:
                    context.exit(INTERRUPTED)
        except KeyboardInterrupt:  # between two steps
            _show_on_stderr(Terminated.WORDS)
            context.exit(INTERRUPTED)
    if json_wanted:
        print_json({"connector": name, "dry_run": dry_run, "runs": [one.as_json() for one in done]})
    elif len(done) > 1:
        _print_summary(done)
    context.exit(_exit_code(done))


# -- what is asked for


def _connector(name: str) -> Connector:
    from certain_eloqua.connectors.files.loader import load_connectors
    from certain_eloqua.mapping import nearest
    from certain_eloqua.settings import connectors_folder

    catalogue = load_connectors(connectors_folder())
    connector = catalogue.named(name)
    if connector is not None:
        return connector
    broken = [str(one) for one in catalogue.problems if one.file.stem == name]
    if broken:
        raise click.ClickException("The connector cannot be used:\n" + "\n".join(broken))
    names = [one.name for one in catalogue]
    meant = nearest(name, names)
    hint = f" Did you mean {meant}?" if meant else ""
    raise click.BadParameter(
        f"there is no connector {name!r}.{hint} There are: {', '.join(names) or 'none'}.", param_hint="NAME"
    )


def _refuse_contradictions(
    connector: Connector,
    events: tuple[str, ...],
    all_events: bool,
    dry_run: bool,
    apply_plan: str | None,
    overrides: tuple[str, ...],
) -> None:
    by_event = connector.kind.level == "event"
    if apply_plan and (dry_run or overrides or all_events or len(events) > 1):
        raise click.UsageError(
            "--apply-plan takes event and settings from the earlier run; "
            "leave out --dry-run, --set and --all-events"
        )
    if events and all_events:
        raise click.UsageError("give --event or --all-events, not both")
    if by_event and not (events or all_events or apply_plan):
        raise click.UsageError("say for which events: --event CODE, or --all-events")
    if not by_event and (events or all_events):
        raise click.UsageError(
            f"{connector.name} works on the whole account; leave out --event and --all-events"
        )


def _overridden(connector: Connector, overrides: tuple[str, ...]) -> dict[str, Any]:
    """The settings given with --set, checked as in the file."""
    from certain_eloqua.connectors.files.problems import dotted, in_words
    from certain_eloqua.connectors.files.settings import settings_from
    from certain_eloqua.mapping.strict_yaml import decode_document

    chosen: dict[str, Any] = {}
    for one in overrides:
        key, equals, text = one.partition("=")
        document = decode_document(f"value: {text}\n".encode())
        if not equals or document.faults or not isinstance(document.content, dict):
            raise click.BadParameter(
                f"{one!r} is not KEY=VALUE with a value as in a connector file", param_hint="--set"
            )
        chosen[key.strip()] = document.content.get("value")
    errors: list[str] = []

    def add_error(location: tuple[str | int, ...], message: str, **more: Any) -> None:
        errors.append(in_words(dotted(location), message, **more))

    given = {**connector.settings.model_dump(mode="json"), **chosen}
    if settings_from(connector.kind.settings, given, add_error) is None:
        raise click.BadParameter(" ".join(errors), param_hint="--set")
    return chosen


def _earlier_plan(
    instance: dg.DagsterInstance,
    settings: Settings,
    connector: Connector,
    wanted: str,
    events: tuple[str, ...],
) -> tuple[str, str | None, dict[str, Any]]:
    """The whole id of the run that made a plan, its event, and its settings."""
    from certain_eloqua.resources.frame_store import frame_store

    run_id = find_run(instance, wanted)
    found = instance.get_run_by_id(run_id)
    event = events[0] if events else (found.tags.get("dagster/partition") if found else None)
    if connector.kind.level == "event" and not event:
        raise click.UsageError(f"run {run_id} was for many events; say for which with --event")
    frames, key = frame_store(settings), (connector.name, "plan")
    if not frames.has_run(key, event, run_id):
        raise click.ClickException(
            f"Run {run_id} has made no plan of {connector.name}{f' for {event}' if event else ''}, "
            "or its file is no longer kept (CERTAIN_ELOQUA_FRAMES_KEEP). Make a new one with --dry-run."
        )
    return run_id, event, dict(frames.facts(key, event, run_id)["settings"])


def find_run(instance: dg.DagsterInstance, beginning: str) -> str:
    """The whole id of the run whose id begins so. A refusal if none or several do."""
    if instance.has_run(beginning):
        return beginning
    found = [one.run_id for one in instance.get_runs() if one.run_id.startswith(beginning)]
    if len(found) == 1:
        return found[0]
    many = f"{len(found)} runs begin with" if found else "there is no run whose id begins with"
    raise click.BadParameter(f"{many} {beginning!r} in this Dagster instance", param_hint="RUN")


def _codes(
    runner: Runner, settings: Settings, connector: Connector, events: tuple[str, ...], all_events: bool
) -> Sequence[str | None]:
    """The events to run. Codes that Dagster does not know as partitions yet are looked for in Certain."""
    from certain_eloqua.assets.event_rows import event_of
    from certain_eloqua.mapping import nearest
    from certain_eloqua.partitions import events as partitions
    from certain_eloqua.resources.frame_store import frame_store

    if connector.kind.level == "account":
        return [None]
    name = partitions.name or ""
    known = set(runner.instance.get_dynamic_partitions(name))
    if not all_events and known.issuperset(events):
        return list(dict.fromkeys(events))
    read = runner.assets(["certain/events"])
    if not read.success:
        raise click.ClickException(f"Certain's events could not be read. {read.failure}")
    if all_events:
        frame = frame_store(settings).frame(("certain", "events"), None)
        events_read = (event_of(frame, str(code)) for code in frame["code"])
        selected = [one.code for one in connector.selected(filter(None, events_read))]
        if not selected:
            raise click.ClickException(
                f"No event of the account is selected by {connector.path.name} ({connector.events_in_words})."
            )
        return selected
    known = set(runner.instance.get_dynamic_partitions(name))
    for code in events:
        if code not in known:
            meant = nearest(code, sorted(known))
            hint = f" Did you mean {meant}?" if meant else ""
            raise click.BadParameter(f"Certain has no event {code!r}.{hint}", param_hint="--event")
    return list(dict.fromkeys(events))


# -- running


def open_instance() -> dg.DagsterInstance:
    """The configured Dagster instance. A refusal if none is named."""
    import dagster as dg

    if not os.environ.get("DAGSTER_HOME"):
        raise click.ClickException(
            "DAGSTER_HOME is not set, so there is no Dagster instance that stores runs. "
            "In a checkout: . bin/env"
        )
    return dg.DagsterInstance.get()


def _runner(instance: dg.DagsterInstance, resources: Mapping[str, Any]) -> Runner:
    from certain_eloqua.cli.demonstration.runs import Runner
    from certain_eloqua.definitions import build_defs

    return Runner(build_defs(resources=resources), instance)


def _other_field_map(settings: Settings, connector: Connector, path: Path | None) -> dict[str, Any]:
    """The field map of this run as a resource, if it is not the account's."""
    import dagster as dg

    from certain_eloqua.mapping import FieldMapError, load_field_map

    if path is None:
        return {}
    if not connector.kind.uses_field_map:
        raise click.UsageError(f"{connector.name} does not use the field map; leave out --field-map")
    try:
        field_map = load_field_map(path, settings.certain_account_code)
    except FieldMapError as error:
        raise click.ClickException(str(error)) from None
    return {"field_map": dg.ResourceDefinition.hardcoded_resource(field_map)}


def _quieten() -> None:
    """Dagster's own log goes to its home; the terminal shows the progress."""
    warnings.filterwarnings("ignore")
    logging.getLogger("dagster").setLevel(logging.CRITICAL)


def _tags(apply_plan: str | None) -> dict[str, str]:
    from certain_eloqua.assets.plan_comparison import APPLY_PLAN_TAG

    started = {"certain/started_by": "certain-eloqua run"}
    return started | ({APPLY_PLAN_TAG: apply_plan} if apply_plan else {})


def _run_one(
    runner: Runner,
    settings: Settings,
    connector: Connector,
    event: str | None,
    chosen: Mapping[str, Any],
    dry_run: bool,
    tags: Mapping[str, str],
    show: Any,
) -> EventOutcome:
    from certain_eloqua.cli.run_progress import counted, show_progress

    outcome = EventOutcome(str(uuid.uuid4()), event, "")
    outcome.link = f"{settings.ui_url}/runs/{outcome.run}"
    words = "Dry run of" if dry_run else "Running"
    show(f"{words} {connector.name}{f' for {event}' if event else ''} (run {outcome.run})")
    with show_progress(runner.instance, outcome.run, show):
        ran = runner.job(connector.name, event, chosen, dry_run=dry_run, run_id=outcome.run, tags=tags)
    plan = counted(ran.of(f"{connector.name}/plan"))
    outcome.succeeded, outcome.cause = ran.success, ran.failure
    outcome.plan, outcome.left_out = plan["plan"], plan["left_out"]
    outcome.delivery = counted(ran.of(f"{connector.name}/delivery"))["delivery"]
    outcome.failed_checks = tuple(sorted(name for name, passed in ran.checks.items() if not passed))
    _show_outcome(outcome, ran, dry_run, show)
    return outcome


def _show_outcome(outcome: EventOutcome, ran: Ran, dry_run: bool, show: Any) -> None:
    for check in outcome.failed_checks:
        show(f"   check did not pass: {check}: {ran.check_words.get(check, '')}".rstrip(": "))
    if not outcome.succeeded:
        show(f"FAILED  {outcome.cause}")
    elif not dry_run:
        show("Completed with errors." if outcome.with_errors else "Completed.")
    show(f"   {outcome.link}")


def _how_to_deliver(run: str, field_map: Path | None) -> str:
    if field_map is None:
        return f"To deliver exactly this: --apply-plan {run}"
    return f"To deliver with {field_map}, put it in place of the account's field map and run again."


def _show_on_stderr(line: str) -> None:
    click.echo(line, err=True)


def _print_summary(done: Sequence[EventOutcome]) -> None:
    from certain_eloqua.cli.run_progress import in_words

    click.echo()
    for one in done:
        what = in_words(one.delivery or one.plan) if one.succeeded else f"FAILED  {one.cause}"
        click.echo(f"{one.event or 'account':<20} {what}")


def _exit_code(done: Sequence[EventOutcome]) -> int:
    if not all(one.succeeded for one in done):
        return FOUND_SOMETHING
    return COMPLETED_WITH_ERRORS if any(one.with_errors for one in done) else 0
