"""`certain-eloqua history`: what happened to a person's status changes, and why something did not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from certain_eloqua.cli.output import FOUND_SOMETHING, as_json, print_json

if TYPE_CHECKING:
    from certain_eloqua.ledger import Batch, Decision, OutboxRow, SeenStatus
    from certain_eloqua.settings import Settings

_WORDS = {
    "pending": "waits for the next run",
    "batched": "is being sent",
    "sent": "was sent",
    "rejected": "was refused",
    "skipped": "was left out",
    "in_doubt": "is in doubt: certain-eloqua doubts settle looks it up",
}
_WHY = {
    "baseline": "the first look at the event only remembered its statuses (first_run: baseline)",
    "decide_again": "a replay was asked for, and the next run decides again",
    "item_not_selected": "the session or agenda item was not selected",
    "no_contact_id": "the profile carried no Eloqua contact id",
    "no_email": "the profile had neither a contact id nor an e-mail address",
    "invalid_email": "the e-mail address was not valid",
    "status_not_selected": "the status was not selected",
    "type_not_selected": "the attendee type was not selected",
}


@click.command()
@click.argument("email")
@click.option("--connector", help="Only this connector.")
@click.option("--event", "events", multiple=True, help="Only this event; can be repeated.")
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="As it was known at the end of this day, UTC."
)
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

    Also why nothing was sent, by each run that decided so: not selected, first look, no contact, refused, in
    doubt. With --as-of the story is as it was known at the end of that day. The ledger holds no address; the
    one given here is matched by its digest. The exit code is 1 if nothing is known.

    \b
    Examples:
      certain-eloqua history mira@example.com
      certain-eloqua history mira@example.com --event NWSUMMIT27 --json
      certain-eloqua history mira@example.com --as-of 2026-11-20
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
        batches = ledger.batches.find({row.batch for row in changes if row.batch})
        registrations = [code for _, code in codes]
        decided = ledger.decisions.find(
            digest, registrations, connector=connector, events=events or None, before=until
        )
        seen = ledger.outbox.seen_of(registrations, connector)
    here = set(codes)
    decided = [one for one in decided if one.person == digest or (one.event, one.registration) in here]
    seen = [one for one in seen if (one.event, one.registration) in here and _before(one.seen_at, until)]
    changes = [_as_of(row, batches, until) for row in changes]
    if json_wanted:
        print_json(
            {
                "changes": list(map(_change, changes)),
                "decisions": list(map(_decision, decided)),
                "last_seen": list(map(_last, seen)),
            }
        )
    else:
        _report(changes, decided, seen)
    context.exit(0 if changes or decided or seen else FOUND_SOMETHING)


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


def _as_of(row: OutboxRow, batches: Mapping[str, Batch], until: datetime | None) -> OutboxRow:
    """The change as it was known at a time: what was sent or refused later was still waiting then."""
    batch = batches.get(row.batch or "")
    moment = row.sent_at or (batch.changed_at if batch else None)
    if until is None or moment is None or moment < until:
        return row
    return replace(row, state="pending", batch=None, sync=None, code=None, cause=None, sent_at=None)


def _report(changes: list[OutboxRow], decided: list[Decision], seen: list[SeenStatus]) -> None:
    story = [(row.seen_at, list(_lines_of_change(row))) for row in changes]
    story += [(one.seen_at, list(_lines_of_decision(one))) for one in decided]
    story += [(one.seen_at, list(_lines_of_seen(one))) for one in _without_decision(seen, changes, decided)]
    for _, lines in sorted(story, key=lambda one: one[0]):
        for line in lines:
            click.echo(line)
    if not story:
        click.echo("Nothing is known of this address: no connector has seen a registration of it.")


def _without_decision(
    seen: Iterable[SeenStatus], changes: Iterable[OutboxRow], decided: Iterable[Decision]
) -> list[SeenStatus]:
    """Statuses last seen that are neither a change nor a decision: a ledger of earlier versions has them."""
    rows: list[OutboxRow | Decision] = [*changes, *decided]
    known = {(one.connector, one.event, one.registration, one.item) for one in rows}
    return [
        one
        for one in seen
        if one.decision != "queued" and (one.connector, one.event, one.registration, one.item) not in known
    ]


def _lines_of_change(row: OutboxRow) -> Iterator[str]:
    yield (
        f"{row.seen_at:%Y-%m-%d %H:%M:%S}  {row.event}  {row.connector}: "
        f"{row.previous or '(nothing)'} -> {row.status} {_WORDS[row.state]}"
    )
    yield f"    {row.asset_type} / {row.asset_name} / {row.activity_type}; seen by run {row.seen_by}"
    if row.batch or row.sync:
        when = f" at {row.sent_at:%Y-%m-%d %H:%M:%S}" if row.sent_at else ""
        yield f"    batch {row.batch or '-'}, sync {row.sync or '-'}{when}"
    if row.cause:
        yield f"    {row.code}: {row.cause}"


def _lines_of_decision(one: Decision) -> Iterator[str]:
    item = f" in {one.item}" if one.item else ""
    before = f"{one.previous} -> " if one.previous else ""
    yield (
        f"{one.seen_at:%Y-%m-%d %H:%M:%S}  {one.event}  {one.connector}: {before}{one.status}{item} "
        f"made nothing: {_why(one.decision)}"
    )
    yield f"    decided by run {one.seen_by}"


def _lines_of_seen(one: SeenStatus) -> Iterator[str]:
    item = f" in {one.item}" if one.item else ""
    yield (
        f"{one.seen_at:%Y-%m-%d %H:%M:%S}  {one.event}  {one.connector}: {one.status}{item} "
        f"made nothing: {_why(one.decision)}"
    )


def _why(decision: str) -> str:
    return _WHY.get(decision, decision.replace("_", " "))


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


def _decision(one: Decision) -> dict[str, Any]:
    names = (
        "seen_at",
        "event",
        "connector",
        "item",
        "registration",
        "previous",
        "status",
        "decision",
        "seen_by",
    )
    return {name: getattr(one, name) for name in names}
