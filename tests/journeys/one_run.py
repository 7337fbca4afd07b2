"""One run of one connector in a process of its own, for tests that kill it."""

import os
import sys


def run(connector: str, event: str | None, connectors: str, output: str | None = None) -> None:
    """Run a connector's job and leave: 0 if it succeeded."""
    if output:
        handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(handle, 1)
        os.dup2(handle, 2)
    from pathlib import Path

    import dagster as dg

    from certain_eloqua.cli.demonstration.runs import Runner
    from certain_eloqua.definitions import build_defs

    with dg.DagsterInstance.ephemeral() as instance:
        if event:
            instance.add_dynamic_partitions("events", [event])
        ran = Runner(build_defs(Path(connectors)), instance).job(connector, event)
    sys.stderr.write(ran.failure)
    sys.stderr.flush()
    os._exit(0 if ran.success else 1)
