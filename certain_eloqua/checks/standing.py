"""Standing checks: what is broken now, whoever broke it. Run daily, or by hand, as the job `standing`."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import dagster as dg
from pydantic import Field

from certain_eloqua.checks.doubts import DOUBTS, doubts_report
from certain_eloqua.checks.messages import MESSAGES, messages_report
from certain_eloqua.clients.redaction import redact
from certain_eloqua.failures import dagster_failures

if TYPE_CHECKING:
    from certain_eloqua.connectors.files.loader import Connector

CONNECTOR_FILES = dg.AssetKey(["standing", "connector_files"])
DEFINITIONS = dg.AssetKey(["standing", "eloqua_definitions"])
DELIVERIES = dg.AssetKey(["standing", "deliveries"])
FILES_CHECK = dg.AssetCheckKey(CONNECTOR_FILES, "all_can_be_used")
STANDING = (CONNECTOR_FILES, DEFINITIONS, DELIVERIES, DOUBTS, MESSAGES)


class Tidying(dg.Config):
    """What to do about things left behind."""

    delete_older_than_hours: int = Field(
        default=0,
        ge=0,
        description="Delete our definitions in Eloqua that are older than this; 0 deletes none.",
    )


Status = Callable[[dg.DagsterInstance, str], Any]
"""The status of a connector's latest run, with `status`, `changed` and `outcome_in_words`."""


def standing_checks(
    connectors: "Sequence[Connector]", problems: Iterable[str], status: Status
) -> list[dg.AssetsDefinition]:
    """The reports and their checks.

    Args:
        connectors: those that can be used.
        problems: what is wrong with the files of the others, a line each.
        status: gives the status of a connector by its name.
    """
    return [
        _connector_files(connectors, list(problems), status),
        _definitions(),
        _deliveries(),
        doubts_report(),
        messages_report(),
    ]


def files_check_result(problems: Sequence[str]) -> dg.AssetCheckResult:
    """The result of the check that every connector file can be used."""
    return dg.AssetCheckResult(
        check_name=FILES_CHECK.name,
        passed=not problems,
        description="\n".join(problems) or "Every connector file is valid.",
        metadata={"problems": dg.MetadataValue.md(_broken(problems) if problems else "none")},
    )


def _broken(problems: Sequence[str]) -> str:
    return "\n\n".join(["**Some files cannot be used:**", *(f"```\n{one}\n```" for one in problems)])


def _connector_files(
    connectors: "Sequence[Connector]", problems: list[str], status: Status
) -> dg.AssetsDefinition:

    @dg.asset(
        key=CONNECTOR_FILES,
        group_name="standing",
        description="The connectors with the status of their latest runs. A file that is wrong is refused, "
        "the other connectors keep working." + (f"\n\n{_broken(problems)}" if problems else ""),
        check_specs=[
            dg.AssetCheckSpec(
                FILES_CHECK.name, asset=CONNECTOR_FILES, description="Every connector file is valid."
            )
        ],
        metadata={"files_with_problems": len(problems), "usable_connectors": len(connectors)},
    )
    def connector_files(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        rows = [_connector_row(one, status(context.instance, one.name)) for one in connectors]
        columns = _CONNECTOR_COLUMNS
        schema = dg.TableSchema([dg.TableColumn(column, "string") for column in columns])
        return dg.MaterializeResult(
            metadata={
                "connectors": dg.MetadataValue.table(rows, schema=schema),
                "usable": len(connectors),
                "problems": len(problems),
            },
            check_results=[files_check_result(problems)],
        )

    return connector_files


_CONNECTOR_COLUMNS = ("name", "status", "date", "last outcome", "schedule", "events", "job", "file")


def _connector_row(one: "Connector", found: Any) -> dg.TableRecord:
    """What Certain's list of connectors shows of one."""
    values = (
        one.name,
        found.status,
        f"{found.changed:%Y-%m-%d %H:%M}" if found.changed else "",
        found.outcome_in_words,
        str(one.schedule) if one.schedule else "by hand",
        one.events_in_words,
        one.description or one.kind.title,
        one.path.name,
    )
    return dg.TableRecord(dict(zip(_CONNECTOR_COLUMNS, values, strict=True)))


def _definitions() -> dg.AssetsDefinition:
    @dg.asset(
        key=DEFINITIONS,
        group_name="standing",
        kinds={"eloqua"},
        description="Bulk definitions of ours that are in Eloqua now. Each run deletes its own; "
        "a killed run may leave one behind, which Eloqua deletes after some days.",
        required_resource_keys={"eloqua"},
        check_specs=[
            dg.AssetCheckSpec(
                "nothing_left_behind",
                asset=DEFINITIONS,
                description="No definition of ours is in Eloqua. While a run is in progress, its own are.",
            )
        ],
    )
    def eloqua_definitions(context: dg.AssetExecutionContext, config: Tidying) -> dg.MaterializeResult:
        client: Any = context.resources.eloqua
        with dagster_failures("Looking for our definitions in Eloqua"):
            hours = config.delete_older_than_hours
            deleted = client.delete_orphaned_definitions(older_than=timedelta(hours=hours)) if hours else 0
            left = client.open_definitions()
        return dg.MaterializeResult(
            metadata={"left": left, "deleted": deleted},
            check_results=[
                dg.AssetCheckResult(
                    check_name="nothing_left_behind",
                    passed=left == 0,
                    severity=dg.AssetCheckSeverity.WARN,
                    metadata={"left": left},
                )
            ],
        )

    return eloqua_definitions


def _deliveries() -> dg.AssetsDefinition:
    @dg.asset(
        key=DELIVERIES,
        group_name="standing",
        description="Deliveries that began and have not ended well: of runs that were killed or failed, "
        "or are in progress. Running the connector again for the event completes the work.",
        required_resource_keys={"ledger"},
        check_specs=[
            dg.AssetCheckSpec(
                "all_have_ended",
                asset=DELIVERIES,
                description="The latest delivery of every connector and event has ended well.",
            )
        ],
    )
    def deliveries(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        ledger: Any = context.resources.ledger
        latest: dict[tuple[str, str | None], Any] = {}
        for record in ledger.deliveries(limit=10_000):
            latest.setdefault((record.connector, record.event), record)
        open_ones = [record for record in latest.values() if record.state != "finished"]
        rows = [
            dg.TableRecord(
                {
                    "connector": one.connector,
                    "event": one.event or "",
                    "state": one.state,
                    "attempts": one.attempts,
                    "started": f"{one.started_at:%Y-%m-%d %H:%M:%S}",
                    "run": one.run_id,
                    "cause": redact(one.cause or ""),
                }
            )
            for one in open_ones[:200]
        ]
        names = ("connector", "event", "state", "attempts", "started", "run", "cause")
        schema = dg.TableSchema([dg.TableColumn(name) for name in names])
        return dg.MaterializeResult(
            metadata={
                "deliveries": dg.MetadataValue.table(rows, schema=schema),
                "not_ended_well": len(open_ones),
            },
            check_results=[
                dg.AssetCheckResult(
                    check_name="all_have_ended",
                    passed=not open_ones,
                    severity=dg.AssetCheckSeverity.WARN,
                    metadata={"not_ended_well": len(open_ones), "looked_at": len(latest)},
                )
            ],
        )

    return deliveries
