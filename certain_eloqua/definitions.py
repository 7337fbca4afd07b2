"""The Dagster definitions on one screen. Loading reads the connector files; no network, no secret."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from certain_eloqua.assets.broken_connectors import broken_connectors
from certain_eloqua.assets.connector import ConnectorAssets
from certain_eloqua.assets.connector_status import active_runs, connector_status
from certain_eloqua.assets.jobs import connector_job, dry_run_job
from certain_eloqua.assets.many_events import SUFFIX as MANY_EVENTS_SUFFIX
from certain_eloqua.assets.many_events import many_events_config, many_events_job
from certain_eloqua.assets.reads import SHARED_READS
from certain_eloqua.assets.restore_jobs import drift_asset, restore_jobs
from certain_eloqua.assets.step import SCHEDULED_TAG
from certain_eloqua.checks.deliveries import delivery_check_results, delivery_check_specs
from certain_eloqua.checks.messages import MESSAGES_CHECK, messages_check_result
from certain_eloqua.checks.plans import plan_check_results, plan_check_specs
from certain_eloqua.checks.standing import FILES_CHECK, files_check_result, standing_checks
from certain_eloqua.clients.platform import Platform
from certain_eloqua.connectors.catalogue import PLATFORMS
from certain_eloqua.connectors.contract.kind import Kind
from certain_eloqua.connectors.files.loader import TAKEN_NAMES, load_connectors
from certain_eloqua.resources import all_resources
from certain_eloqua.resources.connector_settings import settings_resource
from certain_eloqua.resources.ledger import open_ledger
from certain_eloqua.schedules import all_jobs, all_schedules, drift_schedules, jobs_of_drift
from certain_eloqua.schedules.connector_schedules import Jobs, connector_schedules
from certain_eloqua.sensors import all_sensors
from certain_eloqua.sensors.connector_files import connector_files_sensor
from certain_eloqua.sensors.notifications import notification_sensor
from certain_eloqua.sensors.programme_changes import PROGRAMME_CHANGES
from certain_eloqua.sensors.status_changes import REGISTRATION_CHANGES
from certain_eloqua.settings import connectors_folder

SCHEDULED_JOBS = Jobs(MANY_EVENTS_SUFFIX, many_events_config, SCHEDULED_TAG, active_runs)
"""How the schedules of connectors start runs."""


def build_defs(
    folder: Path | None = None,
    resources: Mapping[str, Any] | None = None,
    kinds: Mapping[str, Kind] | None = None,
    platforms: Mapping[str, Platform] | None = None,
) -> dg.Definitions:
    """Everything there is.

    Args:
        folder: where the connector files are; the deployment's folder if left out.
        resources: used in place of ours of the same names, for tests.
        kinds: the kinds that connector files may name; the catalogue if left out.
        platforms: the platforms that kinds may name; the catalogue if left out.
    """
    platforms = PLATFORMS if platforms is None else platforms
    loaded = load_connectors(folder or connectors_folder(), kinds)
    problems = [str(problem) for problem in loaded.problems]
    _warn_of(problems, len(loaded.connectors))
    made = [
        ConnectorAssets(
            connector,
            plan_checks=(plan_check_specs, plan_check_results),
            delivery_checks=(delivery_check_specs, delivery_check_results),
            run_settings=settings_resource(connector.name, connector.settings),
            pools={name: platform.pool for name, platform in platforms.items()},
        )
        for connector in loaded.connectors
    ]
    many = {one.name: many_events_job(one, SHARED_READS) for one in made if one.kind.level == "event"}
    drifts = [drift for one in made if (drift := drift_asset(one)) is not None]
    drift_jobs = jobs_of_drift(drifts)
    return dg.Definitions(
        assets=[
            *(read.definition() for read in SHARED_READS),
            *(asset for one in made for asset in one.all()),
            *drifts,
            *broken_connectors(loaded.problems, {*TAKEN_NAMES, *(one.name for one in made)}),
            *standing_checks(loaded.connectors, problems, connector_status),
        ],
        jobs=[
            *(job(one) for one in made for job in (connector_job, dry_run_job)),
            *many.values(),
            *(job for one in made for job in restore_jobs(one)),
            *drift_jobs,
            *all_jobs,
        ],
        sensors=[
            *all_sensors,
            *REGISTRATION_CHANGES.of(loaded.connectors, many, many_events_config),
            *PROGRAMME_CHANGES.of(loaded.connectors, many, many_events_config),
            connector_files_sensor(FILES_CHECK, files_check_result(problems)),
            notification_sensor(
                {one.name: one.email_for_job_notifications for one in loaded.connectors},
                MESSAGES_CHECK,
                messages_check_result,
                open_ledger,
            ),
        ],
        schedules=[
            *all_schedules,
            *drift_schedules(drift_jobs),
            *connector_schedules(loaded.connectors, SCHEDULED_JOBS),
        ],
        resources={**all_resources(platforms.values()), **(resources or {})},
        # A run is one process: its resources, sessions and run locks live as long as it does.
        executor=dg.in_process_executor,
    )


def _warn_of(problems: Sequence[str], usable: int) -> None:
    """Log what is wrong with the connector files, where whoever loads the definitions sees it."""
    log = logging.getLogger("dagster.certain_eloqua")
    for problem in problems:
        log.warning("A connector file cannot be used: %s", problem)
    if problems:
        log.warning("The other %d connectors work. Correct the file, then reload the code location.", usable)


defs = build_defs()
