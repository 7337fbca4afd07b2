"""`certain-eloqua doubts`: activities of which it is not known whether Eloqua has them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from certain_eloqua.cli.output import FOUND_SOMETHING, as_json, print_json

if TYPE_CHECKING:
    from certain_eloqua.ledger import Filter, OutboxRow
    from certain_eloqua.settings import Settings

of_connector = click.option("--connector", help="Only this connector.")
of_event = click.option(
    "--event", "events", multiple=True, help="Only this event; may be given several times."
)

_SHOWN = (
    *("connector", "event", "registration", "item", "previous", "status", "contact_id"),
    *("activity_type", "asset_type", "asset_name", "happened_at", "seen_at", "seen_by"),
    *("state", "batch", "sync", "code", "cause", "sent_at"),
)


@click.group()
def doubts() -> None:
    """Activities of which it is not known whether Eloqua has them. They are never sent again by themselves.

    \b
    Examples:
      certain-eloqua doubts list
      certain-eloqua doubts settle --connector registration_activities
    """


@doubts.command("list")
@of_connector
@of_event
@as_json
@click.pass_context
def list_doubts(
    context: click.Context, connector: str | None, events: tuple[str, ...], json_wanted: bool
) -> None:
    """Show the doubts. The exit code is 1 if there are any.

    \b
    Examples:
      certain-eloqua doubts list
      certain-eloqua doubts list --json
    """
    from certain_eloqua.ledger.outbox import IN_DOUBT
    from certain_eloqua.resources.ledger import open_ledger

    with open_ledger(read_settings()) as ledger:
        rows = ledger.outbox.find(_filter(connector, events, [IN_DOUBT]))
    if json_wanted:
        print_json({"doubts": [row_as_json(row) for row in rows]})
    elif not rows:
        click.echo("Nothing is in doubt.")
    for row in () if json_wanted else rows:
        click.echo(
            f"{row.connector}  {row.event}  registration {row.registration}  {row.activity_type}  "
            f"{row.happened_at:%Y-%m-%d %H:%M:%S} UTC  {row.sync or 'no sync'}\n    {row.cause or ''}"
        )
    context.exit(FOUND_SOMETHING if rows else 0)


@doubts.command("settle")
@of_connector
@of_event
@as_json
@click.pass_context
def settle(context: click.Context, connector: str | None, events: tuple[str, ...], json_wanted: bool) -> None:
    """Look the doubts up among Eloqua's activities. Nothing is sent.

    What is there is recorded as sent. What is not there becomes a rejected change with the cause not_there,
    which `certain-eloqua retry --all` sends again. The exit code is 1 if some stay in doubt.

    \b
    Examples:
      certain-eloqua doubts settle
      certain-eloqua doubts settle --event NWSUMMIT27
    """
    from certain_eloqua.clients.eloqua.platform import PLATFORM
    from certain_eloqua.connectors.status_changes.doubts import settle_doubts
    from certain_eloqua.ledger.outbox import IN_DOUBT
    from certain_eloqua.resources.ledger import open_ledger

    settings = read_settings()
    wanted = _filter(connector, events, [IN_DOUBT])
    with open_ledger(settings) as ledger, PLATFORM.connect(settings) as eloqua:
        settled = settle_doubts(eloqua, ledger, settings.certain_account_code, wanted)
    if json_wanted:
        print_json({"sent": settled.sent, "not_sent": settled.not_sent, "in_doubt": settled.open})
    else:
        click.echo(
            f"{settled.sent} were sent, {settled.not_sent} were not and can be retried, "
            f"{settled.open} stay in doubt."
        )
    context.exit(FOUND_SOMETHING if settled.open else 0)


def read_settings() -> Settings:
    """The deployment's settings, or an error of the command."""
    from certain_eloqua.settings import Settings, SettingsError

    try:
        return Settings.read()
    except SettingsError as error:
        raise click.ClickException(str(error)) from None


def _filter(connector: str | None, events: tuple[str, ...], states: list[str] | tuple[str, ...]) -> Filter:
    from certain_eloqua.ledger import Filter

    return Filter(connector, events=events or None, states=states)


def row_as_json(row: OutboxRow) -> dict[str, str | None]:
    """A change, without what identifies the person."""
    found: dict[str, str | None] = {}
    for name in _SHOWN:
        value = getattr(row, name)
        found[name] = value.isoformat() if isinstance(value, datetime) else value
    return found
