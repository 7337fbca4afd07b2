"""`certain-eloqua demo`."""

from pathlib import Path

import click


@click.command()
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Keep everything (runs, frames, ledger, the sandbox's data) in this folder, which "
              "must be new.")  # fmt: skip
@click.option("--replace", is_flag=True, help="Replace what an earlier demo left in the folder of --home.")
@click.option("--contacts", type=click.IntRange(2_500, 200_000), default=4_000, show_default=True,
              help="How many people the invented Eloqua has.")  # fmt: skip
@click.pass_context
def demo(context: click.Context, home: Path | None, replace: bool, contacts: int) -> None:
    """Run the connectors for an invented account, and report what happened in Eloqua and Certain.

    It starts a sandbox of its own and talks to nothing else, whatever is configured. It imports
    Eloqua lists into Certain, changes people there, shows a plan before delivering it, runs everything
    twice, breaks something on purpose, and kills a worker that sends activities. The exit code is 0 only if
    all of it worked.

    \b
    Examples:
      certain-eloqua demo
      certain-eloqua demo --home /tmp/demo
    """
    from certain_eloqua.cli.demonstration.environment import CannotRun, run_demo

    try:
        context.exit(run_demo(home, contacts, replace=replace))
    except CannotRun as error:
        raise click.ClickException(str(error)) from None
