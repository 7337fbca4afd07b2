"""The `certain-eloqua` command. One file per command; what is heavy is imported when a command runs."""

import click

from certain_eloqua.cli.connectors import connectors
from certain_eloqua.cli.demo import demo
from certain_eloqua.cli.doctor import doctor
from certain_eloqua.cli.doubts import doubts
from certain_eloqua.cli.history import history
from certain_eloqua.cli.mapping import mapping
from certain_eloqua.cli.pages import pages
from certain_eloqua.cli.replay import replay, retry
from certain_eloqua.cli.report import report
from certain_eloqua.cli.run import run
from certain_eloqua.cli.sandbox import sandbox
from certain_eloqua.cli.undo import repair, undo


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="certain-eloqua", prog_name="certain-eloqua")
def main() -> None:
    """Move people between the event platform Certain and the marketing platform Oracle Eloqua.

    The connectors run in Dagster (`dagster dev`, `dg launch`, `dagster job launch`); `run` runs one from
    here, and the other commands are for what is around them.

    \b
    Examples:
      certain-eloqua demo                  see everything work, on invented data
      certain-eloqua doctor                is this deployment set up rightly?
      certain-eloqua connectors list       what is configured
    """


for command in (
    connectors,
    demo,
    doctor,
    doubts,
    history,
    mapping,
    pages,
    repair,
    replay,
    report,
    retry,
    run,
    sandbox,
    undo,
):
    main.add_command(command)
