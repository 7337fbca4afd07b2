"""`certain-eloqua mapping`: the field map of the account."""

from __future__ import annotations

import click


@click.group()
def mapping() -> None:
    """Look after the field map: which profile field is which contact field."""


@mapping.command()
@click.pass_context
def check(context: click.Context) -> None:
    """Check the account's field map against the fields Eloqua really has.

    \b
    Example:
      certain-eloqua mapping check
    """
    from certain_eloqua.clients.eloqua.platform import PLATFORM as ELOQUA
    from certain_eloqua.clients.errors import ClientError
    from certain_eloqua.mapping import FieldMapError
    from certain_eloqua.resources.field_map import account_field_map
    from certain_eloqua.settings import Settings, SettingsError

    try:
        settings = Settings.read()
        field_map = account_field_map(settings)
        with ELOQUA.connect(settings) as client:
            live = client.contact_fields()
    except (SettingsError, FieldMapError, ClientError) as error:
        raise click.ClickException(str(error)) from None
    problems = field_map.validate(live)
    arrows = {"in": "<-- ", "out": " -->", "both": "<-->"}
    for pair in field_map.pairs:
        click.echo(f"  {pair.certain:<28} {arrows[pair.direction.value]} {pair.eloqua}")
    where = field_map.path or "the default table"
    click.echo(
        f"{len(field_map.pairs)} pairs from {where}, version {field_map.version}; Eloqua has "
        f"{len(live)} fields"
    )
    for problem in problems:
        click.echo(f"WRONG  {problem}", err=True)
    context.exit(1 if problems else 0)
