"""A kind for a platform that nobody knows, registered from here: no file of the package is changed for it."""

import contextlib
import json
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
import pandas as pd
import pyarrow as pa
import pytest
from pydantic import Field

from certain_eloqua.clients.platform import Platform
from certain_eloqua.clients.usage import Usage
from certain_eloqua.connectors.catalogue import PLATFORMS
from certain_eloqua.connectors.contract.actions import Action, Outcome
from certain_eloqua.connectors.contract.kind import Extract, Job, Kind, Platforms
from certain_eloqua.connectors.contract.plan_writer import Changes, PlanWriter
from certain_eloqua.connectors.contract.schemas import KeyColumn
from certain_eloqua.connectors.contract.settings import KindSettings
from certain_eloqua.connectors.delivery import engine
from certain_eloqua.definitions import build_defs
from certain_eloqua.ledger import DeliveredRow
from tests.journeys.conftest import EVENT

pytestmark = pytest.mark.slow

BADGE = KeyColumn("badge", "number of the badge")


@dataclass
class BadgePrinter:
    """The platform: it prints badges and remembers them."""

    printed: dict[str, str] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)

    def print(self, badge: str, name: str) -> None:
        self.usage.call("print")
        self.printed[badge] = name


class Settings(KindSettings):
    """What is printed."""

    prefix: str = Field(description="Printed before every name.")


def extract(job: Job, platforms: Platforms) -> Extract:
    printer = platforms.client("badge_printer", BadgePrinter)
    schema = pa.schema([("badge", pa.string()), ("name", pa.string())])
    rows = [{"badge": badge, "name": name} for badge, name in printer.printed.items()]
    return Extract(schema, iter([pa.RecordBatch.from_pylist(rows, schema)]), {"badges": len(rows)})


def plan(job: Job, reads: dict[str, pd.DataFrame]) -> pd.DataFrame:
    printed = dict(zip(reads["badges"]["badge"], reads["badges"]["name"], strict=True))
    writer = PlanWriter(job.run_id, "badge", [BADGE])
    for code in reads["registrations"]["registrationCode"].head(3):
        name = f"{job.settings.prefix} {code}"
        if printed.get(code) == name:
            writer.add(code, Action.UNCHANGED, badge=code)
            continue
        changes = Changes()
        changes.set("badge", "name", name)
        writer.add(code, Action.CREATE, badge=code, changes=changes)
    return writer.frame()


def deliver(job: Job, plan: pd.DataFrame, platforms: Platforms) -> Any:
    printer = platforms.client("badge_printer", BadgePrinter)

    def apply(work: engine.Work) -> None:
        for row in work.rows(lambda key, _: key not in work.results):
            printer.print(row.ids["badge"], row.write["badge"]["name"])
            work.record(DeliveredRow(row.key, Outcome.CREATED.value))

    return engine.deliver(job, plan, platforms, apply)


KIND = Kind(
    name="print_badges",
    title="Print Badges",
    family="badges",
    level="event",
    summary="Prints a badge for some registrations.",
    settings=Settings,
    record="badge",
    reads_from=("badge_printer",),
    writes_to=("badge_printer",),
    key_columns=(BADGE,),
    reads=("registrations",),
    own_read="badges",
    extract=extract,
    plan=plan,
    deliver=deliver,
)


def test_a_kind_for_a_new_platform_runs_from_extract_to_delivery(deployment):
    deployment.file("badges", "kind: print_badges\nevents: all\nsettings: {prefix: Guest}\n")
    printer = BadgePrinter()
    platform = Platform(
        name="badge_printer",
        title="Badge Printer",
        connect=lambda settings, **http: contextlib.nullcontext(printer),
        check=lambda client, settings: f"{len(client.printed)} badges printed",
        login_settings="nothing",
        pool="printers",
        pool_limit=1,
    )
    defs = build_defs(
        deployment.connectors,
        kinds={KIND.name: KIND},
        platforms={**PLATFORMS, platform.name: platform},
    )
    job = defs.resolve_job_def("badges")

    for outcome, calls in (("created", 3), ("unchanged", 3)):
        result = job.execute_in_process(instance=deployment.instance, partition_key=EVENT)
        assert result.success
        (delivered,) = result.asset_materializations_for_node("badges__delivery")
        assert delivered.metadata[outcome].value == 3
        assert printer.usage.total_calls == calls
        assert delivered.metadata["badge_printer_calls"].value == (3 if outcome == "created" else 0)
    assert all(name == f"Guest {badge}" for badge, name in printer.printed.items())

    assert defs.resolve_assets_def(dg.AssetKey(["badges", "delivery"])).op.pool == "printers"
    frame = deployment.frames.frame(("badges", "plan"), EVENT)
    assert list(frame["record"].unique()) == ["badge"]
    assert list(frame["badge"]) == list(printer.printed)
    assert json.loads(json.dumps(frame.attrs))["kind"] == KIND.name
