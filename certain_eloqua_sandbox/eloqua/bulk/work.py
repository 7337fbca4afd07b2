"""What happens when a sync runs: an export is prepared, an import merged, or sync actions applied."""

from __future__ import annotations

from typing import Any

from certain_eloqua_sandbox.eloqua.bulk import definitions, exporting, importing
from certain_eloqua_sandbox.eloqua.bulk.filter_parser import FilterError
from certain_eloqua_sandbox.eloqua.bulk.run import Run
from certain_eloqua_sandbox.world import World

PRODUCTS = {"exports": "Export", "imports": "Import", "syncActions": "SyncAction"}


def run_sync(world: World, row: Any, at: float, step: float = 0.0) -> tuple[str, float]:
    """Do the work of a sync; return its status and when it ended. Every log line takes ``step`` seconds."""
    kind = {"exports": "export", "imports": "import"}.get(row["kind"], "action")
    script = world.next_scripted_sync(kind, row["instance_uri"])
    run = Run(world, row["id"], row["created_by"], at, script=script, step=step)
    definition = definitions.by_id(world, row["definition_id"])
    if definition is None:
        run.log("ELQ-00143", 0, syncProductType=PRODUCTS[row["kind"]], syncReferenceId=row["definition_id"])
        importing.drop(world, row["id"])
        run.close()
        return run.status, run.ended + step
    if run.script and run.script.status == "error":
        run.script.code = run.script.code or "ELQ-00146"
        run.log_script()
        importing.drop(world, row["id"])
    elif row["kind"] == "exports":
        try:
            exporting.prepare(run, definition)
            run.log_script()
        except FilterError:  # an object it names has gone since the sync was created
            run.log("ELQ-00122", 0, syncId=row["id"], userId=row["created_by"])
    else:
        importing.merge(run, definition)
    run.close()
    return run.status, run.ended + step
