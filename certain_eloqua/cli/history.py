"""`certain-eloqua history`: what happened to a person's status changes, and why something did not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from certain_eloqua.cli.output import FOUND_SOMETHING, as_json, print_json

if TYPE_CHECKING:
    from certain_eloqua.ledger import OutboxRow, SeenStatus
    from certain_eloqua.settings import Settings

_WORDS = {
    "pending": "waits for the next run",
    "batched": "is being sent",
    "sent": "was sent",
    "rejected": "was refused",
    "skipped": "was left out",
    "in_doubt": "is in doubt: certain-eloqua doubts settle looks it up",
}


@click.command()
@click.argument("email")
@click.option("--connector", help="Only this connector.")
@click.option("--event", "events", multiple=True, help="Only this event; can be repeated.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Only what was seen up to this day, UTC.")
@as_json
@click.pass_context
def history(
    context: click.Context,
    email: str,
    connector: str | None,
    events: tuple[str, ...],
    as_of: datetime | None,
    json_wanted: bool,
) -> None:
    """Show a person's status changes over all connectors: which run saw each, which batch and sync sent it.

    Also why nothing was sent: not selected, first look, no contact, refused, in doubt. The ledger holds no
    address; the one given here is matched by its digest. The exit code is 1 if nothing is known.

    \b
    Examples:
      certain-eloqua history mira@example.com
      certain-eloqua history mira@example.com --event NWSUMMIT27 --json
    """
    from certain_eloqua.ledger import Filter, person_key
    from certain_eloqua.resources.ledger import open_ledger
    from certain_eloqua.settings import Settings, SettingsError

    try:
        settings = Settings.read()
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    until = as_of.replace(tzinfo=UTC) + timedelta(days=1) if as_of else None
    digest = person_key(settings.certain_account_code, email)
    codes = sorted(_registrations(settings, email, events))
    with open_ledger(settings) as ledger:
        wanted = Filter(connector, events=events or None, person=digest, seen_before=until)
        changes = ledger.outbox.find(wanted)
        seen = ledger.outbox.seen_of([code for _, code in codes], connector)
    here = set(codes)
    seen = [one for one in seen if (one.event, one.registration) in here and _before(one.seen_at, until)]
    if json_wanted:
        print_json({"changes": list(map(_change, changes)), "last_seen": list(map(_last, seen))})
    else:
        _report(changes, seen)
    context.exit(0 if changes or seen else FOUND_SOMETHING)


def _registrations(settings: Settings, email: str, events: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The event and code of the person's registrations, in the frames that were read last."""
    from certain_eloqua.domain.email import normalise_email
    from certain_eloqua.resources.frame_store import frame_store

    frames = frame_store(settings)
    key, wanted = ("certain", "registrations"), normalise_email(email)
    known = events
    if not known and frames.has(("certain", "events"), None):
        known = tuple(frames.frame(("certain", "events"), None)["code"].dropna())
    for event in known:
        if not frames.has(key, event):
            continue
        rows = frames.frame(key, event)
        for code, address in zip(rows["registrationCode"], rows["profile.email"].fillna(""), strict=True):
            if normalise_email(address) == wanted:
                yield event, code


def _before(moment: datetime, until: datetime | None) -> bool:
    return until is None or moment < until


def _report(changes: list[OutboxRow], seen: list[SeenStatus]) -> None:
    for row in changes:
        click.echo(
            f"{row.seen_at:%Y-%m-%d %H:%M:%S}  {row.event}  {row.connector}: "
            f"{row.previous or '(nothing)'} -> {row.status} {_WORDS[row.state]}"
        )
        click.echo(
            f"    {row.asset_type} / {row.asset_name} / {row.activity_type}; seen by run {row.seen_by}"
        )
        if row.batch or row.sync:
            when = f" at {row.sent_at:%Y-%m-%d %H:%M:%S}" if row.sent_at else ""
            click.echo(f"    batch {row.batch or '-'}, sync {row.sync or '-'}{when}")
        if row.cause:
            click.echo(f"    {row.code}: {row.cause}")
    for one in seen:
        if one.decision != "queued":
            item = f" in {one.item}" if one.item else ""
            click.echo(
                f"{one.seen_at:%Y-%m-%d %H:%M:%S}  {one.event}  {one.connector}: {one.status}{item} "
                f"made nothing, because: {one.decision.replace('_', ' ')}"
            )
    if not changes and not seen:
        click.echo("Nothing is known of this address: no connector has seen a registration of it.")


def _change(row: OutboxRow) -> dict[str, Any]:
    names = ("seen_at", "event", "connector", "item", "registration", "previous", "status", "state")
    more = (
        "activity_type",
        "asset_type",
        "asset_name",
        "seen_by",
        "batch",
        "sync",
        "sent_at",
        "code",
        "cause",
    )
    return {name: getattr(row, name) for name in (*names, *more)}


def _last(one: SeenStatus) -> dict[str, Any]:
    names = ("seen_at", "event", "connector", "item", "registration", "status", "decision")
    return {name: getattr(one, name) for name in names}
