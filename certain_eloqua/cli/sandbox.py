"""`certain-eloqua sandbox`."""

from pathlib import Path

import click


@click.command()
@click.option(
    "--port", type=int, default=8750, show_default=True, help="Port to listen on, 0 for a free one."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--allow-remote", is_flag=True, help="Allow a --host that other machines can reach. Nothing is protected."
)
@click.option("--seed", metavar="NAME", help="What is in it: demo (the default), empty or large.")
@click.option("--seed-number", type=int, metavar="N", help="Another number, other people.")
@click.option("--contacts", type=int, metavar="N", help="How many contacts the seed plants.")
@click.option("--registrations", type=int, metavar="N", help="How many registrations the seed plants.")
@click.option("--store", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Keep everything in this file; a file that exists is not seeded again.")  # fmt: skip
@click.option("--ready-file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write the address and the process id here once it listens.")  # fmt: skip
@click.option("--quiet", is_flag=True, help="Print the address only.")
@click.pass_context
def sandbox(context: click.Context, /, **given: object) -> None:
    """Run stand-ins for Oracle Eloqua and Certain in the foreground. Ctrl-C ends them.

    They listen on this machine only, and hold invented people. With nothing configured, every
    other command and every run talks to them.

    \b
    Examples:
      certain-eloqua sandbox
      certain-eloqua sandbox --port 8760 --contacts 100000
    """
    from certain_eloqua_sandbox.run import main

    argv: list[str] = []
    for name, value in given.items():
        option = f"--{name.replace('_', '-')}"
        if value is True:
            argv.append(option)
        elif value is not None and value is not False:
            argv += [option, str(value)]
    context.exit(main(argv))
