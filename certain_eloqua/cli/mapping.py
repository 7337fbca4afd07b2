"""`certain-eloqua mapping`: the field map of the account."""

from __future__ import annotations

import click

from certain_eloqua.cli.output import FOUND_SOMETHING, as_json, print_json


@click.group()
def mapping() -> None:
    """The field map: which profile field is which contact field."""


@mapping.command()
@as_json
@click.pass_context
def check(context: click.Context, json_wanted: bool) -> None:
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
    if json_wanted:
        print_json(
            {
                "account": field_map.account,
                "version": field_map.version,
                "file": str(field_map.path) if field_map.path else None,
                "pairs": [
                    {"certain": pair.certain, "eloqua": pair.eloqua, "direction": pair.direction.value}
                    for pair in field_map.pairs
                ],
                "errors": [str(problem) for problem in problems],
            }
        )
        context.exit(FOUND_SOMETHING if problems else 0)
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
    context.exit(FOUND_SOMETHING if problems else 0)
