"""What happens by the clock. Schedules start stopped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dagster as dg

standing = dg.define_asset_job(
    "standing",
    selection=dg.AssetSelection.groups("standing"),
    description="What is broken now: connector files that cannot be used, things of ours left behind in "
    "Eloqua.",
)

daily_standing_checks = dg.ScheduleDefinition(
    name="daily_standing_checks",
    job_name="standing",
    cron_schedule="0 5 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Runs the standing checks every morning.",
)


def jobs_of_drift(assets: Sequence[dg.AssetsDefinition]) -> list[Any]:
    """The job `drift` over the drift assets of all connectors; none if there are none."""
    if not assets:
        return []
    return [
        dg.define_asset_job(
            "drift",
            selection=dg.AssetSelection.assets(*assets),
            description="What others have changed on the platforms since the connectors delivered it.",
        )
    ]


def drift_schedules(jobs: Sequence[Any]) -> list[dg.ScheduleDefinition]:
    """Compares every morning, once switched on."""
    return [
        dg.ScheduleDefinition(
            name="daily_drift",
            job_name=job.name,
            cron_schedule="30 5 * * *",
            execution_timezone="UTC",
            default_status=dg.DefaultScheduleStatus.STOPPED,
            description="Compares what was delivered with what the platforms hold now, every morning.",
        )
        for job in jobs
    ]


all_jobs = [standing]
all_schedules = [daily_standing_checks]
