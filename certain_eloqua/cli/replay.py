"""`certain-eloqua retry` and `certain-eloqua replay`: what was refused again, and past days again."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import click

from certain_eloqua.cli.doubts import of_connector, of_event, read_settings
from certain_eloqua.cli.output import FOUND_SOMETHING, as_json, print_json

if TYPE_CHECKING:
    import pandas as pd

    from certain_eloqua.connectors.status_changes.replay import Replay, Replayed
    from certain_eloqua.settings import Settings

DAY = click.DateTime(["%Y-%m-%d"])
FAMILY = "status_changes"

_SHOWN = (
    *("event", "registration", "item", "previous", "status", "activity_type"),
    *("asset_type", "asset_name", "happened_at", "sync", "sent_at"),
)


@click.command()
@of_connector
@of_event
@click.option("--all", "everything", is_flag=True, help="All of them, whatever the cause.")
@click.option("--cause", help="Only changes that were left out or refused with this code.")
@click.option("--person", metavar="EMAIL", help="Only changes of this person.")
@click.option("--dry-run", is_flag=True, help="Show what would be retried, by cause, and change nothing.")
@as_json
def retry(
    connector: str | None,
    events: tuple[str, ...],
    everything: bool,
    cause: str | None,
    person: str | None,
    dry_run: bool,
    json_wanted: bool,
) -> None:
    """Put changes that Eloqua refused, or that were left out, back to be sent by the next run.

    Say which: by connector, event, cause or person, or --all. What was sent or is in doubt is never put back,
    so nothing is doubled. A list membership that changed again since is not put back either.

    \b
    Examples:
      certain-eloqua retry --dry-run
      certain-eloqua retry --all
      certain-eloqua retry --cause no_contact --event NWSUMMIT27
      certain-eloqua retry --person mira@example.com
    """
    from certain_eloqua.connectors.status_changes.replay import find_retryable
    from certain_eloqua.connectors.status_changes.replay import retry as put_back
    from certain_eloqua.ledger import Filter, person_key
    from certain_eloqua.resources.ledger import open_ledger

    narrowed = bool(connector or events or cause or person)
    if not (narrowed or everything or dry_run):
        raise click.UsageError("say what to retry: --connector, --event, --cause or --person, or --all")
    if narrowed and everything:
        raise click.UsageError("--all cannot be combined with --connector, --event, --cause or --person")
    settings = read_settings()
    digest = person_key(settings.certain_account_code, person) if person else None
    wanted = Filter(connector, events=events or None, code=cause, person=digest)
    with open_ledger(settings) as ledger:
        rows = find_retryable(ledger, wanted)
        causes = _causes(rows)
        done = 0 if dry_run else put_back(ledger, rows)
    if json_wanted:
        print_json({"retried": done, "causes": causes})
        return
    for code, number in causes.items():
        click.echo(f"{number:6}  {code}")
    click.echo(f"{len(rows)} can be retried." if dry_run else f"{done} are sent by the next run.")


@click.command()
@click.option("--connector", required=True, help="The connector whose changes are replayed.")
@of_event
@click.option("--from", "first", type=DAY, help="First day on which the statuses changed, UTC.")
@click.option("--to", "last", type=DAY, help="Last day, included.")
@click.option("--force", is_flag=True, help="Also send again what was sent: **Eloqua has it twice then.**")
@click.option("--yes", is_flag=True, help="With --force: do not ask before anything is doubled.")
@click.option("--dry-run", is_flag=True, help="Show what would be done, and change nothing.")
@as_json
@click.pass_context
def replay(
    context: click.Context,
    connector: str,
    events: tuple[str, ...],
    first: datetime | None,
    last: datetime | None,
    force: bool,
    yes: bool,
    dry_run: bool,
    json_wanted: bool,
) -> None:
    """Take the changes of past days or of some events up again. The next run sends them.

    What was refused or left out is sent again. Statuses that made no activity, because of a baseline or
    because they were not selected, are decided again by the settings that the connector has now. What was
    sent, is in doubt or waits already is left alone, so nothing is doubled.

    With --force what was sent is sent again too. It is listed first, and doubled only after a confirmation.

    The exit code is 1 if nothing is known of these days and events, or if an event had a run in progress.

    \b
    Examples:
      certain-eloqua replay --connector registration_activities --event NWSUMMIT27 --dry-run
      certain-eloqua replay --connector registration_activities --from 2026-11-01 --to 2026-11-05
    """
    from certain_eloqua.connectors.status_changes.replay import Period, Replayed, carry_out, find_replay
    from certain_eloqua.resources.ledger import open_ledger

    period = Period(_day(first), _day(last))
    if not (events or first or last):
        raise click.UsageError("say what to replay: --event, or days with --from and --to")
    if period.first and period.last and period.last < period.first:
        raise click.UsageError(f"--to {period.last} is before --from {period.first}")
    if json_wanted and force and not (yes or dry_run):
        raise click.UsageError("--json cannot ask: add --yes to double, or --dry-run to list what it would")
    settings = read_settings()
    _check_connector(settings, connector)
    done = Replayed()
    with open_ledger(settings) as ledger:
        found = find_replay(ledger, connector, events or None, period)
        if not json_wanted:
            _print_found(found, force=force)
        if force and len(found.doubles) and not (yes or dry_run):
            click.confirm(f"Double {len(found.doubles)} activities in Eloqua?", abort=True)
        if not dry_run:
            run_id = f"replay-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
            done = carry_out(ledger, found, run_id, double=force)
    if json_wanted:
        print_json(_as_json(found, done, force=force, dry_run=dry_run))
    elif not dry_run:
        _print_done(done)
    context.exit(FOUND_SOMETHING if found.is_empty or done.busy else 0)


def _check_connector(settings: Settings, name: str) -> None:
    """Refuse a connector that there is not, or that sends no status changes."""
    from certain_eloqua.connectors.files.loader import load_connectors
    from certain_eloqua.mapping import nearest

    known = [one.name for one in load_connectors(settings.connectors) if one.kind.family == FAMILY]
    if name in known:
        return
    meant = nearest(name, known)
    hint = f" Did you mean {meant}?" if meant else ""
    allowed = ", ".join(known) or "none"
    raise click.BadParameter(
        f"no connector {name!r} sends status changes.{hint} Allowed: {allowed}", param_hint="--connector"
    )


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _causes(rows: pd.DataFrame) -> dict[str, int]:
    return dict(Counter(rows["code"].fillna("unknown")).most_common())


def _print_found(found: Replay, *, force: bool) -> None:
    if found.is_empty:
        click.echo(f"Nothing is known of changes of {found.connector} there.")
        return
    rest = "send again" if force else "left alone; --force would send them again"
    lines: tuple[tuple[int, str, dict[str, int]], ...] = (
        (len(found.refused), "refused or left out: to be sent by the next run", _causes(found.refused)),
        (found.undecided.total(), "made nothing: decided again by the next run", dict(found.reasons)),
        (len(found.sent), f"were sent: {rest}", {}),
        (found.in_doubt, "in doubt: left alone; certain-eloqua doubts settle looks them up", {}),
        (found.waiting, "wait for the next run already", {}),
    )
    for number, words, parts in lines:
        if number:
            click.echo(f"{number:7}  {words}")
        for reason, some in parts.items():
            click.echo(f"{some:11}  {reason}")
    if force and len(found.doubles):
        click.echo(f"Eloqua will have these {len(found.doubles)} activities twice:")
        for row in _rows(found.doubles):
            when = (row["happened_at"] or "")[:19]
            click.echo(
                f"    {row['event']}  registration {row['registration']}  {row['asset_name']} / "
                f"{row['activity_type']}  {when}  sent by {row['sync'] or 'no sync'}"
            )


def _print_done(done: Replayed) -> None:
    total = done.retried + done.sent_again
    click.echo(
        f"{total} are sent by the next run, and {done.decided_again} statuses are decided again by it."
    )
    if done.busy:
        click.echo(f"Left alone, because a run was in progress: {', '.join(done.busy)}. Replay again later.")


def _as_json(found: Replay, done: Replayed, *, force: bool, dry_run: bool) -> dict[str, Any]:
    return {
        "connector": found.connector,
        "dry_run": dry_run,
        "found": {
            "refused": len(found.refused),
            "undecided": found.undecided.total(),
            "sent": len(found.sent),
            "in_doubt": found.in_doubt,
            "waiting": found.waiting,
        },
        "causes": _causes(found.refused),
        "reasons": dict(found.reasons),
        "retried": done.retried,
        "decided_again": done.decided_again,
        "sent_again": done.sent_again,
        "busy": done.busy,
        "doubles": list(_rows(found.doubles)) if force else [],
    }


def _rows(frame: pd.DataFrame) -> list[dict[str, str | None]]:
    """Changes, without what identifies the person."""
    rows = frame[list(_SHOWN)].astype("object").to_dict("records")
    return [{str(name): _text(value) for name, value in row.items()} for row in rows]


def _text(value: Any) -> str | None:
    if isinstance(value, datetime):
        return value.isoformat() if value == value else None
    return value if isinstance(value, str) else None
